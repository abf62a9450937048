"""Work out anew what the orders of marked days leave, and nothing else.

Marks are rows that are only added (`ProfitMark`); they come in the transaction of the change. Whoever
works days out takes their marks first and reads the facts by a later statement: what was changed and marked
after that stays marked. An advisory lock keeps two from writing the same day in the wrong order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from analytics.models import ProfitMark
from analytics.queries.profit_sql import KEPT, profit_ctes
from shopops.work import actions as work
from shopops.work.context import RunContext

KIND = "analytics.profit"
KEY = "marked-days"
STEP_AIM = timedelta(seconds=1)
FIRST_STEP_DAYS, MOST_STEP_DAYS = 2, 64
_LOCK = 8_211_740

_TAKE = """
DELETE FROM analytics_profitmark WHERE date IN (
  SELECT date FROM analytics_profitmark GROUP BY date ORDER BY date DESC LIMIT %s)
RETURNING date
"""


@dataclass(frozen=True, slots=True)
class Worked:
    """What one step did."""

    days: tuple[date, ...]
    changed_rows: int


def mark(days: Iterable[date]) -> None:
    """Mark days of payment to be worked out anew; in the transaction that changed what they rest on."""
    ProfitMark.objects.bulk_create([ProfitMark(date=day) for day in sorted(set(days))])


def work_out_some(*, limit: int) -> Worked | None:
    """Work out at most `limit` marked days, the latest first; None if none is left. Takes the lock."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_TAKE, [limit])
        days = sorted({row[0] for row in cursor.fetchall()})
        if not days:
            return None
        cursor.execute(_write_sql(), {"days": days})
        return Worked(tuple(days), int(cursor.fetchone()[0]))


def _write_sql() -> str:
    parts, counts = [], []
    for table, key, columns, fresh in KEPT:
        names, keys = ", ".join((*key, *columns)), ", ".join(key)
        same = " AND ".join(f"f.{name} = t.{name}" for name in key)
        parts.append(f"""{fresh}_gone AS (
  DELETE FROM {table} t WHERE date = ANY(%(days)s)
    AND NOT EXISTS (SELECT FROM {fresh} f WHERE {same}) RETURNING 1
),
{fresh}_put AS (
  INSERT INTO {table} AS t ({names}) SELECT {names} FROM {fresh} ORDER BY {keys}
  ON CONFLICT ({keys}) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in columns)}
  WHERE ({", ".join(f"t.{name}" for name in columns)})
    IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in columns)})
  RETURNING 1
)""")
        counts += [f"(SELECT count(*) FROM {fresh}_gone)", f"(SELECT count(*) FROM {fresh}_put)"]
    return f"WITH {profit_ctes()},\n{', '.join(parts)}\nSELECT {' + '.join(counts)}"


def work_out_now() -> int:
    """Work out all marked days here and now; give their number. For commands, tests and the demo."""
    days = 0
    while done := work_out_some(limit=MOST_STEP_DAYS):
        days += len(done.days)
    return days


# --- as a run -----------------------------------------------------------------------------------


def request_if_needed(now: datetime) -> None:
    """Ask for a run if days are marked."""
    if ProfitMark.objects.exists():
        work.request_run(kind=KIND, key=KEY, now=now, again=True)


def perform(run: RunContext) -> dict[str, Any]:
    """Work all marked days out in steps of about a second."""
    worked, rows, limit = 0, 0, FIRST_STEP_DAYS
    while True:
        started = run.clock()
        with run.step() as step:
            done = work_out_some(limit=limit)
            if done is None:
                return {"days": worked, "rows": rows}
            worked, rows = worked + len(done.days), rows + done.changed_rows
            step.cursor = {"worked": worked, "last": done.days[0].isoformat()}
            step.done, step.total = worked, worked
            step.text = str(_("已算 %(days)s 天的利润") % {"days": worked})
        took = run.clock() - started
        if took < STEP_AIM / 2:
            limit = min(limit * 2, MOST_STEP_DAYS)
        elif took > STEP_AIM:
            limit = max(limit // 2, 1)
