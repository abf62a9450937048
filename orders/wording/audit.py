"""Audit in sentences: what a rule says, and why it held an order. The msgid is the Chinese text."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.choices import AuditRuleCode, Flag, KeywordAct, PlatformStatus
from orders.wording.goods import goods_words
from orders.wording.prices import price_words
from shopops.lib.words import listed, phrases

# Worded one at a time: an audit words as many reasons as it holds orders.
_SENTENCES: dict[str, str] = {
    AuditRuleCode.ACTIVE_HOURS: gettext_noop("每天 %(from)s 到 %(to)s 自动审单"),
    AuditRuleCode.COOL_DOWN: gettext_noop("付款后 %(minutes)s 分钟内先不审，买家可能要改"),
    AuditRuleCode.UNPAID_BALANCE: gettext_noop("预售单尾款没付清的挂起"),
    AuditRuleCode.MAX_AMOUNT: gettext_noop("实付超过 ¥%(amount)s 的要人审"),
    AuditRuleCode.MAX_PIECES: gettext_noop("超过 %(count)s 件的要人审"),
    AuditRuleCode.MAX_KINDS: gettext_noop("超过 %(count)s 款的要人审"),
    AuditRuleCode.EXCLUDED_SKUS: gettext_noop("含这些编码的要人审：%(codes)s"),
    AuditRuleCode.UNKNOWN_CODE: gettext_noop("宝贝没有商家编码的挂起，等运营补"),
    AuditRuleCode.RECEIVER_COMPLETE: gettext_noop("收货人、电话、省份、地址缺一样的挂起"),
    AuditRuleCode.REGION_SERVED: gettext_noop("寄往这些省份的挂起：%(provinces)s"),
    AuditRuleCode.BLACK_LIST: gettext_noop("黑名单买家的订单等主管看"),
    AuditRuleCode.BUYER_MESSAGE: gettext_noop("有留言、又没有关键词能回答的挂起"),
    AuditRuleCode.MERGEABLE: gettext_noop(
        "同一买家同一收货人还有未出的单，等 %(wait_minutes)s 分钟看要不要合"
    ),
    AuditRuleCode.PRESALE_NOT_DUE: gettext_noop("预售单到约定日前 %(days_ahead)s 天才放行"),
}
# What else the rule of low prices holds, by its two switches.
_PRICE_MORE: dict[str, str] = {
    "below_lowest": gettext_noop("低于当天最低到手价的也挂起"),
    "hold_unknown": gettext_noop("看不出实付的也挂起"),
    "below_freight": gettext_noop("邮费比运费模板少的也挂起"),
}
_MISSING: dict[str, str] = {
    "name": gettext_noop("收货人"),
    "phone": gettext_noop("电话"),
    "province": gettext_noop("省份"),
    "address": gettext_noop("地址"),
}
_REASONS: dict[str, str] = {
    "platform_forbids": gettext_noop("平台状态是「%(a)s」"),
    "refund_open": gettext_noop("买家正在退款"),
    "cool_down": gettext_noop("付款不久，%(a)s 之后自动再审"),
    "unpaid_balance": gettext_noop("还有 ¥%(a)s 没付"),
    "max_amount": gettext_noop("实付 ¥%(a)s，超过 ¥%(b)s"),
    "max_pieces": gettext_noop("共 %(a)s 件，超过 %(b)s 件"),
    "max_kinds": gettext_noop("共 %(a)s 款，超过 %(b)s 款"),
    "excluded_skus": gettext_noop("含 %(a)s"),
    "unknown_code": gettext_noop("「%(a)s」没有商家编码，共 %(b)s 行"),
    "receiver_complete": gettext_noop("缺%(a)s"),
    "region_served": gettext_noop("快递不到%(a)s"),
    "black_list": gettext_noop("买家在黑名单：%(a)s"),
    "mergeable": gettext_noop("可与 %(a)s 合并"),
    "pieces_gone": gettext_noop("拣货以后平台上少了：%(a)s，从包裹里拿出来再放行"),
    "no_carrier": gettext_noop("没有快递到%(a)s"),
    "strange_courier": gettext_noop("买家指定%(a)s，不是店里用的快递"),
    "address_changed": gettext_noop("审单通过以后文件里换了地址：核对面单，再放行"),
    "presale_not_due": gettext_noop("约定 %(a)s 发货"),
}


def rule_words(code: str, parameters: Mapping[str, Any]) -> str:
    """Say what a rule does, with its values."""
    values = {
        name: listed(value) if isinstance(value, list) else value
        for name, value in parameters.items()
    }
    if code == AuditRuleCode.FLAGS:
        return _flag_words(parameters.get("acts", {}))
    if code == AuditRuleCode.MEMO:
        return _memo_words(is_strict=bool(parameters.get("hold_unmatched")))
    if code == AuditRuleCode.LOW_PRICE:
        return _price_words(parameters)
    return _(_SENTENCES[code]) % values


def _price_words(parameters: Mapping[str, Any]) -> str:
    first = _("每件实付低于底价、差 ¥%(tolerance)s 以上的挂起") % {
        "tolerance": parameters.get("tolerance", "0.00")
    }
    return phrases(
        [first, *(_(words) for name, words in _PRICE_MORE.items() if parameters.get(name))]
    )


def _flag_words(acts: Mapping[str, str]) -> str:
    parts = [
        _("%(flag)s旗：%(act)s") % {"flag": Flag(int(flag)).label, "act": KeywordAct(act).label}
        for flag, act in sorted(acts.items())
    ]
    return listed(parts)


def _memo_words(*, is_strict: bool) -> str:
    if is_strict:
        return _("有备注、又没有关键词能回答的挂起")
    return _("备注里有挂起类关键词的挂起，其他备注放行")


def reason_words(reason: str, *, sees_costs: bool = False) -> str:
    """Say why audit held an order; `reason` is `code|value|…` as stored. Floors only where costs are seen."""
    if not reason:
        return ""
    if (words := price_words(reason, sees_costs=sees_costs)) is not None:
        return words
    code, *values = reason.split("|")
    value = dict(zip(("a", "b", "c"), values, strict=False))
    if (words := goods_words(code, value)) is not None:
        return words
    if code == "platform_forbids":
        status = value.get("a", "")
        value["a"] = str(PlatformStatus(status).label) if status in PlatformStatus else status
    if code == "receiver_complete":
        value["a"] = listed(_(_MISSING[one]) for one in value["a"].split() if one in _MISSING)
    if code in {"buyer_message", "memo"}:
        return _text_words(code, value.get("a", ""), value.get("b", ""))
    if code == "flags":
        return _("%(a)s旗要求挂起") % {"a": Flag(int(value["a"])).label}
    sentence = _REASONS.get(code)
    return _(sentence) % value if sentence else reason


def _text_words(code: str, word: str, text: str) -> str:
    figures = {"word": word, "text": text}
    if code == "memo":
        return (_("备注有「%(word)s」：%(text)s") if word else _("备注：%(text)s")) % figures
    return (_("留言有「%(word)s」：%(text)s") if word else _("留言：%(text)s")) % figures
