"""Rows of XLSX and XLS files as text, by calamine; only behind `archive.check_workbook`."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, islice

import python_calamine

from shopops.intake.reading import archive
from shopops.intake.reading.blocks import Block, column_names, finish_block, rows_to_table
from shopops.intake.reading.lines import fit
from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.reading.sniff import PREAMBLE_LINES, Header, find_header
from shopops.intake.spec import CellError, Importer

BLOCK_ROWS = 20_000
# Spreadsheets keep 15 digits; a longer number is not what the platform wrote.
_EXACT_BELOW = 10**15
HIDDEN_KEYS = "_hide"
KEY_ROWS, KEY_CHARS = 200, 60

type Cell = int | float | str | bool | time | date | datetime | timedelta | None


@dataclass(slots=True)
class Sheet:
    """The sheet that is read, and those that are left out."""

    name: str
    header: Header
    rows: Iterator[Sequence[Cell]]
    first_line: int
    others: list[str]
    # Of hidden sheets named `…_hide`: what the platform calls the columns.
    keys: dict[str, str] = field(default_factory=dict)


def open_sheet(
    data: bytes, importers: Sequence[Importer], *, wanted: str | None, max_rows: int
) -> Sheet:
    """Open a workbook and find the first sheet with a known header.

    :raises FileRefusedError: if it is none, too big, locked, or holds no known header
    """
    if data.startswith(archive.ZIP_MAGIC):
        archive.check_workbook(data, max_rows=max_rows)
    elif "EncryptedPackage".encode("utf-16-le") in data:
        raise FileRefusedError("is_encrypted")
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [meta.name for meta in book.sheets_metadata if _is_visible(meta)]
    except python_calamine.PasswordError as error:
        raise FileRefusedError("is_encrypted") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise FileRefusedError("broken_workbook") from error
    return _first_known(book, names, importers, wanted=wanted, max_rows=max_rows)


def _is_visible(meta: python_calamine.SheetMetadata) -> bool:
    is_sheet = meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    return is_sheet and meta.visible == python_calamine.SheetVisibleEnum.Visible


def _first_known(
    book: python_calamine.CalamineWorkbook,
    names: list[str],
    importers: Sequence[Importer],
    *,
    wanted: str | None,
    max_rows: int,
) -> Sheet:
    refusal: FileRefusedError | None = None
    for name in names:
        sheet = book.get_sheet_by_name(name)
        _check_extent(sheet, max_rows)
        rows = sheet.iter_rows()
        head = list(islice(rows, PREAMBLE_LINES))
        try:
            header = find_header(
                [[cell_text(cell) for cell in row] for row in head], importers, wanted=wanted
            )
        except FileRefusedError as error:
            if refusal is None or error.reason.startswith("missing_columns"):
                refusal = error
            continue
        rest = head[header.place + 1 :]
        others = [other for other in names if other != name]
        keys = _hidden_keys(book, header.names, max_rows)
        return Sheet(name, header, chain(rest, rows), header.place + 2, others, keys)
    raise refusal or FileRefusedError("no_sheet")


def _hidden_keys(
    book: python_calamine.CalamineWorkbook, columns: list[str], max_rows: int
) -> dict[str, str]:
    """Read what the platform calls the columns, off the hidden sheet of its templates."""
    found: dict[str, str] = {}
    for meta in book.sheets_metadata:
        if _is_visible(meta) or not meta.name.endswith(HIDDEN_KEYS):
            continue
        sheet = book.get_sheet_by_name(meta.name)
        _check_extent(sheet, max_rows)
        for row in islice(sheet.iter_rows(), KEY_ROWS):
            label, key = (cell_text(cell).strip() for cell in [*row, "", ""][:2])
            if label in columns and key and len(key) <= KEY_CHARS:
                found[label] = key
    return found


def _check_extent(sheet: python_calamine.CalamineSheet, max_rows: int) -> None:
    if sheet.height > max_rows + 1:
        raise FileRefusedError("too_many_rows", max_rows)
    if sheet.width > archive.MAX_COLUMNS:
        raise FileRefusedError("too_many_columns", archive.MAX_COLUMNS)


def sheet_blocks(sheet: Sheet) -> Iterator[Block]:
    """Give the data rows of a sheet in blocks."""
    names = column_names(sheet.header.names)
    line = sheet.first_line
    # Remarks written beside a table that a shop keeps itself; cells of a sheet cannot slip.
    width = len(names) if getattr(sheet.header.importer, "NOTES_BESIDE", False) else None
    while rows := list(islice(sheet.rows, BLOCK_ROWS)):
        block = Block(rows_to_table([], names))
        good: list[tuple[int, list[str]]] = []
        for number, row in enumerate(rows, start=line):
            cells = [cell_text(cell) for cell in row][:width]
            cells += [""] * (len(names) - len(cells))
            fitted, reason = fit(cells, width=len(names))
            if reason:
                block.errors.append(CellError(number, "", "", reason))
            elif fitted is not None:
                good.append((number, fitted))
        block.table = rows_to_table(good, names)
        line += len(rows)
        block.lines = line - 1
        yield finish_block(
            block, keeps_totals=getattr(sheet.header.importer, "READS_TOTALS", False)
        )


def cell_text(cell: Cell) -> str:
    """Write a cell as the platform's CSV would; a number that lost digits shows as `1.37E+14`."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d} 00:00:00"
    if isinstance(cell, int | float):
        return number_text(cell)
    return str(cell)


def number_text(number: float) -> str:
    """Write a number: whole ones without `.0`, more than 15 digits in scientific form."""
    if number != number or number in (float("inf"), float("-inf")):
        return str(number)
    if abs(number) >= _EXACT_BELOW:
        mantissa, _, exponent = f"{number:.14E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    if number == int(number):
        return str(int(number))
    return f"{Decimal(f'{number:.15g}'):f}"
