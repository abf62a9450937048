"""What an order leaves, line by line, in whole fen. Pure.

Every line is what it adds to the profit: costs are negative. A fee has an estimate by the shop's dated
rates and, once a bill tells of it, what was really booked: the booked one counts, both are shown.
A cost that nobody entered makes the profit unknown; it is never taken for zero. The statement that
works many orders out at once is `analytics.queries.profit_sql`, and a test holds the two together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

# --- the lines, in the order in which they are shown
SOLD, POSTAGE, REFUND = "sold", "postage", "refund"
GOODS, GIFTS, PACKING, CARRIER = "goods", "gifts", "packing", "carrier"
COMMISSION, POINTS, SERVICE_FEE = "commission", "points", "service_fee"
AFFILIATE, COMPENSATION, RETURNS, PENALTY = "affiliate", "compensation", "returns", "penalty"
UNCLASSIFIED = "unclassified"
# Only of a period, never of an order.
ADVERTISING = "advertising"

REVENUE = (SOLD, POSTAGE, REFUND)
# Fees that rates foretell.
RATED = (COMMISSION, POINTS, SERVICE_FEE)
# Fees that only a bill tells of; the codes are those of `orders.choices.BillKind`.
BILLED_ONLY = (
    "freight_insurance",
    "instalment",
    "credit_pay",
    "promotion",
    "gift_money",
    "consolidation",
    "charity",
)
PENALTIES = ("late_penalty", "fake_penalty", "stock_penalty", "trace_penalty")
FEES = (*RATED, *BILLED_ONLY)
ORDER_LINES = (
    *REVENUE,
    GOODS,
    GIFTS,
    PACKING,
    CARRIER,
    *FEES,
    AFFILIATE,
    COMPENSATION,
    PENALTY,
    UNCLASSIFIED,
    RETURNS,
)
LINES = (*ORDER_LINES, ADVERTISING)


@dataclass(frozen=True, slots=True)
class Rates:
    """The dated rates that foretell costs; amounts in CNY, of a parcel or a returned parcel."""

    commission_rate: Decimal
    points_rate: Decimal
    service_rate: Decimal
    postage_amount: Decimal
    packing_amount: Decimal
    return_rate: Decimal
    return_amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is known of a paid order; amounts in fen, costs as positive numbers.

    `parcels`: its share of each parcel that left: (place among the orders in it, number of them).
    `goods_fen` and `gifts_fen`: of the pieces whose cost is known; `unknown_*` counts the others.
    `billed`: what the bill booked by kind, less what it gave back; a kind that it never named is absent.
    """

    paid_fen: int
    postage_fen: int
    refund_fen: int
    goods_fen: int
    kept_pieces: int
    unknown_pieces: int = 0
    gifts_fen: int = 0
    unknown_gifts: int = 0
    parcels: Sequence[tuple[int, int]] = ()
    is_ended: bool = False
    is_returned: bool = False
    compensation_fen: int = 0
    settled_fen: int | None = None
    is_paid_out: bool = False
    billed: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_all_back(self) -> bool:
        """Whether all of its money went back."""
        return self.refund_fen > 0 and self.refund_fen >= self.paid_fen


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an order. `estimated` or `billed` None: nothing foretells it, no bill tells of it."""

    code: str
    fen: int
    estimated: int | None = None
    billed: int | None = None
    is_unknown: bool = False

    @property
    def difference(self) -> int | None:
        """Give what the bill adds to the estimate; None while one of them is missing."""
        if self.estimated is None or self.billed is None:
            return None
        return self.billed - self.estimated


def order_entries(facts: OrderFacts, rates: Rates) -> list[Entry]:
    """Give the lines of an order; lines that nothing is known of are left out."""
    leaves = bool(facts.parcels) or not facts.is_all_back
    entries = [
        Entry(SOLD, facts.paid_fen - facts.postage_fen),
        Entry(POSTAGE, facts.postage_fen),
        Entry(REFUND, -facts.refund_fen),
        Entry(GOODS, -facts.goods_fen, is_unknown=facts.unknown_pieces > 0),
        Entry(
            GIFTS,
            -facts.gifts_fen if leaves else 0,
            is_unknown=leaves and facts.unknown_gifts > 0,
        ),
        *_parcel_entries(facts, rates, leaves=leaves),
        *_fee_entries(facts, rates),
        _affiliate(facts),
        Entry(COMPENSATION, -facts.compensation_fen),
        _penalty(facts),
        _named(UNCLASSIFIED, facts.billed.get("other")),
        _returns(facts, rates),
    ]
    return [one for one in entries if one.fen or one.is_unknown or _is_told(one)]


def _is_told(entry: Entry) -> bool:
    return bool(entry.estimated) or entry.billed is not None


def profit(entries: Sequence[Entry]) -> int | None:
    """Add the lines up; None while a cost is unknown."""
    if any(entry.is_unknown for entry in entries):
        return None
    return sum(entry.fen for entry in entries)


def _parcel_entries(facts: OrderFacts, rates: Rates, *, leaves: bool) -> list[Entry]:
    # Nothing has left yet: one parcel is to be expected.
    parcels = facts.parcels or ([(0, 1)] if leaves else [])
    amounts = ((PACKING, _fen(rates.packing_amount)), (CARRIER, _fen(rates.postage_amount)))
    entries = []
    for code, fen in amounts:
        sums = -sum(fen // count + (place < fen % count) for place, count in parcels)
        entries.append(Entry(code, sums, estimated=sums))
    return entries


def _fee_entries(facts: OrderFacts, rates: Rates) -> list[Entry]:
    base = max(facts.paid_fen - facts.postage_fen - facts.refund_fen, 0)
    foretold = zip(
        RATED, (rates.commission_rate, rates.points_rate, rates.service_rate), strict=True
    )
    # A bill that paid the order out and charged one of them has said all of them.
    is_told = facts.is_paid_out and any(code in facts.billed for code in RATED)
    entries = []
    for code, rate in foretold:
        estimated = -half_up(base * Fraction(rate))
        named = facts.billed.get(code, 0 if is_told else None)
        billed = None if named is None else -named
        entries.append(Entry(code, estimated if billed is None else billed, estimated, billed))
    return entries + [_named(code, facts.billed.get(code)) for code in BILLED_ONLY]


def _named(code: str, billed: int | None) -> Entry:
    return Entry(code, -(billed or 0), billed=None if billed is None else -billed)


def _affiliate(facts: OrderFacts) -> Entry:
    billed = facts.billed.get(AFFILIATE)
    settled = facts.settled_fen
    counted = billed if billed is not None else settled or 0
    return Entry(
        AFFILIATE,
        -counted,
        None if settled is None else -settled,
        None if billed is None else -billed,
    )


def _penalty(facts: OrderFacts) -> Entry:
    named = [facts.billed[kind] for kind in PENALTIES if kind in facts.billed]
    return _named(PENALTY, sum(named) if named else None)


def _returns(facts: OrderFacts, rates: Rates) -> Entry:
    each = _fen(rates.return_amount)
    if facts.is_returned:
        fen = -each
    elif facts.is_ended:
        fen = 0
    else:
        fen = -half_up(facts.kept_pieces * Fraction(rates.return_rate) * each)
    return Entry(RETURNS, fen, estimated=fen)


def half_up(amount: Fraction) -> int:
    """Round what is not negative to whole fen, half up."""
    return int(amount + Fraction(1, 2))


def _fen(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


def allot(total: int, weights: Sequence[int]) -> list[int]:
    """Divide whole fen by weights that are not negative, by largest remainder: the parts sum to the total.

    The earlier of two like remainders gets the fen. Without any weight the first one gets it all.

    :raises ValueError: if there is nobody to give to
    """
    if not weights:
        raise ValueError("nobody to allot to")
    whole = sum(weights)
    if not whole:
        return [total, *([0] * (len(weights) - 1))]
    sign, left = (-1, -total) if total < 0 else (1, total)
    parts = [left * weight // whole for weight in weights]
    rest = left - sum(parts)
    turns = sorted(range(len(weights)), key=lambda n: (-(left * weights[n] % whole), n))
    for place in turns[:rest]:
        parts[place] += 1
    return [sign * part for part in parts]
