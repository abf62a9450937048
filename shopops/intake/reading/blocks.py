"""From UTF-8 lines to blocks: tables of text cells with their line numbers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from shopops.intake.reading.lines import CARRY_BYTES, fit, parse_row, split
from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.spec import LINE_NO, CellError

BLOCK_BYTES = 4 << 20
TOTALS = ("合计", "总计", "汇总")
_OVERFLOW = "\0overflow"


@dataclass(slots=True)
class Block:
    """Rows as text, and the rows of the same lines that are none."""

    table: pa.Table
    errors: list[CellError] = field(default_factory=list)
    totals: int = 0
    lines: int = 0


def column_names(headers: Sequence[str]) -> list[str]:
    """Give a name to each column, to nameless ones too.

    :raises FileRefusedError: if a name stands twice
    """
    twice = sorted({name for name in headers if name and headers.count(name) > 1})
    if twice:
        raise FileRefusedError("duplicate_columns", "、".join(twice))
    return [name or f"{_OVERFLOW}{number}" for number, name in enumerate(headers)]


def csv_blocks(
    pieces: Iterable[bytes],
    *,
    names: list[str],
    first_line: int,
    block_bytes: int = BLOCK_BYTES,
    note_mark: str = "",
    keeps_totals: bool = False,
) -> Iterator[Block]:
    """Give the data rows in blocks. `pieces` are UTF-8, beginning right behind the header line.

    Lines that begin with `note_mark` are the sender's own notes (sums, "end of list") and no rows.
    `keeps_totals`: the importer compares rows of totals with what they sum up.

    :raises FileRefusedError: if a line is longer than any row can be
    """
    line, carry = first_line, b""
    for data, is_last in _whole_lines(pieces, block_bytes):
        parts = split(carry + data, first_line=line, width=len(names), is_last=is_last)
        block = _read_fast(parts.fast, parts.fast_lines, names, note_mark)
        slow = [(number, cells) for number, cells in parts.slow]
        block.errors += parts.errors
        block.lines = parts.next_line - 1
        _add_rows(block, slow, names, note_mark)
        carry, line = parts.carry, parts.next_line
        yield _finish(block, keeps_totals=keeps_totals)


def _whole_lines(pieces: Iterable[bytes], block_bytes: int) -> Iterator[tuple[bytes, bool]]:
    pending: list[bytes] = []
    size, held = 0, b""
    for piece in pieces:
        pending.append(piece)
        size += len(piece)
        if size < block_bytes:
            continue
        data = b"".join(pending)
        end = data.rfind(b"\n") + 1
        if not end:
            if size > CARRY_BYTES + block_bytes:
                raise FileRefusedError("line_too_long", CARRY_BYTES >> 20)
            continue
        if held:
            yield held, False
        held, pending, size = data[:end], [data[end:]], len(data) - end
    rest = b"".join(pending)
    if len(rest) > max(CARRY_BYTES, block_bytes) and b"\n" not in rest:
        raise FileRefusedError("line_too_long", CARRY_BYTES >> 20)
    last = held + rest
    if last:
        yield last if last.endswith(b"\n") else last + b"\n", True


def _read_fast(
    data: bytes, numbers: npt.NDArray[np.int32], names: list[str], note_mark: str
) -> Block:
    if not data:
        return Block(_empty(names))
    first, _ = parse_row([data[: data.index(b"\n") + 1].decode()])
    extra = len(first) - len(names) if first else 0
    wide = names + [f"{_OVERFLOW}+{number}" for number in range(max(extra, 0))]
    odd: list[tuple[int, str]] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        odd.append((row.number, row.text))
        return "skip"

    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(
            column_names=wide, use_threads=False, block_size=len(data) + 1
        ),
        parse_options=arrow_csv.ParseOptions(
            invalid_row_handler=set_aside, ignore_empty_lines=False
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(wide, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            check_utf8=False,
        ),
    )
    if table.num_rows + len(odd) != len(numbers):
        return _read_slowly(data, numbers, names, note_mark)
    places = np.array([number - 1 for number, _ in odd], dtype=np.int64)
    lines = np.delete(numbers, places) if odd else numbers
    block = Block(table.append_column(LINE_NO, pa.array(lines, pa.int32())))
    if note_mark:
        first = pc.fill_null(pc.starts_with(block.table.column(0), note_mark), fill_value=False)
        block.table = block.table.filter(pc.invert(first))
    rows = _parsed(block, zip(numbers[places], (t for _, t in odd), strict=True))
    _add_rows(block, rows, names, note_mark)
    return block


def _read_slowly(
    data: bytes, numbers: npt.NDArray[np.int32], names: list[str], note_mark: str
) -> Block:
    block = Block(_empty(names))
    lines = data.decode().split("\n")[:-1]
    _add_rows(block, _parsed(block, zip(numbers, lines, strict=True)), names, note_mark)
    return block


def _parsed(block: Block, rows: Iterable[tuple[int, str]]) -> list[tuple[int, list[str]]]:
    parsed = []
    for number, text in rows:
        cells, reason = parse_row([text])
        if cells is None:
            block.errors.append(CellError(int(number), "", "", reason))
        else:
            parsed.append((int(number), cells))
    return parsed


def _empty(names: list[str]) -> pa.Table:
    columns = {name: pa.array([], pa.string()) for name in names}
    return pa.table({**columns, LINE_NO: pa.array([], pa.int32())})


def rows_to_table(rows: list[tuple[int, list[str]]], names: list[str]) -> pa.Table:
    """Make a table of rows that have the header's width."""
    columns = {
        name: pa.array([cells[place] or None for _, cells in rows], pa.string())
        for place, name in enumerate(names)
    }
    return pa.table({**columns, LINE_NO: pa.array([number for number, _ in rows], pa.int32())})


