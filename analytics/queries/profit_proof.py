"""Whether what is kept of profits is what the facts say: the proof behind `rollup --verify`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from analytics.queries.profit_sql import KEPT, profit_ctes


@dataclass(frozen=True, slots=True)
class ProfitDifference:
    """One row that is kept otherwise than the facts say, or on one side only."""

    date: date
    table: str
    key: str


def kept_days(*, since: date | None, until: date | None) -> list[date]:
    """Give the days of which anything is kept or should be, both ends included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT date FROM (SELECT date FROM analytics_profitday UNION"
            " SELECT date FROM analytics_rolledday WHERE basis = 'paid') AS d"
            " WHERE (%(since)s::date IS NULL OR date >= %(since)s)"
            " AND (%(until)s::date IS NULL OR date <= %(until)s) ORDER BY date",
            {"since": since, "until": until},
        )
        return [row[0] for row in cursor.fetchall()]


def profit_differences(days: Sequence[date]) -> list[ProfitDifference]:
    """Work the days out and compare them with what is kept. One query."""
    parts = []
    for table, key, columns, fresh in KEPT:
        names = ", ".join((*key, *columns))
        keys = " || ' ' || ".join(f"{name}::text" for name in key)
        stored = f"SELECT {names} FROM {table} WHERE date = ANY(%(days)s)"
        counted = f"SELECT {names} FROM {fresh}"
        parts.append(
            f"SELECT DISTINCT date, '{table}', {keys} FROM (({stored} EXCEPT {counted})"
            f" UNION ALL ({counted} EXCEPT {stored})) AS both_{fresh}"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {profit_ctes()} {' UNION ALL '.join(parts)} ORDER BY 1, 2, 3",
            {"days": list(days)},
        )
        return [ProfitDifference(*row) for row in cursor.fetchall()]
