"""How long a queue page takes at the server beside 100,000, 1,000,000 and 10,000,000 orders.

Run: `python -m bench.pages`. One scratch database grows through the sizes. A person with a second
factor signs in as in the browser; each request then goes through the real WSGI application, all
middleware included, and its time is what the response's Server-Timing header says. The part spent
in SQL is measured in rounds of its own. All indexes and foreign keys stand, tables are analysed.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.scratch import run, say, scratch_database
from bench.synthetic import FIRST_TID, Base

SIZES = (100_000, 1_000_000, 10_000_000)
QUICK_SIZES = (20_000, 100_000)
# Open orders beside so many: they grow with the shop, but not as history does.
OPEN = {20_000: 2_000, 100_000: 4_000, 1_000_000: 13_000, 10_000_000: 41_000}
STEP = timedelta(days=730) / 10_000_000
TABS = ("past_due", "awaiting_audit", "all", "held")
PASSWORD = "plain-orchid-ladder-47"  # noqa: S105 - of a database that is dropped
LIMITS_MS = {"p50": 12.0, "p95": 30.0}
LIMIT_RATIO = 1.3


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: what the server says that it took, its processor time here, its size."""

    milliseconds: float
    processor_ms: float
    size: int


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--rounds", type=int, default=200, help="requests to each page")
    parser.add_argument("--sizes", help="numbers of orders, parted by commas")
    options = parser.parse_args()
    sizes = QUICK_SIZES if options.quick else SIZES
    if options.sizes:
        sizes = tuple(int(one) for one in options.sizes.split(","))
    print(json.dumps(measure(sizes=sizes, rounds=options.rounds), indent=1))  # noqa: T201


def measure(*, sizes: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Grow the scratch database through `sizes` and measure each page at each."""
    with scratch_database("bench_pages"):
        visitor = Visitor()
        base = Base(newest=datetime.now(UTC) - timedelta(days=2), step=STEP)  # noqa: TID251
        results = []
        for size in sizes:
            now = datetime.now(UTC)  # noqa: TID251
            base.grow(orders=size, open_orders=OPEN.get(size, size // 25), now=now)
            _count_queues(now)
            results.append(measure_at(visitor, base, rounds=rounds))
    return {"rounds": rounds, "sizes": results, **_verdict(results)}


class Visitor:
    """A signed-in manager who asks the WSGI application for pages."""

    def __init__(self) -> None:
        from shopops.wsgi import application

        self._application = application
        self._cookie = _sign_in()

    def get(self, path: str, **query: str) -> Answer:
        """Ask for one page.

        :raises RuntimeError: if it is not shown
        """
        from django.test import RequestFactory

        environment = (
            RequestFactory(HTTP_COOKIE=self._cookie, SERVER_NAME="localhost")
            .get(path, query)
            .environ
        )
        heard: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            heard.update(headers, status=status)

        started = time.thread_time()
        response = self._application(environment, start)
        size = sum(len(part) for part in response)
        response.close()
        processor_ms = (time.thread_time() - started) * 1000
        if not heard["status"].startswith("200"):
            raise RuntimeError(f"{path}: {heard['status']} {heard.get('Location', '')}")
        spent = float(heard["Server-Timing"].split("dur=")[1])
        return Answer(spent, processor_ms, size)


def _sign_in() -> str:
    """Set a shop up with a manager who has a second factor, and sign in by both forms."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
    from allauth.mfa.utils import encrypt
    from django.test import Client
    from django.urls import reverse

    from shopops.staff.actions import people, setup
    from shopops.staff.models import User

    now = datetime.now(UTC)  # noqa: TID251
    words = {"password": PASSWORD, "now": now}
    boss = setup.set_up_shop(
        shop_name="棉语家纺", platform="tmall", username="admin", name="林岚", **words
    )
    people.add_person(username="ning", name="阿宁", roles=["manager"], by=boss, **words)
    User.objects.update(must_change_password=False)
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105
    manager = User.objects.get(username="ning")
    Authenticator.objects.create(
        user=manager, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}
    )
    client = Client(SERVER_NAME="localhost")
    client.post(reverse("account_login"), {"login": "ning", "password": PASSWORD})
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    client.post(reverse("mfa_authenticate"), {"code": code})
    return "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())


