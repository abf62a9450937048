"""An SMS gateway by HTTP: a provider's own, or a small bridge in front of it.

    POST {SMS_GATEWAY_URL}/messages        {"key", "to", "text"}   2xx taken · 4xx refused · else unknown
    GET  {SMS_GATEWAY_URL}/messages/{key}                          200 taken · 404 never received · else unknown

`Authorization: Bearer {SMS_GATEWAY_TOKEN}` goes along. An answer is JSON; its `id` or `reason` is kept.
What was not answered in time is unknown and asked about later: it is never posted twice by itself.
"""

import json
from http import HTTPStatus
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from django.conf import settings

from crm.actions.backends.base import Answer, Asked, Message

SECONDS = 10.0


class Gateway:
    """The gateway of the settings."""

    can_be_asked = True
    needs_phone = True

    def send(self, message: Message) -> Answer:
        """Post one message."""
        body = {"key": message.key, "to": message.to, "text": message.text}
        try:
            return Answer(Asked.TAKEN, _call("messages", body))
        except HTTPError as error:
            refused = HTTPStatus.BAD_REQUEST <= error.code < HTTPStatus.INTERNAL_SERVER_ERROR
            with error:
                return Answer(Asked.REFUSED if refused else Asked.UNKNOWN, _words(error.read(2000)))
        except (URLError, OSError, ValueError) as error:
            return Answer(Asked.UNKNOWN, str(error)[:120])

    def ask(self, key: str) -> Answer:
        """Ask what became of a key."""
        try:
            return Answer(Asked.TAKEN, _call(f"messages/{quote(key, safe='')}", None))
        except HTTPError as error:
            with error:
                is_new = error.code == HTTPStatus.NOT_FOUND
                return Answer(Asked.NOT_TAKEN if is_new else Asked.UNKNOWN, f"HTTP {error.code}")
        except (URLError, OSError, ValueError) as error:
            return Answer(Asked.UNKNOWN, str(error)[:120])


def is_configured() -> bool:
    """Say whether this installation has a gateway."""
    return bool(settings.SMS_GATEWAY_URL)


def _call(path: str, body: dict[str, str] | None) -> str:
    address = settings.SMS_GATEWAY_URL.rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise ValueError("SMS_GATEWAY_URL is not set")
    request = Request(  # noqa: S310 - the scheme was looked at
        f"{address}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}",
        },
    )
    with urlopen(request, timeout=SECONDS) as response:  # noqa: S310
        return _words(response.read(2000))


def _words(raw: bytes) -> str:
    try:
        said = json.loads(raw)
    except ValueError:
        return ""
    return str(said.get("id") or said.get("reason") or "")[:120] if isinstance(said, dict) else ""
