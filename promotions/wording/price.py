"""Sentences of the final price: the steps of the sum, what is wrong with a basket or a benefit."""

from django.utils.translation import gettext as _

from promotions.choices import Audience, BenefitKind
from promotions.rules.final_price.shapes import Step
from shopops.lib.templatetags.shop import money


def yuan(cents: str | int) -> str:
    """Write cents as money."""
    return str(money(f"{int(cents) / 100:.2f}"))


def _fold(rate: str) -> str:
    """Write what is paid as 折: 0.96 is 9.6."""
    return f"{float(rate) * 10:.4g}"


def _percent(rate: str) -> str:
    return f"{float(rate) * 100:.4g}%"


def step_words(step: Step) -> str:
    """Write how a step is reckoned."""
    kind, *values = step.text.split("|")
    if kind == "list":
        return _list(values[0])
    if kind == "price_tool":
        return _("标价定为 %(prices)s") % {"prices": _list(values[0])}
    if kind in {"item_off", "item_rate", "official"}:
        return _item(kind, values)
    if kind == "freight":
        return _("运费 %(amount)s") % {"amount": yuan(values[0])} if int(values[0]) else _("包邮")
    if kind == "unused":
        return unused_words(values)
    words = _order(kind, values)
    off = int(values[-1])
    # A coupon that several sub-orders reached is taken by each of them.
    times = step.off_cents // off if kind == "coupon" and off and step.off_cents % off == 0 else 1
    return f"{words} × {times}" if times > 1 else words


def _list(parts: str) -> str:
    shown = []
    for part in parts.split("+"):
        price, quantity = part.split("*")
        shown.append(yuan(price) if quantity == "1" else f"{yuan(price)} × {quantity}")
    return " + ".join(shown)


def _item(kind: str, values: list[str]) -> str:
    rate, parts = values
    shown = []
    for part in parts.split("+"):
        cut, quantity, price = part.split("*")
        if rate and kind == "official":
            each = f"{yuan(price)} × {_percent(rate)} → {yuan(cut)}"
        elif rate:
            each = f"{yuan(price)} × (1 − {_fold(rate)}{_('折')}) = {yuan(cut)}"
        else:
            each = _("每件减 %(cut)s") % {"cut": yuan(cut)}
        shown.append(each if quantity == "1" else f"{each} × {quantity}")
    return ";  ".join(dict.fromkeys(shown))


def _order(kind: str, values: list[str]) -> str:
    base, pieces, threshold, needed, rate, off = values
    given = {
        "base": yuan(base),
        "pieces": pieces,
        "threshold": yuan(threshold),
        "needed": needed,
        "off": yuan(off),
        "fold": _fold(rate) if rate else "",
    }
    if kind == "multi_rate":
        return _("%(pieces)s 件满 %(needed)s 件，标价合计 %(base)s 打 %(fold)s 折") % given
    if kind == "second_half":
        return _("%(pieces)s 件，每第二件减半") % given
    if kind == "multi_off" and needed != "0":
        return _("%(pieces)s 件满 %(needed)s 件，减 %(off)s") % given
    if kind == "asset":
        return _("抵 %(off)s") % given
    if kind == "cross":
        return _("合计 %(base)s，每满 %(threshold)s 减 %(off)s") % given
    return _("标价合计 %(base)s ≥ %(threshold)s，减 %(off)s") % given


def unused_words(values: list[str]) -> str:
    """Say why a benefit does not count."""
    why, *more = values
    first = more[0] if more else ""
    if why == "idle":
        return _("没到门槛，或者另一个更优惠，没有用上")
    if why.startswith("postage_"):
        return _postage_words(why, more)
    return _rule_words(why, first)


def _rule_words(why: str, first: str) -> str:
    if why == "priceless":
        return _("%(kind)s不改变商品到手价") % {"kind": BenefitKind(first).label}
    if why == "audience":
        return _("只给%(audience)s，没有计入") % {"audience": Audience(first).label}
    if why == "no_row":
        return _("那一天没有这条规则（%(code)s），没有计入") % {"code": first}
    if why == "row_off":
        return _("规则 %(code)s 没有启用（核对后再用），没有计入") % {"code": first}
    return _("规则 %(code)s 期间停用，没有计入") % {"code": first}


def _postage_words(why: str, more: list[str]) -> str:
    first = more[0] if more else ""
    if why == "postage_amount":
        return _("商品 %(goods)s，没到 %(wanted)s") % {
            "goods": yuan(first),
            "wanted": yuan(more[1]),
        }
    return _("不包%(region)s") % {"region": first} if first else _("只包一些省份")


def reading_words(code: str) -> str:
    """Say which other reading of the rules gives a total."""
    return {
        "larger_leaves_count": _("按“每个子订单取大的一个”，用券的件不算进满件"),
        "larger_still_counts": _("按“每个子订单取大的一个”，用券的件仍算进满件"),
    }.get(code, code)


def error_words(evidence: str) -> str:
    """Say what is wrong with a basket or a benefit, and what to do."""
    code, *values = evidence.split("|")
    one, two, three, four, five = (*values, *[""] * 5)[:5]
    if code == "out_of_range":
        return _("%(code)s：标价 %(price)s 只能减 %(least)s 到 %(most)s，写的是 %(cut)s") % {
            "code": one,
            "cut": yuan(two),
            "price": yuan(three),
            "least": yuan(four),
            "most": yuan(five),
        }
    sentences = {
        "not_object": _("文件要是一个 JSON 对象"),
        "no_lines": _("lines 里至少要有一行商品"),
        "too_many_lines": _("商品有 %(one)s 行，最多 %(two)s 行"),
        "bad_at": _("at 要写成带时区的时间，比如 2026-11-11T00:00:00+08:00，写的是“%(one)s”"),
        "bad_audience": _("没有“%(one)s”这种买家，可以写 member、returning、first_order、vip"),
        "bad_quantity": _("%(one)s 的件数要是 1 以上的整数，写的是“%(two)s”"),
        "bad_price": _("%(one)s 的价格要大于 0，写的是“%(two)s”"),
        "twice": _("%(one)s 出现了两次，价格或运费模板不一样"),
        "same_code": _("两个优惠用了同一个代号 %(one)s"),
        "unknown_kind": _("%(one)s：没有“%(two)s”这种优惠"),
        "missing": _("%(one)s：缺 %(two)s"),
        "not_amount": _("%(one)s：%(two)s 要是最多两位小数的金额，写的是“%(three)s”"),
        "not_positive": _("%(one)s：%(two)s 要大于 0、不超过一百万，写的是“%(three)s”"),
        "not_rate": _("%(one)s：比例要在 0 和 1 之间，9 折写 0.9，写的是“%(two)s”"),
        "not_pieces": _("%(one)s：%(two)s 要是 1 以上的整数，写的是“%(three)s”"),
        "not_tiers": _("%(one)s：tiers 要写成 [[门槛, 减多少], …]"),
        "off_over": _("%(one)s：减 %(two)s 不能大于等于门槛 %(three)s"),
        "unknown_template": _("%(one)s 的运费模板“%(two)s”没有写在 templates 里"),
        "fee": _("%(one)s：运费要在 0.00 到 999.99 之间"),
        "add_over_first": _("%(one)s：续费不能高过首费"),
        "unknown_sku": _("没有商家编码 %(one)s"),
        "no_list_price": _("%(one)s 没有一口价，算不了"),
        "field": _("%(one)s 不对（%(two)s）：%(three)s"),
    }
    return sentences.get(code, evidence) % {"one": one, "two": two, "three": three}
