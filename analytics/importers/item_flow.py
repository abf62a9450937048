"""生意参谋, 流量来源 of one item (2022: 19 columns). Which item stands beside, above, or in the file's name."""

from collections.abc import Sequence

import pyarrow as pa

from analytics.importers import flow
from analytics.importers.preamble import read_preamble
from analytics.importers.stat_sheet import STAGE_COLUMNS, Column, Report, clean_report, has
from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match", "read_preamble"]

KIND = "analytics.item_flow"
LABEL = "生意参谋商品流量来源"
ITEM = ("商品ID", "商品id", "宝贝ID")
# Between the item's number and the source; the number is empty where the rows do not name it.
MARK = "|"
COLUMNS = (
    *flow.COLUMNS,
    Column("jumped_inside", "count", ("店内跳转人数",)),
    Column("left_shop", "count", ("跳出本店人数",)),
    Column("direct_buyers", "count", ("直接支付买家数",)),
    Column("favourite_buyers", "count", ("收藏商品-支付买家数",)),
    Column("fan_buyers", "count", ("粉丝支付买家数",)),
    Column("cart_paid_buyers", "count", ("加购商品-支付买家数",)),
)


def _key(sheet: Sheet, row: int) -> str:
    source = flow.key_of(sheet, row)
    if not source:
        return ""
    column = sheet.raw(*ITEM)
    text = None if column is None else column[row].as_py()
    number = cells.without_marker(pa.array([text or ""]))[0].as_py()
    return f"{number}{MARK}{source}"


_REPORT = Report(columns=COLUMNS, key=_key, needs_key=flow.SOURCE[1])


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are one item's sources of visitors."""
    if not has(headers, *flow.SOURCE) or not has(headers, *flow.ITEM_ONLY, *ITEM):
        return None
    return Match("2022", () if has(headers, "访客数") else ("访客数",))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    return clean_report(block, _REPORT)
