"""Encryption of personal data at rest with the installation's keys (`FIELD_KEYS`)."""

from functools import lru_cache

from django.conf import settings

from shopops.lib.keys import KeyRing, Sealer


@lru_cache(maxsize=4)
def _sealer(text: str) -> Sealer:
    return Sealer(KeyRing.parse(text))


def sealer() -> Sealer:
    """Give the sealer of the installation's keys."""
    return _sealer(settings.FIELD_KEYS)


def key_ring() -> KeyRing:
    """Give the installation's keys."""
    return KeyRing.parse(settings.FIELD_KEYS)


def seal(value: bytes) -> bytes:
    """Encrypt one value with the newest key; the key's version stands in front."""
    return sealer().seal(value)


def unseal(sealed: bytes) -> bytes:
    """Decrypt one value.

    :raises shopops.lib.keys.SealBrokenError: if its key is gone or its bytes were changed
    """
    return sealer().unseal(sealed)


def blind_index(text: str) -> bytes:
    """Give the keyed 16-byte index of a normalised value, under which it is stored."""
    return sealer().blind_index(text)


def blind_indexes(text: str) -> list[bytes]:
    """Give the indexes of a value under all keys, to search while keys rotate."""
    return sealer().blind_indexes(text)
