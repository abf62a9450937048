"""Price protection in words."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders.registry import OrderMark
from promotions.rules.protection import ProtectedBy, Protection


def by_words(held: Protection) -> str:
    """Say what says how long an order is protected."""
    if held.by == ProtectedBy.LABEL:
        return _("订单上写着%(label)s") % {"label": held.name}
    is_event = held.by == ProtectedBy.EVENT
    words = _("按「%(name)s」") % {"name": held.name} if is_event else _("订单上没写，按默认天数算")
    return words if held.is_confirmed else _("%(words)s，没有核实") % {"words": words}


def protection_mark(held: Protection) -> OrderMark:
    """Give the mark of an order that is protected."""
    day = date_format(held.ends_on, "m-d")
    words = _("价保到 %(day)s") if held.is_confirmed else _("价保到 %(day)s？")
    return OrderMark(words % {"day": day}, by_words(held), "shield-half")
