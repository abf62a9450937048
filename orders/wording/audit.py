"""Audit in sentences: what a rule says, and why it held an order. The msgid is the Chinese text."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from orders.choices import AuditRuleCode, Flag, KeywordAct, PlatformStatus
from orders.wording.goods import goods_words
from shopops.lib.words import listed


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
    return _sentences()[code] % values


def _sentences() -> dict[str, str]:
    return {
        AuditRuleCode.ACTIVE_HOURS: _("每天 %(from)s 到 %(to)s 自动审单"),
        AuditRuleCode.COOL_DOWN: _("付款后 %(minutes)s 分钟内先不审，买家可能要改"),
        AuditRuleCode.UNPAID_BALANCE: _("预售单尾款没付清的挂起"),
        AuditRuleCode.MAX_AMOUNT: _("实付超过 ¥%(amount)s 的要人审"),
        AuditRuleCode.MAX_PIECES: _("超过 %(count)s 件的要人审"),
        AuditRuleCode.MAX_KINDS: _("超过 %(count)s 款的要人审"),
        AuditRuleCode.EXCLUDED_SKUS: _("含这些编码的要人审：%(codes)s"),
        AuditRuleCode.UNKNOWN_CODE: _("宝贝没有商家编码的挂起，等运营补"),
        AuditRuleCode.RECEIVER_COMPLETE: _("收货人、电话、省份、地址缺一样的挂起"),
        AuditRuleCode.REGION_SERVED: _("寄往这些省份的挂起：%(provinces)s"),
        AuditRuleCode.BLACK_LIST: _("黑名单买家的订单等主管看"),
        AuditRuleCode.BUYER_MESSAGE: _("有留言、又没有关键词能回答的挂起"),
        AuditRuleCode.MERGEABLE: _(
            "同一买家同一收货人还有未出的单，等 %(wait_minutes)s 分钟看要不要合"
        ),
        AuditRuleCode.PRESALE_NOT_DUE: _("预售单到约定日前 %(days_ahead)s 天才放行"),
    }


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


def reason_words(reason: str) -> str:
    """Say why audit held an order; `reason` is `code|value|…` as stored."""
    if not reason:
        return ""
    code, *values = reason.split("|")
    value = dict(zip(("a", "b", "c"), values, strict=False))
    if (words := goods_words(code, value)) is not None:
        return words
    if code == "platform_forbids":
        status = value.get("a", "")
        value["a"] = str(PlatformStatus(status).label) if status in PlatformStatus else status
    if code == "receiver_complete":
        value["a"] = listed(_missing_words().get(one, one) for one in value["a"].split())
    if code in {"buyer_message", "memo"}:
        return _text_words(code, value.get("a", ""), value.get("b", ""))
    if code == "flags":
        return _("%(a)s旗要求挂起") % {"a": Flag(int(value["a"])).label}
    sentence = _reasons().get(code)
    return sentence % value if sentence else reason


def _missing_words() -> dict[str, str]:
    return {
        "name": _("收货人"),
        "phone": _("电话"),
        "province": _("省份"),
        "address": _("地址"),
    }


def _reasons() -> dict[str, str]:
    return {
        "platform_forbids": _("平台状态是「%(a)s」"),
        "refund_open": _("买家正在退款"),
        "cool_down": _("付款不久，%(a)s 之后自动再审"),
        "unpaid_balance": _("还有 ¥%(a)s 没付"),
        "max_amount": _("实付 ¥%(a)s，超过 ¥%(b)s"),
        "max_pieces": _("共 %(a)s 件，超过 %(b)s 件"),
        "max_kinds": _("共 %(a)s 款，超过 %(b)s 款"),
        "excluded_skus": _("含 %(a)s"),
        "unknown_code": _("「%(a)s」没有商家编码，共 %(b)s 行"),
        "receiver_complete": _("缺%(a)s"),
        "region_served": _("快递不到%(a)s"),
        "black_list": _("买家在黑名单：%(a)s"),
        "mergeable": _("可与 %(a)s 合并"),
        "presale_not_due": _("约定 %(a)s 发货"),
    }


def _text_words(code: str, word: str, text: str) -> str:
    figures = {"word": word, "text": text}
    if code == "memo":
        return (_("备注有「%(word)s」：%(text)s") if word else _("备注：%(text)s")) % figures
    return (_("留言有「%(word)s」：%(text)s") if word else _("留言：%(text)s")) % figures
