"""When orders come: growth, weekdays, hours, a three-day promotion with its presale."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from orders.demo.dice import Floats, Ints

DAY = 86_400
_WEEKDAYS = np.array([1.00, 0.98, 0.97, 0.99, 0.98, 1.03, 1.05])
_HOURS = np.array(
    [1.9, 1.0, 0.5, 0.3, 0.3, 0.5, 1.2, 2.2, 3.4, 4.6, 5.4, 5.2,
     4.6, 4.7, 4.6, 4.6, 4.5, 4.2, 4.2, 5.4, 7.6, 8.6, 7.6, 4.4]
)  # fmt: skip
_PROMOTION = (2.3, 1.5, 1.35)
_PRESALE_DAYS = 7
_RUNNING_PRESALE_DAYS = 4


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one shop. A `day` is an index; times are seconds on the Shanghai clock."""

    first_date: date
    end: int  # nothing created later is known
    counts: Ints  # orders that each whole day brings
    new_from: Ints  # number of the first buyer who is new on each day
    promotion: range  # days of the promotion
    presale: range  # days on which it is sold in advance
    running_presale: range  # days of a presale whose balance nobody can pay yet

    @property
    def days(self) -> int:
        return len(self.counts)

    def start_of(self, day: int) -> int:
        """Return the first second of a day."""
        return to_seconds(
            datetime.combine(self.first_date + timedelta(days=day), datetime.min.time())
        )


def to_seconds(moment: datetime) -> int:
    """Return the seconds since 1970 that the Shanghai wall clock shows."""
    wall = moment.replace(tzinfo=None)
    return int((wall - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001 - a wall-clock origin


def from_seconds(seconds: int) -> datetime:
    """Return the wall-clock moment of these seconds."""
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 - a wall-clock origin


def plan(*, days: int, orders_per_day: float, seed: int, end: datetime) -> Calendar:
    """Lay out the days up to and including the one that holds `end` (a Shanghai time)."""
    first = end.date() - timedelta(days=days - 1)
    promotion_start = max(days - 27, days // 2) if days > 6 else days
    promotion = range(promotion_start, min(promotion_start + 3, days))
    shape = np.linspace(0.94, 1.06, days) if days > 1 else np.ones(1)
    weekday = np.array([(first + timedelta(days=i)).weekday() for i in range(days)])
    noise = np.random.default_rng([seed, 101]).normal(1.0, 0.06, days).clip(0.8, 1.2)
    expected = orders_per_day * shape * _WEEKDAYS[weekday] * noise
    for place, day in enumerate(promotion):
        expected[day] *= _PROMOTION[place]
    counts = np.maximum(np.rint(expected), 1).astype(np.int64)
    known = int(counts.mean() * 25)  # buyers from before the first day
    newcomers = np.rint(counts * 0.62).astype(np.int64)
    return Calendar(
        first_date=first,
        end=to_seconds(end),
        counts=counts,
        new_from=known + np.concatenate([[0], np.cumsum(newcomers)[:-1]]),
        promotion=promotion,
        presale=range(max(promotion_start - _PRESALE_DAYS, 0), promotion_start)
        if len(promotion)
        else range(0),
        running_presale=range(max(days - _RUNNING_PRESALE_DAYS, 0), days),
    )


def draw_times(calendar: Calendar, day: int, count: int, rng: np.random.Generator) -> Ints:
    """Return `count` moments of a day, in order, following the curve of hours."""
    shares: Floats = _HOURS / _HOURS.sum()
    hours = rng.choice(24, size=count, p=shares)
    seconds = hours * 3600 + rng.integers(0, 3600, size=count)
    return calendar.start_of(day) + np.sort(seconds).astype(np.int64)
