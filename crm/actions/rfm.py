"""Keep RFM and stages of life: move the window on, score everybody, write what changed.

What a customer paid in the window is kept (`RfmBase`); moving it on reads again only those who paid on
the days that enter or leave it, and those whose orders changed since. Then all are scored in one
pass, and only rows that became others are written, with their history.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from crm.actions.recompute import lock_figures, recompute_all_marked
from crm.models import RfmRun
from crm.queries import rfm as queries
from crm.queries.rfm import Recipe
from crm.rules.rfm import LifeLimits

# The shop's own intervals are read anew once a week.
LIMITS_HOLD_DAYS = 6

_REFRESH = """
INSERT INTO crm_rfmbase (customer_id, last_date, orders, net_fen, is_stale)
SELECT a.customer_id, w.last_date, coalesce(w.orders, 0), coalesce(w.net_fen, 0), false
FROM rfm_affected a {window}
ORDER BY a.customer_id
ON CONFLICT (customer_id) DO UPDATE SET last_date = excluded.last_date, orders = excluded.orders,
  net_fen = excluded.net_fen, is_stale = false
"""
# All at once, or a look by key for each of the few: the planner would read ten million rows for these.
_WHOLE = "LEFT JOIN ({window}) w USING (customer_id)"
_FEW = "LEFT JOIN LATERAL ({window} OFFSET 0) w ON true"

# Who became another: what everybody's value is now, beside what it was. `last_date` is as of the day; who
# has paid only since is new. On its own, since a statement that writes is never read by several workers.
_FRESH = """
CREATE TEMP TABLE rfm_fresh ON COMMIT DROP AS
WITH base AS (
  SELECT k.customer_id, b.last_date, k.paid_orders, k.paid_days, k.segment AS was,
    k.recency AS r, k.frequency AS f, k.monetary AS m, k.life_stage AS old_stage,
    b.orders > 0 AS is_in, {scores}
  FROM crm_customerstat k LEFT JOIN crm_rfmbase b ON b.customer_id = k.customer_id OFFSET 0
), scored AS (
  SELECT s.customer_id, s.was, s.r, s.f, s.m, s.old_stage,
    CASE WHEN is_in THEN s.recency END AS recency, CASE WHEN is_in THEN s.frequency END AS frequency,
    CASE WHEN is_in THEN s.monetary END AS monetary, CASE WHEN is_in THEN {segment} ELSE '' END AS segment,
    {stage} AS stage
  FROM base s
)
SELECT * FROM scored WHERE (recency, frequency, monetary, segment, stage)
  IS DISTINCT FROM (r, f, m, was, old_stage)
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
SELECT k.segment, k.life_stage, k.recency, k.frequency, count(*), coalesce(sum(b.net_fen), 0)
FROM crm_customerstat k LEFT JOIN crm_rfmbase b ON b.customer_id = k.customer_id
GROUP BY 1, 2, 3, 4
"""

_STAGE = """CASE WHEN s.paid_orders = 0 THEN 'asked'
  WHEN coalesce(%(as_of)s::date - s.last_date, 0) <= %(active)s
    THEN CASE WHEN s.paid_days = 1 THEN 'new' ELSE 'active' END
  WHEN %(as_of)s::date - s.last_date <= %(cooling)s THEN 'cooling'
  WHEN %(as_of)s::date - s.last_date <= %(asleep)s THEN 'asleep' ELSE 'lost' END"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one working out did: customers read again, customers whose value became another."""

    as_of: date
    buyers: int
    read: int
    changed: int


def keep_rfm(*, as_of: date, now: datetime) -> Kept:
    """Work RFM and stages of life out as of a day and keep them. Marked customers are brought up first.

    Cost: those who enter or leave the window read from the facts, one pass over all customers. Holds
    the lock over all figures meanwhile.
    """
    recompute_all_marked(now=now)
    asked, limits = queries.recipe(as_of=as_of), _limits(as_of)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_figures(alone=True)
        read = _refresh(cursor, asked)
        queries.read_whole_tables(cursor)
        cuts = queries.cuts_of(cursor, "crm_rfmbase", asked)
        values = queries.values_of(asked, cuts) | {
            "active": limits.active,
            "cooling": limits.cooling,
            "asleep": limits.asleep,
        }
        changed = _write(cursor, values)
        run = _note(asked, cuts, limits, cursor.fetchall(), changed=changed, now=now)
    return Kept(as_of, run.buyers, read, changed)


