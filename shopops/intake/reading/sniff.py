"""Which kind a file is: by its header, never by its name."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.spec import Importer

# Reports of the platform's analytics have a few lines above their header.
PREAMBLE_LINES = 20


@dataclass(frozen=True, slots=True)
class Header:
    """The header that was found, and who reads the rows below it."""

    importer: Importer
    layout: str
    names: list[str]  # stripped; empty where a column has no name
    place: int  # index of the header among the rows looked at
    preamble: list[list[str]] = field(default_factory=list)  # what stands above it, stripped


def strip_names(cells: Sequence[str | None]) -> list[str]:
    """Strip blanks, tabs and stray marks from header cells, and drop empty ones at the end."""
    names = [(cell or "").strip("\ufeff \t\r\n\u3000\xa0") for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def find_header(
    rows: Sequence[Sequence[str | None]], importers: Sequence[Importer], *, wanted: str | None
) -> Header:
    """Find the header among the first rows.

    :raises FileRefusedError: if no kind knows it, or if it lacks needed columns
    """
    near: tuple[str, tuple[str, ...]] | None = None
    for place, row in enumerate(rows[:PREAMBLE_LINES]):
        names = strip_names(row)
        for importer in importers:
            match = importer.match(names) if names else None
            if match is None:
                continue
            if not match.missing:
                above = [strip_names(one) for one in rows[:place]]
                found = Header(importer, match.layout, names, place, above)
                return _of_wanted(found, wanted)
            if near is None or len(match.missing) < len(near[1]):
                near = (importer.LABEL, match.missing)
    if near is not None:
        raise FileRefusedError("missing_columns", near[0], "、".join(near[1]))
    seen = next((strip_names(row) for row in rows if strip_names(row)), [])
    raise FileRefusedError("unknown_header", "、".join(name for name in seen[:6] if name))


def _of_wanted(header: Header, wanted: str | None) -> Header:
    if wanted and wanted != header.importer.KIND:
        raise FileRefusedError("other_kind", header.importer.LABEL)
    return header
