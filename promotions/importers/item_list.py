"""An activity's items as people paste them: 商家编码, 活动价, 报名件数, 划线价, a SKU a line.

With or without a head row; tabs, commas or spaces between. One space parts only a code from figures, and
words of a head from each other: codes may have spaces of their own. Every line that cannot be read is an
error; nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from promotions.rules.activities import BadLine, WantedItem
from shopops.lib.money import parse_amount

MOST_LINES = 5000
_HEADS = {
    "商家编码": "code", "编码": "code", "sku": "code", "code": "code",
    "活动价": "price", "价格": "price", "price": "price",
    "报名件数": "promised", "件数": "promised", "库存": "promised", "pieces": "promised",
    "划线价": "was", "原价": "was", "was": "was",
}  # fmt: skip
_ORDER = ("code", "price", "promised", "was")
_SPACES = re.compile(r"\s{2,}|[\t,，]")
_FIGURE = re.compile(r"[¥￥]?[+-]?\d[\d.]*(元|件)?")
_PIECES = re.compile(r"\d{1,8}(件)?")


@dataclass(frozen=True, slots=True)
class ItemList:
    """What was read, and the lines that could not be."""

    items: tuple[WantedItem, ...]
    errors: tuple[BadLine, ...]


def read_items(text: str) -> ItemList:
    """Read a pasted list; the head row, if there is one, says which column is which."""
    items: list[WantedItem] = []
    errors: list[BadLine] = []
    columns: tuple[str, ...] | None = None
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        cells = _cells(line)
        if not any(cells):
            continue
        if columns is None:
            columns = _head(cells)
            if columns is not None:
                continue
            columns = _ORDER
        item = _item(number, cells, columns)
        (items if isinstance(item, WantedItem) else errors).append(item)  # type: ignore[arg-type]
    return ItemList(tuple(items), tuple(errors))


def _cells(line: str) -> list[str]:
    parts = line.split("\t") if "\t" in line else _SPACES.split(line.strip())
    return [part.strip() for part in (parts if len(parts) > 1 else _spaced(parts[0]))]


def _spaced(line: str) -> list[str]:
    """Part a line that has nothing but single spaces."""
    words = line.split()
    if all(_heading(word) for word in words):
        return words
    first = next((n for n in range(1, len(words)) if _are_figures(words[n:])), len(words))
    return [" ".join(words[:first]), *words[first:]]


def _are_figures(words: list[str]) -> bool:
    return len(words) <= len(_ORDER) - 1 and all(_FIGURE.fullmatch(word) for word in words)


def _head(cells: list[str]) -> tuple[str, ...] | None:
    names = tuple(_heading(cell) for cell in cells)
    return names if "code" in names else None


def _heading(cell: str) -> str:
    return _HEADS.get(cell.lower().replace(" ", ""), "")


def _item(number: int, cells: list[str], columns: tuple[str, ...]) -> WantedItem | BadLine:
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > len(columns):
        return BadLine(number, cells[0][:80], "too_many_cells")
    values = {name: cell for name, cell in zip(columns, cells, strict=False) if name and cell}
    code = values.get("code", "")[:80]
    try:
        price = _read(values, "price", parse_amount, "bad_price")
        was = _read(values, "was", parse_amount, "was_not_positive")
        promised = _read(values, "promised", _pieces, "bad_pieces")
    except ValueError as error:
        return BadLine(number, code, str(error))
    return WantedItem(number, code, price, was, promised)


def _read[T](values: dict[str, str], name: str, read: Callable[[str], T], reason: str) -> T | None:
    if name not in values:
        return None
    try:
        return read(values[name].lstrip("¥￥"))
    except ValueError as error:
        raise ValueError(reason) from error


def _pieces(text: str) -> int:
    plain = unicodedata.normalize("NFKC", text)
    if not _PIECES.fullmatch(plain):
        raise ValueError(text)
    return int(plain.removesuffix("件"))


def written(items: list[tuple[str, Decimal | None, int | None, Decimal | None]]) -> str:
    """Write items as they would be pasted: what a person edits and pastes back."""
    rows = [
        "\t".join("" if value is None else str(value) for value in item).rstrip("\t")
        for item in items
    ]
    return "\n".join(["\t".join(("商家编码", "活动价", "报名件数", "划线价")), *rows])
