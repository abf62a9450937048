"""The shop's own table of costs (.xlsx): 款式编码 is the 货号 of 生意参谋, 商品编码 the merchant code.

Shops write remarks beside it; these are not read.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from products.importers.columns import codes, joined
from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "products.cost_table"
LABEL = "成本表"
NOTES_BESIDE = True

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("list_amount", "numeric(12,2)"),
    ("cost_amount", "numeric(12,2)"),
    ("purchase_amount", "numeric(12,2)"),
    ("tag_amount", "numeric(12,2)"),
    ("item_code", "text"),
    ("code", "text"),
    ("product_title", "text"),
    ("title", "text"),
    ("spec", "text"),
    ("brand", "text"),
)
CODE, STYLE, COST = "商品编码", "款式编码", "成本价"
_OURS = {STYLE, CODE, COST, "基本售价", "采购价", "颜色及规格"}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of a cost table."""
    names = {header.strip() for header in headers}
    if len(names & _OURS) < 3:
        return None
    return Match("shop", tuple(name for name in (CODE, COST) if name not in names))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=(CODE,))
    columns = {
        "line_no": sheet.lines,
        "code": codes(sheet, CODE, needed=True),
        "item_code": pc.fill_null(codes(sheet, STYLE), ""),
        "product_title": sheet.text("商品名称", limit=200),
        "title": sheet.text("商品简称", limit=200),
        "spec": _spec(sheet),
        "brand": sheet.text("品牌", limit=40),
        "list_amount": sheet.amounts("基本售价"),
        "cost_amount": sheet.amounts(COST),
        "purchase_amount": sheet.amounts("采购价"),
        "tag_amount": sheet.amounts("市场|吊牌价", "吊牌价", "市场价"),
    }
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))


def _spec(sheet: Sheet) -> pa.Array:
    if sheet.name("颜色及规格") is not None:
        return sheet.text("颜色及规格", limit=200)
    return cells.cut(joined(sheet.text("颜色"), sheet.text("规格")), 200)
