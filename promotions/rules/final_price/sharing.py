"""Rounding and sharing in whole cents."""

from collections.abc import Sequence
from fractions import Fraction


def half_up(amount: Fraction) -> int:
    """Round cents half up. Amounts are never negative."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def times(cents: int, rate: Fraction) -> int:
    """Take a rate of an amount, half up: one rounding per rule."""
    return (2 * cents * rate.numerator + rate.denominator) // (2 * rate.denominator)


def up_to(cents: int, step: int) -> int:
    """Round up to a whole multiple of `step` cents."""
    return -(-cents // step) * step


def shared(total: int, weights: Sequence[int], remainder: str = "last") -> list[int]:
    """Share an amount in proportion to weights, so that the shares sum to it exactly.

    `last`: each share half up, the last line with a weight takes what is left over (R9).
    `largest`: each share down, the cents left go to the largest remainders.
    No weight at all: nobody takes anything.
    """
    whole = sum(weights)
    if whole <= 0 or total <= 0:
        return [0] * len(weights)
    if remainder == "largest":
        return _by_largest(total, weights, whole)
    last = max(at for at, weight in enumerate(weights) if weight > 0)
    shares = [0] * len(weights)
    left = total
    for at, weight in enumerate(weights):
        if at == last:
            break
        shares[at] = min(left, (2 * total * weight + whole) // (2 * whole))
        left -= shares[at]
    shares[last] = left
    return shares


def _by_largest(total: int, weights: Sequence[int], whole: int) -> list[int]:
    shares = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in order[: total - sum(shares)]:
        shares[at] += 1
    return shares
