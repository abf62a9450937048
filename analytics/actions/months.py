"""Add the days of each whole month up, for pages over long spans.

A step that works days out takes the rows of their months first (`leave`) and holds them to its end: whoever
adds a month up holds the same row, so that it sees all of a step or nothing, and what a step changes
afterwards leaves the month behind again.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction

from analytics.choices import DIMS
from analytics.models import DayRollup, MonthRollup, RolledMonth
from analytics.queries.measures import MEASURES
from shopops.lib.business_time import business_date

_LEAVE = """
INSERT INTO analytics_rolledmonth (basis, month, is_current)
SELECT %(basis)s, month, false FROM unnest(%(months)s::date[]) AS month ORDER BY month
ON CONFLICT (basis, month) DO UPDATE SET is_current = false WHERE analytics_rolledmonth.is_current
"""
_SUM = f"""
INSERT INTO {MonthRollup._meta.db_table} (basis, dim, month, key, label, {", ".join(MEASURES)})
SELECT basis, dim, %(month)s, key, max(label), {", ".join(f"sum({name})" for name in MEASURES)}
FROM {DayRollup._meta.db_table}
WHERE basis = %(basis)s AND date >= %(month)s AND date < %(month)s::date + interval '1 month'
  AND dim = ANY(%(dims)s)
GROUP BY basis, dim, key
"""


def leave(basis: str, days: Iterable[date]) -> None:
    """Say that the months of these days are about to change; hold them to the end of the transaction."""
    months = sorted({day.replace(day=1) for day in days})
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, {"basis": basis, "months": months})


def sum_all(*, now: datetime, month: date | None = None) -> int:
    """Add up every month that is over and waits, or that one alone; give how many. A transaction for each."""
    summed = 0
    while _sum_one(now=now, month=month):
        summed += 1
    return summed


def is_waiting(now: datetime) -> bool:
    """Tell whether a month that is over waits to be added up."""
    return RolledMonth.objects.filter(is_current=False, month__lt=_running(now)).exists()


def _running(now: datetime) -> date:
    return business_date(now).replace(day=1)


@transaction.atomic
def _sum_one(*, now: datetime, month: date | None) -> bool:
    waiting = RolledMonth.objects.filter(is_current=False, month__lt=_running(now))
    if month is not None:
        waiting = waiting.filter(month=month)
    # A month whose days are being worked out is passed over: whoever is at it asks for it again.
    taken = waiting.select_for_update(skip_locked=True).order_by("month", "basis").first()
    if taken is None:
        return False
    MonthRollup.objects.filter(basis=taken.basis, month=taken.month).delete()
    with connection.cursor() as cursor:
        cursor.execute(_SUM, {"basis": taken.basis, "month": taken.month, "dims": list(DIMS)})
    taken.is_current = True
    taken.save(update_fields=["is_current"])
    return True
