"""Keep RFM and stages of life: move the window on, score who may have moved, write what changed.

What a customer paid in the window is kept (`RfmBase`). The next day adds the days that enter the window and
takes off those that leave it; who changed since is read again. Only who was moved so, or lies between an old
cut point and its new one, is scored again; and only rows that became others are written, with their history.
Once a week, and after a change of the rule, everybody is scored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from crm.actions.recompute import lock_figures, recompute_all_marked
from crm.choices import LifeStage
from crm.models import RfmRun
from crm.queries import rfm as queries
from crm.queries.rfm import Recipe
from crm.rules.rfm import SCORES, LifeLimits, segment_of

# The shop's own intervals are read anew once a week.
LIMITS_HOLD_DAYS = 6
# As of Sundays everybody is scored, so that nothing that a day missed stands longer than a week.
EVERYBODY_ON = 7

_PUT = """
INSERT INTO crm_rfmbase (customer_id, last_date, days, orders, net_fen, moved_on, is_stale)
SELECT a.customer_id, w.last_date, coalesce(w.days, 0), coalesce(w.orders, 0), coalesce(w.net_fen, 0),
  %(as_of)s, false
FROM rfm_stale a {window}
ORDER BY a.customer_id
ON CONFLICT (customer_id) DO UPDATE SET last_date = excluded.last_date, days = excluded.days,
  orders = excluded.orders, net_fen = excluded.net_fen, moved_on = excluded.moved_on, is_stale = false
"""
# All at once, or a look by key for each of the few: the planner would read ten million rows for these.
_WHOLE = "LEFT JOIN ({window}) w USING (customer_id)"
_FEW = "LEFT JOIN LATERAL ({window} OFFSET 0) w ON true"

# What enters the window less what leaves it. A day that did both, the runs being a window apart, is naught.
_MOVED = """
CREATE TEMP TABLE rfm_moved ON COMMIT DROP AS
SELECT m.customer_id, max(m.last_date) AS last_date, sum(m.orders)::int AS orders,
  sum(m.net_fen)::bigint AS net_fen
FROM (
  SELECT customer_id, date AS last_date, orders, paid_fen - refund_fen AS net_fen
  FROM crm_paidday WHERE date > %(was)s AND date <= %(as_of)s
  UNION ALL
  SELECT customer_id, NULL, -orders, refund_fen - paid_fen
  FROM crm_paidday WHERE date > %(was_since)s AND date <= %(since)s
) m LEFT JOIN rfm_stale t USING (customer_id) WHERE t.customer_id IS NULL GROUP BY 1
"""
_MOVE = """
UPDATE crm_rfmbase b SET last_date = greatest(b.last_date, m.last_date), orders = b.orders + m.orders,
  net_fen = b.net_fen + m.net_fen, moved_on = %(as_of)s
FROM rfm_moved m WHERE m.customer_id = b.customer_id
"""

# Who became another: what the value is now, beside what it was. `last_date` is as of the day; who has paid
# only since is new. On its own, since a statement that writes is never read by several workers.
_FRESH = """
CREATE TEMP TABLE rfm_fresh ON COMMIT DROP AS
WITH base AS ({whom}), scored AS (
  SELECT s.customer_id, s.was, s.r, s.f, s.m, s.old_stage,
    CASE WHEN is_in THEN s.recency END AS recency, CASE WHEN is_in THEN s.frequency END AS frequency,
    CASE WHEN is_in THEN s.monetary END AS monetary, CASE WHEN is_in THEN {segment} ELSE '' END AS segment,
    {stage} AS stage
  FROM base s
)
SELECT * FROM scored WHERE (recency, frequency, monetary, segment, stage)
  IS DISTINCT FROM (r, f, m, was, old_stage)
"""
_BOTH = """
SELECT k.customer_id, b.last_date, coalesce(b.days, 0) AS days, k.segment AS was, k.recency AS r,
  k.frequency AS f, k.monetary AS m, k.life_stage AS old_stage, b.orders > 0 AS is_in, {scores}
