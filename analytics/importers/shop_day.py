"""生意参谋, the whole shop by day: 日报 of 2017 (header in row 4), 取数 of 2019 and later, chosen columns.

Each figure may come for the whole shop, 无线端 and PC端. What follows from counts is not read.
"""

from collections.abc import Sequence

import pyarrow as pa

from analytics.importers.preamble import read_preamble
from analytics.importers.stat_sheet import (
    DAY,
    HOUR,
    STAGE_COLUMNS,
    Column,
    Report,
    clean_report,
    has,
    known_codes,
)
from shopops.intake.spec import Cleaned, Match, Seal

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match", "read_preamble"]

KIND = "analytics.shop_day"
LABEL = "生意参谋店铺日报"
SCORES = (
    Column("dsr_goods", "score", ("描述相符评分", "描述相符", "描述相符动态评分", "宝贝与描述相符")),
    Column("dsr_service", "score", ("服务态度评分", "服务态度", "服务态度动态评分", "卖家的服务态度")),
    Column("dsr_delivery", "score", ("物流服务评分", "物流服务", "物流服务动态评分", "物流服务的质量")),
)  # fmt: skip
COLUMNS = (
    Column("visitors", "count", ("访客数", "店铺访客数")),
    Column("page_views", "count", ("浏览量", "店铺浏览量")),
    Column("item_visitors", "count", ("商品访客数",)),
    Column("item_views", "count", ("商品浏览量",)),
    Column("stay_seconds", "seconds", ("平均停留时长", "平均停留时长(秒)")),
    Column("bounce_rate", "rate", ("跳失率",)),
    Column("favourites", "count", ("商品收藏买家数", "商品收藏人数", "收藏人数")),
    Column("shop_favourites", "count", ("店铺收藏买家数", "店铺收藏人数")),
    Column("cart_buyers", "count", ("加购人数", "商品加购人数")),
    Column("cart_pieces", "count", ("加购件数", "商品加购件数")),
    Column("ordered_buyers", "count", ("下单买家数",)),
    Column("ordered_pieces", "count", ("下单件数",)),
    Column("ordered_amount", "money", ("下单金额",)),
    Column("paid_buyers", "count", ("支付买家数",)),
    Column("paid_pieces", "count", ("支付件数",)),
    Column("paid_amount", "money", ("支付金额",)),
    Column("paid_orders", "count", ("支付父订单数", "支付订单数")),
    Column("paid_lines", "count", ("支付子订单数",)),
    Column("old_buyers", "count", ("支付老买家数", "老买家数")),
    Column("new_buyers", "count", ("支付新买家数", "新买家数")),
    Column("old_amount", "money", ("老买家支付金额",)),
    Column("new_visitors", "count", ("新访客数",)),
    Column("old_visitors", "count", ("老访客数",)),
    Column("search_visitors", "count", ("搜索访客数", "搜索引导访客数", "手淘搜索访客数")),
    Column("refund_amount", "money", ("成功退款金额",)),
    Column("spend_keyword", "money", ("关键词推广消耗", "直通车消耗")),
    Column("spend_display", "money", ("钻石展位消耗", "引力魔方消耗")),
    Column("spend_people", "money", ("人群推广消耗", "精准人群推广消耗")),
    Column("spend_site", "money", ("全站推广消耗",)),
    Column("spend_wxt", "money", ("万相台消耗",)),
    Column("spend_video", "money", ("超级短视频消耗",)),
    Column("commission_amount", "money", ("淘宝客佣金",)),
    Column("ad_spend", "money", ("推广花费", "推广总消耗")),
    Column("reviews", "count", ("评价数",)),
    Column("reviews_bad", "count", ("负面评价数",)),
    Column("parcels_picked", "count", ("揽收包裹数",)),
    Column("parcels_sent", "count", ("发货包裹数",)),
    Column("parcels_signed", "count", ("签收成功包裹数",)),
    Column("sign_seconds", "seconds", ("平均支付_签收时长(秒)", "平均支付-签收时长(秒)")),
    *SCORES,
)
SPENDS = tuple(one.code for one in COLUMNS if one.code.startswith("spend_"))
# What other files have.
_OTHERS = (
    "商品ID", "商品id", "商品名称", "来源", "流量来源", "一级来源", "终端", "计划ID", "计划名字", "展现量", "领取张数",
    "客服昵称", "旺旺昵称", "任务名称", "订单编号", "子订单编号", "商品编码", "商家编码",
)  # fmt: skip
_TELLING = {"visitors", "page_views", "ordered_buyers", "ordered_amount", "refund_amount"}
_REPORT = Report(columns=COLUMNS, sums=(("ad_spend", SPENDS),))


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are figures of the whole shop by day."""
    # A row of one hour, taken for the day's, would make the day a twenty-fourth of itself.
    if has(headers, *_OTHERS, *HOUR):
        return None
    codes = known_codes(headers, COLUMNS)
    if len(codes) < 3 or not codes & _TELLING:
        return None
    if not has(headers, *DAY):
        return Match("1", (DAY[0],)) if len(codes) >= 6 else None
    return Match("full" if len(codes) > 12 else "chosen")


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    return clean_report(block, _REPORT)
