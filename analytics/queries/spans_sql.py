"""The cells of a span as SQL: whole months that are added up already, and days for the rest.

A year of a shop with thousands of SKUs is millions of cells by day and some ten thousand by month. Only sums
may be read so: labels by max(), and no counts of buyers.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics.models import DayRollup, MonthRollup, RolledMonth

_DAYS = f"""SELECT key, label, {{columns}} FROM {DayRollup._meta.db_table}
  WHERE basis = %(basis)s AND dim = %(dim)s AND """
_MONTHS = f"""SELECT key, label, {{columns}} FROM {MonthRollup._meta.db_table}
  WHERE basis = %(basis)s AND dim = %(dim)s AND month = ANY(%(months)s)"""


@dataclass(frozen=True, slots=True)
class SpanCells:
    """A SELECT of key, label and the asked columns, a row for each key and day or month; its values."""

    sql: str
    values: dict[str, Any]


def span_cells(*, basis: str, dim: str, since: date, until: date, columns: str) -> SpanCells:
    """Give the cells of one dimension over a span, both ends included. Asks which months are added up."""
    values: dict[str, Any] = {"basis": basis, "dim": dim, "since": since, "until": until}
    months = _whole_months(basis, since, until)
    days = _DAYS.format(columns=columns)
    if not months:
        return SpanCells(f"{days} date BETWEEN %(since)s AND %(until)s", values)
    values |= {"months": months, "days": _days_outside(months, since, until)}
    return SpanCells(
        f"{_MONTHS.format(columns=columns)} UNION ALL {days} date = ANY(%(days)s)", values
    )


def _whole_months(basis: str, since: date, until: date) -> list[date]:
    first = since if since.day == 1 else _next(since)
    # The month of the day after the last one: it, and whatever comes later, is not whole.
    end = (until + timedelta(days=1)).replace(day=1)
    if first >= end:
        return []
    found = RolledMonth.objects.filter(
        basis=basis, is_current=True, month__gte=first, month__lt=end
    )
    return sorted(found.values_list("month", flat=True))


def _next(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _days_outside(months: list[date], since: date, until: date) -> list[date]:
    summed = set(months)
    days = (since + timedelta(days=n) for n in range((until - since).days + 1))
    return [day for day in days if day.replace(day=1) not in summed]
