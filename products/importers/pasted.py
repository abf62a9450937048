"""Small tables that people paste or upload: ranks, what was seen of competitors, new prices.

Tab or comma parted, with a head row in any order; a file is UTF-8 or GB18030. Every row that cannot
be taken is an error with line, column, value and reason; the good rows are taken all the same.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shopops.lib.business_time import SHANGHAI
from shopops.lib.money import parse_amount

MOST_ROWS = 5000
MOST_BYTES = 2_000_000
_FLOAT_CODE = re.compile(r"(\d+)\.0+")

type Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that cannot be taken. `reason` is a code, worded by `products.wording.pasted`."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its own name, the head words it is known by, how its text is read."""

    name: str
    heads: tuple[str, ...]
    read: Read
    required: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One good row: its line in the table (the head is line 1) and its values by column name."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was read."""

    rows: tuple[Row, ...]
    errors: tuple[CellError, ...]


def decoded(data: bytes) -> str:
    """Read a file's bytes as text.

    :raises ValueError: "too_large", "not_text"
    """
    if len(data) > MOST_BYTES:
        raise ValueError("too_large")
    for codec in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ValueError("not_text")


def read_table(text: str, columns: Sequence[Column]) -> Pasted:
    """Read a pasted table. Without rows, or without a needed column, there is one error of line 1."""
    lines = _cells(text)
    if not lines:
        return Pasted((), (CellError(1, "", "", "empty"),))
    (_number, head), body = lines[0], lines[1:]
    places = {column.name: _place(column, head) for column in columns}
    absent = [one for one in columns if one.required and places[one.name] is None]
    if absent:
        found = " / ".join(head)[:120]
        return Pasted((), tuple(CellError(1, one.heads[0], found, "no_column") for one in absent))
    if not body:
        return Pasted((), (CellError(1, "", "", "empty"),))
    if len(body) > MOST_ROWS:
        return Pasted((), (CellError(1, "", str(len(body)), "too_many"),))
    return _rows(body, columns, places)


def _cells(text: str) -> list[tuple[int, list[str]]]:
    first = text.lstrip("\ufeff\r\n").split("\n", 1)[0]
    delimiter = "\t" if "\t" in first else ","
    plain = text.lstrip("\ufeff").replace("，", ",") if delimiter == "," else text.lstrip("\ufeff")
    rows = csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter)
    try:
        return [
            (number, [cell.strip() for cell in row])
            for number, row in enumerate(rows, start=1)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error:
        return []


def _place(column: Column, head: Sequence[str]) -> int | None:
    names = [cell.replace(" ", "").lower() for cell in head]
    return next((names.index(one.lower()) for one in column.heads if one.lower() in names), None)


def _rows(
    body: Sequence[tuple[int, list[str]]],
    columns: Sequence[Column],
    places: Mapping[str, int | None],
) -> Pasted:
    rows, errors = [], []
    for line, cells in body:
        values: dict[str, Any] = {}
        wrong = []
        for column in columns:
            place = places[column.name]
            text = cells[place] if place is not None and place < len(cells) else ""
            try:
                values[column.name] = _value(column, text)
            except ValueError as error:
                wrong.append(CellError(line, column.heads[0], text, str(error)))
        errors += wrong
        if not wrong:
            rows.append(Row(line, values))
    return Pasted(tuple(rows), tuple(errors))


def _value(column: Column, text: str) -> Any:  # noqa: ANN401
    if not text:
        if column.required:
            raise ValueError("missing")
        return None
    return column.read(text)


# --- readers of one cell; each raises ValueError with a code ---


def code(text: str) -> str:
    """Read a code or number that is text: `4214.0`, as spreadsheets write it, is `4214`."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("'").removeprefix('="').rstrip('"')
    match = _FLOAT_CODE.fullmatch(plain)
    found = match[1] if match else plain
    if not found or len(found) > 80:
        raise ValueError("not_a_code")
    return found


def words(most: int) -> Read:
    """Give a reader of a text of at most so many signs."""

    def read(text: str) -> str:
        if len(text) > most:
            raise ValueError("too_long")
        return text

    return read


def price(text: str) -> Decimal:
    """Read a price over zero: `¥99.00`, `99元`."""
    try:
        amount = parse_amount(unicodedata.normalize("NFKC", text).strip().lstrip("¥￥"))
    except ValueError as error:
        raise ValueError("not_an_amount") from error
    if amount <= 0:
        raise ValueError("not_positive")
    return amount


def whole(low: int, high: int) -> Read:
    """Give a reader of a whole number between two bounds; `500+` and `1.2万` are read as written."""

    def read(text: str) -> int:
        plain = unicodedata.normalize("NFKC", text).replace(",", "").rstrip("+").removesuffix(".0")
        match = re.fullmatch(r"(\d{1,9}(?:\.\d+)?)(万?)", plain)
        if match is None or (not match[2] and "." in match[1]):
            raise ValueError("not_a_number")
        number = int(Decimal(match[1]) * (10_000 if match[2] else 1))
        if not low <= number <= high:
            raise ValueError("out_of_bounds")
        return number

    return read


def position(text: str) -> int | None:
    """Read a place in a search; 未找到, 无, - mean: not among those looked at."""
    if text in {"-", "—", "无", "未找到", "没有", "找不到"}:
        return None
    found: int = whole(1, 100_000)(text)
    return found


def day(text: str) -> date:
    """Read a date: 2026-09-17, 2026/9/17, 20260917."""
    return instant(text).date()


def instant(text: str) -> datetime:
    """Read a Shanghai time, with or without a clock time."""
    plain = text.replace("/", "-").replace(".", "-").replace("T", " ")
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y%m%d"):
        try:
            return datetime.strptime(plain, form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    raise ValueError("not_a_date")


def choice(known: Mapping[str, str]) -> Read:
    """Give a reader of one of several words; gives the word's value."""

    def read(text: str) -> str:
        if text not in known:
            raise ValueError("not_known")
        return known[text]

    return read
