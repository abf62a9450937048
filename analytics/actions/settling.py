"""What a changed day, or a changed cost, means for other days: marks exactly those that are wrong now.

- Somebody turns out to have paid on a day (an earlier file arrived), or not to have: on later days
  within 365 they may be old instead of new. `DayBuyers` says what each day took them for.
- A day was marked again before it was worked out: a later day that saw the first change and not the last
  one may have taken somebody for what they were only meanwhile. Such days are worked out again.
- The cost of a SKU changed, by whatever way: days on which it was sold since then.

Steps that recompute days hold `_ROLLING` shared, settling holds it alone: no day is half worked out while
it looks. Turns are drawn after a step has taken its days and before it reads orders, so a day of a later
turn has seen all that an earlier turn saw.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from analytics.choices import OLD_DAYS
from analytics.models import ChangedBuyers
from orders.models import MARK_AGAIN, DirtyDay

_ROLLING = 8_211_700

_PRUNE = f"""
DELETE FROM analytics_changedbuyers c WHERE NOT EXISTS (
  SELECT FROM analytics_daybuyers b
  WHERE b.date > c.date AND b.date <= c.date + {OLD_DAYS} AND b.turn < c.turn)
"""

_MARK_LATER = f"""
WITH changed AS MATERIALIZED (
  SELECT date, turn, unnest(ids) AS id FROM analytics_changedbuyers
),
taken_for AS MATERIALIZED (
  SELECT b.basis, b.date, b.turn, u.id, u.is_old FROM analytics_daybuyers b
  CROSS JOIN LATERAL (
    SELECT unnest(b.new_ids) AS id, false AS is_old UNION ALL SELECT unnest(b.old_ids), true) AS u
  WHERE EXISTS (SELECT FROM analytics_changedbuyers c WHERE c.first_mark IS NULL
    AND b.date > c.date AND b.date <= c.date + {OLD_DAYS} AND b.turn < c.turn)
),
later AS (
  SELECT DISTINCT t.basis, t.date, t.id, t.is_old FROM changed c JOIN taken_for t ON t.id = c.id
    AND t.date > c.date AND t.date <= c.date + {OLD_DAYS} AND t.turn < c.turn
)
INSERT INTO orders_dirtyday (basis, date, marked_at)
SELECT basis, date, %(now)s::timestamptz FROM (
  SELECT basis, date FROM later WHERE is_old IS DISTINCT FROM EXISTS (
    SELECT FROM orders_order p WHERE p.buyer_id = later.id
      AND p.paid_date >= later.date - {OLD_DAYS} AND p.paid_date < later.date OFFSET 0)
  UNION
  SELECT b.basis, b.date FROM analytics_changedbuyers c JOIN analytics_daybuyers b
    ON b.date > c.date AND b.date <= c.date + {OLD_DAYS} AND b.turn < c.turn
    AND pg_visible_in_snapshot(c.first_mark::text::xid8, nullif(b.seen, '')::pg_snapshot)
    AND NOT pg_visible_in_snapshot(c.last_mark::text::xid8, nullif(b.seen, '')::pg_snapshot)
) AS wrong
ORDER BY basis, date
{MARK_AGAIN}
"""

# What each SKU cost from when to when: as its changes say it, the last as it stands now. Before the
# first known cost that one counts.
_COSTS = """
SELECT code, since, lead(since) OVER own AS until,
  (CASE WHEN lead(since) OVER own IS NULL THEN coalesce(now_amount, amount) ELSE amount END * 100)
    ::bigint AS cost_fen
