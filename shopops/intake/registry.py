"""The kinds of files that may come in. Higher apps register theirs in `AppConfig.ready`."""

from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import cast

from shopops.intake.spec import FileKind, Importer

_KINDS: dict[str, FileKind] = {}
# What every importer reads with.
_SHARED = ("cells.py", "sheet.py")


def register_file_kind(kind: FileKind) -> None:
    """Offer a kind of file. Registering the same code again replaces it."""
    _KINDS[kind.code] = kind


def forget_file_kind(code: str) -> None:
    """Take a kind back."""
    _KINDS.pop(code, None)


def file_kind(code: str) -> FileKind:
    """Give the kind of this code.

    :raises LookupError: if no app registered it
    """
    try:
        return _KINDS[code]
    except KeyError:
        raise LookupError(f"no such kind of file: {code}") from None


def file_kinds() -> tuple[FileKind, ...]:
    """Give all kinds, in the order of registration."""
    return tuple(_KINDS.values())


@cache
def reader_digest(code: str) -> str:
    """Name the state of the code that reads a kind: a changed reader may find more in an old file."""
    here = Path(__file__)
    folder = Path(str(import_module(file_kind(code).importer).__file__)).parent
    digest = sha256()
    for path in sorted([*folder.glob("*.py"), *(here.with_name(name) for name in _SHARED)]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# Who else keeps files in the vault: gives those among some names that are still wanted.
Keeper = Callable[[Iterable[str]], set[str]]
_keepers: list[Keeper] = []


def keep_files(keeper: Keeper) -> Keeper:
    """Let an app that keeps files of its own in the vault say which it still needs."""
    if keeper not in _keepers:
        _keepers.append(keeper)
    return keeper


def names_kept(names: Iterable[str]) -> set[str]:
    """Give those among `names` that some app still needs."""
    asked = list(names)
    return {name for keeper in _keepers for name in keeper(asked)}


def importer_of(kind: FileKind) -> Importer:
    """Load a kind's importer: a pure module."""
    return cast("Importer", import_module(kind.importer))
