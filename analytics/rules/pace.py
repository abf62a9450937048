"""A month's target spread over its days by the shop's own week, and how far it is. Pure.

A day weighs what its weekday usually does. Unknown days are left out of both sides: what was due on
them is no shortfall.
"""

import statistics
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# Fewer known days than this of each weekday make no weekly curve: all days weigh the same.
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """How a month goes. `due`: what its known days should have brought; `rest`: what is left to bring.

    `outlook`: where the month ends if the days to come do as well, against their weight, as the known
    ones did; None while nothing is known. `rest_a_day`: what an average day to come must bring.
    """

    target: Decimal
    done: Decimal
    due: Decimal
    known_days: int
    unknown_days: int
    days_left: int
    outlook: Decimal | None
    rest: Decimal
    rest_a_day: Decimal | None

    @property
    def rate(self) -> Decimal | None:
        """Give done by due: 1 is as planned."""
        return self.done / self.due if self.due else None

    @property
    def share(self) -> Decimal:
        """Give done by target."""
        return self.done / self.target


def weights(history: Mapping[date, Decimal | None]) -> tuple[Decimal, ...]:
    """Give what each weekday weighs, Monday first: the median of its known days; all 1 without enough.

    The median, so that a big promotion in the history does not make its weekday heavy.
    """
    known: list[list[Decimal]] = [[] for _n in range(7)]
    for day, value in history.items():
        if value is not None:
            known[day.weekday()].append(value)
    if any(len(values) < FEWEST for values in known):
        return (Decimal(1),) * 7
    medians = tuple(statistics.median(values) for values in known)
    return medians if all(one > 0 for one in medians) else (Decimal(1),) * 7


def days_of_month(month: date) -> list[date]:
    """Give the days of the month of a day."""
    first = month.replace(day=1)
    return [first + timedelta(days=n) for n in range(monthrange(first.year, first.month)[1])]


def spread(target: Decimal, month: date, curve: Sequence[Decimal]) -> dict[date, Decimal]:
    """Part a target over the days of a month by the weekly curve; the days sum to it exactly.

    Each day gets the difference of two rounded running sums, so nothing is left over.
    """
    days = days_of_month(month)
    total = sum((curve[day.weekday()] for day in days), Decimal(0))
    found: dict[date, Decimal] = {}
    run, given = Decimal(0), Decimal(0)
    for day in days:
        run += curve[day.weekday()]
        upto = target if day == days[-1] else (target * run / total).quantize(Decimal("0.01"))
        found[day] = upto - given
        given = upto
    return found


def pace(
    target: Decimal,
    month: date,
    curve: Sequence[Decimal],
    known: Mapping[date, Decimal],
    until: date,
) -> Pace:
    """Tell how a month goes as of the end of `until`.

    :param known: the figure of the days of the month that are known, up to `until`
    """
    by_day = spread(target, month, curve)
    past = [day for day in by_day if day <= until]
    mine = [day for day in past if day in known]
    done = sum((known[day] for day in mine), Decimal(0))
    due = sum((by_day[day] for day in mine), Decimal(0))
    left = len(by_day) - len(past)
    rest = max(target - done, Decimal(0))
    return Pace(
        target=target,
        done=done,
        due=due,
        known_days=len(mine),
        unknown_days=len(past) - len(mine),
        days_left=left,
        # Days that nobody knows are taken to have gone like the known ones.
        outlook=done / due * target if due else None,
        rest=rest,
        rest_a_day=rest / left if left else None,
    )
