"""生意参谋, 流量来源 of the shop: visitors by source and detail (2017: header in row 5; later ones more columns).

Most files name their day only above the header or in the file's name.
"""

from collections.abc import Sequence

import pyarrow as pa

from analytics.importers.preamble import read_preamble
from analytics.importers.stat_sheet import STAGE_COLUMNS, Column, Report, clean_report, has
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match", "read_preamble"]

KIND = "analytics.flow"
LABEL = "生意参谋流量来源"
SOURCE = ("来源", "流量来源", "一级来源", "来源名称")
DETAIL = ("来源明细", "二级来源", "明细来源")
SEPARATOR = " / "
# Details that stand for the whole of a source.
_WHOLE = {"", "汇总", "合计", "总计", "全部"}
COLUMNS = (
    Column("visitors", "count", ("访客数",)),
    Column("page_views", "count", ("浏览量",)),
    Column("favourites", "count", ("收藏人数", "商品收藏人数", "商品收藏买家数")),
    Column("cart_buyers", "count", ("加购人数", "商品加购人数")),
    Column("ordered_buyers", "count", ("下单买家数",)),
    Column("ordered_amount", "money", ("下单金额",)),
    Column("paid_buyers", "count", ("支付买家数",)),
    Column("paid_pieces", "count", ("支付件数",)),
    Column("paid_amount", "money", ("支付金额",)),
)
ITEM_ONLY = (
    "店内跳转人数", "跳出本店人数", "直接支付买家数", "收藏商品-支付买家数", "粉丝支付买家数", "加购商品-支付买家数",
)  # fmt: skip


def key_of(sheet: Sheet, row: int) -> str:
    """Name a source: `淘内免费 / 手淘搜索`; a source as a whole by itself."""
    source, detail = (_cell(sheet, row, names) for names in (SOURCE, DETAIL))
    if not source:
        return ""
    return source if detail in _WHOLE else f"{source}{SEPARATOR}{detail}"


def _cell(sheet: Sheet, row: int, names: Sequence[str]) -> str:
    column = sheet.raw(*names)
    return "" if column is None else (column[row].as_py() or "").strip()


_REPORT = Report(columns=COLUMNS, key=key_of, needs_key=SOURCE[0])


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the shop's sources of visitors."""
    if not has(headers, *SOURCE) or has(headers, *ITEM_ONLY, "商品ID", "商品id"):
        return None
    if not has(headers, *DETAIL) and not has(headers, "访客数变化"):
        return None
    return Match("2017" if has(headers, "访客数变化") else "1", _missing(headers))


def _missing(headers: Sequence[str]) -> tuple[str, ...]:
    return () if has(headers, "访客数") else ("访客数",)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    return clean_report(block, _REPORT)
