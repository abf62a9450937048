"""Rows of 万相台无界 reports as the platform writes them: every column, ratios rounded as it rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ITEM_HEAD = [
    "日期",
    "场景ID",
    "场景名字",
    "原二级场景ID",
    "原二级场景名字",
    "计划ID",
    "计划名字",
    "主体ID",
    "主体类型",
    "主体名称",
    "展现量",
    "点击量",
    "花费",
    "点击率",
    "平均点击花费",
    "千次展现花费",
    "总预售成交金额",
    "总预售成交笔数",
    "直接预售成交金额",
    "直接预售成交笔数",
    "间接预售成交金额",
    "间接预售成交笔数",
    "直接成交金额",
    "间接成交金额",
    "总成交金额",
    "总成交笔数",
    "直接成交笔数",
    "间接成交笔数",
    "点击转化率",
    "投入产出比",
    "含预售投产比",
    "总成交成本",
    "总购物车数",
    "直接购物车数",
    "间接购物车数",
    "加购率",
    "收藏宝贝数",
    "收藏店铺数",
    "店铺收藏成本",
    "总收藏加购数",
    "总收藏加购成本",
    "宝贝收藏加购数",
    "宝贝收藏加购成本",
    "总收藏数",
    "宝贝收藏成本",
    "宝贝收藏率",
    "加购成本",
    "拍下订单笔数",
    "拍下订单金额",
    "直接收藏宝贝数",
    "间接收藏宝贝数",
    "优惠券领取量",
    "购物金充值笔数",
    "购物金充值金额",
    "旺旺咨询量",
    "引导访问量",
    "引导访问人数",
    "引导访问潜客数",
    "引导访问潜客占比",
    "入会率",
    "入会量",
    "引导访问率",
    "深度访问量",
    "平均访问页面数",
    "成交新客数",
    "成交新客占比",
    "会员首购人数",
    "会员成交金额",
    "会员成交笔数",
    "成交人数",
    "人均成交笔数",
    "人均成交金额",
    "自然流量转化金额",
    "自然流量曝光量",
    "平台助推总成交",
    "平台助推直接成交",
    "平台助推点击",
    "平台补贴金额",
    "补贴引导成交金额",
    "发券补贴商品个数",
    "补贴引导成交人数",
]
_ITEM_ONLY = {
    "主体ID", "主体类型", "主体名称", "平台助推总成交", "平台助推直接成交", "平台助推点击",
}  # fmt: skip
PLAN_HEAD = [name for name in ITEM_HEAD if name not in _ITEM_ONLY]
# The report of items without plans, as a shop pasted it in 2026.
ITEM_HEAD_72 = [
    *(name for name in ITEM_HEAD if not name.startswith(("场景", "原二级", "计划", "平台", "补贴", "发券"))),
    "宝贝优惠券抵扣金额", "宝贝优惠券撬动总成交", "宝贝优惠券撬动直接成交", "宝贝优惠券撬动点击",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of a row; amounts in fen."""

    shown: int = 0
    clicks: int = 0
    spend: int = 0
    direct_amount: int = 0
    indirect_amount: int = 0
    direct_deals: int = 0
    indirect_deals: int = 0
    direct_carts: int = 0
    indirect_carts: int = 0
    favourites: int = 0
    shop_favourites: int = 0
    visits: int = 0
    visitors: int = 0
    new_visitors: int = 0
    people: int = 0
    new_people: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            *(getattr(self, one.name) + getattr(other, one.name) for one in fields(Counted))
        )


@dataclass(frozen=True, slots=True)
class Keys:
    """What a row is about."""

    day: date
    scene: str
    plan_no: str
    plan_name: str
    item_no: str = ""
    item_title: str = ""


