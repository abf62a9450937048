"""The registry of figures: what each is called, whether it adds up, and whom to believe.

Pure: a figure is a code with its sources in order of trust. `analytics.queries.known` reads the
sources; nobody else does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Unit = Literal["money", "count", "people", "rate", "score", "seconds"]

# Sources of figures. What our own orders say comes first wherever they can say it.
ORDERS, REFUNDS, CHANNELS = "orders", "refunds", "channels"
SHOP_DAY, TRADE, PRODUCT_DAYS, DSR, HAND = "shop_day", "trade", "product_days", "dsr", "hand"
FLOW = "flow"
SOURCE_LABELS: dict[str, str | Promise] = {
    ORDERS: _("自己的订单"),
    REFUNDS: _("自己的退款单"),
    CHANNELS: _("推广报表"),
    SHOP_DAY: _("生意参谋店铺日报"),
    TRADE: _("生意参谋交易趋势"),
    PRODUCT_DAYS: _("生意参谋商品日报"),
    DSR: _("店铺评分文件"),
    HAND: _("手工填写"),
    FLOW: _("生意参谋流量来源"),
}


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """One figure.

    `is_additive`: its days may be added up (visitors and buyers may not: one person comes on several
    days). `parts`: numerator and denominator of a figure that is derived, never stored. `weight`: of a
    mean whose parts no file says, what each day's mean is of (people); of several days it is weighed by
    them. `sources`: in order of trust; the first one that knows the day counts.
    """

    code: str
    label: str | Promise
    unit: Unit
    is_additive: bool
    parts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    weight: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        """Give what has to be known of each day to give this figure of several."""
        if self.parts:
            return self.parts
        return (self.code, self.weight) if self.weight else (self.code,)


def _sum(code: str, label: str | Promise, unit: Unit, *sources: str) -> FigureSpec:
    return FigureSpec(code, label, unit, is_additive=True, sources=sources)


def _people(code: str, label: str | Promise, *sources: str) -> FigureSpec:
    return FigureSpec(code, label, "people", is_additive=False, sources=sources)


def _by(code: str, label: str | Promise, unit: Unit, above: str, below: str) -> FigureSpec:
    return FigureSpec(code, label, unit, is_additive=False, parts=(above, below))


def _mean(code: str, label: str | Promise, unit: Unit, weight: str, *sources: str) -> FigureSpec:
    return FigureSpec(code, label, unit, is_additive=False, sources=sources, weight=weight)


def _score(code: str, label: str | Promise) -> FigureSpec:
    return FigureSpec(code, label, "score", is_additive=False, sources=(DSR, SHOP_DAY, HAND))


# Files in their order of trust; what a person typed counts where no file says it.
_DAY = (PRODUCT_DAYS, SHOP_DAY, HAND)
_TRADE = (PRODUCT_DAYS, SHOP_DAY, TRADE, HAND)
_ALL: tuple[FigureSpec, ...] = (
    _people("visitors", _("访客数"), *_DAY),
    _sum("page_views", _("浏览量"), "count", *_DAY),
    _people("cart_buyers", _("加购人数"), *_DAY),
    _people("ordered_buyers", _("下单买家数"), *_TRADE),
    _sum("ordered_amount", _("下单金额"), "money", *_TRADE),
    _people("paid_buyers", _("支付买家数"), ORDERS, *_TRADE),
    _sum("paid_orders", _("支付订单数"), "count", ORDERS, SHOP_DAY, HAND),
    _sum("paid_amount", _("支付金额"), "money", ORDERS, *_TRADE),
    _sum("paid_pieces", _("支付件数"), "count", ORDERS, *_DAY),
    _sum("refund_amount", _("退款金额"), "money", REFUNDS, *_DAY),
    _sum("net_amount", _("净支付金额"), "money", ORDERS),
    _by("pay_rate", _("支付转化率"), "rate", "paid_buyers", "visitors"),
    _by("order_rate", _("下单转化率"), "rate", "ordered_buyers", "visitors"),
    _by("order_pay_rate", _("下单-支付转化率"), "rate", "paid_buyers", "ordered_buyers"),
    _by("per_buyer", _("客单价"), "money", "paid_amount", "paid_buyers"),
    _by("per_order", _("笔单价"), "money", "paid_amount", "paid_orders"),
    # Where no file counts them: visitors of the sources that are called a search, as the flow file has them.
    _people("search_visitors", _("搜索访客数"), *_DAY, FLOW),
    # The platform says them of a day's visitors, never what they are made of.
    _mean("bounce_rate", _("跳失率"), "rate", "visitors", PRODUCT_DAYS, SHOP_DAY),
    _mean("stay_seconds", _("平均停留时长"), "seconds", "visitors", PRODUCT_DAYS, SHOP_DAY),
    _people("favourites", _("收藏人数"), *_DAY),
    _people("new_buyers", _("支付新买家数"), ORDERS, *_DAY),
    _people("old_buyers", _("支付老买家数"), ORDERS, *_DAY),
    _sum("ad_spend", _("推广花费"), "money", CHANNELS, SHOP_DAY, HAND),
    # Of the pieces that were not refunded and whose cost is known: how many of them that is stands beside it.
    _sum("gross_margin", _("毛利"), "money", ORDERS),
    _sum("kept_pieces", _("没退的件数"), "count", ORDERS),
    _sum("costed_pieces", _("知道成本的件数"), "count", ORDERS),
    _by("known_cost_rate", _("知道成本的件数占比"), "rate", "costed_pieces", "kept_pieces"),
    _score("dsr_goods", _("描述相符")),
    _score("dsr_service", _("服务态度")),
    _score("dsr_delivery", _("物流服务")),
)
# What a margin gives away is the cost: shown to those only who may see it (`products.view_cost`).
NEEDS_COST = frozenset({"gross_margin", "costed_pieces", "known_cost_rate"})
_BY_CODE = {spec.code: spec for spec in _ALL}


def figure(code: str) -> FigureSpec:
    """Give the figure of a code.

    :raises LookupError: if there is none
    """
    try:
        return _BY_CODE[code]
    except KeyError:
        raise LookupError(f"no such figure: {code}") from None


def figures() -> tuple[FigureSpec, ...]:
    """Give all figures, in the order in which pages list them."""
    return _ALL


def visible(*, sees_cost: bool) -> tuple[FigureSpec, ...]:
    """Give the figures that a person may see, in the order of pages."""
    return tuple(spec for spec in _ALL if sees_cost or spec.code not in NEEDS_COST)


def base_codes(codes: Iterable[str]) -> set[str]:
    """Give the figures that have to be read to answer these: derived ones by their parts."""
    wanted: set[str] = set()
    for code in codes:
        spec = figure(code)
        wanted |= set(spec.parts) or {code}
    return wanted
