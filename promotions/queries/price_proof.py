"""Why a SKU costs what it costs on a day: the sum, other piece counts beside it, the rules it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from products.models import Sku
from promotions.queries.freight import ShopFreight, postage_offers, shop_freight
from promotions.queries.lowest import spans_of
from promotions.queries.offers import Offer, for_sku, offers_between
from promotions.queries.price_rules import rule_rows
from promotions.rules.final_price import (
    Line,
    Lowest,
    Perk,
    PerkError,
    Quote,
    RuleSet,
    lowest,
    quote,
)
from promotions.rules.final_price.lowest import most_pieces
from shopops.lib.business_time import day_bounds
from shopops.lib.money import to_fen


@dataclass(frozen=True, slots=True)
class Pieces:
    """What so many pieces cost."""

    line: Line
    quote: Quote

    @property
    def quantity(self) -> int:
        """Give how many pieces."""
        return self.line.quantity

    @property
    def each_cents(self) -> int:
        """Give the payment per piece, rounded up."""
        return -(-self.quote.goods_cents // self.quantity)


@dataclass(frozen=True, slots=True)
class Proof:
    """The lowest price of a SKU on a day for a buyer, over the part of the day where it is lowest."""

    since: datetime
    until: datetime
    lowest: Lowest
    by_pieces: tuple[Pieces, ...]
    offers: Mapping[str, Offer]
    rules: RuleSet
    freight: ShopFreight


def price_proof(
    sku: Sku,
    *,
    day: date,
    audience: Sequence[str] = (),
    with_activity: int | None = None,
    region: str = "",
) -> Proof | None:
    """Work out a SKU's price on a day with all that leads to it; None without a list price.

    Freight is shown beside and never decides which price is lowest. Nine queries.

    :param with_activity: counts that activity's prices and benefits whatever its state is
    :param region: the province that the goods go to; empty: the nationwide rows
    """
    if not sku.list_amount or sku.list_amount <= 0:
        return None
    start, end = day_bounds(day)
    offered = offers_between(start, end, {sku.pk: sku.code}, with_activity=with_activity)
    offered += postage_offers(start, end, {sku.pk: sku.code})
    offers = for_sku(offered, sku.code)
    line = Line(sku.code, to_fen(sku.list_amount), 1)
    freight = shop_freight([sku.code], start, region)
    found: Proof | None = None
    for span in spans_of(start, end, offers, rule_rows(), audience):
        # What is for others, or cannot be used, is shown as not counted; so all perks go in.
        perks = [offer.perk for offer in offers if offer.holds(span.since, span.until)]
        price = lowest(line, perks, span.rules, audience)
        if found is None or price.amount_cents < found.lowest.amount_cents:
            lines = [replace(line, quantity=n) for n in range(1, most_pieces(span.rules) + 1)]
            by_pieces = tuple(
                Pieces(one, _with_freight(one, perks, span.rules, audience, freight))
                for one in lines
            )
            named = {offer.perk.code: offer for offer in offers}
            found = Proof(span.since, span.until, price, by_pieces, named, span.rules, freight)
    return found


def _with_freight(
    line: Line,
    perks: Sequence[Perk],
    rules: RuleSet,
    audience: Sequence[str],
    freight: ShopFreight,
) -> Quote:
    """Quote one line with its freight, or without where its weight or volume is not known."""
    priced = freight.line(line)
    if freight.unmeasured([priced]):
        priced = line
    return quote([priced], perks, rules, audience, freight=freight.freight)


@dataclass(frozen=True, slots=True)
class BasketPrice:
    """What a basket of the shop's SKUs costs at a moment.

    `unmeasured`: SKUs for lack of whose weight or volume the freight is left out.
    """

    quote: Quote
    offers: Mapping[str, Offer]
    rules: RuleSet
    freight: ShopFreight
    unmeasured: tuple[str, ...] = ()


def basket_price(
    wanted: Mapping[str, int],
    *,
    at: datetime,
    audience: Sequence[str] = (),
    region: str = "",
    with_activity: int | None = None,
) -> BasketPrice:
    """Work out a basket of SKU codes and pieces with all that holds at a moment. Ten queries.

    :param region: the province that the goods go to; empty: the nationwide rows of freight
    :param with_activity: counts that activity's prices and benefits whatever its state is
    :raises PerkError: evidence `unknown_sku|code`, `no_list_price|code`, or of the basket
    """
    skus = {sku.code: sku for sku in Sku.objects.filter(code__in=list(wanted))}
    lines = []
    for code, quantity in wanted.items():
        sku = skus.get(code)
        lines.append(_line(code, sku, quantity))
    codes = {sku.pk: sku.code for sku in skus.values()}
    # A moment is a span of no length: what begins with it would not be in it.
    until = at + timedelta(microseconds=1)
    offered = [
        *offers_between(at, until, codes, with_activity=with_activity),
        *postage_offers(at, until, codes),
    ]
    offers = [one for one in offered if one.starts_at <= at < one.ends_at]
    rules = RuleSet.at(rule_rows(), at)
    freight = shop_freight(wanted, at, region)
    priced = [freight.line(line) for line in lines]
    unmeasured = tuple(freight.unmeasured(priced))
    answer = quote(
        lines if unmeasured else priced,
        [one.perk for one in offers],
        rules,
        audience,
        freight=freight.freight,
    )
    return BasketPrice(answer, {one.perk.code: one for one in offers}, rules, freight, unmeasured)


def _line(code: str, sku: Sku | None, quantity: int) -> Line:
    if sku is None:
        raise PerkError(f"unknown_sku|{code}")
    if not sku.list_amount:
        raise PerkError(f"no_list_price|{code}")
    return Line(code, to_fen(sku.list_amount), quantity)
