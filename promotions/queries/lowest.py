"""The lowest price that any buyer can reach: worked out afresh, or as kept for the days ahead.

A day is cut where something begins or ends; each span has one set of benefits, and the day's lowest
price is the least of its spans. Two benefits of one day that never meet are so never added up.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from products.models import Sku
from promotions.models import SkuLowest
from promotions.queries.offers import Offer, moments, offers_between
from promotions.queries.price_rules import rule_rows
from promotions.rules.final_price import (
    Line,
    Perk,
    Quote,
    RuleRow,
    RuleSet,
    Step,
    Toolbox,
    lowest_figures,
    quote,
    toolbox,
)
from shopops.lib.business_time import day_bounds
from shopops.lib.money import from_fen, to_fen

# From so many SKUs with one set of benefits on, they are worked out at once.
_MANY = 40


@dataclass(frozen=True, slots=True)
class LowestPrice:
    """The lowest price of a SKU on a day, per piece, with how many pieces it takes.

    The sum itself (`quote`, `steps`) is worked out when it is asked for.
    """

    amount: Decimal
    one_piece: Decimal
    list_amount: Decimal
    quantity: int
    sku_code: str
    # From when on that day the benefits hold with which it is reached.
    at: datetime
    _perks: tuple[Perk, ...] = field(repr=False, compare=False, default=())
    _rules: RuleSet | None = field(repr=False, compare=False, default=None)

    def quote(self, quantity: int | None = None) -> Quote:
        """Give the sum for so many pieces; None: with those that make it lowest."""
        line = Line(self.sku_code, to_fen(self.list_amount), quantity or self.quantity)
        return quote([line], self._perks, self._rules or RuleSet({}))

    def rests_on(self, codes: Container[str]) -> bool:
        """Tell whether one of these benefits may be in the sum, without working it out."""
        return any(perk.code in codes for perk in self._perks)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Give the sum line by line."""
        return self.quote().steps

    @property
    def codes(self) -> tuple[str, ...]:
        """Give the codes of the benefits that it rests on."""
        return tuple(share.code for line in self.quote().lines for share in line.shares)


type Prices = dict[tuple[int, date], LowestPrice]


@dataclass(frozen=True, slots=True)
class SkuPrice:
    """What is known of a SKU before any benefit."""

    sku_id: int
    code: str
    cents: int


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the days asked for in which nothing begins or ends."""

    since: datetime
    until: datetime
    rules: RuleSet
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """SKUs that share their benefits over a span, with what came out, in cents and pieces."""

    span: Span
    skus: Sequence[SkuPrice]
    perks: tuple[Perk, ...]
    tools: Toolbox
    amounts: Sequence[int]
    quantities: Sequence[int]
    one_piece: Sequence[int]


def lowest_prices(
    sku_ids: Sequence[int],
    days: Sequence[date],
    *,
    now: datetime,
    without_activity: int | None = None,
    with_activity: int | None = None,
) -> Prices:
    """Work out the lowest price of these SKUs on these days. Five queries, whatever the sizes.

    A SKU without a list price is missing in the answer: unknown, not zero.

    :param now: kept for the day it is asked on; prices are those of today's list price
    :param with_activity: counts that activity's items and benefits whatever its state is
    """
    skus = sku_prices(sku_ids)
    if not skus or not days:
        return {}
    first, last = day_bounds(min(days))[0], day_bounds(max(days))[1]
    codes = {sku.sku_id: sku.code for sku in skus}
    offers = offers_between(
        first, last, codes, without_activity=without_activity, with_activity=with_activity
    )
    spans = spans_of(first, last, offers, rule_rows())
    found: Prices = {}
    for span in spans:
        for group in groups(span, skus):
            _keep(found, group, days)
    return found


def sku_prices(sku_ids: Sequence[int] | None = None) -> list[SkuPrice]:
    """Give SKUs with a list price; None: all that are on. One query."""
    rows = Sku.objects.filter(list_amount__gt=0)
    rows = rows.filter(is_on=True) if sku_ids is None else rows.filter(pk__in=list(sku_ids))
    return [
        SkuPrice(pk, code, to_fen(amount))
        for pk, code, amount in rows.order_by("pk").values_list("pk", "code", "list_amount")
        if amount is not None
    ]


def spans_of(
    since: datetime,
    until: datetime,
    offers: Sequence[Offer],
    rows: Sequence[RuleRow],
    audience: Iterable[str] = (),
) -> list[Span]:
    """Cut a time where an offer (public ones, unless told) or a rule begins or ends."""
    who = {"public", *audience}
    public = [offer for offer in offers if offer.perk.audience in who]
    changes = {row.valid_from for row in rows} | {row.valid_to for row in rows if row.valid_to}
    edges = moments(since, until, public, changes)
    return [
        Span(
            start,
            end,
            RuleSet.at(rows, start),
            tuple(offer for offer in public if offer.holds(start, end)),
        )
        for start, end in pairwise(edges)
    ]


def groups(span: Span, skus: Sequence[SkuPrice]) -> Iterable[Group]:
    """Sort SKUs by the benefits that they share, and work each group out at once."""
    for perks, members in alike(span, skus):
        tools = toolbox(perks, span.rules)
        yield Group(span, members, perks, tools, *_figures(tools, perks, members))


def alike(
    span: Span, skus: Sequence[SkuPrice]
) -> Iterable[tuple[tuple[Perk, ...], list[SkuPrice]]]:
    """Sort SKUs by the benefits that they share over a span."""
    shared = [offer.perk for offer in span.offers if offer.perk.skus is None]
    chosen = [offer.perk for offer in span.offers if offer.perk.skus is not None]
    by_sku: dict[str, list[int]] = {}
    for at, perk in enumerate(chosen):
        for code in perk.skus or ():
            by_sku.setdefault(code, []).append(at)
    together: dict[tuple[int, ...], list[SkuPrice]] = {}
    for sku in skus:
        together.setdefault(tuple(by_sku.get(sku.code, ())), []).append(sku)
    for which, members in together.items():
        yield (*shared, *(chosen[at] for at in which)), members


def own_cents(perks: Sequence[Perk], skus: Sequence[SkuPrice]) -> dict[str, list[int]]:
    """Give by benefit each SKU's own cents, -1 where it has none of its own."""
    return {
        perk.code: [perk.amounts.get(sku.code, -1) for sku in skus]
        for perk in perks
        if perk.amounts
    }


