"""Cohorts: of those who first paid in a month, how many paid again in each month after."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who first paid in a month. `again`: customers who paid n + 1 months later; None is yet to come."""

    month: date
    buyers: int
    again: tuple[int | None, ...]


def cohorts(*, as_of: date) -> list[Cohort]:
    """Give the last twelve months' cohorts, oldest first. Reads the facts of those months once each."""
    start = _months_back(as_of.replace(day=1), MOST_MONTHS)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH firsts AS MATERIALIZED (SELECT customer_id, date_trunc('month', min(date))::date AS m"
            " FROM crm_paidday WHERE date <= %(as_of)s GROUP BY 1 HAVING min(date) >= %(start)s)"
            " SELECT f.m, ((extract(year FROM p.date) - extract(year FROM f.m)) * 12"
            "   + extract(month FROM p.date) - extract(month FROM f.m))::int AS n,"
            "   count(DISTINCT p.customer_id)"
            " FROM firsts f JOIN crm_paidday p USING (customer_id) WHERE p.date <= %(as_of)s"
            " GROUP BY 1, 2",
            {"as_of": as_of, "start": start},
        )
        counted = {(month, n): count for month, n, count in cursor.fetchall()}
    found = []
    for place in range(MOST_MONTHS + 1):
        month = _months_back(as_of.replace(day=1), MOST_MONTHS - place)
        buyers = counted.get((month, 0), 0)
        if not buyers and not found:
            continue
        known = MOST_MONTHS - place
        again = tuple(
            counted.get((month, n), 0) if n <= known else None for n in range(1, MOST_MONTHS + 1)
        )
        found.append(Cohort(month, buyers, again))
    return found


def _months_back(month: date, count: int) -> date:
    whole = month.year * 12 + month.month - 1 - count
    return date(whole // 12, whole % 12 + 1, 1)
