"""Benefits and price rules in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from promotions.choices import BenefitKind
from promotions.wording.price import error_words
from shopops.lib.templatetags.shop import money


def benefit_words(kind: str, parameters: Mapping[str, Any]) -> str:
    """Say what a benefit gives, from its figures."""
    given = {name: money(value) for name, value in parameters.items() if _is_money(name)}
    given |= {"pieces": parameters.get("pieces", ""), "fold": _fold(parameters)}
    given["percent"] = _percent(parameters)
    given |= {"sku": parameters.get("sku", ""), "quantity": parameters.get("quantity", 1)}
    given["regions"] = _("、").join(parameters.get("regions") or ())
    words = _sentence(kind, parameters)
    return words % given if words else ""


def _is_money(name: str) -> bool:
    return name in {"price", "off", "threshold", "amount", "per", "cost", "from_amount", "start"}


def _sentence(kind: str, parameters: Mapping[str, Any]) -> str:
    if kind == BenefitKind.MULTI_OFF:
        by_pieces = "pieces" in parameters
        return _("满 %(pieces)s 件减 %(off)s") if by_pieces else _("满 %(amount)s 减 %(off)s")
    if kind == BenefitKind.POSTAGE:
        return _postage(parameters)
    if kind in {BenefitKind.PRICE_TOOL, BenefitKind.ITEM_OFF, BenefitKind.OFFICIAL}:
        return _by_figure(kind, parameters)
    return {
        BenefitKind.ASSET: _("减 %(off)s"),
        BenefitKind.ITEM_RATE: _("打 %(fold)s 折"),
        BenefitKind.COUPON: _("满 %(threshold)s 减 %(off)s"),
        BenefitKind.MULTI_RATE: _("满 %(pieces)s 件打 %(fold)s 折"),
        BenefitKind.SECOND_HALF: _("第二件半价"),
        BenefitKind.CROSS: _("每满 %(per)s 减 %(off)s"),
        BenefitKind.GIFT: _("送 %(sku)s × %(quantity)s"),
        BenefitKind.RETURN_INSURANCE: _("送运费险"),
        BenefitKind.AUCTION: _("%(start)s 起拍") if "start" in parameters else "",
    }.get(BenefitKind(kind), "")


def _postage(parameters: Mapping[str, Any]) -> str:
    words = _("满 %(from_amount)s 包邮") if parameters.get("from_amount") else _("包邮")
    return words + (_("，只到%(regions)s") if parameters.get("regions") else "")


def _by_figure(kind: str, parameters: Mapping[str, Any]) -> str:
    if "price" in parameters:
        return _("卖 %(price)s")
    if "off" in parameters:
        return _("减 %(off)s")
    if "rate" in parameters:
        return _("减 %(percent)s") if kind == BenefitKind.OFFICIAL else _("打 %(fold)s 折")
    return _("各编码自己的金额")


def _fold(parameters: Mapping[str, Any]) -> str:
    return f"{float(parameters['rate']) * 10:.4g}" if "rate" in parameters else ""


def _percent(parameters: Mapping[str, Any]) -> str:
    return f"{float(parameters['rate']) * 100:.4g}%" if "rate" in parameters else ""


def refused_figure(kind: str, evidence: str) -> tuple[str, str]:
    """Say which field of the form is wrong and why; no field: it is about all of it.

    :param evidence: as `rules.final_price.check_perk` gives it
    """
    code, *values = evidence.split("|")
    key = values[1].split(" / ")[0] if len(values) > 1 else ""
    field = ("percent" if kind == BenefitKind.OFFICIAL else "fold") if key == "rate" else key
    if code == "off_over":
        return "off", _("减 %(off)s 不能大于等于门槛 %(threshold)s。") % {
            "off": money(values[1]),
            "threshold": money(values[2]),
        }
    words = {
        "missing": _("这一项要填。"),
        "not_amount": _("写一个金额，最多两位小数。"),
        "not_positive": _("要大于 0，不超过一百万。"),
        "not_rate": _("比例要在 0 和 1 之间，9 折是 0.9。"),
        "not_pieces": _("写一个 1 以上的整数。"),
    }
    if code == "missing" and kind == BenefitKind.OFFICIAL:
        return "percent", _("写上立减比例或者减多少元；各编码不一样的，写在编码后面。")
    if code == "missing" and key in {"price", "off"}:
        return key, _("写上金额；各编码不一样的，写在编码后面。")
    if code == "not_positive" and key == "threshold":
        return key, _("不能是负数，不超过一百万。")
    return (field, words[code]) if code in words else ("", error_words(evidence))


def parameter_label(name: str) -> str:
    """Name a figure or choice of a rule row."""
    return {
        "basis": _("计算基准"),
        "shop_group": _("券与多件优惠"),
        "remainder": _("尾差"),
        "share_by": _("按什么分摊"),
        "pieces": _("试算到几件"),
        "cap": _("每单最多几张券"),
        "rate": _("比例"),
        "least_rate": _("最少"),
        "most_rate": _("最多"),
        "days": _("天数"),
        "days_after_event": _("活动后天数"),
        "floor": _("最低到"),
        "minimum": _("至少付"),
    }.get(name, name)


def parameter_value(value: object) -> str:
    """Write a choice of a rule row."""
    return {
        "sequential": _("逐级"),
        "parallel": _("平行"),
        "stack": _("叠加"),
        "best_of": _("取大的一个"),
        "last": _("归最后一行"),
        "largest": _("归余数最大的"),
        "base": _("标价合计"),
        "item_net": _("单品优惠后"),
        "paid": _("到手价"),
    }.get(str(value), str(value))
