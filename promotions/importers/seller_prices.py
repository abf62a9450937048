"""千牛's export 商品价格管理: what the platform itself expects a SKU to cost (up to 800 items a file).

One row per SKU and tool; the two results, 1件预估价(公域) and 预估最低到手价, repeat on each row.
"""

from collections.abc import Sequence

import pyarrow as pa

from products.importers.columns import codes
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "promotions.seller_prices"
LABEL = "商品价格管理"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("list_amount", "numeric(12,2)"),
    ("one_piece_amount", "numeric(12,2)"),
    ("lowest_amount", "numeric(12,2)"),
    ("code", "text"),
    ("tool", "text"),
)
ONE, LOWEST = "1件预估价(公域)", "预估最低到手价"
_CODES = ("商家编码", "SKU商家编码", "SKU编码")
_OURS = {ONE, LOWEST, "1件预估价（公域）", "标价", "优惠层级", "工具名称", "优惠金额"}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of the seller's price export."""
    names = {header.strip() for header in headers}
    if len(names & _OURS) < 3:
        return None
    has_code = bool(names & set(_CODES))
    wanted = ((_CODES[0], has_code), (LOWEST, LOWEST in names))
    return Match("qianniu", tuple(name for name, is_there in wanted if not is_there))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    names = {name.strip() for name in block.column_names}
    code = next((one for one in _CODES if one in names), _CODES[0])
    sheet = Sheet(block, key=(code,))
    columns = {
        "line_no": sheet.lines,
        "code": codes(sheet, code, needed=True),
        "list_amount": sheet.amounts("标价"),
        "one_piece_amount": sheet.amounts(ONE, "1件预估价（公域）"),
        "lowest_amount": sheet.amounts(LOWEST),
        "tool": sheet.text("工具名称", limit=80),
    }
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))
