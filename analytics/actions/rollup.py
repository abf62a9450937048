"""Recompute the days whose orders changed, and nothing else.

A day is recomputed only by whoever deletes its `DirtyDay` row: the deleted row is the lock. Whoever
marks it anew meanwhile waits for that commit (`ON CONFLICT DO UPDATE` locks the row too), so that
no change falls between two workers. Cells are written, and locked, only where they differ.

When no day is left, `settle` looks at what a changed day means for other days (`actions.settling`): that
may mark some again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _

from analytics.actions import months, profit, settling
from analytics.choices import BASES, DIMS, NEW, OLD, REFUNDED, ROLLED
from analytics.models import DayRollup, RolledDay
from analytics.queries.facts import cells_ctes, codes_are_shared
from analytics.queries.measures import MEASURES
from analytics.queries.metrics import days_with_anything
from orders.actions import sku_days
from orders.models import DirtyDay
from shopops.lib.business_time import business_date
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "analytics.rollup"
KEY = "marked-days"
# A step takes about so long: days are few orders or many, so the number of days adapts.
STEP_AIM = timedelta(seconds=1)
FIRST_STEP_DAYS = 4
MOST_STEP_DAYS = 128

_COLUMNS = ", ".join(("date", "dim", "key", "label", *MEASURES))
_VALUES = ("label", *MEASURES)
_TABLE = DayRollup._meta.db_table

# Who bought on the days, and who of them was not known to have bought, or is no longer.
_BUYERS = """
who AS MATERIALIZED (
  SELECT date, coalesce(array_agg(DISTINCT buyer_id ORDER BY buyer_id)
      FILTER (WHERE kind = '{new}'), '{{}}') AS new_ids,
    coalesce(array_agg(DISTINCT buyer_id ORDER BY buyer_id)
      FILTER (WHERE kind = '{old}'), '{{}}') AS old_ids
  FROM o GROUP BY date
),
known_who AS MATERIALIZED (
  SELECT date, new_ids, old_ids FROM analytics_daybuyers
  WHERE basis = %(basis)s AND date = ANY(%(days)s)
),
who_gone AS (
  DELETE FROM analytics_daybuyers b WHERE basis = %(basis)s AND date = ANY(%(days)s)
    AND NOT EXISTS (SELECT FROM who WHERE who.date = b.date)
),
who_put AS (
  INSERT INTO analytics_daybuyers (basis, date, turn, seen, new_ids, old_ids)
  SELECT %(basis)s, date, %(turn)s, pg_current_snapshot()::text, new_ids, old_ids
  FROM who ORDER BY date
  ON CONFLICT (basis, date) DO UPDATE SET turn = excluded.turn, seen = excluded.seen,
    new_ids = excluded.new_ids, old_ids = excluded.old_ids
    WHERE (analytics_daybuyers.new_ids, analytics_daybuyers.old_ids)
      IS DISTINCT FROM (excluded.new_ids, excluded.old_ids)
),
{changed}"""

_CHANGED = """
others AS MATERIALIZED (
  SELECT date, w.new_ids || w.old_ids AS now_ids, k.new_ids || k.old_ids AS known_ids
  FROM who w FULL JOIN known_who k USING (date)
  WHERE (w.new_ids, w.old_ids) IS DISTINCT FROM (k.new_ids, k.old_ids)
),
ids AS (
  SELECT date, unnest(now_ids) AS id FROM others
  UNION ALL SELECT date, unnest(known_ids) FROM others
),
changed_put AS (
  INSERT INTO analytics_changedbuyers (date, turn, ids)
  SELECT date, %(turn)s, array_agg(id) FROM (
    SELECT date, id FROM ids GROUP BY date, id HAVING count(*) = 1) AS one_side
  GROUP BY date ORDER BY date
),
"""

_SOLD_OF_CODES = f"""
  SELECT key AS sku_code, date, pieces, paid_orders AS order_count FROM {_TABLE}
  WHERE basis = 'paid' AND dim = 'sku' AND date = ANY(%(days)s) AND key <> ''"""

# EXCEPT hashes or sorts, whatever the planner expects. As a join it merges by the date alone, since it
# expects one stored cell, and compares every cell of a day with every other one.
_WRITE = """
WITH {cells},
{buyers}stored AS MATERIALIZED (
  SELECT {columns} FROM {table}
  WHERE basis = %(basis)s AND dim = ANY(%(dims)s) AND date = ANY(%(days)s)
),
lost AS MATERIALIZED (
  SELECT date, dim, key FROM stored EXCEPT SELECT date, dim, key FROM fresh
),
gone AS (
  DELETE FROM {table} AS r USING lost
  WHERE r.basis = %(basis)s AND r.dim = ANY(%(dims)s) AND r.date = ANY(%(days)s)
    AND r.date = lost.date AND r.dim = lost.dim AND r.key = lost.key
  RETURNING 1
),
put AS (
  INSERT INTO {table} AS r (basis, {columns})
  SELECT %(basis)s, {fresh} FROM fresh AS f LEFT JOIN stored AS s USING (date, dim, key)
  WHERE ({given}) IS DISTINCT FROM ({known}) ORDER BY dim, date, key
  ON CONFLICT (basis, dim, date, key) DO UPDATE SET {assignments}
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


def mark_days(*, since: date | None, until: date | None, now: datetime) -> int:
    """Mark every day that has orders or figures, both ends included, to be recomputed.

    Gives the number of days marked; None at an end leaves it open.
    """
    marked: set[date] = set()
    for basis in ROLLED:
        days = days_with_anything(basis=basis, since=since, until=until)
        DirtyDay.objects.bulk_create(
            [DirtyDay(basis=basis, date=day, marked_at=now) for day in days],
            update_conflicts=True,
            unique_fields=["basis", "date"],
            update_fields=["marked_at", "last_mark"],
        )
        marked.update(days)
    return len(marked)


def roll_some(*, now: datetime, limit: int) -> Rolled | None:
    """Recompute at most `limit` marked days of one basis; None if none is left, after settling and months.

    Yesterday and today come first, then the others from the earliest: a day that is worked out after
    those before it need not be looked at again. Days that another transaction is marking or
    recomputing are passed over: whoever marks them asks for a rollup itself.
    """
    done = roll_marked(now=now, limit=limit)
    if done is None and settling.settle(now=now):
        done = roll_marked(now=now, limit=limit)
    if done is None:
        months.sum_all(now=now)
    return done


def roll_marked(
    *, now: datetime, limit: int, since: date | None = None, until: date | None = None
) -> Rolled | None:
    """Recompute at most `limit` marked days, both ends included; None if none is left. Settles nothing."""
    with transaction.atomic():
        settling.lock_rolling(alone=False)
        for basis in ROLLED:
            days = _taken_days(basis, now=now, limit=limit, since=since, until=until)
            if days:
                months.leave(basis, days)
                changed = _write(basis, days, now=now)
                if basis == "paid":
                    _write_sku_days(days)
                    profit.mark(days)
                return Rolled(basis, days, changed)
    return None


def _write_sku_days(days: Sequence[date]) -> None:
    # While no two specs share a code, a cell of a SKU is what was sold of the code that day.
    if codes_are_shared():
        sku_days.write_days(days)
    else:
        sku_days.write_summed(days, source=_SOLD_OF_CODES)


def _taken_days(
    basis: str, *, now: datetime, limit: int, since: date | None, until: date | None
) -> tuple[date, ...]:
    rows = DirtyDay.objects.select_for_update(skip_locked=True).filter(basis=basis)
    if since is not None:
        rows = rows.filter(date__gte=since)
    if until is not None:
        rows = rows.filter(date__lte=until)
    yesterday = business_date(now) - timedelta(days=1)
    turn = Case(When(date__gte=yesterday, then=Value(0)), default=1, output_field=IntegerField())
    taken = list(rows.order_by(turn, "date", "pk")[:limit])
    DirtyDay.objects.filter(pk__in=[row.pk for row in taken]).delete()
    settling.note_meanwhile(taken)
    return tuple(row.date for row in taken)


def _write(basis: str, days: Sequence[date], *, now: datetime) -> int:
    buyers = ""
    if basis in BASES:
        buyers = _BUYERS.format(new=NEW, old=OLD, changed=_CHANGED if basis == "paid" else "")
    statement = _WRITE.format(
        cells=cells_ctes(basis),
        buyers=buyers,
        table=_TABLE,
        columns=_COLUMNS,
        assignments=", ".join(f"{name} = excluded.{name}" for name in _VALUES),
        fresh=", ".join(("date", "dim", "key", *(f"f.{name}" for name in _VALUES))),
        given=", ".join(f"f.{name}" for name in _VALUES),
        known=", ".join(f"s.{name}" for name in _VALUES),
    )
    values: dict[str, Any] = {
        "basis": basis,
        "days": list(days),
        "dims": list(DIMS),
        "turn": settling.next_turn() if basis != REFUNDED else 0,
    }
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


# --- as a run -----------------------------------------------------------------------------------


def request_rollup(*, now: datetime, ring: bool = True) -> Run:
    """Ask for the marked days to be recomputed; call it last in the transaction that marked them.

    There is one run, wanted again and again: what it is to do stands in `DirtyDay`.
    """
    return work.request_run(kind=KIND, key=KEY, now=now, again=True, ring=ring)


def request_after_import(batch_id: int, now: datetime) -> None:
    """Ask after an import; the batch is of no interest, the marked days are."""
    request_rollup(now=now)


def request_if_needed(now: datetime) -> None:
    """Ask if days are marked: the safety net under a process that died between mark and request."""
    if DirtyDay.objects.exists() or settling.is_needed() or months.is_waiting(now):
        request_rollup(now=now)


def perform_rollup(run: RunContext) -> dict[str, Any]:
    """Recompute all marked days in steps of about a second, and those that turn out wrong by them."""
    settling.settle(now=run.now)
    days, cells = roll_in_steps(run)
    while settling.settle(now=run.now):
        more, changed = roll_in_steps(run)
        days, cells = days + more, cells + changed
    months.sum_all(now=run.now)
    return {"days": days, "cells": cells}


def roll_in_steps(
    run: RunContext, *, since: date | None = None, until: date | None = None
) -> tuple[int, int]:
    """Recompute marked days until none is left; give how many, and how many cells were others before."""
    rolled, cells, limit = 0, 0, FIRST_STEP_DAYS
    while True:
        waiting = DirtyDay.objects.count()
        started = run.clock()
        with run.step() as step:
            done = roll_marked(now=run.now, limit=limit, since=since, until=until)
            if done is None:
                return rolled, cells
            rolled += len(done.days)
            cells += done.changed_cells
            step.cursor = {"rolled": rolled, "last": done.days[-1].isoformat()}
            step.done, step.total = rolled, rolled + max(waiting - len(done.days), 0)
            step.text = str(_("已重算 %(days)s 天") % {"days": rolled})
        limit = _next_limit(limit, run.clock() - started)


def _next_limit(limit: int, took: timedelta) -> int:
    if took < STEP_AIM / 2:
        return min(limit * 2, MOST_STEP_DAYS)
    return max(limit // 2, 1) if took > STEP_AIM else limit