def _figures(
    tools: Toolbox, perks: Sequence[Perk], skus: Sequence[SkuPrice]
) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    if len(skus) < _MANY or not tools.rules.is_parallel:
        alone = [lowest_figures(sku.code, sku.cents, tools) for sku in skus]
        amounts, quantities, ones = zip(*alone, strict=True)
        return amounts, quantities, ones
    # numpy costs a tenth of a second to load: only what asks for many prices pays for it.
    from promotions.metrics.price_grid import price_grid

    grid = price_grid(tools, [sku.cents for sku in skus], own_cents(perks, skus))
    return grid.amount.tolist(), grid.quantity.tolist(), grid.one_piece.tolist()


def _keep(found: Prices, group: Group, days: Sequence[date]) -> None:
    """Keep a span's prices for the days that it touches, where they are the day's least so far."""
    touched = [day for day in days if _meets(group.span, day)]
    if not touched:
        return
    for sku, amount, quantity, one in zip(
        group.skus, group.amounts, group.quantities, group.one_piece, strict=True
    ):
        price = LowestPrice(
            amount=from_fen(amount),
            one_piece=from_fen(one),
            list_amount=from_fen(sku.cents),
            quantity=quantity,
            sku_code=sku.code,
            at=group.span.since,
            _perks=group.perks,
            _rules=group.span.rules,
        )
        for day in touched:
            known = found.get((sku.sku_id, day))
            if known is None or price.amount < known.amount:
                found[sku.sku_id, day] = price


def _meets(span: Span, day: date) -> bool:
    start, end = day_bounds(day)
    return span.since < end and start < span.until


@dataclass(frozen=True, slots=True)
class KeptLowest:
    """A lowest price as it is kept."""

    amount: Decimal
    one_piece: Decimal
    list_amount: Decimal
    quantity: int
    made_at: datetime


def kept_lowest(
    sku_codes: Iterable[str], dates: Iterable[date]
) -> dict[tuple[str, date], KeptLowest]:
    """Give kept lowest prices by SKU code and day; what was never worked out is missing. One query."""
    rows = SkuLowest.objects.filter(sku__code__in=set(sku_codes), date__in=set(dates))
    return {
        (row.sku.code, row.date): KeptLowest(
            row.lowest_amount, row.one_piece_amount, row.list_amount, row.quantity, row.made_at
        )
        for row in rows.select_related("sku").only(
            "sku__code",
            "date",
            "made_at",
            "quantity",
            "list_amount",
            "one_piece_amount",
            "lowest_amount",
        )
    }
