"""Bins of SKUs as pasted from a spreadsheet, or as a CSV file. Pure."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

COLUMNS = ("code", "bin_code", "barcode", "weight_grams")
HEADERS = {
    "商家编码": "code",
    "编码": "code",
    "sku": "code",
    "货位": "bin_code",
    "库位": "bin_code",
    "条码": "barcode",
    "条形码": "barcode",
    "重量": "weight_grams",
    "克重": "weight_grams",
    "重量克": "weight_grams",
    "克": "weight_grams",
}
MOST_ROWS = 20_000
MOST_GRAMS = 200_000
_BIN = re.compile(r"[A-Za-z0-9\u4e00-\u9fff._-]{1,20}")
_BARCODE = re.compile(r"[A-Za-z0-9./+-]{4,40}")
_EXPONENT = re.compile(r"\d+(\.\d+)?[eE]\+?\d+")


@dataclass(frozen=True, slots=True)
class BinRow:
    """One row that can be taken; "" and None say nothing."""

    line: int
    code: str
    bin_code: str
    barcode: str
    weight_grams: int | None


@dataclass(frozen=True, slots=True)
class BinFault:
    """One cell that cannot be taken. `reason` is a code; `orders.wording.warehouse` words it."""

    line: int
    column: str
    value: str
    reason: str


def read_bins(text: str) -> tuple[list[BinRow], list[BinFault]]:
    """Read rows of code, bin, barcode, grams, parted by tabs, commas or semicolons.

    A first line with known headers sets the order of the columns. Two rows of one code or one barcode
    are a fault: which one is meant?
    """
    lines = list(_cells(text.lstrip("\ufeff")))
    if not lines:
        return [], []
    names = _header(lines[0][1])
    body = lines[1:] if names else lines
    rows: list[BinRow] = []
    faults: list[BinFault] = []
    if len(body) > MOST_ROWS:
        return [], [BinFault(body[MOST_ROWS][0], "", str(len(body)), "too_many")]
    for number, cells in body:
        row, found = _row(number, dict(zip(names or COLUMNS, cells, strict=False)))
        faults += found
        if row is not None:
            rows.append(row)
    doubled = _doubled(rows)
    bad = {fault.line for fault in doubled}
    return [row for row in rows if row.line not in bad], sorted(
        [*faults, *doubled], key=lambda fault: fault.line
    )


def _cells(text: str) -> Iterable[tuple[int, list[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = next((one for one in "\t,;，；" if one in first), ",")
    for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=mark), start=1):
        plain = [_clean(cell) for cell in cells]
        if any(plain):
            yield number, plain


def _clean(cell: str) -> str:
    """Take the marks off that spreadsheets and the platform put around a number kept as text."""
    plain = unicodedata.normalize("NFKC", cell).strip().lstrip("'").strip()
    if plain.startswith('="') and plain.endswith('"'):
        plain = plain[2:-1]
    return "".join(sign for sign in plain if sign.isprintable())


def _header(cells: list[str]) -> list[str] | None:
    names = [HEADERS.get(re.sub(r"[\s()（）g]", "", cell).lower(), "") for cell in cells]
    return names if "code" in names else None


def _row(number: int, cells: dict[str, str]) -> tuple[BinRow | None, list[BinFault]]:
    code, grams = cells.get("code", ""), cells.get("weight_grams", "")
    place, barcode = cells.get("bin_code", ""), cells.get("barcode", "")
    faults = [
        BinFault(number, column, value, reason)
        for column, value, reason, is_bad in (
            ("code", code, "no_code", not code),
            ("code", code, "too_long", len(code) > 80),
            ("bin_code", place, "bad_bin", bool(place) and not _BIN.fullmatch(place)),
            ("barcode", barcode, "exponent", bool(_EXPONENT.fullmatch(barcode))),
            ("barcode", barcode, "bad_barcode", _is_bad_barcode(barcode)),
            ("weight_grams", grams, "bad_weight", bool(grams) and _grams(grams) is None),
        )
        if is_bad
    ]
    if faults:
        return None, faults
    return BinRow(number, code, place, barcode, _grams(grams)), []


def _is_bad_barcode(text: str) -> bool:
    return bool(text) and not _EXPONENT.fullmatch(text) and not _BARCODE.fullmatch(text)


def _grams(text: str) -> int | None:
    plain = text.lower().removesuffix("g").removesuffix("克").strip().removesuffix(".0")
    grams = int(plain) if plain.isascii() and plain.isdecimal() else 0
    return grams if 0 < grams <= MOST_GRAMS else None


def _doubled(rows: list[BinRow]) -> list[BinFault]:
    seen: dict[tuple[str, str], int] = {}
    faults = []
    for row in rows:
        for column, value in (("code", row.code), ("barcode", row.barcode)):
            if value and seen.setdefault((column, value), row.line) != row.line:
                faults.append(BinFault(row.line, column, value, "twice"))
    return faults
