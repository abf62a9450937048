"""The price intercept at audit: lines sold below their floor or below the day's lowest price are held."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from orders.choices import HoldKind
from orders.rules.audit import AuditFacts, AuditRule, Need, cause_of
from promotions.queries import low_price as queries
from promotions.queries.basket_least import least_of
from promotions.queries.low_price import PaidThen
from promotions.queries.order_freight import freight_due
from promotions.rules.freight import province
from promotions.rules.low_price import Fault, LowPrice, PriceTerms, low_prices, still_low
from shopops.lib.money import from_fen, to_fen

KIND = HoldKind.PRICE_UNDER_FLOOR


def judge_prices(
    facts: Sequence[AuditFacts], rule: AuditRule, now: datetime
) -> dict[str, list[Need]]:
    """Say which of these orders have a line that was sold too cheap.

    Registered with `orders.registry.audit_rule_by`. One hold an order, for all its cheap lines: whoever
    settles it is not asked again while their figures stay. Fourteen queries, however many orders, and
    seven more where the rule asks for freight.

    What is below the lowest price of its SKU alone is looked at a second time, with its basket: who
    crosses a threshold with several SKUs, or is a member, pays less, and nothing is wrong.
    """
    orders = queries.paid_orders([one.tid for one in facts])
    if not orders:
        return {}
    codes = {line.sku_code for one in orders for line in one.order.lines if line.sku_code}
    days = {one.day for one in orders}
    limits = queries.price_limits(codes, days)
    gifts = queries.gift_codes(days)
    terms = _terms(rule)
    cheap = [
        (one, faults)
        for one in orders
        if (faults := low_prices(one.order, limits[one.day], terms, gift_codes=gifts))
    ]
    below = [one for one, faults in cheap if any(f.which == LowPrice.LOWEST for f in faults)]
    least = least_of(below)
    found = {}
    for one, faults in cheap:
        if left := still_low(faults, one.order, least.get(one.order.tid, {}), terms):
            found[one.order.tid] = [_need(left, rule, one.day.isoformat())]
    if terms.below_freight:
        _add_short_freight(found, orders, rule, terms)
    return found


def _add_short_freight(
    found: dict[str, list[Need]], orders: Sequence[PaidThen], rule: AuditRule, terms: PriceTerms
) -> None:
    """Add the orders whose postage is less than the templates say; one that is held already is not asked twice."""
    due = freight_due([one for one in orders if one.order.tid not in found])
    for one in orders:
        wanted = due.get(one.order.tid)
        if wanted is not None and one.postage_cents < wanted - terms.tolerance_cents:
            paid, least = from_fen(one.postage_cents), from_fen(wanted)
            reason = f"price_freight|{paid}|{least}|{province(one.province)}"
            cause = cause_of(KIND, ("freight", one.postage_cents))
            found[one.order.tid] = [Need(KIND, reason, cause, rule.rule_id)]


def _terms(rule: AuditRule) -> PriceTerms:
    values = rule.parameters
    return PriceTerms(
        tolerance_cents=to_fen(Decimal(str(values["tolerance"]))),
        below_lowest=bool(values["below_lowest"]),
        holds_unknown=bool(values["hold_unknown"]),
        # Rules stored before there were templates do not have it.
        below_freight=bool(values.get("below_freight")),
    )


def _need(faults: Sequence[Fault], rule: AuditRule, day: str) -> Need:
    """Give the hold, with the figures of the first cheap line as `orders.wording.prices` reads them."""
    first = faults[0]
    code = first.line.sku_code.replace("|", "｜")[:80]
    parts: list[object] = [f"price_{first.which.value}", code]
    if first.paid_cents is not None:
        paid, limit = from_fen(first.paid_cents), from_fen(first.limit_cents)
        parts += [first.line.quantity, paid, limit, len(faults), day]
    cause = cause_of(KIND, *[one.figures for one in faults])
    return Need(KIND, "|".join(map(str, parts)), cause, rule.rule_id)
