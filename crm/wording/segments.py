"""Conditions as a sentence, and what is wrong with them, in the reader's language."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.choices import Channel, LifeStage
from crm.rules.conditions import (
    FACTS,
    ConditionError,
    Joined,
    Leaf,
    Node,
    Not,
    yuan,
)
from shopops.lib.words import listed

FACT_WORDS: dict[str, str | Promise] = {
    "last_paid": gettext_lazy("最近一次购买"),
    "first_paid": gettext_lazy("第一次购买"),
    "paid_orders": gettext_lazy("付款订单数"),
    "paid_days": gettext_lazy("买过几次（不同的日子）"),
    "orders": gettext_lazy("下单数"),
    "pieces": gettext_lazy("买过的件数"),
    "refunded_orders": gettext_lazy("退过款的订单数"),
    "paid": gettext_lazy("累计实付"),
    "net": gettext_lazy("累计净额（扣退款）"),
    "average": gettext_lazy("平均一单"),
    "refund": gettext_lazy("累计退款"),
    "recency": gettext_lazy("R 分"),
    "frequency": gettext_lazy("F 分"),
    "monetary": gettext_lazy("M 分"),
    "segment": gettext_lazy("RFM 分群"),
    "life_stage": gettext_lazy("生命周期"),
    "province": gettext_lazy("省份"),
    "tag": gettext_lazy("标签"),
    "tier": gettext_lazy("会员等级"),
    "agent": gettext_lazy("专属客服"),
    "consent": gettext_lazy("同意接收"),
    "opted_out": gettext_lazy("退订过"),
    "black_list": gettext_lazy("在黑名单"),
    "open_case": gettext_lazy("有没完的售后或退款"),
    "birthday": gettext_lazy("生日快到"),
    "messaged": gettext_lazy("最近给发过消息"),
    "due": gettext_lazy("快到该再买的日子"),
    "expected": gettext_lazy("一年预期净额"),
    "points": gettext_lazy("积分"),
    "bought": gettext_lazy("买过某些商品"),
}
OP_WORDS: dict[str, dict[str, str | Promise]] = {
    "days": {
        "within": gettext_lazy("最近几天内"),
        "over": gettext_lazy("超过几天"),
        "between": gettext_lazy("几天到几天前"),
    },
    "number": {
        "least": gettext_lazy("至少"),
        "most": gettext_lazy("最多"),
        "between": gettext_lazy("在两者之间"),
    },
}
SIDE_WORDS: dict[str, str | Promise] = {
    "sku": gettext_lazy("商家编码"),
    "category": gettext_lazy("类目"),
    "words": gettext_lazy("标题里有"),
    **{code: Channel(code).label for code in ("sms", "platform", "wangwang", "phone")},
}
_UNITS: dict[str, str | Promise] = {
    "paid_orders": gettext_lazy("单"),
    "orders": gettext_lazy("单"),
    "refunded_orders": gettext_lazy("单"),
    "paid_days": gettext_lazy("次"),
    "pieces": gettext_lazy("件"),
    "points": gettext_lazy("分"),
}
_SHORT: dict[str, str | Promise] = {
    "paid_orders": gettext_lazy("付款订单"),
    "orders": gettext_lazy("下单"),
    "refunded_orders": gettext_lazy("退过款的订单"),
    "paid_days": gettext_lazy("买过"),
    "pieces": gettext_lazy("买过"),
    "paid": gettext_lazy("累计实付"),
    "net": gettext_lazy("累计净额"),
    "average": gettext_lazy("平均一单"),
    "refund": gettext_lazy("累计退款"),
    "expected": gettext_lazy("一年预期净额"),
    "points": gettext_lazy("积分"),
}


def sentence(node: Node) -> str:
    """Say whom the conditions mean: 最近 90 天买过、累计实付满 200 元、没同意短信的人."""
    return _("%(conditions)s的人") % {"conditions": _words(node, inner=False)}


def _words(node: Node, *, inner: bool) -> str:
    if isinstance(node, Leaf):
        return leaf_words(node)
    if isinstance(node, Not):
        if isinstance(node.part, Leaf):
            return leaf_words(node.part, is_not=True)
        return _("不是（%(conditions)s）") % {"conditions": _words(node.part, inner=False)}
    parts = [_words(part, inner=True) for part in node.parts]
    text = listed(parts) if node.how == "all" else _("，或者").join(parts)
    is_any = node.how == "any"
    return _("（%(conditions)s）") % {"conditions": text} if inner and is_any else text


def leaf_words(leaf: Leaf, *, is_not: bool = False) -> str:
    """Say one condition, or its opposite."""
    say = {
        "days": _days,
        "count": _number,
        "amount": _number,
        "score": _score,
        "choice": _choice,
        "bought": _bought,
        "window": _window,
        "flag": _flag,
    }[leaf.kind]
    return say(leaf, is_not)


def _days(leaf: Leaf, is_not: bool) -> str:  # noqa: FBT001
    values = {"a": leaf.a, "b": leaf.b}
    if leaf.fact == "last_paid":
        words = {
            "within": (_("最近 %(a)d 天买过"), _("最近 %(a)d 天没买过")),
            "over": (_("超过 %(a)d 天没再买"), _("不是超过 %(a)d 天没再买")),
            "between": (
                _("最近一次购买在 %(a)d 到 %(b)d 天前"),
                _("最近一次购买不在 %(a)d 到 %(b)d 天前"),
            ),
        }
    else:
        words = {
            "within": (_("最近 %(a)d 天第一次买"), _("不是最近 %(a)d 天第一次买")),
            "over": (_("第一次购买在 %(a)d 天以前"), _("第一次购买不在 %(a)d 天以前")),
            "between": (
                _("第一次购买在 %(a)d 到 %(b)d 天前"),
                _("第一次购买不在 %(a)d 到 %(b)d 天前"),
            ),
        }
    return words[leaf.op][is_not] % values


def _number(leaf: Leaf, is_not: bool) -> str:  # noqa: FBT001
    is_amount = leaf.kind == "amount"
    unit = _("元") if is_amount else str(_UNITS[leaf.fact])

    def shown(number: int) -> str:
        return f"{yuan(number) if is_amount else number} {unit}"

    values = {"what": str(_SHORT[leaf.fact]), "a": shown(leaf.a), "b": shown(leaf.b)}
    words = {
        "least": (_("%(what)s满 %(a)s"), _("%(what)s不满 %(a)s")),
        "most": (_("%(what)s不超过 %(a)s"), _("%(what)s超过 %(a)s")),
        "between": (_("%(what)s在 %(a)s 到 %(b)s"), _("%(what)s不在 %(a)s 到 %(b)s")),
    }
    return words[leaf.op][is_not] % values


def _score(leaf: Leaf, is_not: bool) -> str:  # noqa: FBT001
    values = {"what": str(FACT_WORDS[leaf.fact]), "a": leaf.a, "b": leaf.b}
    words = {
        "least": (_("%(what)s至少 %(a)d"), _("%(what)s不到 %(a)d")),
        "most": (_("%(what)s最多 %(a)d"), _("%(what)s高于 %(a)d")),
        "between": (_("%(what)s %(a)d 到 %(b)d"), _("%(what)s不在 %(a)d 到 %(b)d")),
    }
    return words[leaf.op][is_not] % values


_value_words: dict[str, Callable[[str], str]] = {}


def word_values(fact: str, words: Callable[[str], str]) -> None:
    """Register who says the values of a choice that another topic keeps."""
    _value_words[fact] = words


def value_words(fact: str, value: str) -> str:
    """Say one value of a choice."""
    if fact in _value_words:
        return _value_words[fact](value)
    if fact == "life_stage" and value in LifeStage.values:
        return str(LifeStage(value).label)
    return value


def _choice(leaf: Leaf, is_not: bool) -> str:  # noqa: FBT001
    values = listed(value_words(leaf.fact, one) for one in leaf.values)
    words = _("%(what)s不是%(values)s") if is_not else _("%(what)s是%(values)s")
    return words % {"what": str(FACT_WORDS[leaf.fact]), "values": values}


def _bought(leaf: Leaf, is_not: bool) -> str:  # noqa: FBT001
    values = {"days": leaf.a, "values": listed(leaf.values), "by": str(SIDE_WORDS[leaf.side])}
    if is_not:
        return _("最近 %(days)d 天没买过（%(by)s：%(values)s）") % values
    return _("最近 %(days)d 天买过（%(by)s：%(values)s）") % values


def _window(leaf: Leaf, is_not: bool) -> str:  # noqa: FBT001
    words = {
        "birthday": (_("%(a)d 天内过生日"), _("%(a)d 天内不过生日")),
        "messaged": (_("最近 %(a)d 天给发过消息"), _("最近 %(a)d 天没给发过消息")),
        "due": (_("该再买的日子在前后 %(a)d 天里"), _("该再买的日子不在前后 %(a)d 天里")),
    }
    return words[leaf.fact][is_not] % {"a": leaf.a}


def _flag(leaf: Leaf, is_not: bool) -> str:  # noqa: FBT001
    words = {
        "consent": (_("同意%(channel)s"), _("没同意%(channel)s")),
        "opted_out": (_("退订过%(channel)s"), _("没退订过%(channel)s")),
        "black_list": (_("在黑名单"), _("不在黑名单")),
        "open_case": (_("有没完的售后或退款"), _("没有没完的售后或退款")),
    }
    return words[leaf.fact][is_not] % {"channel": str(SIDE_WORDS.get(leaf.side, ""))}


def error_words(error: ConditionError) -> str:
    """Say what is wrong with a condition, in the words of who wrote it."""
    fact = str(FACT_WORDS[error.fact]) if error.fact in FACTS else ""
    words = {
        "empty": _("至少要有一个条件。"),
        "too_deep": _("条件套得太深，最多 %(value)s 层。"),
        "too_many": _("条件太多，最多 %(value)s 个。"),
        "not_a_condition": _("看不懂这个条件：%(value)s"),
        "unknown_fact": _("没有「%(value)s」这种条件。"),
        "unknown_op": _("「%(fact)s」不能用「%(value)s」来比。"),
        "unknown_side": _("「%(fact)s」不认识「%(value)s」。"),
        "no_values": _("「%(fact)s」要选或填至少一个。"),
        "many_values": _("「%(fact)s」最多填 %(value)s 个。"),
        "no_number": _("「%(fact)s」要填数字。"),
        "not_a_number": _("「%(fact)s」里的「%(value)s」不是数字。"),
        "not_whole": _("「%(fact)s」要填整数，「%(value)s」不是。"),
        "not_an_amount": _("「%(fact)s」里的「%(value)s」不是金额，最多到分。"),
        "out_of_range": _("「%(fact)s」要在 %(value)s 之间。"),
        "turned_round": _("「%(fact)s」前面的数要比后面的小。"),
        "not_known_here": _("「%(fact)s」还没有启用，不能当条件。"),
    }[error.code] % {"fact": fact, "value": error.value}
    if error.place:
        return _("第 %(place)d 个条件：%(words)s") % {"place": error.place, "words": words}
    return words


def joined_by(node: Node) -> str:
    """Say whether all or any of the outermost conditions count."""
    return node.how if isinstance(node, Joined) else "all"
