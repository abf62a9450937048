"""The kinds of files that may come in. Higher apps register theirs in `AppConfig.ready`."""

from importlib import import_module
from typing import cast

from shopops.intake.spec import FileKind, Importer

_KINDS: dict[str, FileKind] = {}


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


def importer_of(kind: FileKind) -> Importer:
    """Load a kind's importer: a pure module."""
    return cast("Importer", import_module(kind.importer))