def _count_queues(now: datetime) -> None:
    from orders.actions.counts import refresh_queue_counts

    refresh_queue_counts(platform="tmall", now=now)


def pages(base: Base) -> dict[str, Callable[[], tuple[str, dict[str, str]]]]:
    """Give the pages to measure by name: each call gives path and query of one request."""
    from django.urls import reverse

    from shopops.lib.paging import encode_key

    dice = random.Random(1)  # noqa: S311 - which order is looked for

    def tab(code: str) -> Callable[[], tuple[str, dict[str, str]]]:
        return lambda: (reverse("orders:queue", args=[code]), {})

    def deep() -> tuple[str, dict[str, str]]:
        at = base.newest - base.step * dice.randrange(base.made * 9 // 10)
        return reverse("orders:queue", args=["all"]), {"after": encode_key((at, 1))}

    def search() -> tuple[str, dict[str, str]]:
        tail = str(FIRST_TID + dice.randrange(1, base.made))[-6:]
        return reverse("orders:queue", args=["all"]), {"q": tail}

    return {**{code: tab(code) for code in TABS}, "all, deep": deep, "search 6 digits": search}


def measure_at(visitor: Visitor, base: Base, *, rounds: int) -> dict[str, Any]:
    """Measure each page `rounds` times, the pages in turn so that noise meets all alike."""
    wanted = pages(base)
    spent: dict[str, list[float]] = {name: [] for name in wanted}
    processor: dict[str, list[float]] = {name: [] for name in wanted}
    in_sql: dict[str, list[float]] = {name: [] for name in wanted}
    queries: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for number in range(rounds + 5):
        for name, request in wanted.items():
            path, query = request()
            answer = visitor.get(path, **query)
            if number >= 5:  # the first ones fill caches
                spent[name].append(answer.milliseconds)
                processor[name].append(answer.processor_ms)
                sizes[name] = answer.size
    for _ in range(max(rounds // 5, 5)):
        for name, request in wanted.items():
            path, query = request()
            with _Watch() as watch:
                visitor.get(path, **query)
            in_sql[name].append(watch.milliseconds)
            queries[name] = watch.queries
    say(f"measured at {base.made:,} orders")
    load = [float(one) for one in open("/proc/loadavg").read().split()[:2]] if _has_load() else []  # noqa: PTH123, SIM115
    return {
        "orders": base.made,
        "open_orders": base.open_made,
        "database_mb": int(str(run("SELECT pg_database_size(current_database()) >> 20")[0][0])),
        "load_average": load,
        "pages": {
            name: {
                **_figures(spent[name]),
                "processor_p50": round(statistics.median(processor[name]), 2),
                "sql_p50": round(statistics.median(in_sql[name]), 2),
                "queries": queries[name],
                "kb": round(sizes[name] / 1024),
            }
            for name in wanted
        },
    }


def _has_load() -> bool:
    from pathlib import Path

    return Path("/proc/loadavg").exists()


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


def _figures(spent: list[float]) -> dict[str, float]:
    ordered = sorted(spent)
    return {
        "min": round(ordered[0], 2),
        "p50": round(statistics.median(ordered), 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
    }


def _verdict(results: list[dict[str, Any]]) -> dict[str, Any]:
    first, last = results[0]["pages"], results[-1]["pages"]
    ratios = {
        name: {part: round(last[name][part] / first[name][part], 2) for part in ("p50", "p95")}
        for name in first
    }
    tabs = [result["pages"][name] for result in results for name in TABS]
    return {
        "ratio_largest_to_smallest": ratios,
        "limits": {**LIMITS_MS, "ratio_p50": LIMIT_RATIO},
        "worst_tab": {part: max(tab[part] for tab in tabs) for part in LIMITS_MS},
        "worst_tab_ratio_p50": max(ratios[name]["p50"] for name in TABS),
    }


if __name__ == "__main__":
    main()
