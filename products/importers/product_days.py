"""生意参谋, 商品_全部: one product's figures of one day.

As exported an .xls with the header in row 5 and numbers as text (`11,269`, `78.15%`, `-`); as
pasted an .xlsx with real numbers, fractions for rates and `'969…` for ids. Rates that follow from
counts are not read: they are worked out where they are shown.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from products.importers.columns import codes, days, decimals, rates
from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "products.product_days"
LABEL = "生意参谋商品日报"

# Column of ours, header, type.
COUNTS = (
    ("visitors", "商品访客数"),
    ("views", "商品浏览量"),
    ("favourites", "商品收藏人数"),
    ("cart_pieces", "商品加购件数"),
    ("cart_people", "商品加购人数"),
    ("ordered_buyers", "下单买家数"),
    ("ordered_pieces", "下单件数"),
    ("paid_buyers", "支付买家数"),
    ("paid_pieces", "支付件数"),
    ("new_buyers", "支付新买家数"),
    ("old_buyers", "支付老买家数"),
    ("search_visitors", "搜索引导访客数"),
    ("search_buyers", "搜索引导支付买家数"),
)
AMOUNTS = (
    ("ordered_amount", "下单金额"),
    ("paid_amount", "支付金额"),
    ("refunded_amount", "成功退款金额"),
)
FIGURES: tuple[tuple[str, str], ...] = (
    *((name, "integer") for name, _ in COUNTS),
    *((name, "numeric(12,2)") for name, _ in AMOUNTS),
    ("stay_seconds", "numeric(9,2)"),
    ("bounce_rate", "numeric(7,6)"),
    ("score", "numeric(7,2)"),
)
STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("date", "date"),
    *FIGURES,
    ("item_no", "text"),
    ("item_code", "text"),
    ("title", "text"),
    ("status", "text"),
)
DAY, ITEM, TITLE = "统计日期", "商品ID", "商品名称"
BOUNCE = "商品详情页跳出率"
_STATUS = {"当前在线": "on_shelf", "在售": "on_shelf", "出售中": "on_shelf", "已下架": "off_shelf"}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of the product report, and of which years."""
    names = {header.strip() for header in headers}
    if len(names & {DAY, ITEM, TITLE, "商品访客数", "商品浏览量", "支付买家数"}) < 4:
        return None
    missing = tuple(name for name in (DAY, ITEM) if name not in names)
    return Match("38" if "主商品ID" in names else "33", missing)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=(ITEM,))
    columns = {
        "line_no": sheet.lines,
        "date": days(sheet, DAY, needed=True),
        "item_no": sheet.ids(ITEM, "商品id"),
        "item_code": pc.fill_null(codes(sheet, "货号"), ""),
        "title": sheet.text(TITLE, limit=200),
        "status": pc.fill_null(sheet.lookups("商品状态", read=_status, kind=pa.string()), ""),
        "stay_seconds": decimals(sheet, "平均停留时长", kind=pa.decimal128(9, 2)),
        "bounce_rate": rates(sheet, BOUNCE),
        "score": decimals(sheet, "竞争力评分", kind=pa.decimal128(7, 2)),
    }
    _refuse_over_one(sheet, columns["bounce_rate"])
    columns |= {name: sheet.counts(head, highest=2_000_000_000) for name, head in COUNTS}
    columns |= {name: sheet.amounts(head) for name, head in AMOUNTS}
    facts: dict[str, int | str] = dict(sheet.skipped)
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, facts)


def _refuse_over_one(sheet: Sheet, rates_: pa.Array) -> None:
    over = pc.fill_null(pc.greater(rates_, 1), fill_value=False)
    for row in np.flatnonzero(over.to_numpy(zero_copy_only=False)).tolist():
        sheet.fault(row, BOUNCE, f"{BOUNCE}超过了 100%")


def _status(text: str | None) -> str | None:
    if text is None:
        return None
    if text not in _STATUS:
        raise cells.BadCellError("不认识的商品状态，没有猜")
    return _STATUS[text]
