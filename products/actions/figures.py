"""The figures by which the list of products is sorted, kept beside each product."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from products.queries.catalogue_list import TREND_DAYS
from shopops.lib.business_time import business_date
from shopops.work import actions as work
from shopops.work.context import RunContext

KIND, KEY = "products.figures", "all"

# The same figures as `products.queries.catalogue_list` works out for the rows that it shows.
_WRITE = """
INSERT INTO products_productfigures (product_id, stock, sold, cover_days, margin_rate)
SELECT f.* FROM (
  SELECT p.id, k.stock, d.sold,
    CASE WHEN d.sold > 0 AND k.stock IS NOT NULL
      THEN round(greatest(k.stock, 0) * d.days::numeric / d.sold, 4) END AS cover,
    k.margin
  FROM products_product p
  LEFT JOIN (
    SELECT s.product_id, sum(l.on_hand - l.allocated)::int AS stock,
      min(round((s.list_amount - s.cost_amount) / nullif(s.list_amount, 0), 6)) AS margin
    FROM products_sku s LEFT JOIN products_stocklevel l ON l.sku_id = s.id
    WHERE s.product_id IS NOT NULL GROUP BY s.product_id) k ON k.product_id = p.id
  LEFT JOIN (
    SELECT product_id, sum(paid_pieces)::int AS sold, count(paid_pieces) AS days
    FROM products_productday WHERE date >= %(since)s AND date < %(today)s
    GROUP BY product_id) d ON d.product_id = p.id
) f (id, stock, sold, cover, margin)
LEFT JOIN products_productfigures o ON o.product_id = f.id
WHERE o.product_id IS NULL OR (o.stock, o.sold, o.cover_days, o.margin_rate)
  IS DISTINCT FROM (f.stock, f.sold, f.cover, f.margin)
ORDER BY f.id
ON CONFLICT (product_id) DO UPDATE SET stock = excluded.stock, sold = excluded.sold,
  cover_days = excluded.cover_days, margin_rate = excluded.margin_rate
"""


@transaction.atomic
def write_figures(*, now: datetime) -> int:
    """Work the figures of all products out anew; give how many changed. One statement."""
    today = business_date(now)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"since": today - timedelta(days=TREND_DAYS), "today": today})
        return int(cursor.rowcount)


def request_figures(now: datetime) -> None:
    """Ask for the figures to be worked out. A tick of the scheduler."""
    work.request_run(kind=KIND, key=KEY, now=now, again=True)


def perform_figures(run: RunContext) -> dict[str, Any]:
    """Work the figures out as a run."""
    with run.step():
        changed = write_figures(now=run.now)
    return {"changed": changed}