FROM (
  SELECT s.id, s.code, s.cost_amount AS now_amount, NULL::timestamptz AS since,
    coalesce(f.old_amount, f.new_amount, s.cost_amount) AS amount
  FROM products_sku s LEFT JOIN LATERAL (
    SELECT old_amount, new_amount FROM products_pricechange c
    WHERE c.sku_id = s.id AND c.kind = 'cost' AND c.state = 'applied' AND c.new_amount IS NOT NULL
    ORDER BY coalesce(c.decided_at, c.asked_at), c.id LIMIT 1) AS f ON true
  WHERE coalesce(f.old_amount, f.new_amount, s.cost_amount) IS NOT NULL
  UNION ALL
  (SELECT DISTINCT ON (s.id, coalesce(c.decided_at, c.asked_at))
    s.id, s.code, s.cost_amount, coalesce(c.decided_at, c.asked_at), c.new_amount
  FROM products_pricechange c JOIN products_sku s ON s.id = c.sku_id
  WHERE c.kind = 'cost' AND c.state = 'applied' AND c.new_amount IS NOT NULL
  ORDER BY s.id, coalesce(c.decided_at, c.asked_at), c.id DESC)
) AS steps WINDOW own AS (PARTITION BY id ORDER BY since NULLS FIRST)"""

_BOTH = f"""WITH goods AS MATERIALIZED ({_COSTS}),
kept AS MATERIALIZED (SELECT code, since, until, cost_fen FROM analytics_skucost)"""

# Whatever has a cost has one at any time: only where two times overlap can one differ from the other.
# A cost counts by the time at which an order was placed; it may be paid any time later.
_MARK_SOLD = f"""{_BOTH},
differing AS MATERIALIZED (
  SELECT code, greatest(g.since, k.since) AS since, least(g.until, k.until) AS until
  FROM goods g JOIN kept k USING (code)
  WHERE g.cost_fen <> k.cost_fen
    AND (g.since IS NULL OR k.until IS NULL OR g.since < k.until)
    AND (k.since IS NULL OR g.until IS NULL OR k.since < g.until)
  UNION ALL
  SELECT coalesce(code, kept_code), NULL, NULL FROM (SELECT DISTINCT code FROM goods) AS g
  FULL JOIN (SELECT DISTINCT code AS kept_code FROM kept) AS k ON kept_code = code
  WHERE code IS NULL OR kept_code IS NULL
),
named AS (
  SELECT code, since, until FROM differing
  UNION SELECT s.merchant_code, d.since, d.until FROM differing d
  JOIN products_sku s ON s.code = d.code AND s.merchant_code <> ''
)
INSERT INTO orders_dirtyday (basis, date, marked_at)
SELECT DISTINCT r.basis, r.date, %(now)s::timestamptz FROM analytics_dayrollup r
JOIN named n ON n.code = r.key AND r.basis IN ('created', 'paid') AND r.dim = 'sku'
  AND (n.since IS NULL OR r.date >= (n.since AT TIME ZONE 'Asia/Shanghai')::date)
  AND (n.until IS NULL OR r.basis = 'paid' OR r.date <= (n.until AT TIME ZONE 'Asia/Shanghai')::date)
ORDER BY 1, 2
{MARK_AGAIN}
"""

_KEEP_COSTS = f"""{_BOTH},
gone AS (
  DELETE FROM analytics_skucost k USING (TABLE kept EXCEPT TABLE goods) AS d
  WHERE k.code = d.code AND k.since IS NOT DISTINCT FROM d.since
    AND NOT EXISTS (
      SELECT FROM goods g WHERE g.code = d.code AND g.since IS NOT DISTINCT FROM d.since)
)
INSERT INTO analytics_skucost (code, since, until, cost_fen)
SELECT code, since, until, cost_fen FROM (TABLE goods EXCEPT TABLE kept) AS new ORDER BY code, since
ON CONFLICT (code, since) DO UPDATE SET until = excluded.until, cost_fen = excluded.cost_fen
"""


def settle(*, now: datetime) -> int:
    """Mark the days that are wrong because of other days or of costs; give how many there are now.

    Cheap where nothing waits. Waits for steps that are at it, and lets none begin meanwhile.
    """
    if not is_needed():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        lock_rolling(alone=True)
        cursor.execute(_MARK_SOLD, {"now": now})
        marked = int(cursor.rowcount)
        cursor.execute(_KEEP_COSTS)
        cursor.execute(_PRUNE)
        if ChangedBuyers.objects.exists():
            cursor.execute(_MARK_LATER, {"now": now})
            marked += int(cursor.rowcount)
            ChangedBuyers.objects.all().delete()
        return marked


def mark_sold(codes: Sequence[str], now: datetime) -> None:
    """Mark the days on which these merchant codes were sold: their lines may mean other SKUs now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_dirtyday (basis, date, marked_at)"
            " SELECT DISTINCT basis, date, %(now)s::timestamptz FROM analytics_dayrollup"
            " WHERE basis IN ('created', 'paid') AND dim = 'sku' AND key = ANY(%(codes)s) ORDER BY 1, 2"
            f" {MARK_AGAIN}",
            {"codes": list(codes), "now": now},
        )


def is_needed() -> bool:
    """Tell whether buyers changed or costs are others than those that the figures were worked out with."""
    if ChangedBuyers.objects.exists():
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_BOTH} SELECT EXISTS (TABLE goods EXCEPT TABLE kept)"
            " OR EXISTS (TABLE kept EXCEPT TABLE goods)"
        )
        return bool(cursor.fetchone()[0])


def note_meanwhile(marks: Sequence[DirtyDay]) -> None:
    """Keep of taken marks of days of payment what later days may have seen meanwhile."""
    again = [
        one for one in marks if one.basis == DirtyDay.Basis.PAID and one.first_mark != one.last_mark
    ]
    if not again:
        return
    turn = next_turn()
    ChangedBuyers.objects.bulk_create(
        ChangedBuyers(
            date=one.date,
            turn=turn,
            ids=[],
            first_mark=one.first_mark,
            last_mark=one.last_mark,
        )
        for one in again
    )


def lock_rolling(*, alone: bool) -> None:
    """Take the lock over the working out of days, before any mark; held to the end of the transaction."""
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_ROLLING])


def next_turn() -> int:
    """Draw the number of a step: after it took its days, before it reads orders."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('analytics_changedbuyers', 'id'))")
        return int(cursor.fetchone()[0])
