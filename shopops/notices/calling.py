"""Handing a text to one address of Apprise, and what became of it. For staff, never for customers.

Apprise takes HTTP 200 for done, while the robots of DingTalk, WeCom and Feishu say in the body of such
an answer that they refused; and it tells only yes or no. So the answer itself is listened to. An
address is a secret: it stands in no log, in no error and in no answer that is shown.
"""

import json
import logging
import re
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import requests
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

LONGEST = 300
# Services by the schema of their addresses, as people here call them.
LABELS: dict[str, str | Promise] = {
    "dingtalk": _("钉钉群机器人"),
    "wecombot": _("企业微信群机器人"),
    "feishu": _("飞书群机器人"),
    "lark": _("飞书群机器人"),
    "mailto": _("邮件"),
    "mailtos": _("邮件"),
    "json": _("自己的接口"),
    "jsons": _("自己的接口"),
}
# Stored in Chinese; pages show them in the reader's language.
TAKEN = gettext_noop("对方收下了")
ANSWERED = gettext_noop("对方回答 {status}：{body}")
NO_CONNECTION = gettext_noop("连不上对方，没有发出去")
NO_NAME = gettext_noop("找不到对方的主机名，没有发出去")
NO_TRUST = gettext_noop("对方的证书不对，没有发出去")
NO_ANSWER = gettext_noop("交出去以后没有等到回答，不知道对方收到没有")
REFUSED = gettext_noop("对方不收：{words}")
NOT_TAKEN = gettext_noop("对方不收，没有说为什么")
# A piece of an address shorter than this is no secret: a host, a schema.
_SECRET = 8
# So much of the end of a key is shown, and only of a long one.
_TAIL = 4
# Web hooks that Apprise does not know by themselves, as people copy them from the service.
_HOOKS = (
    (
        re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=([0-9A-Za-z]+)$"),
        "dingtalk",
    ),
    (re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([\w-]+)/?$"), "feishu"),
)
_CODES = ("errcode", "StatusCode", "code")
_BOTS = frozenset({"dingtalk", "wecombot", "feishu", "lark"})
# A connection that broke off after it stood: what was handed over may have arrived.
_BROKE_OFF = ("Errno 104", "Errno 32", "unexpectedly closed", "timed out")


class NotAnAddressError(ValueError):
    """No service of Apprise is addressed so. Says nothing of the address itself."""


class Fate(Enum):
    """What is known of a text that was handed over."""

    TAKEN = "taken"
    REFUSED = "refused"  # for certain not delivered
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of it. `words` are a Chinese msgid with its parts filled in."""

    fate: Fate
    words: str


@dataclass(frozen=True, slots=True)
class Service:
    """What an address is of. `hint` tells two of them apart and gives neither away."""

    schema: str
    hint: str
    takes_files: bool


@dataclass(slots=True)
class _Ear:
    """What was heard while one text was handed over."""

    schema: str
    status: int = 0
    body: str = ""
    error: requests.RequestException | None = None
    lines: list[str] = field(default_factory=list)


_ear: ContextVar[_Ear | None] = ContextVar("shopops_notice_ear", default=None)


class _Listening:
    """`requests` as a plugin of Apprise uses it, with an ear to the answers."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(requests, name)

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401
        return self._heard(requests.post, args, kwargs)

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401
        return self._heard(requests.request, args, kwargs)

    def _heard(self, ask: Any, args: Any, kwargs: Any) -> requests.Response:  # noqa: ANN401
        ear = _ear.get()
        try:
            answer: requests.Response = ask(*args, **kwargs)
        except requests.RequestException as error:
            if ear is not None:
                ear.error = error
            raise
        if ear is not None:
            ear.status, ear.body = answer.status_code, answer.text[:LONGEST]
        return answer


class _Lines(logging.Handler):
    """Keeps what Apprise itself says while one text is handed over, in the process that does it."""

    def emit(self, record: logging.LogRecord) -> None:
        ear = _ear.get()
        if ear is not None:
            ear.lines.append(record.getMessage())


def _apprise() -> ModuleType:
    import apprise  # takes a while to load, and few shops use it

    logger = logging.getLogger("apprise")
    if logger.propagate:
        # It writes addresses that it cannot read into the log.
        logger.propagate = False
        logger.setLevel(logging.DEBUG)
        logger.addHandler(_Lines())
    return apprise


def _service(address: str) -> Any:  # noqa: ANN401
    """Give what Apprise makes of an address.

    :raises NotAnAddressError: if it can make nothing of it
    """
    made = _apprise().Apprise.instantiate(_written(address), suppress_exceptions=True)
    if not made:
        raise NotAnAddressError
    plugin = sys.modules[type(made).__module__]
    if getattr(plugin, "requests", None) is requests:
        plugin.requests = _Listening()  # type: ignore[attr-defined]
    return made


def _written(address: str) -> str:
    """Write the address of a robot's web hook, as the service shows it, as Apprise wants it."""
    text = address.strip()
    for shape, schema in _HOOKS:
        if found := shape.match(text):
            return f"{schema}://{found[1]}"
    return text


def service_of(address: str) -> Service:
    """Say what an address is of.

    :raises NotAnAddressError: if it is of no service
    """
    made = _service(address)
    schema = _schema(made)
    longest = max(_pieces(address), key=len, default="")
    # The longest piece of an e-mail address may be its password.
    is_key = len(longest) >= 3 * _TAIL and not schema.startswith("mailto")
    tail = longest[-_TAIL:] if is_key else ""
    return Service(schema, tail, bool(getattr(made, "attachment_support", False)))


def label_of(schema: str) -> str:
    """Name a service."""
    return str(LABELS.get(schema, schema))


def _schema(made: Any) -> str:  # noqa: ANN401
    schema: str = made.url().split("://", 1)[0]
    return schema


def _pieces(address: str) -> list[str]:
    rest = unquote(address.split("://", 1)[-1])
    return [piece for piece in re.split(r"[^\w-]+", rest) if len(piece) >= _SECRET]


def call(address: str, *, title: str, body: str, files: Sequence[Path] = ()) -> Answer:
    """Hand a text over to one address. Never raises for what the other side does.

    :raises NotAnAddressError: if the address is of no service
    """
    made = _service(address)
    caller = _apprise().Apprise()
    caller.add(made)
    ear = _Ear(_schema(made))
    token = _ear.set(ear)
    try:
        attach = [str(path) for path in files] if getattr(made, "attachment_support", 0) else None
        told = bool(caller.notify(body=body, title=title, attach=attach or None))
    finally:
        _ear.reset(token)
    answer = _judged(ear, told=told)
    return Answer(answer.fate, _without_secrets(answer.words, address)[:LONGEST])


def _judged(ear: _Ear, *, told: bool) -> Answer:
    if ear.error is not None:
        return _of_error(ear.error)
    if ear.status:
        refused = not told or says_no(ear.schema, ear.body)
        words = ANSWERED.format(status=ear.status, body=ear.body or "—")
        return Answer(Fate.REFUSED if refused else Fate.TAKEN, words)
    if told:
        return Answer(Fate.TAKEN, TAKEN)
    return _of_lines(ear.lines)


def says_no(schema: str, body: str) -> bool:
    """Say whether the body of an answer refuses, whatever its HTTP status is."""
    try:
        said = json.loads(body)
    except ValueError:
        return False
    if not isinstance(said, dict):
        return False
    codes = _CODES if schema in _BOTS else _CODES[:1]
    return any(said.get(code) not in (None, 0, "0") for code in codes)


def _of_error(error: requests.RequestException) -> Answer:
    """Tell an error before anything was handed over from one after it."""
    if isinstance(error, requests.exceptions.SSLError):
        return Answer(Fate.REFUSED, NO_TRUST)
    text = repr(error)
    if "NameResolution" in text or "getaddrinfo" in text:
        return Answer(Fate.REFUSED, NO_NAME)
    if isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in text:
        return Answer(Fate.REFUSED, NO_CONNECTION)
    if isinstance(error, (requests.ConnectionError, requests.Timeout)):
        return Answer(Fate.UNKNOWN, NO_ANSWER)
    return Answer(Fate.REFUSED, NO_CONNECTION)


def _of_lines(lines: Sequence[str]) -> Answer:
    """Judge by what Apprise said where it does not speak HTTP, as with e-mail."""
    why = next((line for line in reversed(lines) if "Exception" in line or "rror" in line), "")
    if any(sign in why for sign in _BROKE_OFF):
        return Answer(Fate.UNKNOWN, NO_ANSWER)
    if "Errno 111" in why or "Connection refused" in why:
        return Answer(Fate.REFUSED, NO_CONNECTION)
    return Answer(Fate.REFUSED, REFUSED.format(words=why) if why else NOT_TAKEN)


def _without_secrets(words: str, address: str) -> str:
    for piece in sorted(_pieces(address), key=len, reverse=True):
        words = words.replace(piece, "***")
    return words
