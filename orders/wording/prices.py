"""Why the price of an order keeps it, in words; stored as `code|value|…` like every reason of the audit."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from shopops.lib.words import phrases

_FLOOR = gettext_noop("%(code)s %(pieces)s 件实付 ¥%(paid)s，低于每件底价 ¥%(limit)s")
_FLOOR_UNSEEN = gettext_noop("%(code)s %(pieces)s 件实付 ¥%(paid)s，低于底价")
_LOWEST = gettext_noop(
    "%(code)s %(pieces)s 件实付 ¥%(paid)s，低于 %(day)s 每件最低到手价 ¥%(limit)s"
)
_UNKNOWN = gettext_noop("看不出 %(code)s 实付多少，判断不了价格")
_FREIGHT = gettext_noop("邮费付了 ¥%(paid)s，寄到%(region)s按运费模板是 ¥%(due)s")
_NAMES = ("code", "pieces", "paid", "limit", "lines", "day")


def price_words(reason: str, *, sees_costs: bool) -> str | None:
    """Say a reason that has to do with the price; None for any other. Floors are for those who see costs."""
    word, *parts = reason.split("|")
    values = dict(zip(_NAMES, parts, strict=False))
    if word == "price_floor":
        words = _(_FLOOR if sees_costs else _FLOOR_UNSEEN) % values
    elif word == "price_lowest":
        words = _(_LOWEST) % values
    elif word == "price_unknown":
        return _(_UNKNOWN) % values
    elif word == "price_freight":
        return _(_FREIGHT) % dict(zip(("paid", "due", "region"), parts, strict=False))
    else:
        return None
    if values.get("lines", "1") == "1":
        return words
    return phrases([words, _("这单共 %(n)s 行价格不对") % {"n": values["lines"]}])