"""
_EVERYBODY = f"""{_BOTH}
FROM crm_customerstat k LEFT JOIN crm_rfmbase b ON b.customer_id = k.customer_id OFFSET 0
"""
_WHO_MAY_HAVE = f"""{_BOTH}
FROM crm_rfmbase b JOIN crm_customerstat k ON k.customer_id = b.customer_id
WHERE b.moved_on = %(as_of)s OR {{between}}
UNION ALL {_BOTH}
FROM crm_customerstat k LEFT JOIN crm_rfmbase b ON b.customer_id = k.customer_id
WHERE k.life_stage = '' AND b.customer_id IS NULL OFFSET 0
"""
_NOTE = """
INSERT INTO crm_rfmchange (customer_id, as_of, recency, frequency, monetary, segment, was)
SELECT customer_id, %(as_of)s, recency, frequency, monetary, segment, was FROM rfm_fresh
WHERE (recency, frequency, monetary, segment) IS DISTINCT FROM (r, f, m, was) ORDER BY customer_id
ON CONFLICT (customer_id, as_of) DO UPDATE SET recency = excluded.recency,
  frequency = excluded.frequency, monetary = excluded.monetary, segment = excluded.segment
"""
_WRITE = """
UPDATE crm_customerstat k SET recency = f.recency::smallint, frequency = f.frequency::smallint,
  monetary = f.monetary::smallint, segment = f.segment, life_stage = f.stage
