"""Which lines of a block may be read fast, and which need care: the structure of CSV, line by line.

A row is one line unless a quoted cell holds a line break. Fast lines are those where nothing can go
wrong: an even number of quotes, each beside a comma, a line end, another quote or the `=` of
`="123"`. All others are read one by one, so that an unclosed quote costs its own line and never the
next ones.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shopops.intake.spec import CellError

CELL_CHARS = 32_767
# A quoted cell may hold this many line breaks; beyond, its quote was never closed.
ROW_LINES = 200
CARRY_BYTES = 4 << 20

csv.field_size_limit(CARRY_BYTES)

_BEFORE = np.zeros(256, dtype=bool)
_BEFORE[list(b',\n"=')] = True
_AFTER = np.zeros(256, dtype=bool)
_AFTER[list(b',\r\n"')] = True

_UNCLOSED = "引号没有闭合"
_MISPLACED = "引号位置不对，单元格里的引号要写两个"
_NUL = "含有空字符（NUL），文件可能损坏"
_LONE_CR = "行中间有回车符"
_TOO_LONG = f"单元格超过 {CELL_CHARS} 个字符"


@dataclass(slots=True)
class Split:
    """A block taken apart. `fast` holds whole lines, `fast_lines` their numbers."""

    fast: bytes
    fast_lines: npt.NDArray[np.int32]
    slow: list[tuple[int, list[str]]] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    carry: bytes = b""
    next_line: int = 1


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a block: where they start and end, which are odd, blank or in need of care."""

    data: bytes
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    odd: npt.NDArray[np.bool_]
    blank: npt.NDArray[np.bool_]
    care: npt.NDArray[np.bool_]


def _lines(data: bytes) -> _Lines:
    codes = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(codes == 10) + 1
    starts = np.concatenate(([0], ends[:-1]))
    is_quote = codes == 34
    odd = (np.add.reduceat(is_quote, starts, dtype=np.int32) & 1).astype(bool)
    lengths = ends - starts
    blank = (lengths == 1) | ((lengths == 2) & (codes[starts] == 13))
    care = odd | (lengths > CELL_CHARS)
    quotes = np.flatnonzero(is_quote)
    before = codes[np.maximum(quotes - 1, 0)]
    fine = _BEFORE[before] | _AFTER[codes[quotes + 1]] | (quotes == 0)
    breaks = np.flatnonzero(codes == 13)
    odd_places = (quotes[~fine], np.flatnonzero(codes == 0), breaks[codes[breaks + 1] != 10])
    for places in odd_places:
        care[np.searchsorted(ends, places, side="right")] = True
    return _Lines(data, starts, ends, odd, blank, care)


def split(data: bytes, *, first_line: int, width: int, is_last: bool) -> Split:
    """Take a block of whole lines apart. `data` ends with a line feed.

    A row that is cut off by the end of the block is handed back as `carry`, unless `is_last`.
    """
    lines = _lines(data)
    count = len(lines.starts)
    numbers = np.arange(first_line, first_line + count, dtype=np.int32)
    if not (lines.care.any() or lines.blank.any()):
        return Split(data, numbers, next_line=first_line + count)
    result = Split(b"", numbers, next_line=first_line + count)
    keep = ~(lines.care | lines.blank)
    careful = _Careful(lines, first_line=first_line, width=width, is_last=is_last)
    cut = careful.read(result, keep)
    if cut is not None:
        keep[cut:] = False
        result.carry = data[lines.starts[cut] :]
        result.next_line = first_line + cut
    result.fast = b"".join(_runs(lines, keep))
    result.fast_lines = numbers[keep]
    return result


def _runs(lines: _Lines, keep: npt.NDArray[np.bool_]) -> Iterator[bytes]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], keep, [False])).astype(np.int8)))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        yield lines.data[lines.starts[begin] : lines.ends[end - 1]]


class _Careful:
    """Reads the lines in need of care, one by one."""

    def __init__(self, lines: _Lines, *, first_line: int, width: int, is_last: bool) -> None:
        self._lines, self._first = lines, first_line
        self._width, self._is_last = width, is_last
        self._odd = np.flatnonzero(lines.odd)

    def read(self, result: Split, keep: npt.NDArray[np.bool_]) -> int | None:
        """Fill `result`, clear `keep` for lines read here. Give the line to carry from, if any."""
        done = 0
        for index in np.flatnonzero(self._lines.care):
            if index < done:
                continue
            cells, reason, done = self._row(int(index))
            if done < 0:
                return int(index)
            keep[index:done] = False
            number = self._first + int(index)
            if reason:
                result.errors.append(CellError(number, "", "", reason))
            elif cells is not None:
                result.slow.append((number, cells))
        return None

    def _text(self, begin: int, end: int) -> str:
        lines = self._lines
        return lines.data[lines.starts[begin] : lines.ends[end - 1]].decode()

    def _row(self, index: int) -> tuple[list[str] | None, str, int]:
        """Give cells or a reason, and the index of the next line (-1: the row needs more lines)."""
        text = self._text(index, index + 1)
        if "\0" in text:
            return None, _NUL, index + 1
        cells, reason = parse_row([text])
        if reason != _UNCLOSED:
            return cells, reason, index + 1
        return self._long_row(index)

    def _long_row(self, index: int) -> tuple[list[str] | None, str, int]:
        later = self._odd[np.searchsorted(self._odd, index, side="right") :]
        if not len(later) or later[0] - index > ROW_LINES:
            size = len(self._lines.data) - int(self._lines.starts[index])
            has_room = len(self._lines.starts) - index <= ROW_LINES and size < CARRY_BYTES
            if not len(later) and has_room and not self._is_last:
                return None, "", -1
            return None, _UNCLOSED, index + 1
        end = int(later[0]) + 1
        text = self._text(index, end)
        cells, reason = parse_row(text.splitlines(keepends=True))
        if reason or "\0" in text or not self._fits(cells):
            return None, _UNCLOSED, index + 1
        return cells, "", end

    def _fits(self, cells: list[str] | None) -> bool:
        return cells is not None and fit(cells, width=self._width)[1] == ""


def parse_row(lines: list[str]) -> tuple[list[str] | None, str]:
    """Read one row from its physical lines: the cells, or why it is none."""
    try:
        rows = list(csv.reader(lines, strict=True))
    except csv.Error as error:
        return None, _reason_of(str(error))
    if len(rows) != 1:
        return None, _MISPLACED
    return rows[0], ""


def _reason_of(message: str) -> str:
    if "unexpected end of data" in message:
        return _UNCLOSED
    if "new-line character" in message:
        return _LONE_CR
    if "field larger" in message:
        return _TOO_LONG
    return _MISPLACED


def fit(cells: list[str], *, width: int) -> tuple[list[str] | None, str]:
    """Bring a row to the header's width: the cells or a reason; neither for a blank row.

    Empty cells beyond the header are dropped, since the platform's own detail file has one.
    """
    if not any(cell.strip() for cell in cells):
        return None, ""
    if any(len(cell) > CELL_CHARS for cell in cells):
        return None, _TOO_LONG
    if any(cell.strip() for cell in cells[width:]):
        return None, f"比表头多出 {len(cells) - width} 格，内容可能错位"
    if len(cells) < width:
        return None, f"比表头少 {width - len(cells)} 格，内容可能错位"
    return cells[:width], ""
