"""The price intercept: was a line of a paid order sold for less than it ever should be? Pure.

Whole fen, and no division: what was paid for a line is held against so many times the limit of one
piece.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from promotions.rules.line_paid import SoldLine, line_paid


class LowPrice(StrEnum):
    """What is wrong with the price of a line."""

    FLOOR = "floor"
    LOWEST = "lowest"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PriceLimits:
    """What one piece must bring: the SKU's floor (or what was approved in its place), and its lowest price.

    The lowest price is that of the day of payment. None: unknown.
    """

    floor_cents: int | None = None
    lowest_cents: int | None = None


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """The shop's rule. `tolerance_cents`: of one piece."""

    tolerance_cents: int = 0
    below_lowest: bool = True
    holds_unknown: bool = False
    below_freight: bool = False


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """An order as the intercept sees it. `goods_cents`: what was paid for its goods, postage left out."""

    tid: str
    goods_cents: int
    lines: tuple[SoldLine, ...]
    is_deposit: bool = False  # the balance is not paid: nothing can be said of prices yet


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that was too cheap: what it cost, against what one piece must bring."""

    line: SoldLine
    which: LowPrice
    paid_cents: int | None
    limit_cents: int

    @property
    def figures(self) -> tuple[object, ...]:
        """Give what a person settles: the line's own figures, whatever the limit becomes later."""
        return self.line.line_key, self.line.sku_code, self.line.quantity, self.paid_cents


def low_prices(
    order: PaidOrder,
    limits: Mapping[str, PriceLimits],
    terms: PriceTerms,
    *,
    gift_codes: Collection[str] = frozenset(),
) -> list[Fault]:
    """Give the lines of an order that were sold too cheap, in their order.

    A gift (`gift_codes`, or a line that has no list price) at 0.00 is no sale. A SKU of which no limit
    is known is not judged.
    """
    if order.is_deposit:
        return []
    paid = line_paid(order.lines, order.goods_cents)
    found = []
    for line, cents in zip(order.lines, paid, strict=True):
        limit = limits.get(line.sku_code)
        if not line.leaves or limit is None or _is_gift(line, cents, gift_codes):
            continue
        fault = _fault(line, cents, limit, terms)
        if fault is not None:
            found.append(fault)
    return found


def still_low(
    faults: Sequence[Fault], order: PaidOrder, least: Mapping[str, int], terms: PriceTerms
) -> list[Fault]:
    """Give the faults that stand once the order's own basket is looked at.

    :param least: by SKU code, what all its pieces in this basket can cost at least; the floor holds
        whatever that says
    """
    pieces: dict[str, int] = {}
    for line in order.lines:
        pieces[line.sku_code] = pieces.get(line.sku_code, 0) + line.quantity
    return [one for one in faults if not _is_explained(one, pieces, least, terms)]


def _is_explained(
    fault: Fault, pieces: Mapping[str, int], least: Mapping[str, int], terms: PriceTerms
) -> bool:
    code = fault.line.sku_code
    if fault.which != LowPrice.LOWEST or fault.paid_cents is None or code not in least:
        return False
    count = pieces[code]
    # Held against its part of the SKU's pieces, without a division.
    wanted = (least[code] - terms.tolerance_cents * count) * fault.line.quantity
    return fault.paid_cents * count >= wanted


def _is_gift(line: SoldLine, cents: int | None, gift_codes: Collection[str]) -> bool:
    return cents == 0 and (line.list_cents == 0 or line.sku_code in gift_codes)


def _fault(
    line: SoldLine, cents: int | None, limit: PriceLimits, terms: PriceTerms
) -> Fault | None:
    wanted: Sequence[tuple[LowPrice, int | None]] = (
        (LowPrice.FLOOR, limit.floor_cents),
        (LowPrice.LOWEST, limit.lowest_cents if terms.below_lowest else None),
    )
    known = [(which, least) for which, least in wanted if least is not None]
    if cents is None:
        is_held = terms.holds_unknown and bool(known)
        return Fault(line, LowPrice.UNKNOWN, None, 0) if is_held else None
    for which, least in known:
        if cents < (least - terms.tolerance_cents) * line.quantity:
            return Fault(line, which, cents, least)
    return None
