"""The secrets of one embedded shop: made once, kept in a file that only its owner reads."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from shopops.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from shopops.embedded.layout import Layout


@dataclass(frozen=True, slots=True)
class Keys:
    """`field_keys` are `version:base64` pairs, newest first; the rest is plain text."""

    secret_key: str
    field_keys: list[str]
    database_password: str
    superuser_password: str
    valkey_password: str


def load_keys(layout: Layout) -> Keys:
    """Read the secrets of this shop, making them on the first start.

    :raises EmbeddedError: if a database is there but its secrets are gone or unreadable
    """
    try:
        text = layout.secrets.read_text()
    except FileNotFoundError:
        return _make(layout)
    except PermissionError as error:
        raise EmbeddedError(
            f"{layout.secrets} belongs to another user; run as that user or set SHOPOPS_DATA"
        ) from error
    try:
        return Keys(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise EmbeddedError(f"{layout.secrets} is damaged; put its backup back") from error


def _make(layout: Layout) -> Keys:
    if (layout.postgres / "data").exists():
        raise EmbeddedError(
            f"{layout.secrets} is missing, and without it the data in {layout.postgres} cannot be "
            "read; put its backup back, or choose another SHOPOPS_DATA for a new shop"
        )
    keys = Keys(
        secret_key=secrets.token_urlsafe(48),
        field_keys=[f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}"],
        database_password=secrets.token_urlsafe(24),
        superuser_password=secrets.token_urlsafe(24),
        valkey_password=secrets.token_urlsafe(24),
    )
    write_private(layout.secrets, json.dumps(asdict(keys), indent=1))
    return keys


def write_private(path: os.PathLike[str], text: str) -> None:
    """Write a file that only its owner may read; it appears whole or not at all."""
    part = f"{os.fspath(path)}.{os.getpid()}.part"
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, path)  # noqa: PTH105  (the argument is any path-like)