def _write(cursor: CursorWrapper, values: dict[str, Any]) -> int:
    """Write who became another, with history; give how many. The cursor holds the counts of everybody then."""
    scores, segment = queries.scores_sql(), queries.segment_sql()
    cursor.execute("DROP TABLE IF EXISTS rfm_fresh")
    cursor.execute(_FRESH.format(scores=scores, segment=segment, stage=_STAGE), values)
    changed = int(cursor.rowcount)
    queries.read_as_usual(cursor)
    cursor.execute("ANALYZE rfm_fresh")
    cursor.execute(_NOTE, values)
    cursor.execute(_WRITE)
    queries.read_whole_tables(cursor)
    cursor.execute(_COUNT)
    return changed


def _limits(as_of: date) -> LifeLimits:
    """Give the days of life: intervals hardly move, so that of the shop's own a week old one counts."""
    week = (as_of - timedelta(days=LIMITS_HOLD_DAYS), as_of)
    last = RfmRun.objects.filter(as_of__range=week).order_by("-as_of").first()
    if last and last.limits.get("by") == "own" and queries.rule_limits(as_of) is None:
        since = date.fromisoformat(last.limits["since"])
        if since >= week[0]:
            return LifeLimits(**last.limits)
    return queries.life_limits(as_of=as_of)


def _refresh(cursor: CursorWrapper, asked: Recipe) -> int:
    """Bring the base to the day; give how many customers were read again."""
    last = RfmRun.objects.order_by("-as_of").first()
    values = {"as_of": asked.as_of, "since": asked.since}
    cursor.execute("DROP TABLE IF EXISTS rfm_affected")
    if last is None or last.window_days != asked.window_days or last.as_of > asked.as_of:
        cursor.execute(
            "CREATE TEMP TABLE rfm_affected ON COMMIT DROP AS"
            " SELECT DISTINCT customer_id FROM crm_paidday UNION SELECT customer_id FROM crm_rfmbase"
        )
        window = _WHOLE.format(window=queries.window_sql())
    else:
        cursor.execute(
            "CREATE TEMP TABLE rfm_affected ON COMMIT DROP AS"
            " SELECT customer_id FROM crm_paidday WHERE date > %(was)s AND date <= %(as_of)s"
            " UNION SELECT customer_id FROM crm_paidday WHERE date > %(was_since)s AND date <= %(since)s"
            " UNION SELECT customer_id FROM crm_rfmbase WHERE is_stale",
            values
            | {"was": last.as_of, "was_since": last.as_of - timedelta(days=last.window_days)},
        )
        window = _FEW.format(window=queries.window_sql("AND customer_id = a.customer_id"))
    read = int(cursor.rowcount)
    cursor.execute("ANALYZE rfm_affected")
    cursor.execute(_REFRESH.format(window=window), values)
    return read


def _note(
    asked: Recipe,
    cuts: dict[str, list[int]],
    limits: LifeLimits,
    rows: list[tuple[Any, ...]],
    *,
    changed: int,
    now: datetime,
) -> RfmRun:
    segments, stages, grid = (_summed(rows, at) for at in ((0,), (1,), (2, 3)))
    return RfmRun.objects.update_or_create(
        as_of=asked.as_of,
        defaults={
            "window_days": asked.window_days,
            "method": asked.method,
            "cuts": cuts,
            "buyers": sum(row[4] for row in rows if row[0]),
            "changed": changed,
            "segments": [
                {"code": key[0], "buyers": n, "net_fen": net}
                for key, (n, net) in segments.items()
                if key[0]
            ],
            "stages": [
                {"code": key[0], "buyers": n, "net_fen": net} for key, (n, net) in stages.items()
            ],
            "grid": [[*key, n, net] for key, (n, net) in grid.items() if key[0]],
            "limits": asdict(limits),
            "computed_at": now,
        },
    )[0]


def _summed(
    rows: list[tuple[Any, ...]], at: tuple[int, ...]
) -> dict[tuple[Any, ...], tuple[int, int]]:
    found: dict[tuple[Any, ...], tuple[int, int]] = {}
    for row in rows:
        key = tuple(row[one] for one in at)
        count, net = found.get(key, (0, 0))
        found[key] = (count + row[4], net + int(row[5]))
    return found


def progress_words(kept: Kept) -> str:
    """Say what was done, for the run's page."""
    return str(
        _("%(buyers)s 个买家，%(changed)s 个变了")
        % {"buyers": kept.buyers, "changed": kept.changed}
    )
