"""Files that are kept only encrypted: AES-256-GCM in chunks, written and read as streams.

Layout: magic, key version (2), salt (16), then chunks of 1 MiB plain text, each with its tag. Every
file has a key of its own, derived with the salt; the nonce is the chunk's number and whether it is
the last, so that a missing, swapped or repeated chunk cannot be opened.
"""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from shopops.lib.keys import VERSION_BYTES, SealBrokenError, derive
from shopops.lib.sealing import key_ring

MAGIC = b"SOVAULT1"
SALT_BYTES = 16
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
_HEADER_BYTES = len(MAGIC) + VERSION_BYTES + SALT_BYTES


class VaultBrokenError(Exception):
    """A stored file cannot be read: gone, cut off, changed, or its key is not there."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the vault: its name there, and what its plain text was."""

    name: str
    sha256: str
    size_bytes: int


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "uploads"


def path_of(name: str) -> Path:
    """Give the path of a stored file.

    :raises VaultBrokenError: if the name is none of ours
    """
    if not name or not name.isalnum():
        raise VaultBrokenError(f"not a name in the vault: {name!r}")
    return _folder() / name


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")


def _cipher(version: int, salt: bytes) -> AESGCM:
    return AESGCM(derive(key_ring().key(version), purpose="shopops vault", salt=salt))


class VaultWriter:
    """Takes plain bytes, keeps none of them on disk. Ends with `finish` or `abort`."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(20)
        _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        self._part = _folder() / f"{self._name}.part"
        version, salt = key_ring().first, os.urandom(SALT_BYTES)
        self._header = MAGIC + version.to_bytes(VERSION_BYTES, "big") + salt
        self._cipher = _cipher(version, salt)
        handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._file.write(self._header)
        self._pending = bytearray()
        self._hash = sha256()
        self._number = 0
        self.size_bytes = 0

    def write(self, data: bytes) -> None:
        """Take more bytes."""
        self._hash.update(data)
        self.size_bytes += len(data)
        self._pending += data
        while len(self._pending) > CHUNK_BYTES:
            chunk = bytes(self._pending[:CHUNK_BYTES])
            del self._pending[:CHUNK_BYTES]
            self._put(chunk, is_last=False)

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._file.write(self._cipher.encrypt(nonce, chunk, self._header))
        self._number += 1

    def finish(self) -> Stored:
        """Write the last chunk and give the file its name; only now it exists."""
        self._put(bytes(self._pending), is_last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.rename(_folder() / self._name)
        return Stored(name=self._name, sha256=self._hash.hexdigest(), size_bytes=self.size_bytes)

    def abort(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._part.unlink(missing_ok=True)


def store(source: BinaryIO) -> Stored:
    """Copy a stream into the vault."""
    writer = VaultWriter()
    try:
        while data := source.read(CHUNK_BYTES):
            writer.write(data)
        return writer.finish()
    except BaseException:
        writer.abort()
        raise


def chunks(name: str) -> Iterator[bytes]:
    """Give the plain text in chunks of at most 1 MiB; each is checked before it is given.

    :raises VaultBrokenError: as soon as a chunk is missing, changed or out of order
    """
    try:
        file = path_of(name).open("rb")
    except OSError as error:
        raise VaultBrokenError("the stored file is gone") from error
    with file:
        header = file.read(_HEADER_BYTES)
        if len(header) != _HEADER_BYTES or not header.startswith(MAGIC):
            raise VaultBrokenError("the stored file has no header of ours")
        yield from _open_chunks(file, header)


def _open_chunks(file: BinaryIO, header: bytes) -> Iterator[bytes]:
    version = int.from_bytes(header[len(MAGIC) : len(MAGIC) + VERSION_BYTES], "big")
    try:
        cipher = _cipher(version, header[-SALT_BYTES:])
        number, sealed = 0, file.read(CHUNK_BYTES + TAG_BYTES)
        while True:
            following = file.read(CHUNK_BYTES + TAG_BYTES)
            yield cipher.decrypt(_nonce(number, is_last=not following), sealed, header)
            if not following:
                return
            number, sealed = number + 1, following
    except (InvalidTag, SealBrokenError, ValueError) as error:
        raise VaultBrokenError("the stored file was cut off or changed") from error


def remove(name: str) -> None:
    """Delete a stored file; a name that is not there is fine."""
    if name:
        path_of(name).unlink(missing_ok=True)


def names_older_than(age_seconds: float, *, at: float) -> list[str]:
    """Give the names of files, half-written ones too, last written so long before `at`."""
    if not _folder().is_dir():
        return []
    return [path.name for path in _folder().iterdir() if at - path.stat().st_mtime > age_seconds]


def remove_part(name: str) -> None:
    """Delete what a broken-off upload left (`….part`)."""
    if name.endswith(".part") and name.removesuffix(".part").isalnum():
        (_folder() / name).unlink(missing_ok=True)
