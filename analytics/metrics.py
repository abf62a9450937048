"""Arithmetic of figures: pure, None means unknown and is never taken for zero."""

from collections.abc import Sequence
from decimal import Decimal

# Fewer known values than this make no usual range.
FEWEST_FOR_BAND = 4
# Median of absolute deviations to standard deviation, for a normal spread.
_MAD_TO_SIGMA = 1.4826
_WIDTH = 2


def change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Give the relative change (0.062 is +6.2 %); None if a side is unknown or there was nothing."""
    if now is None or before is None or not before:
        return None
    return (now - before) / before


def ratio(total: Decimal | None, count: int | None) -> Decimal | None:
    """Give total by count: sums first, then derived; None without a count."""
    if total is None or not count:
        return None
    return total / count


def both_known(
    now: Sequence[Decimal | None], before: Sequence[Decimal | None]
) -> tuple[Decimal | None, Decimal | None, int]:
    """Add up two series over the places that both know; give both sums and the number of places."""
    pairs = [
        (one, other)
        for one, other in zip(now, before, strict=True)
        if one is not None and other is not None
    ]
    if not pairs:
        return None, None, 0
    ones, others = zip(*pairs, strict=True)
    return sum(ones, Decimal(0)), sum(others, Decimal(0)), len(pairs)
