"""Keep what pages of figures read: stock by day, reasons of returns by day, who came again.

Each is worked out from what is stored elsewhere and may be worked out again at any time: writing the
same twice changes nothing.
"""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from analytics.models import RepurchaseRun, StockDay
from analytics.queries.fact_refunds import BEFORE_LEAVING, REASON, WITH_GOODS
from crm.queries.cohorts import cohorts
from shopops.lib.business_time import business_date, day_bounds
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

DAILY, RETURNS = "analytics.boards", "analytics.returns"
RETURNS_KEY = "changed-days"
# So far back the shelf is worked out from the ledger where no day stands yet.
LONGEST_BACK = 92
# Buyers are told apart by how often they paid, up to this; the last stands for more.
MOST_ORDERS = 6
WINDOW_DAYS = 365
STEP_DAYS = 31

_STALE = """
SELECT coalesce(r.date, k.date)
FROM (SELECT date, computed_at FROM analytics_rolledday WHERE basis = 'refunded') AS r
FULL JOIN analytics_returnedday k ON k.date = r.date
WHERE k.rolled_at IS DISTINCT FROM r.computed_at ORDER BY 1 LIMIT %(limit)s
"""
# Who holds a row of `rolledday` keeps the rollup of that day from going on until the sums stand.
_TAKEN = """
SELECT date, computed_at FROM analytics_rolledday
WHERE basis = 'refunded' AND date = ANY(%(days)s) ORDER BY id FOR SHARE
"""
_SUMS = f"""
INSERT INTO analytics_returnday (date, reason, refunds, with_goods, before_leaving, amount_fen)
SELECT day.date, {REASON}, count(*)::int,
  (count(*) FILTER (WHERE {WITH_GOODS}))::int, (count(*) FILTER (WHERE {BEFORE_LEAVING}))::int,
  (sum(r.refund_amount) * 100)::bigint
FROM unnest(%(days)s::date[]) AS day(date)
JOIN orders_refund r ON r.status = 'SUCCESS'
  AND r.finished_at >= day.date::timestamp AT TIME ZONE 'Asia/Shanghai'
  AND r.finished_at < (day.date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
GROUP BY day.date, {REASON}
"""
_STAMP = """
INSERT INTO analytics_returnedday (date, rolled_at)
SELECT * FROM unnest(%(days)s::date[], %(at)s::timestamptz[])
"""

# What stood at the end of each day: what stands now, less what the ledger has moved since.
_SHELF = """
WITH net AS MATERIALIZED (
  SELECT sku_id, (at AT TIME ZONE 'Asia/Shanghai')::date AS date, sum(quantity) AS pieces
  FROM products_stockmove WHERE at >= %(after)s GROUP BY 1, 2
),
later AS (SELECT sku_id, sum(pieces) AS pieces FROM net WHERE date > %(until)s GROUP BY 1),
stood AS (
  SELECT v.sku_id, v.kept_since, day.date, v.on_hand - coalesce(l.pieces, 0) - coalesce(sum(n.pieces) OVER (
      PARTITION BY v.sku_id ORDER BY day.date DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
    AS on_hand
  FROM products_stocklevel v
  CROSS JOIN (SELECT generate_series(%(since)s::date, %(until)s::date, '1 day')::date AS date) AS day
  LEFT JOIN net n ON n.sku_id = v.sku_id AND n.date = day.date
  LEFT JOIN later l ON l.sku_id = v.sku_id
)
INSERT INTO analytics_stockday (date, sku_code, on_hand, cost_fen)
SELECT d.date, s.code, d.on_hand, c.cost_fen
FROM stood d JOIN products_sku s ON s.id = d.sku_id
LEFT JOIN LATERAL (
  SELECT cost_fen FROM analytics_skucost c WHERE c.code = s.code
    AND (c.since IS NULL OR c.since < (d.date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
  ORDER BY c.since DESC NULLS LAST LIMIT 1) AS c ON true
WHERE d.kept_since IS NULL OR d.kept_since < (d.date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
ORDER BY d.date, s.code
ON CONFLICT (date, sku_code) DO UPDATE SET on_hand = excluded.on_hand, cost_fen = excluded.cost_fen
"""