FROM rfm_fresh f WHERE f.customer_id = k.customer_id
"""
_COUNT = """
SELECT b.orders > 0, {scores}, {stage}, count(*), sum(b.net_fen) FROM crm_rfmbase b WHERE b.days > 0
GROUP BY 1, 2, 3, 4, 5
"""
# By truths alone: with numbers the planner expects a group of its own for nearly everybody, and one worker.
_COUNT = """
SELECT b.orders > 0, {over}, b.days = 1, count(*), sum(b.net_fen) FROM crm_rfmbase b WHERE b.days > 0
GROUP BY {places}
"""
# Who never paid has no base, or one without days.
_COUNT_ASKED = "SELECT count(*) FROM crm_customerstat WHERE paid_orders = 0"

_STAGE = """CASE WHEN s.days = 0 THEN 'asked'
  WHEN coalesce(%(as_of)s::date - s.last_date, 0) <= %(active)s
    THEN CASE WHEN s.days = 1 THEN 'new' ELSE 'active' END
  WHEN %(as_of)s::date - s.last_date <= %(cooling)s THEN 'cooling'
  WHEN %(as_of)s::date - s.last_date <= %(asleep)s THEN 'asleep' ELSE 'lost' END"""

_DAYS_SINCE = "(%(as_of)s::date - b.last_date)"
_LIMITS = ("active", "cooling", "asleep")
_LATE = (LifeStage.COOLING, LifeStage.ASLEEP, LifeStage.LOST)


@dataclass(frozen=True, slots=True)
class Kept:
    """What one working out did: customers read again, customers whose value became another."""

    as_of: date
    buyers: int
    read: int
    changed: int


@dataclass(frozen=True, slots=True)
class Count:
    """Customers of the same scores (none: not in the window) and stage, and what they paid net in it."""

    scores: tuple[int, int, int] | None
    stage: str
    buyers: int
    net_fen: int


def keep_rfm(*, as_of: date, now: datetime) -> Kept:
    """Work RFM and stages of life out as of a day and keep them. Marked customers are brought up first.

    Cost: the payments of the days that enter or leave the window, a few passes over the kept base. Holds
    the lock over all figures meanwhile.
    """
    recompute_all_marked(now=now)
    asked, limits = queries.recipe(as_of=as_of), _limits(as_of)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_figures(alone=True)
        last = _continued(asked)
        read = _refresh(cursor, asked, last)
        queries.read_whole_tables(cursor)
        cuts = queries.cuts_of(cursor, "crm_rfmbase", asked)
        values = queries.values_of(asked, cuts) | {name: getattr(limits, name) for name in _LIMITS}
        is_for_all = last is None or as_of.isoweekday() == EVERYBODY_ON
        between = None if last is None or is_for_all else _between(last, asked, cuts, limits)
        changed = _write(cursor, values, between)
        rows = _counts(cursor, values)
        run = _note(asked, cuts, limits, rows, changed=changed, now=now)
    return Kept(as_of, run.buyers, read, changed)


def _continued(asked: Recipe) -> RfmRun | None:
    """Give the run that this one goes on from; None: all is worked out anew."""
    last = RfmRun.objects.order_by("-as_of").first()
    if last is None or last.as_of > asked.as_of:
        return None
    return last if (last.window_days, last.method) == (asked.window_days, asked.method) else None


def _between(
    last: RfmRun, asked: Recipe, cuts: Mapping[str, Sequence[int]], limits: LifeLimits
) -> str:
    """Give the condition over a base `b` that it lies between an old cut point or limit and its new one.

    By itself a row moves only so: what is not between was and is on the same side of each.
    """
    found = ["false"]
    days = zip(
        [*last.cuts["recency"], *(last.limits[name] for name in _LIMITS)],
        [*cuts["recency"], limits.active, limits.cooling, limits.asleep],
        strict=True,
    )
    for was, is_now in days:
        old, new = sorted((last.as_of - timedelta(days=was), asked.as_of - timedelta(days=is_now)))
        if old != new:
            found.append(f"(b.last_date >= '{old:%Y-%m-%d}' AND b.last_date < '{new:%Y-%m-%d}')")
    for column, name in (("orders", "frequency"), ("net_fen", "monetary")):
        for was, is_now in zip(last.cuts[name], cuts[name], strict=True):
            if was != is_now:
                low, high = sorted((int(was), int(is_now)))
                found.append(f"(b.{column} > {low:d} AND b.{column} <= {high:d})")
    return " OR ".join(found)


def _write(cursor: CursorWrapper, values: dict[str, Any], between: str | None) -> int:
    """Write who became another, with history; give how many.

    `between` is the condition of who may have moved by itself; None: everybody is scored.
    """
    whom = _EVERYBODY
    if between is not None:
        # Those without a stage are few and have an index.
        cursor.execute("SET LOCAL enable_indexscan = on")
        whom = _WHO_MAY_HAVE
    cursor.execute("DROP TABLE IF EXISTS rfm_fresh")
    cursor.execute(
        _FRESH.format(
            whom=whom.format(scores=queries.scores_sql(), between=between),
            segment=queries.segment_sql(),
            stage=_STAGE,
        ),
        values,
    )
    changed = int(cursor.rowcount)
    queries.read_as_usual(cursor)
    cursor.execute(_NOTE, values)
    cursor.execute(_WRITE)
    return changed


def _counts(cursor: CursorWrapper, values: dict[str, Any]) -> list[Count]:
    """Count everybody by class, stage and place in the grid."""
    queries.read_whole_tables(cursor)
    over = [*queries.over_sql(), *(f"coalesce({_DAYS_SINCE}, 0) > %({one})s" for one in _LIMITS)]
    places = ", ".join(str(place) for place in range(1, len(over) + 3))
    cursor.execute(_COUNT.format(over=", ".join(over), places=places), values)
    found = []
    for is_in, *truths, is_once, buyers, net in cursor.fetchall():
        # Null where nothing is paid as of the day.
        recency, frequency, monetary, late = (
            sum(map(bool, truths[at : at + 4])) for at in (0, 4, 8, 12)
        )
        scores = (SCORES - recency, 1 + frequency, 1 + monetary) if is_in else None
        stage = (LifeStage.NEW if is_once else LifeStage.ACTIVE) if late == 0 else _LATE[late - 1]
        found.append(Count(scores, stage.value, buyers, int(net)))
    cursor.execute(_COUNT_ASKED)
    asked = cursor.fetchone()[0]
    return [*found, Count(None, LifeStage.ASKED.value, asked, 0)] if asked else found


def _limits(as_of: date) -> LifeLimits:
    """Give the days of life: intervals hardly move, so that of the shop's own a week old one counts."""
    week = (as_of - timedelta(days=LIMITS_HOLD_DAYS), as_of)
    last = RfmRun.objects.filter(as_of__range=week).order_by("-as_of").first()
    if last and last.limits.get("by") == "own" and queries.rule_limits(as_of) is None:
        since = date.fromisoformat(last.limits["since"])
        if since >= week[0]:
            return LifeLimits(**last.limits)
    return queries.life_limits(as_of=as_of)


