"""Marketing tools by day: 优惠券 (taken and used), 单品宝, 店铺宝."""

from collections.abc import Sequence

import pyarrow as pa

from analytics.importers.preamble import plain_head, read_preamble
from analytics.importers.stat_sheet import DAY, STAGE_COLUMNS, Column, Report, clean_report, has
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match", "read_preamble"]

KIND = "analytics.coupon"
LABEL = "营销工具效果"
COUPON, ITEM_DEAL, SHOP_DEAL = "优惠券", "单品宝", "店铺宝"
COLUMNS = (
    Column("taken", "count", ("领取张数", "领取数量")),
    Column("used", "count", ("使用张数", "使用数量")),
    Column("paid_amount", "money", ("支付金额",)),
    Column("paid_buyers", "count", ("支付买家数",)),
    Column("paid_pieces", "count", ("支付件数",)),
    Column("paid_orders", "count", ("支付父订单", "支付父订单数")),
)
# A file of single coupons names each of them beside the day.
NAME = ("优惠券名称", "券名称")
SEPARATOR = " / "
_ONLY = {"支付件数", "支付买家数", "支付金额", "客单价"}


def _tool(names: Sequence[str]) -> str:
    heads = {plain_head(name) for name in names} - set(DAY)
    if {"领取张数", "使用张数"} <= heads:
        return COUPON
    if "人均支付件数" in heads and heads & {"支付父订单", "支付父订单数"}:
        return SHOP_DEAL
    return ITEM_DEAL if heads == _ONLY else ""


def _key(sheet: Sheet, row: int) -> str:
    """Name a tool, or one of the shop's coupons: `优惠券 / 满 199 减 20`."""
    tool = _tool(sheet.names)
    column = sheet.raw(*NAME)
    name = "" if column is None else (column[row].as_py() or "").strip()
    return f"{tool}{SEPARATOR}{name}" if name else tool


_REPORT = Report(columns=COLUMNS, key=_key)


def match(headers: Sequence[str]) -> Match | None:
    """Say whether this is what a marketing tool brought, and which."""
    tool = _tool([head for head in headers if head])
    if not tool:
        return None
    missing = () if has(headers, *DAY) else (DAY[0],)
    return Match({COUPON: "coupon", ITEM_DEAL: "item", SHOP_DEAL: "shop"}[tool], missing)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    return clean_report(block, _REPORT)
