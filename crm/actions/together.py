"""What goes together, after how long a product is bought again, and when a person is due."""

from datetime import date

from django.db import connection, transaction

from crm.choices import DueBy, PairKind
from crm.models import ProductInterval, ProductPair

# Orders of so many days back are read.
LOOK_BACK_DAYS = 365
# Fewer baskets than this with both say nothing.
FEWEST_TOGETHER = 5
FEWEST_INTERVALS = 5
MOST_PAIRS = 500

# A product is its number on the platform, else the merchant's code: one row an order and product.
_BOUGHT = """
SELECT DISTINCT ON (i.customer_id, o.id, code) i.customer_id, o.id AS order_id, o.paid_date AS date,
  coalesce(nullif(l.item_no, ''), l.sku_code) AS code, left(l.title, 200) AS title
FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
  LEFT JOIN crm_identity i ON i.buyer_id = o.buyer_id
WHERE o.paid_date > %(as_of)s::date - %(days)s AND o.paid_date <= %(as_of)s AND o.paid_at IS NOT NULL
  AND coalesce(nullif(l.item_no, ''), l.sku_code) <> ''
ORDER BY i.customer_id, o.id, code, l.id DESC
"""

# `unit` is what is counted: an order, or a customer. Support, confidence and lift are by their definitions:
# both / all, both / first, confidence / (then / all).
_PAIRS = """
INSERT INTO crm_productpair (kind, first, "then", first_title, then_title, first_count, then_count,
  both_count, total, support, confidence, lift)
SELECT '{kind}', p.first, p.then, f.title, t.title, f.n, t.n, p.both, a.n, p.both::float8 / a.n,
  p.both::float8 / f.n, p.both::float8 * a.n / (f.n::float8 * t.n)
FROM ({pairs}) p
JOIN (SELECT code, count(DISTINCT {unit}) AS n, max(title) AS title FROM crm_bought
  WHERE {unit} IS NOT NULL GROUP BY code) f ON f.code = p.first
JOIN (SELECT code, count(DISTINCT {unit}) AS n, max(title) AS title FROM crm_bought
  WHERE {unit} IS NOT NULL GROUP BY code) t ON t.code = p.then
CROSS JOIN (SELECT count(DISTINCT {unit}) AS n FROM crm_bought) a
WHERE p.both >= %(fewest)s
ORDER BY p.both::float8 * a.n / (f.n::float8 * t.n) DESC, p.first, p.then LIMIT %(most)s
"""
_IN_ONE_ORDER = """
  SELECT x.code AS first, y.code AS then, count(*) AS both FROM crm_bought x
  JOIN crm_bought y ON y.order_id = x.order_id AND y.code <> x.code GROUP BY 1, 2"""
_ONE_AFTER_THE_OTHER = """
  SELECT x.code AS first, y.code AS then, count(DISTINCT x.customer_id) AS both FROM crm_bought x
  JOIN crm_bought y ON y.customer_id = x.customer_id AND y.date > x.date AND y.code <> x.code
  GROUP BY 1, 2"""

_INTERVALS = """
INSERT INTO crm_productinterval (product, title, days, intervals)
SELECT code, max(title), percentile_disc(0.5) WITHIN GROUP (ORDER BY gap), count(*) FROM (
  SELECT code, title, date - lag(date) OVER (PARTITION BY customer_id, code ORDER BY date) AS gap
  FROM (SELECT DISTINCT ON (customer_id, code, date) customer_id, code, date, title FROM crm_bought
    WHERE customer_id IS NOT NULL ORDER BY customer_id, code, date) d) g
WHERE gap IS NOT NULL GROUP BY code HAVING count(*) >= %(fewest)s
"""

# Own: the median of at least two intervals. Product: the shortest interval of what the last day brought.
_DUE = """
WITH gaps AS (
  SELECT customer_id, date - lag(date) OVER (PARTITION BY customer_id ORDER BY date) AS gap
  FROM crm_paidday WHERE date <= %(as_of)s
), own AS (
  SELECT customer_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY gap) AS days FROM gaps
  WHERE gap IS NOT NULL GROUP BY customer_id HAVING count(*) >= 2
), shop AS (
  SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY gap) AS days FROM gaps WHERE gap IS NOT NULL
), by_product AS (
  SELECT b.customer_id, min(p.days) AS days FROM crm_bought b
  JOIN crm_productinterval p ON p.product = b.code
  JOIN crm_customerstat k ON k.customer_id = b.customer_id AND k.last_paid_date = b.date
  GROUP BY b.customer_id
), due AS (
  SELECT k.customer_id, k.last_paid_date + coalesce(own.days, by_product.days, shop.days) AS day,
    CASE WHEN own.days IS NOT NULL THEN '{own}' WHEN by_product.days IS NOT NULL THEN '{product}'
      WHEN shop.days IS NOT NULL THEN '{shop}' ELSE '' END AS by
  FROM crm_customerstat k CROSS JOIN shop LEFT JOIN own USING (customer_id)
    LEFT JOIN by_product USING (customer_id)
  WHERE k.last_paid_date IS NOT NULL
)
INSERT INTO crm_outlook AS o (customer_id, due_date, due_by)
SELECT customer_id, day, by FROM due ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET due_date = excluded.due_date, due_by = excluded.due_by
WHERE (o.due_date, o.due_by) IS DISTINCT FROM (excluded.due_date, excluded.due_by)
"""


@transaction.atomic
def keep_together(*, as_of: date) -> int:
    """Work out pairs, intervals and who is due when; give how many became due on another day.

    Reads the orders of a year once. A sequence counts customers who bought the second product on a later
    day than the first.
    """
    values = {"as_of": as_of, "days": LOOK_BACK_DAYS}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS crm_bought")
        cursor.execute(f"CREATE TEMP TABLE crm_bought ON COMMIT DROP AS {_BOUGHT}", values)
        cursor.execute(
            "CREATE INDEX ON crm_bought (order_id); CREATE INDEX ON crm_bought (customer_id)"
        )
        cursor.execute("ANALYZE crm_bought")
        ProductPair.objects.all().delete()
        ProductInterval.objects.all().delete()
        for kind, pairs, unit in (
            (PairKind.BASKET, _IN_ONE_ORDER, "order_id"),
            (PairKind.SEQUENCE, _ONE_AFTER_THE_OTHER, "customer_id"),
        ):
            cursor.execute(
                _PAIRS.format(kind=kind.value, pairs=pairs, unit=unit),
                {"fewest": FEWEST_TOGETHER, "most": MOST_PAIRS},
            )
        cursor.execute(_INTERVALS, {"fewest": FEWEST_INTERVALS})
        cursor.execute(
            _DUE.format(own=DueBy.OWN.value, product=DueBy.PRODUCT.value, shop=DueBy.SHOP.value),
            values,
        )
        return int(cursor.rowcount)
