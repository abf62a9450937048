"""Where a figure usually lies on such a weekday, and on which side of it a value is.

Robust on purpose: one mad day in twelve must neither hide the next one nor make every day
look mad. Days that are known to be unlike others (a holiday, a platform event) are left out.
"""

import statistics
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# So many days make a band; they are looked for so far back.
MOST = 12
WEEKS = 26
FEWEST = 4
WIDTH = 2
# Median of absolute deviations to standard deviation, for a normal spread.
_MAD_TO_SIGMA = 1.4826
# A history without any spread would call the smallest difference a break.
_LEAST_SPREAD = 0.01


@dataclass(frozen=True, slots=True)
class Band:
    """Where a figure usually lies: `low` to `high` around `middle`, out of `days` known days."""

    low: float
    middle: float
    high: float
    days: tuple[date, ...]

    def side(self, value: Decimal) -> int:
        """Tell where a value lies: -1 below, 0 inside, 1 above; the ends belong to the band."""
        if value < Decimal(str(self.low)):
            return -1
        return int(value > Decimal(str(self.high)))

    def distance(self, value: Decimal) -> float:
        """Give how many half-widths a value lies from the middle; over 1 is outside."""
        half = (self.high - self.low) / 2
        return abs(float(value) - self.middle) / half if half else 0.0


def usual(
    history: Mapping[date, Decimal | None],
    day: date,
    *,
    without: Collection[date] = (),
) -> Band | None:
    """Give the band of a day from the last twelve known same weekdays of the half year before it.

    `history` holds values by day; None or absent is unknown. `without`: days left out. None with
    fewer than four known days: too little to call anything unusual.
    """
    before = [day - timedelta(days=7 * number) for number in range(1, WEEKS + 1)]
    known = [(one, history.get(one)) for one in before if one not in without]
    found = [(one, float(value)) for one, value in known if value is not None][:MOST]
    values = dict(reversed(found))
    if len(values) < FEWEST:
        return None
    middle = statistics.median(values.values())
    deviation = statistics.median(abs(value - middle) for value in values.values())
    spread = max(deviation * _MAD_TO_SIGMA, abs(middle) * _LEAST_SPREAD)
    low = middle - WIDTH * spread
    # What cannot be negative has no band under zero.
    low = max(low, 0.0) if min(values.values()) >= 0 else low
    return Band(low, middle, middle + WIDTH * spread, tuple(values))
