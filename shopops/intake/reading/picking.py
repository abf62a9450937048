"""Single rows of a file as they stand in it, by line number: what the error file is made of."""

from collections.abc import Iterable, Iterator

from shopops.intake.reading.decode import to_utf8
from shopops.intake.reading.lines import ROW_LINES, fit, parse_row
from shopops.intake.reading.workbook import Sheet, cell_text

type Row = tuple[int, list[str]]


def pick_csv(
    pieces: Iterable[bytes], *, encoding: str, wanted: set[int], width: int
) -> Iterator[Row]:
    """Give the wanted rows of a CSV file; a row whose quotes are broken is split at its commas."""
    lines = enumerate(_lines(to_utf8(pieces, encoding)), start=1)
    held: list[tuple[int, str]] = []
    for number, line in lines:
        held.append((number, line))
        if len(held) > ROW_LINES:
            yield from _pick(held, wanted, width)
            held = held[1:]
    while held:
        yield from _pick(held, wanted, width)
        held = held[1:]


def _pick(held: list[tuple[int, str]], wanted: set[int], width: int) -> Iterator[Row]:
    number, line = held[0]
    if number not in wanted:
        return
    for end in range(1, len(held) + 1):
        cells, _ = parse_row([text for _, text in held[:end]])
        if cells is not None and (end == 1 or not fit(cells, width=width)[1]):
            yield number, cells
            return
    yield number, [cell.strip('"') for cell in line.rstrip("\r\n").replace("\0", "").split(",")]


def _lines(texts: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for text in texts:
        *whole, rest = (rest + text).split(b"\n")
        for line in whole:
            yield line.decode() + "\n"
    if rest:
        yield rest.decode()


def pick_sheet(sheet: Sheet, *, wanted: set[int]) -> Iterator[Row]:
    """Give the wanted rows of a workbook's sheet."""
    for number, row in enumerate(sheet.rows, start=sheet.first_line):
        if number in wanted:
            yield number, [cell_text(cell) for cell in row]
