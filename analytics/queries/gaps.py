"""Days that no file tells of between days that some file tells of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.figures import PRODUCT_DAYS, SHOP_DAY, TRADE
from analytics.models import StatRow
from products.models import ProductDay

FLOW = "flow"
DAILY = (SHOP_DAY, TRADE, FLOW, PRODUCT_DAYS)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row without a word from a source, both ends included."""

    source: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """Give how many days it is long."""
        return (self.last - self.first).days + 1


def gaps(*, since: date, until: date) -> list[Gap]:
    """Give the gaps of every daily source that told of a day before. Two queries.

    A source that tells of no day of the period has none: the shop does not bring it.
    """
    told: dict[str, set[date]] = {source: set() for source in DAILY}
    rows = StatRow.objects.filter(
        is_current=True, source__in=DAILY, date__range=(since, until)
    ).order_by()
    for source, day in rows.values_list("source", "date").distinct():
        told[source].add(day)
    days = ProductDay.objects.filter(date__range=(since, until)).order_by()
    told[PRODUCT_DAYS] = set(days.values_list("date", flat=True).distinct())
    return [gap for source, known in told.items() for gap in _gaps(source, known, until)]


def _gaps(source: str, known: set[date], until: date) -> Iterable[Gap]:
    if not known:
        return []
    missing = [
        day
        for n in range((until - min(known)).days + 1)
        if (day := min(known) + timedelta(days=n)) not in known
    ]
    return [Gap(source, run[0], run[-1]) for run in _runs(missing)]


def _runs(days: Sequence[date]) -> Iterable[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and runs[-1][-1] == day - timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
