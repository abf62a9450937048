"""Pieces of each code sold on a day: what cover days and forecasts read instead of all orders."""

from collections.abc import Collection
from datetime import date

from django.db import connection, transaction

_WRITE = """
WITH gone AS (DELETE FROM products_skuday WHERE date = ANY(%(days)s) AND NOT EXISTS (
  SELECT 1 FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
  WHERE o.paid_date = products_skuday.date AND o.paid_at IS NOT NULL
    AND l.sku_code = products_skuday.sku_code))
INSERT INTO products_skuday (sku_code, date, pieces, order_count)
SELECT l.sku_code, o.paid_date, sum(l.quantity), count(DISTINCT o.id)
FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
WHERE o.paid_date = ANY(%(days)s) AND o.paid_at IS NOT NULL AND l.sku_code <> ''
GROUP BY 1, 2 ORDER BY 2, 1
ON CONFLICT (sku_code, date) DO UPDATE SET pieces = excluded.pieces, order_count = excluded.order_count
WHERE (products_skuday.pieces, products_skuday.order_count) <> (excluded.pieces, excluded.order_count)
"""


@transaction.atomic
def write_days(days: Collection[date]) -> None:
    """Write the pieces sold on these days of payment anew, from their orders.

    Reads the orders of the days through the index of payment dates. Whoever took the days' marks
    (`DirtyDay`) calls it, in that transaction, so that no two write the same day.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"days": list(days)})