_OFTEN = """
SELECT least(n, %(most)s)::int, count(*), sum(fen)::bigint FROM (
  SELECT sum(orders) AS n, sum(paid_fen - refund_fen) AS fen FROM crm_paidday
  WHERE date > %(since)s AND date <= %(as_of)s GROUP BY customer_id) AS buyers
WHERE n > 0 GROUP BY 1 ORDER BY 1
"""


# --- reasons of returns


def stale_days(*, limit: int = STEP_DAYS) -> list[date]:
    """Give the oldest days whose reasons were not summed since their refunds were rolled up last."""
    with connection.cursor() as cursor:
        cursor.execute(_STALE, {"limit": limit})
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def sum_returns(days: list[date]) -> None:
    """Write the reasons of these days anew, and as of which rollup."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, {"days": days})
        taken = cursor.fetchall()
        cursor.execute("DELETE FROM analytics_returnday WHERE date = ANY(%s)", [days])
        cursor.execute("DELETE FROM analytics_returnedday WHERE date = ANY(%s)", [days])
        cursor.execute(_SUMS, {"days": days})
        cursor.execute(_STAMP, {"days": [one[0] for one in taken], "at": [one[1] for one in taken]})


def sum_all_returns() -> int:
    """Write the reasons of all changed days; give how many days. For commands, tests, a new shop."""
    summed = 0
    while days := stale_days():
        sum_returns(days)
        summed += len(days)
    return summed


def request_returns(now: datetime) -> Run | None:
    """Ask for the run if a day changed."""
    if not stale_days(limit=1):
        return None
    return work.request_run(kind=RETURNS, key=RETURNS_KEY, now=now, again=True)


def perform_returns(run: RunContext) -> dict[str, Any]:
    """Sum the reasons of changed days, a month at a step."""
    summed = 0
    while days := stale_days():
        with run.step() as step:
            sum_returns(days)
            summed += len(days)
            step.done = step.total = summed
    return {"days": summed}


# --- what stands on the shelf


@transaction.atomic
def keep_shelf(*, as_of: date, now: datetime) -> int:
    """Write what stood on the shelf at the end of `as_of` and of days before it that nobody wrote.

    Give how many days. What was written stays: the ledger only grows, and costs are those of the day.
    """
    last = min(as_of, business_date(now) - timedelta(days=1))
    newest = StockDay.objects.order_by("-date").values_list("date", flat=True).first()
    since = last - timedelta(days=LONGEST_BACK - 1)
    if newest is not None:
        since = max(since, min(newest + timedelta(days=1), last))
    with connection.cursor() as cursor:
        cursor.execute(_SHELF, {"since": since, "until": last, "after": day_bounds(since)[1]})
    return (last - since).days + 1


# --- who came again


@transaction.atomic
def keep_repurchase(*, as_of: date, now: datetime) -> RepurchaseRun:
    """Write cohorts and how often the buyers of 365 days paid, as of a day. Reads all facts of payment."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OFTEN,
            {
                "most": MOST_ORDERS,
                "since": as_of - timedelta(days=WINDOW_DAYS),
                "as_of": as_of,
            },
        )
        by_orders = [list(row) for row in cursor.fetchall()]
    rows = [asdict(one) | {"month": one.month.isoformat()} for one in cohorts(as_of=as_of)]
    run, _made = RepurchaseRun.objects.update_or_create(
        as_of=as_of, defaults={"cohorts": rows, "by_orders": by_orders, "computed_at": now}
    )
    return run


def perform_daily(run: RunContext) -> dict[str, Any]:
    """Keep the shelf and who came again as of the day before the run's date."""
    day = run.business_date or business_date(run.now)
    as_of = day - timedelta(days=1)
    with run.step() as step:
        days = keep_shelf(as_of=as_of, now=run.now)
        step.done, step.total = 1, 2
    with run.step() as step:
        keep_repurchase(as_of=as_of, now=run.now)
        step.done, step.total = 2, 2
    return {"shelf_days": days, "as_of": as_of.isoformat()}


def keep_everything(*, now: datetime) -> None:
    """Bring all of it up as of yesterday: for a shop that begins, and the demo."""
    yesterday = business_date(now) - timedelta(days=1)
    sum_all_returns()
    keep_shelf(as_of=yesterday, now=now)
    for back in (365, 30, 7, 1, 0):
        keep_repurchase(as_of=yesterday - timedelta(days=back), now=now)
