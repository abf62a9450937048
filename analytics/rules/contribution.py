"""Whose part a difference is: exact arithmetic, nothing left over.

A paid amount is visitors × pay rate × amount per buyer. Each factor's part is its logarithmic-mean
share (LMDI, Ang 2004: exact, and the same whichever factor is named first). Where a factor is zero
or goes to zero the logarithm has no value: the average over all orders of replacement (Shapley) is
taken instead, which is exact as well. Parts are whole fen and sum to the difference.

The rate of a shop is the sum over products of share of visitors × own rate: what a product
contributes is its own change at its mean share, and its change of share at how far its mean rate
lies from the shop's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import permutations

_DIGITS = 50


def split(before: Sequence[Fraction], after: Sequence[Fraction]) -> list[Fraction | Decimal]:
    """Divide the difference of two products over their factors, before rounding.

    :raises ValueError: if the two have not the same number of factors, or a factor is negative
    """
    if len(before) != len(after) or not before:
        raise ValueError("both sides need the same factors")
    if min(*before, *after, Fraction(0)) < 0:
        raise ValueError("factors are never negative")
    if min(*before, *after, Fraction(1)) > 0:
        return list(_by_logarithms(before, after))
    return list(_by_replacement(before, after))


def _product(factors: Sequence[Fraction]) -> Fraction:
    result = Fraction(1)
    for factor in factors:
        result *= factor
    return result


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _by_logarithms(before: Sequence[Fraction], after: Sequence[Fraction]) -> list[Decimal]:
    with localcontext() as context:
        context.prec = _DIGITS
        old, new = _decimal(_product(before)), _decimal(_product(after))
        ratio = (new / old).ln()
        mean = (new - old) / ratio if ratio else old
        return [
            mean * (_decimal(now) / _decimal(then)).ln()
            for then, now in zip(before, after, strict=True)
        ]


def _by_replacement(before: Sequence[Fraction], after: Sequence[Fraction]) -> list[Fraction]:
    parts = [Fraction(0)] * len(before)
    orders = list(permutations(range(len(before))))
    for order in orders:
        current = list(before)
        for place in order:
            old = _product(current)
            current[place] = after[place]
            parts[place] += _product(current) - old
    return [part / len(orders) for part in parts]


def in_fen(parts: Sequence[Fraction | Decimal], total_fen: int) -> list[int]:
    """Round parts (in fen) to whole fen that sum to the total: the largest remainders take the rest.

    :raises ValueError: if the parts are farther from the total than rounding explains
    """
    exact = [Fraction(part) for part in parts]
    floors = [part.numerator // part.denominator for part in exact]
    rest = total_fen - sum(floors)
    if not 0 <= rest <= len(parts):
        raise ValueError(f"parts of {total_fen} fen do not add up")
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - exact[place], place))
    for place in order[:rest]:
        floors[place] += 1
    return floors


@dataclass(frozen=True, slots=True)
class DayParts:
    """What a paid amount is made of on one day."""

    visitors: int
    buyers: int
    amount_fen: int

    def factors(self) -> tuple[Fraction, Fraction, Fraction]:
        """Give visitors, pay rate and fen per buyer; their product is the amount.

        Without buyers there is no amount, and the amount per buyer counts as zero; without visitors
        the rate does.
        """
        rate = Fraction(self.buyers, self.visitors) if self.visitors else Fraction(0)
        each = Fraction(self.amount_fen, self.buyers) if self.buyers else Fraction(0)
        return Fraction(self.visitors), rate, each


@dataclass(frozen=True, slots=True)
class Contribution:
    """The parts of a difference in fen: they sum to `total_fen`, which is after less before."""

    visitors_fen: int
    rate_fen: int
    each_fen: int

    @property
    def total_fen(self) -> int:
        """Give the difference that the parts explain."""
        return self.visitors_fen + self.rate_fen + self.each_fen


def contribution(before: DayParts, after: DayParts) -> Contribution | None:
    """Divide the difference of two days' amounts; None where their parts do not hold together.

    Amount without buyers, or buyers without visitors, are figures of two sources that disagree:
    nothing exact can be said of them.
    """
    for one in (before, after):
        if (one.amount_fen and not one.buyers) or (one.buyers and not one.visitors):
            return None
        if min(one.visitors, one.buyers, one.amount_fen) < 0:
            return None
    parts = split(before.factors(), after.factors())
    return Contribution(*in_fen(parts, after.amount_fen - before.amount_fen))


@dataclass(frozen=True, slots=True)
class Traffic:
    """Visitors and buyers of one product (or source) on one day."""

    visitors: int
    buyers: int


@dataclass(frozen=True, slots=True)
class RatePart:
    """What one product did to the shop's rate: by its own rate, and by its share of visitors."""

    own: Fraction
    share: Fraction

    @property
    def both(self) -> Fraction:
        """Give the two together."""
        return self.own + self.share


def rate_parts[Key](
    before: Mapping[Key, Traffic], after: Mapping[Key, Traffic]
) -> dict[Key, RatePart]:
    """Divide the change of the rate over products; the parts sum to the change exactly.

    A product that one day lacks had no visitors then; its own rate of that day counts as the other
    day's, so that it contributes by its share alone. Empty where a day has no visitors at all.
    """
    then, now = _total(before), _total(after)
    if not then.visitors or not now.visitors:
        return {}
    middle = (Fraction(then.buyers, then.visitors) + Fraction(now.buyers, now.visitors)) / 2
    found = {}
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key, Traffic(0, 0)), after.get(key, Traffic(0, 0))
        old_share = Fraction(old.visitors, then.visitors)
        new_share = Fraction(new.visitors, now.visitors)
        old_rate, new_rate = _rates(old, new)
        own = (old_share + new_share) / 2 * (new_rate - old_rate)
        share = (new_share - old_share) * ((old_rate + new_rate) / 2 - middle)
        found[key] = RatePart(own, share)
    return found


def _total[Key](days: Mapping[Key, Traffic]) -> Traffic:
    return Traffic(
        sum(one.visitors for one in days.values()), sum(one.buyers for one in days.values())
    )


def _rates(old: Traffic, new: Traffic) -> tuple[Fraction, Fraction]:
    known = [Fraction(one.buyers, one.visitors) if one.visitors else None for one in (old, new)]
    first, second = known
    if first is None and second is None:
        return Fraction(0), Fraction(0)
    return (
        first if first is not None else second or Fraction(0),
        second if second is not None else first or Fraction(0),
    )


def exact_text(change: Fraction) -> str:
    """Write a change of a rate as it is added up, to nine places and not in points."""
    number = Decimal(change.numerator) / Decimal(change.denominator)
    return f"{number.quantize(Decimal('0.000000001')):f}"
