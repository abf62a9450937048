"""Orders by weekday and hour, read from the rollup."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.db.models.functions import ExtractIsoWeekDay

from analytics.models import DayRollup
from analytics.queries.coverage import known_days
from analytics.rules.spans import Days

HOURS = 24
# What can be looked at: our name, the column of the rollup.
MEASURES = {"orders": "paid_orders", "amount": "gross_fen", "placed": "orders"}


@dataclass(frozen=True, slots=True)
class Week:
    """Sums by weekday (Monday first) and hour; a weekday that nobody told of is None.

    `days`: how many known days of each weekday lie in the span; `known`: these days.
    """

    sums: list[list[int | None]]
    known: frozenset[date]

    @property
    def days(self) -> list[int]:
        """Count the known days of each weekday."""
        counted = Counter(day.weekday() for day in self.known)
        return [counted[weekday] for weekday in range(7)]

    def hour(self, hour: int) -> int | None:
        """Add up an hour over the known weekdays; None if none is known."""
        known = [row[hour] for row in self.sums if row[hour] is not None]
        return sum(one or 0 for one in known) if known else None


def by_hour(days: Days, measure: str) -> Week:
    """Give a measure by weekday and hour. Three queries.

    `placed` are orders by the hour of their creation, the others by that of their payment.

    :raises KeyError: if there is no such measure
    """
    basis = "created" if measure == "placed" else "paid"
    rows = (
        DayRollup.objects.filter(basis=basis, dim="hour", date__range=(days.since, days.until))
        .values("key", weekday=ExtractIsoWeekDay("date"))
        .annotate(total=Sum(MEASURES[measure]))
        .order_by("weekday", "key")
    )
    known = frozenset(known_days(basis=basis, since=days.since, until=days.until))
    weekdays = {day.weekday() for day in known}
    table: list[list[int | None]] = [
        [0 if weekday in weekdays else None] * HOURS for weekday in range(7)
    ]
    for row in rows:
        table[row["weekday"] - 1][int(row["key"])] = row["total"]
    return Week(table, known)
