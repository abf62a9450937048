"""Words of files about the shop's days: figures, what the importers say of rows, the log."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import gettext_noop

from analytics.figures import SOURCE_LABELS, Unit, figure, figures
from shopops.lib.templatetags.shop import count, money, rate
from shopops.staff.operations import name_operations, name_parts

# Figures of files that are no figure of the registry: kept, shown on the page of sources.
_MORE: Mapping[str, str | Promise] = {
    "item_visitors": _l("商品访客数"),
    "item_views": _l("商品浏览量"),
    "shop_favourites": _l("店铺收藏人数"),
    "cart_pieces": _l("加购件数"),
    "ordered_pieces": _l("下单件数"),
    "paid_lines": _l("支付子订单数"),
    "old_amount": _l("老买家支付金额"),
    "new_visitors": _l("新访客数"),
    "old_visitors": _l("老访客数"),
    "spend_keyword": _l("关键词推广消耗"),
    "spend_display": _l("引力魔方消耗"),
    "spend_people": _l("人群推广消耗"),
    "spend_site": _l("全站推广消耗"),
    "spend_wxt": _l("万相台消耗"),
    "spend_video": _l("超级短视频消耗"),
    "commission_amount": _l("淘宝客佣金"),
    "reviews": _l("评价数"),
    "reviews_bad": _l("负面评价数"),
    "parcels_picked": _l("揽收包裹数"),
    "parcels_sent": _l("发货包裹数"),
    "parcels_signed": _l("签收包裹数"),
    "sign_seconds": _l("支付到签收（秒）"),
    "jumped_inside": _l("店内跳转人数"),
    "left_shop": _l("跳出本店人数"),
    "direct_buyers": _l("直接支付买家数"),
    "favourite_buyers": _l("收藏后支付买家数"),
    "fan_buyers": _l("粉丝支付买家数"),
    "cart_paid_buyers": _l("加购后支付买家数"),
    "taken": _l("领取张数"),
    "used": _l("使用张数"),
    "star_rating": _l("综合体验星级"),
}
DEVICES: Mapping[str, str | Promise] = {
    "all": _l("全部终端"),
    "pc": _l("PC 端"),
    "wireless": _l("无线端"),
}
# Files that are no source of figures of the shop, and still tell of its days.
_FILES: Mapping[str, str | Promise] = {
    "flow": _l("生意参谋流量来源"),
    "item_flow": _l("生意参谋商品流量来源"),
    "coupon": _l("营销工具效果"),
}
# What the importers, which know no Django, say of a file and its rows; shown by `words.stored`.
ROW_REASONS = (
    gettext_noop("生意参谋店铺日报"),
    gettext_noop("生意参谋交易趋势"),
    gettext_noop("生意参谋流量来源"),
    gettext_noop("生意参谋商品流量来源"),
    gettext_noop("营销工具效果"),
    gettext_noop("店铺评分"),
    gettext_noop("支付金额"),
    gettext_noop("不是日期，应当像 2026-06-18"),
    gettext_noop("这一行是 {n} 天的合计，分不到每一天，请在导出时选“分天”"),
    gettext_noop("时间是 {zone} 的，不是北京时间，请按北京时间重新导出"),
    gettext_noop("不是小时，应当在 0 到 23 之间"),
    gettext_noop("这一行是一个小时的，这种文件要整天的数"),
    gettext_noop("不认识的终端，没有猜"),
    gettext_noop("不是数字"),
    gettext_noop("不能是负数"),
    gettext_noop("评分应当在 0 到 5 之间"),
    gettext_noop("不是比率，应当像 78.15% 或 0.7815"),
    gettext_noop("{name}超过了 100%"),
    gettext_noop("{part}比{whole}还多，比率超过了 100%"),
)
OPERATIONS = {
    "analytics.day.entered": _l("手工填写一天的数字"),
    "analytics.day.withdrawn": _l("撤掉手工填写的数字"),
    "analytics.orders.fetched": _l("下载数字背后的订单"),
}


def figure_words(code: str) -> str:
    """Name a figure, with its terminal where it is of one."""
    base, _at, device = code.partition("@")
    try:
        label = str(figure(base).label)
    except LookupError:
        label = str(_MORE.get(base, base))
    if device not in DEVICES:
        return label
    return _("%(label)s（%(device)s）") % {"label": label, "device": DEVICES[device]}


def source_words(source: str) -> str:
    """Name who says a figure; of a ratio both."""
    return " + ".join(str(SOURCE_LABELS.get(one, one)) for one in source.split("+") if one)


def file_words(source: str) -> str:
    """Name the files of a source, also of one that is no source of figures."""
    return str(_FILES[source]) if source in _FILES else source_words(source)


def said_words(code: str, value: Decimal) -> str:
    """Write a figure of a file by its code, also one that the registry does not know."""
    try:
        return value_words(value, figure(code.partition("@")[0]).unit)
    except LookupError:
        return f"{value.normalize():f}"


def seconds_words(value: Decimal) -> str:
    """Write how long people stayed."""
    return _("%(n)s 秒") % {"n": f"{value:,.1f}"}


def value_words(value: Decimal | None, unit: Unit) -> str:
    """Write a figure; unknown in words, never as zero."""
    if value is None:
        return _("未知")
    if unit == "money":
        return str(money(value))
    if unit == "rate":
        return str(rate(value, 2))
    if unit == "score":
        text = f"{value.normalize():f}"
        # As the platform shows it: two decimals, more only where a file says more.
        return text if len(text.partition(".")[2]) > 2 else f"{value:.2f}"
    if unit == "seconds":
        return seconds_words(value)
    return count(int(value))


def name_the_log() -> None:
    """Give the acts of this topic their words in the log."""
    name_operations(OPERATIONS)
    name_parts("field", {spec.code: spec.label for spec in figures()} | dict(_MORE))
