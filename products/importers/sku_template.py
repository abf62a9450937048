"""千牛's template for SKUs in bulk (.xls): an instruction in row 1, the header in row 2.

The sale properties (颜色分类, 尺码, …) differ by category; every column that is none of the four
fixed ones is one. What the platform calls the columns stands in a hidden sheet, which the reader
notes with the batch.
"""

from collections.abc import Sequence

import pyarrow as pa

from products.importers.columns import codes, joined
from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import LINE_NO, Cleaned, Match, Seal

KIND = "products.sku_template"
LABEL = "千牛 SKU 模板"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("shelf_quantity", "integer"),
    ("is_on", "boolean"),
    ("list_amount", "numeric(12,2)"),
    ("merchant_code", "text"),
    ("spec", "text"),
)
PRICE, QUANTITY, CODE, SHELF = "价格", "数量", "商家编码", "是否上架"
FIXED = (PRICE, QUANTITY, CODE, SHELF)


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of a SKU template."""
    names = {header.strip() for header in headers}
    missing = tuple(name for name in FIXED if name not in names)
    if SHELF not in names or len(missing) > 1:
        return None
    return Match("qianniu", missing)


def properties(headers: Sequence[str]) -> list[str]:
    """Give the sale properties of a header, in its order."""
    return [name for name in headers if name and name not in {*FIXED, LINE_NO}]


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=(CODE,))
    specs = [sheet.text(name) for name in properties(block.column_names)]
    columns = {
        "line_no": sheet.lines,
        "merchant_code": codes(sheet, CODE, needed=True),
        "list_amount": sheet.amounts(PRICE),
        "shelf_quantity": sheet.counts(QUANTITY, highest=100_000_000),
        "is_on": sheet.lookups(SHELF, read=_is_on, kind=pa.bool_()),
        "spec": cells.cut(joined(*specs), 200) if specs else pa.array([""] * len(sheet)),
    }
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))


def _is_on(text: str | None) -> bool | None:
    if text is None:
        return None
    known = {"1": True, "0": False, "1.0": True, "0.0": False, "是": True, "否": False}
    if text not in known:
        raise cells.BadCellError("是否上架应当填 0 或 1")
    return known[text]
