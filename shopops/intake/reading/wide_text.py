"""UTF-16 text with tabs, as 淘宝助理 and Excel's "Unicode text" write it: whole in memory, strict.

Cells hold whole web pages with line breaks, so the limits of CSV lines do not fit; the size of the
file is limited as a workbook's is.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from shopops.intake.reading.blocks import Block, column_names, finish_block, rows_to_table
from shopops.intake.reading.picking import Row
from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.reading.sniff import PREAMBLE_LINES, Header, find_header
from shopops.intake.spec import CellError, Importer

UTF16 = "utf-16"
LEAST_COLUMNS = 3
BLOCK_ROWS = 2_000
# A web page of a product; the platform itself allows 25,000 characters of it, older ones more.
CELL_CHARS = 400_000
_TOO_LONG = f"单元格超过 {CELL_CHARS} 个字符"


@dataclass(slots=True)
class Text:
    """A text whose header is known, with the rows below it and their first lines."""

    header: Header
    rows: Iterator[Row]


def open_text(data: bytes, importers: Sequence[Importer], *, wanted: str | None) -> Text:
    """Decode a file and find its header.

    :raises FileRefusedError: if a byte cannot be read, or no kind knows the header
    """
    rows = _rows(_decoded(data))
    head = list(islice(rows, PREAMBLE_LINES))
    header = find_header([cells for _, cells in head], importers, wanted=wanted)
    return Text(header, chain(head[header.place + 1 :], rows))


def _decoded(data: bytes) -> str:
    try:
        return data.decode(UTF16).replace("\0", "")
    except UnicodeDecodeError as error:
        raise FileRefusedError("utf16", error.start + 1) from error


def _rows(text: str) -> Iterator[Row]:
    """Give the rows with the numbers of their first lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileRefusedError("line_too_long", csv.field_size_limit() >> 20) from error


def _delimiter(text: str) -> str:
    """Tell by the first line that has columns at all; below it there are pages of HTML."""
    for line in text[: 64 << 10].splitlines()[:PREAMBLE_LINES]:
        for sign in "\t,":
            if line.count(sign) >= LEAST_COLUMNS:
                return sign
    return "\t"


def text_blocks(text: Text) -> Iterator[Block]:
    """Give the data rows in blocks; a row that is shorter than the header ends in empty cells."""
    names = column_names(text.header.names)
    while rows := list(islice(text.rows, BLOCK_ROWS)):
        block = Block(rows_to_table([], names))
        good: list[tuple[int, list[str]]] = []
        for number, cells in rows:
            reason = _reason(cells, len(names))
            if reason:
                block.errors.append(CellError(number, "", "", reason))
            elif any(cell.strip() for cell in cells):
                good.append((number, [*cells, *[""] * len(names)][: len(names)]))
        block.table = rows_to_table(good, names)
        block.lines = rows[-1][0]
        yield finish_block(block)


def _reason(cells: list[str], width: int) -> str:
    if any(len(cell) > CELL_CHARS for cell in cells):
        return _TOO_LONG
    if any(cell.strip() for cell in cells[width:]):
        return f"比表头多出 {len(cells) - width} 格，内容可能错位"
    return ""


def pick_text(data: bytes, *, wanted: set[int], width: int) -> Iterator[Row]:
    """Give the wanted rows as they stand."""
    for number, cells in _rows(_decoded(data)):
        if number in wanted:
            yield number, [*cells, *[""] * (width - len(cells))]
