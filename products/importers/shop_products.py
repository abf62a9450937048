"""商家中心, 商品信息: ten columns, a row for each SKU of a product (or one for a product without)."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from products.importers.columns import codes, joined
from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "products.shop_products"
LABEL = "商家中心商品信息"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("listed_at", "timestamptz"),
    ("list_amount", "numeric(12,2)"),
    ("item_no", "text"),
    ("product_title", "text"),
    ("brand", "text"),
    ("series", "text"),
    ("code", "text"),
    ("barcode", "text"),
    ("spec", "text"),
)
ITEM, TITLE = "商品id", "商品名称"
_OTHERS = {"发布时间", "品牌", "系列", "规格", "商品编码", "条形码", "商品价格", "颜色分类"}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of 商品信息."""
    names = {header.strip() for header in headers}
    if len(names & _OTHERS) < 4 or not {"条形码", "商品价格"} & names:
        return None
    missing = () if names & {ITEM, "商品ID"} else (ITEM,)
    return Match("shop", missing)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=(ITEM, "商品ID"))
    columns = {
        "line_no": sheet.lines,
        "item_no": sheet.ids(ITEM, "商品ID"),
        "listed_at": sheet.times("发布时间")[0],
        "product_title": sheet.text(TITLE, limit=200),
        "brand": sheet.text("品牌", limit=40),
        "series": sheet.text("系列", limit=80),
        "code": pc.fill_null(codes(sheet, "商品编码"), ""),
        "barcode": pc.fill_null(codes(sheet, "条形码", limit=40), ""),
        "list_amount": sheet.amounts("商品价格"),
        "spec": cells.cut(joined(sheet.text("颜色分类"), sheet.text("规格")), 200),
    }
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))
