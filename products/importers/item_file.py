"""淘宝助理's item file: UTF-16 with tabs (older builds: commas), `version 1.00`, English keys, labels, items.

`skuProps` is `price:quantity:outer_id:pid:vid;pid:vid;price:…`; what a seller calls a value stands
in `propAlias` as `pid:vid:alias;`. `approve_status` is not read: builds disagree on what it says.
"""

import json
import re
from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from products.importers.columns import codes
from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal
from shopops.lib.money import parse_amount

KIND = "products.item_file"
LABEL = "淘宝助理宝贝"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("listed_at", "timestamptz"),
    ("in_showcase", "boolean"),
    ("list_amount", "numeric(12,2)"),
    ("item_no", "text"),
    ("item_code", "text"),
    ("product_title", "text"),
    ("category", "text"),
    ("skus", "jsonb"),
    ("attributes", "jsonb"),
)
_KEYS = ("title", "num_id", "outer_id", "skuProps")
# One SKU: price, quantity and code, then its properties, each `pid:vid;`.
_SKU = re.compile(r"(\d+(?:\.\d+)?):(\d+):([^:;]*):((?:-?\d+:-?\d+;)+)")
_SKUS = re.compile(rf"(?:{_SKU.pattern})*")
_ALIAS = re.compile(r"(-?\d+:-?\d+):([^;]+);?")
_PICTURE = re.compile(r"\|(https?://[^;|\s]+)")
DETAIL_CHARS = 60_000
_LABEL = "宝贝名称"


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the English keys of an item file."""
    names = {header.strip() for header in headers}
    if len(names & {"title", "cid", "num_id", "outer_id", "skuProps", "propAlias"}) < 4:
        return None
    layout = "later" if "cpv_memo" in names or "wireless_desc" in names else "earlier"
    return Match(layout, tuple(key for key in _KEYS if key not in names))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows; the row of labels goes."""
    labels = pc.equal(pc.fill_null(cells.one_array(block.column("title")), ""), _LABEL)
    block = block.filter(pc.invert(labels))
    sheet = Sheet(block, key=("title",))
    skus = [_skus(sheet, row) for row in range(len(sheet))]
    columns = {
        "line_no": sheet.lines,
        "item_no": pc.fill_null(sheet.ids("num_id", needed=False), ""),
        "item_code": pc.fill_null(codes(sheet, "outer_id"), ""),
        "product_title": sheet.text("title", limit=200),
        "category": sheet.text("cid", limit=80),
        "list_amount": sheet.amounts("price"),
        "listed_at": sheet.times("list_time")[0],
        "in_showcase": sheet.lookups("has_showcase", read=_flag, kind=pa.bool_()),
        "skus": pa.array(skus, pa.string()),
        "attributes": pa.array(_attributes(sheet), pa.string()),
    }
    _check_keys(sheet, columns["item_no"], columns["item_code"])
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))


def _flag(text: str | None) -> bool | None:
    return None if text is None else {"1": True, "0": False, "1.0": True}.get(text)


def _check_keys(sheet: Sheet, item_no: pa.Array, item_code: pa.Array) -> None:
    """Reject what could belong to any product: neither number nor merchant code."""
    pairs = zip(item_no.to_pylist(), item_code.to_pylist(), strict=True)
    for row, (number, code) in enumerate(pairs):
        if number in ("", "0") and not code:
            sheet.fault(row, "num_id", "数字ID 和商家编码都没有，对不上任何商品")


def _cell(sheet: Sheet, name: str, row: int) -> str:
    column = sheet.raw(name)
    return (column[row].as_py() or "") if column is not None else ""


def _skus(sheet: Sheet, row: int) -> str:
    """Give the SKUs of an item as JSON, or reject its row."""
    text = _cell(sheet, "skuProps", row)
    try:
        found = parse_skus(text, _cell(sheet, "propAlias", row))
    except ValueError as error:
        sheet.fault(row, "skuProps", str(error))
        found = []
    return json.dumps(found, ensure_ascii=False)


def parse_skus(text: str, aliases: str = "") -> list[dict[str, str]]:
    """Take `skuProps` apart: price, quantity, code and spec of each SKU.

    :raises ValueError: in words, if the text is not in the platform's form
    """
    plain = text.strip()
    if plain and not plain.endswith(";"):
        plain += ";"
    if not _SKUS.fullmatch(plain):
        raise ValueError("销售属性组合不是「价格:数量:编码:属性;」的样子")
    names = {key: alias.strip() for key, alias in _ALIAS.findall(aliases)}
    return [
        {
            "price": _price(price),
            "quantity": str(min(int(quantity), 100_000_000)),
            "code": _plain_code(code),
            "spec": ";".join(names.get(one, one) for one in properties.strip(";").split(";")),
        }
        for price, quantity, code, properties in _SKU.findall(plain)
    ]


def _price(text: str) -> str:
    amount = parse_amount(text)
    if amount >= Decimal(1_000_000_000):
        raise ValueError("不是金额（最多两位小数的数字）")
    return str(amount)


def _plain_code(text: str) -> str:
    plain = text.strip()
    if len(plain) > 80:
        raise ValueError("商家编码超过 80 个字符")
    return plain[:-2] if re.fullmatch(r"\d{1,15}\.0", plain) else plain


def _attributes(sheet: Sheet) -> list[str]:
    """Give what a listing check reads, as JSON: detail page, pictures, attributes, promises."""
    return [
        json.dumps(
            {
                "detail": _cell(sheet, "description", row)[:DETAIL_CHARS],
                "pictures": _PICTURE.findall(_cell(sheet, "picture", row)),
                "properties": _cell(sheet, "cateProps", row)[:4000],
                "subtitle": _cell(sheet, "subtitle", row)[:200],
                "size": _cell(sheet, "item_size", row)[:200],
                "weight": _cell(sheet, "item_weight", row)[:40],
                "promise": _cell(sheet, "sell_promise", row)[:40],
            },
            ensure_ascii=False,
        )
        for row in range(len(sheet))
    ]
