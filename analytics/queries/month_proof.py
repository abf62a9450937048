"""Whether months are what their days say: part of the proof behind `rollup --verify`."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from analytics.models import DayRollup, MonthRollup
from analytics.queries.measures import MEASURES

_SUMS = ", ".join(f"sum({name})::bigint" for name in MEASURES)
# Of a month that waits to be added up nothing is claimed: it is not read.
_COMPARE = f"""
WITH current AS (SELECT basis, month FROM analytics_rolledmonth
  WHERE is_current AND (%(since)s::date IS NULL OR month + interval '1 month' > %(since)s)
    AND (%(until)s::date IS NULL OR month <= %(until)s)),
stored AS (
  SELECT basis, month, dim, key, label, {", ".join(MEASURES)}
  FROM {MonthRollup._meta.db_table} JOIN current USING (basis, month)
),
counted AS (
  SELECT c.basis, c.month, d.dim, d.key, max(d.label), {_SUMS}
  FROM current c JOIN {DayRollup._meta.db_table} d ON d.basis = c.basis AND d.date >= c.month
    AND d.date < c.month + interval '1 month'
  GROUP BY c.basis, c.month, d.dim, d.key
)
SELECT DISTINCT basis, month, dim, key FROM (
  (TABLE stored EXCEPT TABLE counted) UNION ALL (TABLE counted EXCEPT TABLE stored)) AS both_sides
ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class MonthDifference:
    """One cell of a month that is not the sum of its days, or stands on one side only."""

    basis: str
    month: date
    dim: str
    key: str


def month_differences(*, since: date | None, until: date | None) -> list[MonthDifference]:
    """Compare the months that a period touches with their days; None leaves an end open. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPARE, {"since": since, "until": until})
        return [MonthDifference(*row) for row in cursor.fetchall()]
