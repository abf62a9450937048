"""Gifts: which order earned which, and who gets those that are left. Pure.

Orders are served in the order of their payment, rules in the order of their keys. A gift is given
whole or not at all: who earned two and finds one left gets none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from products.rules.stock import Catalogue
from promotions.rules.line_paid import SoldLine, line_paid


@dataclass(frozen=True, slots=True)
class GiftOrder:
    """An order that passes audit. `goods_cents`: what was paid, postage left out.

    `refunded_cents`: what of it went back since. `buyer_id` None: nobody knows whose it is, so no
    limit per buyer can be kept.
    """

    order_id: int
    tid: str
    buyer_id: int | None
    paid_at: datetime
    goods_cents: int
    lines: tuple[SoldLine, ...]
    refunded_cents: int = 0


@dataclass(frozen=True, slots=True)
class GiftTerms:
    """A gift rule. `codes` None: whatever is bought counts; else only these merchant codes.

    In force for orders paid from `starts_at` up to `ends_at`, not included.
    """

    rule_id: int
    gift_code: str
    starts_at: datetime
    ends_at: datetime
    pieces: int = 1
    codes: frozenset[str] | None = None
    from_cents: int | None = None
    every_pieces: int | None = None
    most_times: int | None = None
    first_orders: int | None = None
    quota: int | None = None
    is_once_per_buyer: bool = False
    holds_when_out: bool = False


class Why(StrEnum):
    """Why an order that earned a gift gets none."""

    QUOTA = "quota"
    STOCK = "stock"
    PICKING = "picking"


def earned_pieces(terms: GiftTerms, order: GiftOrder) -> int:
    """Say how many pieces of the gift an order earned, whatever is left; 0: none."""
    if not terms.starts_at <= order.paid_at < terms.ends_at:
        return 0
    counts = [
        line.leaves and (terms.codes is None or line.sku_code in terms.codes)
        for line in order.lines
    ]
    bought = sum(line.quantity for line, one in zip(order.lines, counts, strict=True) if one)
    if not bought:
        return 0
    if terms.from_cents is not None and _paid_for(terms, order, counts) < terms.from_cents:
        return 0
    times = bought // terms.every_pieces if terms.every_pieces else 1
    if terms.most_times is not None:
        times = min(times, terms.most_times)
    return terms.pieces * times


def _paid_for(terms: GiftTerms, order: GiftOrder, counts: Sequence[bool]) -> int:
    """Give what was paid for the goods that count; a line of which nobody can say it adds nothing."""
    if terms.codes is None:
        return max(order.goods_cents - order.refunded_cents, 0)
    paid = line_paid(order.lines, order.goods_cents)
    return sum(cents or 0 for cents, one in zip(paid, counts, strict=True) if one)


@dataclass(slots=True)
class Left:
    """What is left of one rule: pieces and orders (None: no limit), and who has it already."""

    pieces: int | None = None
    orders: int | None = None
    buyers: set[int] = field(default_factory=set)
    met: set[int] = field(default_factory=set)

    def may(self, order: GiftOrder, *, is_once_per_buyer: bool) -> bool:
        """Say whether an order may have one by itself: not given before, its buyer neither, not too late."""
        if order.order_id in self.met or self.orders == 0:
            return False
        return not (is_once_per_buyer and order.buyer_id in self.buyers)

    def take(self, order: GiftOrder, pieces: int) -> None:
        """Count a gift that is given."""
        self.met.add(order.order_id)
        if order.buyer_id is not None:
            self.buyers.add(order.buyer_id)
        if self.pieces is not None:
            self.pieces -= pieces
        if self.orders is not None:
            self.orders -= 1


class Shelf:
    """Free pieces by SKU, of those whose stock is kept; what else is asked for is there."""

    def __init__(self, catalogue: Catalogue, free: Mapping[int, int]) -> None:
        self._catalogue = catalogue
        self._free = dict(free)

    def take(self, wanted: Sequence[tuple[str, int]]) -> bool:
        """Take all of these (code, pieces), or nothing at all where one is short."""
        sums: dict[int, int] = {}
        for code, pieces in wanted:
            if code in self._catalogue.broken:
                continue
            for part in self._catalogue.parts.get(code, ()):
                if part.sku_id in self._free:
                    sums[part.sku_id] = sums.get(part.sku_id, 0) + part.quantity * pieces
        if any(pieces > self._free[sku] for sku, pieces in sums.items()):
            return False
        for sku, pieces in sums.items():
            self._free[sku] -= pieces
        return True


@dataclass(frozen=True, slots=True)
class Grant:
    """Pieces of a rule's gift for an order; `why`: none is left, so it gets none."""

    terms: GiftTerms
    order: GiftOrder
    pieces: int
    why: Why | None = None


def share_out(
    earned: Sequence[tuple[GiftOrder, Sequence[tuple[GiftTerms, int]]]],
    left: Mapping[int, Left],
    shelf: Shelf,
    *,
    own: Mapping[int, Sequence[tuple[str, int]]],
    goes_short: frozenset[int] = frozenset(),
) -> list[Grant]:
    """Decide who gets what, orders in the order given (that of payment).

    :param own: what each order wants of the shelf itself, which comes before gifts; an order that
        cannot have it does not leave, and gets nothing yet
    :param goes_short: orders that leave all the same, because a person settled it
    """
    grants: list[Grant] = []
    for order, rules in earned:
        if not shelf.take(own.get(order.order_id, ())) and order.order_id not in goes_short:
            continue
        for terms, pieces in rules:
            rest = left[terms.rule_id]
            if not rest.may(order, is_once_per_buyer=terms.is_once_per_buyer):
                continue
            why = _why_not(terms, pieces, rest, shelf)
            if why is None:
                rest.take(order, pieces)
            grants.append(Grant(terms, order, pieces, why))
    return grants


def _why_not(terms: GiftTerms, pieces: int, rest: Left, shelf: Shelf) -> Why | None:
    if rest.pieces is not None and rest.pieces < pieces:
        return Why.QUOTA
    return None if shelf.take([(terms.gift_code, pieces)]) else Why.STOCK
