"""Recompute the days whose orders changed, and nothing else.

A day is recomputed only by whoever deletes its `DirtyDay` row: the deleted row is the lock. Whoever
marks it anew meanwhile waits for that commit (`ON CONFLICT DO UPDATE` locks the row too), so that
no change falls between two workers. Cells are written only where they differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from analytics.choices import BASES, DIMS
from analytics.models import DayRollup, RolledDay
from analytics.queries.facts import MEASURES, cells_sql
from orders.models import DirtyDay, Order

_COLUMNS = ", ".join(("date", "dim", "key", "label", *MEASURES))
_VALUES = ("label", *MEASURES)
_TABLE = DayRollup._meta.db_table  # noqa: SLF001

_WRITE = """
WITH fresh AS MATERIALIZED ({cells}),
gone AS (
  DELETE FROM {table} AS r
  WHERE basis = %(basis)s AND dim = ANY(%(dims)s) AND date = ANY(%(days)s)
    AND NOT EXISTS (
      SELECT FROM fresh AS f WHERE f.date = r.date AND f.dim = r.dim AND f.key = r.key)
  RETURNING 1
),
put AS (
  INSERT INTO {table} AS r (basis, {columns})
  SELECT %(basis)s, {columns} FROM fresh ORDER BY dim, date, key
  ON CONFLICT (basis, dim, date, key) DO UPDATE SET {assignments}
  WHERE ({stored}) IS DISTINCT FROM ({given})
  RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put),
  ARRAY(SELECT date FROM fresh WHERE dim = 'total')
"""


@dataclass(frozen=True, slots=True)
class Rolled:
    """What one step did: the days it recomputed, and how many cells of them were wrong before."""

    basis: str
    days: tuple[date, ...]
    changed_cells: int


def mark_days(*, since: date, until: date, now: datetime) -> int:
    """Mark every day that has orders or figures from `since` to `until` to be recomputed.

    Gives the number of calendar days that are now marked in this period.
    """
    marked: set[date] = set()
    for basis in BASES:
        days = _days_with_anything(basis, since=since, until=until)
        rows = [DirtyDay(basis=basis, date=day, marked_at=now) for day in sorted(days)]
        DirtyDay.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["basis", "date"],
            update_fields=["marked_at"],
        )
        marked |= days
    return len(marked)


def _days_with_anything(basis: str, *, since: date, until: date) -> set[date]:
    field = f"{basis}_date"
    with_orders = Order.objects.filter(**{f"{field}__range": (since, until)})
    rolled = RolledDay.objects.filter(basis=basis, date__range=(since, until))
    return {
        *with_orders.order_by(field).values_list(field, flat=True).distinct(),
        *rolled.order_by("date").values_list("date", flat=True),
    }


def roll_some(*, now: datetime, limit: int) -> Rolled | None:
    """Recompute at most `limit` marked days of one basis, latest first; None if none is left.

    Days that another transaction is marking or recomputing are passed over: whoever marks them
    asks for a rollup itself.
    """
    with transaction.atomic():
        for basis in BASES:
            days = _taken_days(basis, limit=limit)
            if days:
                return Rolled(basis, days, _write(basis, days, now=now))
    return None


def _taken_days(basis: str, *, limit: int) -> tuple[date, ...]:
    rows = DirtyDay.objects.select_for_update(skip_locked=True).filter(basis=basis)
    taken = list(rows.order_by("-date", "pk")[:limit])
    DirtyDay.objects.filter(pk__in=[row.pk for row in taken]).delete()
    return tuple(row.date for row in taken)


def _write(basis: str, days: Sequence[date], *, now: datetime) -> int:
    statement = _WRITE.format(
        cells=cells_sql(basis),
        table=_TABLE,
        columns=_COLUMNS,
        assignments=", ".join(f"{name} = excluded.{name}" for name in _VALUES),
        stored=", ".join(f"r.{name}" for name in _VALUES),
        given=", ".join(f"excluded.{name}" for name in _VALUES),
    )
    values: dict[str, Any] = {"basis": basis, "days": list(days), "dims": list(DIMS)}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        changed, with_orders = cursor.fetchone()
    _note_rolled(basis, days, set(with_orders), now=now)
    return int(changed)


def _note_rolled(
    basis: str, days: Sequence[date], with_orders: set[date], *, now: datetime
) -> None:
    # A day whose last order went (an import undone) is unknown again, not zero.
    RolledDay.objects.filter(basis=basis, date__in=set(days) - with_orders).delete()
    RolledDay.objects.bulk_create(
        [RolledDay(basis=basis, date=day, computed_at=now) for day in sorted(with_orders)],
        update_conflicts=True,
        unique_fields=["basis", "date"],
        update_fields=["computed_at"],
    )
