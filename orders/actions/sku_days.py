"""Pieces of each code sold on a day: what cover days and forecasts read instead of all orders."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import connection, transaction

from orders.models import MARK_AGAIN

_SOLD = """shared AS (
  SELECT DISTINCT merchant_code AS code FROM products_sku WHERE merchant_code <> ''
),
lines AS (
  SELECT l.sku_code, CASE WHEN l.sku_code IN (SELECT code FROM shared) THEN l.spec ELSE '' END AS spec,
    o.paid_date, o.id, l.quantity
  FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
  WHERE o.paid_date = ANY(%(days)s) AND o.paid_at IS NOT NULL AND l.sku_code <> ''
),
named AS (
  SELECT sku_code, spec, products_skus_meant(sku_code, spec) AS codes
  FROM (SELECT DISTINCT sku_code, spec FROM lines WHERE sku_code IN (SELECT code FROM shared)) d
),
sold AS (
  SELECT CASE WHEN cardinality(n.codes) = 1 THEN n.codes[1] ELSE l.sku_code END AS sku_code,
    l.paid_date AS date, sum(l.quantity) AS pieces, count(DISTINCT l.id) AS order_count
  FROM lines l LEFT JOIN named n USING (sku_code, spec) GROUP BY 1, 2
)"""

# EXCEPT, whatever the planner expects: as an anti-join it compares every code with every other one while
# nobody has looked at this table yet.
_WRITE = """
WITH {sold},
lost AS MATERIALIZED (
  SELECT date, sku_code FROM products_skuday WHERE date = ANY(%(days)s)
  EXCEPT SELECT date, sku_code FROM sold
),
gone AS (
  DELETE FROM products_skuday d USING lost
  WHERE d.date = ANY(%(days)s) AND d.date = lost.date AND d.sku_code = lost.sku_code
)
INSERT INTO products_skuday (sku_code, date, pieces, order_count)
SELECT sku_code, date, pieces, order_count FROM sold ORDER BY date, sku_code
ON CONFLICT (sku_code, date) DO UPDATE SET pieces = excluded.pieces, order_count = excluded.order_count
WHERE (products_skuday.pieces, products_skuday.order_count) <> (excluded.pieces, excluded.order_count)
"""

_MARK_SHARED = """
INSERT INTO orders_dirtyday (basis, date, marked_at)
SELECT DISTINCT 'paid', date, %(now)s::timestamptz FROM products_skuday
WHERE sku_code = ANY(%(codes)s) ORDER BY 2
{again}
"""


@transaction.atomic
def write_days(days: Collection[date]) -> None:
    """Write the pieces sold on these days of payment anew, from their orders.

    Where specs share a merchant code they stand under the SKU that is meant, else under the code itself.

    Reads the orders of the days through the index of payment dates. Whoever took the days' marks
    (`DirtyDay`) calls it, in that transaction, so that no two write the same day.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(sold=_SOLD), {"days": list(days)})


@transaction.atomic
def write_summed(days: Collection[date], *, source: str) -> None:
    """Write the same from what somebody summed already, while no specs share a merchant code.

    `source`: a SELECT of sku_code, date, pieces and order_count of the paid orders of `%(days)s`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(sold=f"sold AS ({source})"), {"days": list(days)})


def mark_shared(codes: Sequence[str], now: datetime) -> None:
    """Mark the days on which these merchant codes were sold, to be written anew under their SKUs."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK_SHARED.format(again=MARK_AGAIN), {"now": now, "codes": list(codes)})
