"""The least that each SKU of a basket can cost on a day: with all that lies in the basket, for any buyer.

The lowest price that is kept is of one SKU alone and for everybody. Who puts several SKUs into a basket
to cross a threshold, or is a member, pays less for a line, and nothing is wrong with that.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from products.models import Sku
from promotions.choices import Audience
from promotions.queries.low_price import PaidThen
from promotions.queries.lowest import kept_lowest, spans_of
from promotions.queries.offers import Offer, offers_between
from promotions.queries.price_rules import rule_rows
from promotions.rules.final_price import Line, PerkError, RuleRow, quote
from promotions.rules.low_price import PaidOrder
from shopops.lib.business_time import day_bounds
from shopops.lib.money import to_fen

_ANYBODY = tuple(Audience.values)


def least_of(orders: Sequence[PaidThen]) -> dict[str, dict[str, int]]:
    """Give by order and SKU code the least cents that all its pieces can cost. Six queries for all.

    An order that cannot be worked out is missing in the answer.
    """
    if not orders:
        return {}
    days = {one.day for one in orders}
    named = {line.sku_code for one in orders for line in one.order.lines if line.sku_code}
    codes = dict(Sku.objects.filter(code__in=named).values_list("pk", "code"))
    prices = {key: to_fen(row.list_amount) for key, row in kept_lowest(named, days).items()}
    offers = offers_between(day_bounds(min(days))[0], day_bounds(max(days))[1], codes)
    rows = rule_rows()
    found = {one.order.tid: _least(one.order, one.day, prices, offers, rows) for one in orders}
    return {tid: least for tid, least in found.items() if least}


def _least(
    order: PaidOrder,
    day: date,
    prices: Mapping[tuple[str, date], int],
    offers: Sequence[Offer],
    rows: Sequence[RuleRow],
) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for line in order.lines:
        if (line.sku_code, day) in prices and line.quantity > 0 and line.paid_cents != 0:
            pieces[line.sku_code] = pieces.get(line.sku_code, 0) + line.quantity
    basket = [Line(code, prices[code, day], count) for code, count in pieces.items()]
    least: dict[str, int] = {}
    if not basket:
        return least
    for span in spans_of(*day_bounds(day), offers, rows, _ANYBODY):
        perks = [offer.perk for offer in span.offers]
        try:
            answer = quote(basket, perks, span.rules, _ANYBODY)
        except PerkError:
            return {}
        for one in answer.lines:
            least[one.sku] = min(least.get(one.sku, one.pay_cents), one.pay_cents)
    return least
