"""Couriers in sentences: why this carrier, why not that rule. The msgid is the Chinese text."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.rules.couriers import FALLBACK, FILE, HAND, NONE, RULE, CourierRule, Tried
from shopops.lib.words import listed


def carrier_words(reason: str) -> str:
    """Say why a parcel goes with its carrier; `reason` is `code|value|…` as stored."""
    if not reason:
        return ""
    code, *values = reason.split("|")
    if code in {RULE, FALLBACK} and len(values) > 1:
        name, met = values[1], values[2:]
        words = listed([condition_words(one) for one in met])
        if words:
            return _("规则「%(name)s」：%(why)s") % {"name": name, "why": words}
        return _("前面的规则都不合，按兜底规则「%(name)s」") % {"name": name}
    value = {"value": values[0] if values else ""}
    sentences = {
        HAND: _("人工指定：%(value)s"),
        FILE: _("运单文件 %(value)s 写的"),
        NONE: _("没有规则给出快递，去快递规则加一条兜底"),
    }
    return sentences[code] % value if code in sentences else reason


def condition_words(condition: str) -> str:
    """Say what a parcel met."""
    kind, _sep, value = condition.partition(":")
    sentence = {
        "province": _("寄往%(value)s"),
        "weight": _("重 %(value)s 克"),
        "amount": _("金额 ¥%(value)s"),
        "sku": _("有 %(value)s"),
        "requested": _("买家指定%(value)s"),
    }.get(kind)
    return sentence % {"value": value} if sentence else condition


def miss_words(condition: str) -> str:
    """Say why a rule did not fit."""
    kind, _sep, value = condition.partition(":")
    sentence = {
        "off": _("没有启用"),
        "province": _("寄往%(value)s，不在它的省份里"),
        "weight": _("重 %(value)s 克，不在它的重量里"),
        "weight_unknown": _("有商品没填重量，算不出包裹多重"),
        "amount": _("金额 ¥%(value)s，不在它的金额里"),
        "sku": _("没有它说的商品"),
        "carrier_off": _("%(value)s 没在用"),
        "unserved": _("%(value)s 不到这个省"),
    }.get(kind)
    if kind == "requested":
        sentence = _("买家指定的是%(value)s") if value else _("买家没指定快递")
    return sentence % {"value": value} if sentence else condition


def tried_words(tried: Tried) -> str:
    """Say in one line how a rule fared."""
    if tried.fits:
        met = listed([condition_words(one) for one in tried.met])
        return met or _("没有条件，什么都接")
    return listed([miss_words(one) for one in tried.misses])


def rule_words(rule: CourierRule) -> str:
    """Say what a rule asks."""
    parts: list[str] = []
    if rule.only_if_requested:
        parts.append(_("买家指定时"))
    if rule.provinces:
        parts.append(_("寄往 %(values)s") % {"values": listed(rule.provinces)})
    parts += _range_words(rule)
    if rule.sku_codes:
        parts.append(_("含 %(values)s") % {"values": listed(sorted(rule.sku_codes))})
    return listed(parts) if parts else _("其余全部（兜底）")


def _range_words(rule: CourierRule) -> list[str]:
    ranges: Sequence[tuple[object, object, str, str, str]] = (
        (
            rule.minimum_grams,
            rule.maximum_grams,
            _("%(low)s 到 %(high)s 克"),
            _("%(low)s 克起"),
            _("不到 %(high)s 克"),
        ),
        (
            rule.minimum_amount,
            rule.maximum_amount,
            _("¥%(low)s 到 ¥%(high)s"),
            _("¥%(low)s 起"),
            _("不到 ¥%(high)s"),
        ),
    )
    found = []
    for low, high, both, least, most in ranges:
        if low is None and high is None:
            continue
        sentence = most if low is None else least if high is None else both
        found.append(sentence % {"low": low, "high": high})
    return found


# What importers and merges say of rows and files, stored as it stands and worded at display.
STORED = (
    gettext_noop("运单表"),
    gettext_noop("快递轨迹"),
    gettext_noop("支付宝账单"),
    gettext_noop("不是运单号：应当是 5 到 40 位字母和数字"),
    gettext_noop("缺少{name}；面单失败的要有失败原因"),
    gettext_noop("包裹号和订单编号都没有"),
    gettext_noop("不认识的物流状态，没有猜"),
    gettext_noop("这一行没有任何时间"),
    gettext_noop("没有包裹用这个运单号；先记下，有了包裹自动对上"),
    gettext_noop("时间在将来，这个时间没有记"),
)