def _refresh(cursor: CursorWrapper, asked: Recipe, last: RfmRun | None) -> int:
    """Bring the base to the day; give how many customers were read again."""
    values = {"as_of": asked.as_of, "since": asked.since}
    cursor.execute("DROP TABLE IF EXISTS rfm_stale, rfm_moved")
    if last is None:
        cursor.execute(
            "CREATE TEMP TABLE rfm_stale ON COMMIT DROP AS"
            " SELECT DISTINCT customer_id FROM crm_paidday UNION SELECT customer_id FROM crm_rfmbase"
        )
        read = int(cursor.rowcount)
        cursor.execute("ANALYZE rfm_stale")
        cursor.execute(_PUT.format(window=_WHOLE.format(window=queries.base_sql())), values)
        return read
    cursor.execute(
        "CREATE TEMP TABLE rfm_stale ON COMMIT DROP AS"
        " SELECT customer_id FROM crm_rfmbase WHERE is_stale"
    )
    read = int(cursor.rowcount)
    cursor.execute("ANALYZE rfm_stale")
    was_since = last.as_of - timedelta(days=last.window_days)
    cursor.execute(_MOVED, values | {"was": last.as_of, "was_since": was_since})
    read += int(cursor.rowcount)
    cursor.execute("ANALYZE rfm_moved")
    cursor.execute(_MOVE, values)
    window = queries.base_sql("WHERE customer_id = a.customer_id")
    cursor.execute(_PUT.format(window=_FEW.format(window=window)), values)
    return read


def _note(
    asked: Recipe,
    cuts: dict[str, list[int]],
    limits: LifeLimits,
    rows: list[Count],
    *,
    changed: int,
    now: datetime,
) -> RfmRun:
    inside = [(row, row.scores) for row in rows if row.scores]
    segments = _summed((segment_of(*scores).value, row) for row, scores in inside)
    stages = _summed((row.stage, row) for row in rows)
    grid = _summed((scores[:2], row) for row, scores in inside)
    return RfmRun.objects.update_or_create(
        as_of=asked.as_of,
        defaults={
            "window_days": asked.window_days,
            "method": asked.method,
            "cuts": cuts,
            "buyers": sum(row.buyers for row, _scores in inside),
            "changed": changed,
            "segments": _listed(segments),
            "stages": _listed(stages),
            "grid": [[*place, *both] for place, both in grid.items()],
            "limits": asdict(limits),
            "computed_at": now,
        },
    )[0]


def _summed[K](rows: Iterable[tuple[K, Count]]) -> dict[K, tuple[int, int]]:
    found: dict[K, tuple[int, int]] = {}
    for key, row in rows:
        buyers, net = found.get(key, (0, 0))
        found[key] = (buyers + row.buyers, net + row.net_fen)
    return found


def _listed(found: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    return [{"code": code, "buyers": n, "net_fen": net} for code, (n, net) in found.items()]


def progress_words(kept: Kept) -> str:
    """Say what was done, for the run's page."""
    return str(
        _("%(buyers)s 个买家，%(changed)s 个变了")
        % {"buyers": kept.buyers, "changed": kept.changed}
    )
