"""What a backup says about itself, and whether it is still true."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST, DUMP, SECRETS, UPLOADS = "manifest.json", "database.dump", "secrets.json", "uploads"
_CHUNK_BYTES = 1 << 20


class BackupError(Exception):
    """A backup cannot be made or restored, for a reason that a person can act on."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup; `path` is relative to its folder."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `counts`: rows by table, of the very snapshot that was dumped."""

    made_at: str
    postgres: str
    migrations: list[list[str]]
    counts: dict[str, int]
    files: list[Part]
    format: int = FORMAT


def sha256_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def part_of(folder: Path, path: Path) -> Part:
    """Describe one file of a backup."""
    return Part(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path))


def copy_private(source: Path, target: Path) -> None:
    """Copy a file so that only its owner may read it, and have it on disk."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as old, os.fdopen(handle, "wb") as new:
        while data := old.read(_CHUNK_BYTES):
            new.write(data)
        new.flush()
        os.fsync(new.fileno())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it whole or not at all: the last step of a backup."""
    part = folder / f"{MANIFEST}.part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup says it holds.

    :raises BackupError: if the folder is no backup of ours
    """
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise BackupError(
                f"{folder} is a backup of format {found['format']}, this reads {FORMAT}"
            )
        return Manifest(**{**found, "files": [Part(**part) for part in found["files"]]})
    except OSError as error:
        raise BackupError(f"{folder} is no finished backup: {MANIFEST} is missing") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{folder / MANIFEST} is damaged") from error


def verify(folder: Path, manifest: Manifest) -> None:
    """Hold every file against the manifest. Reads the whole backup, writes nothing.

    :raises BackupError: naming the first file that is missing, changed, or lies outside the folder
    """
    names = {part.path for part in manifest.files}
    if not {DUMP, SECRETS} <= names:
        raise BackupError(f"{folder / MANIFEST} is damaged: it names no {DUMP} or no {SECRETS}")
    for part in manifest.files:
        path = folder / part.path
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BackupError(f"{part.path} lies outside of the backup")
        if not path.is_file():
            raise BackupError(f"{path} is missing")
        if path.stat().st_size != part.size_bytes or sha256_of(path) != part.sha256:
            raise BackupError(f"{path} was changed since the backup was made")
