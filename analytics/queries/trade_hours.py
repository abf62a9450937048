"""What 生意参谋 says of the hours of days: rows of 交易趋势 by hour, to stand beside our own orders.

They are no source of figures of days: a day of which some hours are told is not told of. The file counts
buyers where we count orders, so the two are set side by side and never added.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analytics.figures import TRADE
from analytics.models import StatRow
from analytics.queries.by_hour import HOURS
from analytics.queries.known import SHOP
from analytics.rules.spans import Days

# Which figure of the file stands beside which measure of ours (`by_hour.MEASURES`).
BESIDE = {"orders": "paid_buyers", "amount": "paid_amount", "placed": "ordered_buyers"}


@dataclass(frozen=True, slots=True)
class ToldHours:
    """Sums by hour over the days that tell of it, and which days these are; the sum of an untold hour is None."""

    code: str
    sums: tuple[Decimal | None, ...]
    told: tuple[frozenset[date], ...]

    @property
    def days(self) -> tuple[int, ...]:
        """Give over how many days each sum is."""
        return tuple(len(one) for one in self.told)

    def covers(self, days: Collection[date]) -> bool:
        """Tell whether every hour is told of on these very days: only then the courses compare."""
        return bool(days) and all(one == set(days) for one in self.told)


def told_hours(days: Days, measure: str) -> ToldHours:
    """Give what the file says by hour over a span; of one hour the latest word counts. One query.

    :raises KeyError: if there is no such measure
    """
    code = BESIDE[measure]
    rows = StatRow.objects.filter(
        is_current=True,
        source=TRADE,
        scope=SHOP,
        hour__isnull=False,
        device="all",
        key="",
        date__range=(days.since, days.until),
        figures__has_key=code,
    ).order_by("said_at", "pk")
    said: dict[tuple[date, int], Decimal] = {}
    for day, hour, figures in rows.values_list("date", "hour", "figures"):
        if hour is not None:
            said[day, hour] = Decimal(figures[code])
    told: list[dict[date, Decimal]] = [{} for _hour in range(HOURS)]
    for (day, hour), value in said.items():
        told[hour][day] = value
    return ToldHours(
        code,
        tuple(sum(one.values(), Decimal(0)) if one else None for one in told),
        tuple(frozenset(one) for one in told),
    )
