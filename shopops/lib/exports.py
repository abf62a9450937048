"""The one writer of files that people open in a spreadsheet: cells are text, never formulas."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Literal

import xlsxwriter

type Encoding = Literal["utf-8-sig", "gb18030"]

# A spreadsheet may run a cell that starts so. Chinese input methods type the full-width signs.
_SIGNS = frozenset("=+-@＝＋－＠\t\r\n\0|%")
_BLANKS = " \u00a0\u3000\u200b\ufeff"
_NUMERIC = frozenset("0123456789.,%")
# What the platform itself writes around order numbers; spreadsheets show the number.
_WRAPPED_OPEN, _WRAPPED_CLOSE = '="', '"'


def is_wrapped_number(text: str) -> bool:
    """Say whether a cell is the platform's own `="123"`: digits only, so nothing can be run."""
    inner = text[len(_WRAPPED_OPEN) : -len(_WRAPPED_CLOSE)]
    return (
        text.startswith(_WRAPPED_OPEN)
        and text.endswith(_WRAPPED_CLOSE)
        and len(text) > len(_WRAPPED_OPEN)
        and all(char in "0123456789-" for char in inner)
    )


def _is_plain_number(text: str) -> bool:
    return (
        len(text) > 1
        and text[0] in "+-"
        and text[1].isascii()
        and text[1].isdigit()
        and all(char in _NUMERIC for char in text[1:])
    )


def safe_cell(text: str) -> str:
    """Give a cell that no spreadsheet takes for a formula: a suspicious one gets a mark in front.

    A plain signed number stays as it is, so does the platform's `="123"`. Importers strip the mark.
    """
    bare = text.lstrip(_BLANKS)
    if not bare or bare[0] not in _SIGNS or _is_plain_number(text) or is_wrapped_number(text):
        return text
    return "'" + text


def csv_rows(rows: Iterable[Sequence[object]], *, encoding: Encoding) -> Iterator[bytes]:
    """Give a CSV file in pieces: every cell quoted and safe, CRLF, a mark in front for UTF-8."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if encoding == "utf-8-sig":
        yield b"\xef\xbb\xbf"
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    for row in rows:
        writer.writerow([safe_cell(_text(cell)) for cell in row])
        yield line.getvalue().encode(codec)
        line.seek(0)
        line.truncate()


def write_xlsx(
    rows: Iterable[Sequence[object]], target: BinaryIO, *, sheet: str = "export"
) -> None:
    """Write a workbook of one sheet whose cells are all strings, built in memory."""
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,  # no plain text in temporary files
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write_string(number, column, safe_cell(_text(cell)))
    book.close()


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
