"""Versioned encryption keys. Pure: the file-reading child uses it without Django's settings."""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION_BYTES = 2
BLIND_BYTES = 16


class SealBrokenError(Exception):
    """A sealed value cannot be opened: unknown key version, or changed bytes."""


def derive(key: bytes, *, purpose: str, salt: bytes = b"") -> bytes:
    """Give a key of its own for one purpose."""
    return HKDF(
        algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt or None, info=purpose.encode()
    ).derive(key)


def _key(text: str) -> tuple[int, bytes]:
    version, _, encoded = text.strip().partition(":")
    try:
        number, key = int(version), base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ValueError("FIELD_KEYS: each key is written <number>:<base64 of 32 bytes>") from error
    if not 0 < number < 1 << (8 * VERSION_BYTES) or len(key) != KEY_BYTES:
        raise ValueError("FIELD_KEYS: each key is written <number>:<base64 of 32 bytes>")
    return number, key


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys by version; `first` encrypts, all decrypt."""

    first: int
    keys: dict[int, bytes]

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read `2:<base64>,1:<base64>`.

        :raises ValueError: if a key is not 32 bytes, or a version stands twice
        """
        pairs = [_key(part) for part in text.split(",") if part.strip()]
        if not pairs or len({version for version, _ in pairs}) != len(pairs):
            raise ValueError("FIELD_KEYS: at least one key, and each version once")
        return cls(first=pairs[0][0], keys=dict(pairs))

    def key(self, version: int) -> bytes:
        """Give the key of a version.

        :raises SealBrokenError: if it is not in the ring
        """
        try:
            return self.keys[version]
        except KeyError:
            raise SealBrokenError(f"no key of version {version}") from None


class Sealer:
    """Seals short values: key version, nonce, then AES-256-GCM over the value."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._ciphers = {
            version: AESGCM(derive(key, purpose="shopops field"))
            for version, key in ring.keys.items()
        }
        self._blind_keys = {
            version: derive(key, purpose="shopops blind index")
            for version, key in ring.keys.items()
        }

    def __call__(self, values: list[bytes | None]) -> list[bytes | None]:
        """Seal many values; None stays None."""
        return [None if value is None else self.seal(value) for value in values]

    def seal(self, value: bytes) -> bytes:
        """Encrypt one value with the first key."""
        front = self._ring.first.to_bytes(VERSION_BYTES, "big")
        nonce = os.urandom(NONCE_BYTES)
        return front + nonce + self._ciphers[self._ring.first].encrypt(nonce, value, front)

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypt one value.

        :raises SealBrokenError: if its key is gone or its bytes were changed
        """
        front, rest = bytes(sealed[:VERSION_BYTES]), bytes(sealed[VERSION_BYTES:])
        cipher = self._ciphers.get(int.from_bytes(front, "big"))
        if cipher is None:
            raise SealBrokenError("no key of this version")
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], front)
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError("the sealed value was changed") from error

    def is_current(self, sealed: bytes) -> bool:
        """Say whether a value is sealed with the first key; others wait for re-sealing."""
        return int.from_bytes(sealed[:VERSION_BYTES], "big") == self._ring.first

    def blind_index(self, text: str) -> bytes:
        """Give the keyed 16-byte index under which a value is stored."""
        return self._blind(text, self._ring.first)

    def blind_indexes(self, text: str) -> list[bytes]:
        """Give the indexes under all keys, first key first: search with `IN` while keys rotate."""
        others = [version for version in self._ring.keys if version != self._ring.first]
        return [self._blind(text, version) for version in (self._ring.first, *others)]

    def blind(self, values: list[str | None]) -> list[bytes | None]:
        """Index many values; None stays None."""
        return [None if value is None else self.blind_index(value) for value in values]

    def _blind(self, text: str, version: int) -> bytes:
        return hmac.digest(self._blind_keys[version], text.encode(), sha256)[:BLIND_BYTES]