def _add_rows(
    block: Block, rows: list[tuple[int, list[str]]], names: list[str], note_mark: str = ""
) -> None:
    good = []
    for number, cells in rows:
        if note_mark and cells and cells[0].lstrip().startswith(note_mark):
            continue
        fitted, reason = fit(cells, width=len(names))
        if reason:
            block.errors.append(CellError(number, "", "", reason))
        elif fitted is not None:
            good.append((number, fitted))
    if not good:
        return
    extra = [name for name in block.table.column_names if name not in {*names, LINE_NO}]
    more = rows_to_table(good, names)
    for name in extra:
        more = more.append_column(name, pa.nulls(len(good), pa.string()))
    more = more.select(block.table.column_names)
    block.table = pa.concat_tables([block.table, more]).sort_by(LINE_NO)


def finish_block(block: Block, *, keeps_totals: bool = False) -> Block:
    """Drop blank rows and totals, and reject rows with something under no header."""
    return _finish(block, keeps_totals=keeps_totals)


def _finish(block: Block, *, keeps_totals: bool) -> Block:
    table = block.table
    for name in [name for name in table.column_names if name.startswith(_OVERFLOW)]:
        column = table[name]
        if column.null_count < len(column):
            filled = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0)
            filled = pc.fill_null(filled, fill_value=False)
            for number in table.filter(filled)[LINE_NO].to_pylist():
                block.errors.append(CellError(number, "", "", "没有表头的列里有内容，内容可能错位"))
            table = table.filter(pc.invert(filled))
        table = table.drop_columns([name])
    table = _drop_blank(table)
    block.errors.sort(key=lambda error: error.line)
    block.table = table
    if keeps_totals:
        return block
    first = table.column(0)
    is_total = pc.is_in(pc.utf8_trim_whitespace(first), value_set=pa.array(TOTALS))
    block.totals = pc.sum(is_total).as_py() or 0
    if block.totals:
        block.table = table.filter(pc.invert(is_total))
    return block


def _drop_blank(table: pa.Table) -> pa.Table:
    """Drop rows without any text; only rows whose first cell is blank are looked at."""
    first = pc.fill_null(pc.utf8_length(pc.utf8_trim_whitespace(table.column(0))), 0)
    suspects = np.flatnonzero(first.to_numpy() == 0)
    if not len(suspects):
        return table
    some = table.take(pa.array(suspects))
    filled = np.zeros(len(suspects), dtype=bool)
    for name in some.column_names:
        if name == LINE_NO:
            continue
        text = pc.fill_null(pc.utf8_length(pc.utf8_trim_whitespace(some[name])), 0)
        filled |= text.to_numpy() > 0
    keep = np.ones(table.num_rows, dtype=bool)
    keep[suspects[~filled]] = False
    return table.filter(pa.array(keep))