def row(keys: Keys, one: Counted, *, as_fractions: bool = False) -> dict[str, object]:
    """Give a row by column: amounts in yuan, rates as `5.23%`, or as fractions in a workbook."""
    amount, deals = one.direct_amount + one.indirect_amount, one.direct_deals + one.indirect_deals
    carts = one.direct_carts + one.indirect_carts
    saves = carts + one.favourites + one.shop_favourites

    def rate(above: int, below: int) -> str | float:
        if not below:
            return ""
        value = _round(Decimal(above) / below, "0.0001")
        return float(value) if as_fractions else f"{value * 100:.2f}%"

    def cost(above: Decimal | int, below: int) -> str | float:
        if not below:
            return ""
        value = _round(Decimal(above) / below, "0.01")
        return float(value) if as_fractions else f"{value:.2f}"

    def yuan(fen: int) -> str | float:
        return fen / 100 if as_fractions else f"{fen / 100:.2f}"

    spend = Decimal(one.spend) / 100
    filled: dict[str, object] = {
        "日期": keys.day.isoformat(), "场景ID": "372", "场景名字": keys.scene,
        "原二级场景ID": "372", "原二级场景名字": keys.scene,
        "计划ID": keys.plan_no, "计划名字": keys.plan_name,
        "主体ID": keys.item_no, "主体类型": "商品", "主体名称": keys.item_title,
        "展现量": one.shown, "点击量": one.clicks, "花费": yuan(one.spend),
        "点击率": rate(one.clicks, one.shown), "平均点击花费": cost(spend, one.clicks),
        "千次展现花费": cost(spend * 1000, one.shown),
        "直接成交金额": yuan(one.direct_amount), "间接成交金额": yuan(one.indirect_amount),
        "总成交金额": yuan(amount), "总成交笔数": deals,
        "直接成交笔数": one.direct_deals, "间接成交笔数": one.indirect_deals,
        "点击转化率": rate(deals, one.clicks), "投入产出比": cost(amount, one.spend),
        "含预售投产比": cost(amount, one.spend), "总成交成本": cost(spend, deals),
        "总购物车数": carts, "直接购物车数": one.direct_carts, "间接购物车数": one.indirect_carts,
        "加购率": rate(carts, one.clicks), "收藏宝贝数": one.favourites,
        "收藏店铺数": one.shop_favourites, "店铺收藏成本": cost(spend, one.shop_favourites),
        "总收藏加购数": saves, "总收藏加购成本": cost(spend, saves),
        "宝贝收藏加购数": carts + one.favourites,
        "宝贝收藏加购成本": cost(spend, carts + one.favourites),
        "总收藏数": one.favourites + one.shop_favourites,
        "宝贝收藏成本": cost(spend, one.favourites), "宝贝收藏率": rate(one.favourites, one.clicks),
        "加购成本": cost(spend, carts), "拍下订单笔数": deals, "拍下订单金额": yuan(amount),
        "直接收藏宝贝数": one.favourites, "间接收藏宝贝数": 0,
        "引导访问量": one.visits, "引导访问人数": one.visitors, "引导访问潜客数": one.new_visitors,
        "引导访问潜客占比": rate(one.new_visitors, one.visitors),
        "引导访问率": rate(one.visits, one.shown), "成交新客数": one.new_people,
        "成交新客占比": rate(one.new_people, one.people), "成交人数": one.people,
        "人均成交笔数": cost(deals, one.people), "人均成交金额": cost(Decimal(amount) / 100, one.people),
    }  # fmt: skip
    nothing = {
        name: yuan(0) if name.endswith(("金额", "成交")) else 0
        for name in ITEM_HEAD
        if name.startswith(("总预售", "直接预售", "间接预售"))
    }
    return {**nothing, **filled}


def sheet(head: Sequence[str], rows: Sequence[Mapping[str, object]]) -> list[list[object]]:
    """Lay rows out under a head."""
    return [list(head), *([one.get(name, "") for name in head] for one in rows)]


def _round(value: Decimal, unit: str) -> Decimal:
    return value.quantize(Decimal(unit), ROUND_HALF_UP)
