"""A signed-in person who asks the WSGI application for pages, in a process of its own."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

from bench.scratch import use_database
from bench.synthetic import FIRST_TID

TABS = ("past_due", "awaiting_audit", "all", "held")
# One person for each database: a one-time code works once.
SIGN_INS = (
    ("ning", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    ("cen", "KRSXG5CTMVRXEZLUKN2HE2LOM5ZSAZLO"),
    ("he", "ORSXG5BAONSWG4TFOQQGM33SEBRGK3TD"),
)

type Request = Callable[[], tuple[str, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Measured:
    """One response: server time, own processor time, SQL (if watched), size in bytes."""

    milliseconds: float
    processor_ms: float
    size: int
    is_watched: bool = False
    sql_ms: float = 0.0
    queries: int = 0


def serve(
    database: str, number: int, password: str, facts: dict[str, Any], pipe: "Connection[Any, Any]"
) -> None:
    """Sign in, then answer each count received with so many requests to each page; end at 0."""
    use_database(database)
    import django

    django.setup()
    visitor = Visitor(*SIGN_INS[number], password=password)
    pages = _pages(facts)
    while count := pipe.recv():
        pipe.send({name: _measured(visitor, request, count) for name, request in pages.items()})


def _measured(visitor: "Visitor", request: Request, count: int) -> list[Measured]:
    rows = [visitor.get(*request()) for _ in range(count)]
    with _Watch() as watch:
        row = visitor.get(*request())
    watched = Measured(
        row.milliseconds,
        row.processor_ms,
        row.size,
        is_watched=True,
        sql_ms=watch.milliseconds,
        queries=watch.queries,
    )
    return [*rows, watched]


class Visitor:
    """Signs in by the forms, then asks for pages with the cookies given."""

    def __init__(self, username: str, secret: str, *, password: str) -> None:
        from shopops.wsgi import application

        self._application = application
        self._cookie = _sign_in(username, secret, password)

    def get(self, path: str, query: dict[str, str]) -> Measured:
        """Ask for one page.

        :raises RuntimeError: if it is not shown
        """
        from django.test import RequestFactory

        browser = RequestFactory(HTTP_COOKIE=self._cookie, SERVER_NAME="localhost")
        environment = browser.get(path, query).environ
        heard: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[..., object]:  # noqa: ANN401
            heard.update(headers, status=status)
            return lambda _part: None

        started = time.thread_time()
        response = self._application(environment, start)
        size = sum(len(part) for part in response)
        response.close()
        processor_ms = (time.thread_time() - started) * 1000
        if not heard["status"].startswith("200"):
            raise RuntimeError(f"{path}: {heard['status']} {heard.get('Location', '')}")
        return Measured(float(heard["Server-Timing"].split("dur=")[1]), processor_ms, size)


def _sign_in(username: str, secret: str, password: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
    from django.test import Client
    from django.urls import reverse

    client = Client(SERVER_NAME="localhost")
    client.post(reverse("account_login"), {"login": username, "password": password})
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    client.post(reverse("mfa_authenticate"), {"code": code})
    return "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())


def _pages(facts: dict[str, Any]) -> dict[str, Request]:
    """Give the pages by name: each call gives path and query of one request."""
    from django.urls import reverse

    from shopops.lib.paging import encode_key

    dice = random.Random(1)
    newest = datetime.fromisoformat(facts["newest"])

    def tab(code: str) -> Request:
        return lambda: (reverse("orders:queue", args=[code]), {})

    def deep() -> tuple[str, dict[str, str]]:
        at = newest - timedelta(days=facts["days"]) * dice.uniform(0.1, 0.9)
        return reverse("orders:queue", args=["all"]), {"after": encode_key((at, 1))}

    def search() -> tuple[str, dict[str, str]]:
        tail = str(FIRST_TID + dice.randrange(1, facts["orders"]))[-6:]
        return reverse("orders:queue", args=["all"]), {"q": tail}

    return {**{code: tab(code) for code in TABS}, "all, deep": deep, "search 6 digits": search}


class _Watch(AbstractContextManager["_Watch"]):
    """Adds up what queries take inside the block."""

    def __init__(self) -> None:
        self.milliseconds = 0.0
        self.queries = 0

    def __enter__(self) -> "_Watch":
        from django.db import connection

        self._wrapper = connection.execute_wrapper(self._time)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:  # noqa: ANN401
        self._wrapper.__exit__(*error)

    def _time(self, execute: Callable[..., Any], *given: Any) -> Any:  # noqa: ANN401
        started = time.perf_counter()
        try:
            return execute(*given)
        finally:
            self.milliseconds += (time.perf_counter() - started) * 1000
            self.queries += 1
