"""Arithmetic of figures: pure, None means unknown and is never taken for zero."""

import statistics
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


def usual_range(values: Sequence[Decimal | None]) -> tuple[float, float] | None:
    """Give where a figure usually lies: median ± 2 robust deviations of its known history.

    None with fewer than four known values. A history without spread gives a range without width.
    """
    known = [float(value) for value in values if value is not None]
    if len(known) < FEWEST_FOR_BAND:
        return None
    middle = statistics.median(known)
    deviation = statistics.median([abs(value - middle) for value in known]) * _MAD_TO_SIGMA
    return middle - _WIDTH * deviation, middle + _WIDTH * deviation


def outside(value: Decimal | None, band: tuple[float, float] | None) -> int:
    """Tell on which side of a range a value lies: -1 below, 1 above, 0 inside or unknown."""
    if value is None or band is None or band[0] == band[1]:
        return 0
    return -1 if value < Decimal(band[0]) else int(value > Decimal(band[1]))


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
