"""What the shop's own templates would have orders pay for the way, at least."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from products.models import Sku
from promotions.choices import Audience
from promotions.queries.freight import ShopFreight, freight_book, postage_offers, with_goods
from promotions.queries.low_price import PaidThen
from promotions.queries.offers import Offer
from promotions.queries.price_rules import rule_rows
from promotions.rules.final_price import Line, RuleRow, RuleSet
from promotions.rules.final_price.freight import free_postage, freight_cents

_ANYBODY = set(Audience.values)


def freight_due(orders: Sequence[PaidThen]) -> dict[str, int]:
    """Give by order the least cents that its freight can be. Seven queries for all.

    Of the moments of placing and of paying the cheaper one counts. An order whose freight cannot be
    reckoned (no template, no province, no weight) is missing in the answer.
    """
    known = [one for one in orders if one.province and one.moments and not one.order.is_deposit]
    book = freight_book() if known else None
    if book is None or not book.rows:
        return {}
    named = {line.sku_code for one in known for line in one.order.lines if line.sku_code}
    codes = dict(Sku.objects.filter(code__in=named).values_list("pk", "code"))
    moments = [at for one in known for at in one.moments]
    offers = postage_offers(min(moments), max(moments), codes)
    goods = with_goods(book.at(max(moments)), named)
    rows, found = rule_rows(), {}
    for one in known:
        dues = [
            _due(one, at, _narrowed(book.at(at, one.province), goods), offers, rows)
            for at in one.moments
        ]
        least = [due for due in dues if due is not None]
        if len(least) == len(dues):
            found[one.order.tid] = min(least)
    return found


def _narrowed(freight: ShopFreight, goods: ShopFreight) -> ShopFreight:
    return ShopFreight(freight.freight, freight.names, freight.default, goods.of_sku, goods.sizes)


def _due(
    one: PaidThen,
    at: datetime,
    freight: ShopFreight,
    offers: Sequence[Offer],
    rows: Sequence[RuleRow],
) -> int | None:
    lines = _lines(one, freight)
    if not lines or any(not line.template for line in lines) or freight.unmeasured(lines):
        return None
    due = freight_cents(lines, freight.freight)
    bought: Mapping[str, int] = {line.sku: line.quantity for line in lines}
    perks = [
        offer.perk
        for offer in offers
        if offer.starts_at <= at < offer.ends_at and any(map(offer.perk.covers, bought))
    ]
    rules = RuleSet.at(rows, at)
    if due and free_postage(one.order.goods_cents, perks, rules, freight.freight, _ANYBODY):
        return 0
    return due


def _lines(one: PaidThen, freight: ShopFreight) -> list[Line]:
    """Give what leaves, by SKU; a price is not needed for freight. Empty: a line names no SKU."""
    pieces: dict[str, int] = {}
    for line in one.order.lines:
        if not line.sku_code:
            return []
        if line.leaves and line.quantity > 0:
            pieces[line.sku_code] = pieces.get(line.sku_code, 0) + line.quantity
    return [freight.line(Line(code, 1, count)) for code, count in pieces.items()]
