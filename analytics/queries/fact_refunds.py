"""What came back on a day, by the date on which the refund was finished, whenever the order was paid.

Only `refund_fen` and `refunded_orders` say something of such a day. A refund whose order nobody told
stands in the total and under empty keys. SKU and product are those that the refund names, else those of
the order's only line; else the key is empty.
"""

from analytics.choices import REFUND_DIMS
from analytics.queries.measures import MEASURES

# Key of each dimension, over a row of `r`.
REFUND_KEYS = {
    "total": "''",
    "hour": "lpad(hour::text, 2, '0')",
    "province": "province",
    "device": "device",
    "sku": "sku",
    "product": "product",
}
# Refunds are looked up day by day (OFFSET 0): as a join the planner reads all there ever were.
_DAYS = "unnest(%(days)s::date[]) AS day(date)"
_RANGE = "(SELECT generate_series(%(since)s::date, %(until)s::date, '1 day')::date AS date) AS day"
_KNOWN = {"refunded_orders": "refunded_orders", "refund_fen": "refund_fen"}

# What else is told of a refund `r`: the buyer's reason, whether goods came back, whether they had not left.
REASON = "btrim(r.reason)"
WITH_GOODS = "r.type = 'return_and_refund'"
BEFORE_LEAVING = "r.goods_status LIKE '%%未发货%%'"
_WORDS = f""", r.id, {REASON} AS reason, {WITH_GOODS} AS with_goods,
    {BEFORE_LEAVING} AS before_leaving"""


def refunds_cte(*, in_range: bool = False, with_words: bool = False) -> str:
    """Give the CTE `r`: refunds that ended on the dates `days`, or `since` to `until`.

    `with_words` adds the key of each and what else it tells.
    """
    return f"""r AS MATERIALIZED (
  SELECT day.date, date_part('hour', r.finished_at AT TIME ZONE 'Asia/Shanghai')::int AS hour,
    r.tid, r.refund_amount, coalesce(o.receiver_province, '') AS province,
    coalesce(o.device, '') AS device, l.id AS line_id,
    coalesce(l.sku_code, left(r.sku_code, 80), '') AS sku,
    coalesce(nullif(l.item_no, ''), left(l.title, 120), '') AS product{_WORDS if with_words else ""}
  FROM {_RANGE if in_range else _DAYS}
  CROSS JOIN LATERAL (
    SELECT * FROM orders_refund WHERE status = 'SUCCESS'
      AND finished_at >= day.date::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND finished_at < (day.date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' OFFSET 0) AS r
  LEFT JOIN orders_order o ON o.id = r.order_id
  LEFT JOIN LATERAL (
    SELECT id, sku_code, item_no, title FROM (
      SELECT l.*, count(*) OVER () AS lines, count(*) FILTER (WHERE l.sku_code = r.sku_code) OVER () AS hits
      FROM orders_orderline l WHERE l.order_id = r.order_id) AS every
    WHERE lines = 1 OR (hits >= 1 AND sku_code = r.sku_code AND r.sku_code <> '')
    ORDER BY id DESC LIMIT 1) AS l ON true
)"""


def refund_cells_sql(*, in_range: bool = False) -> str:
    """Give the SELECT of all cells of the wanted days of finish: date, dim, key, label, `MEASURES`."""
    keys = ", ".join(f"('{dim}', {REFUND_KEYS[dim]})" for dim in REFUND_DIMS)
    values = ", ".join(
        f"{_KNOWN[name]} AS {name}" if name in _KNOWN else f"0 AS {name}" for name in MEASURES
    )
    return f"""WITH {refunds_cte(in_range=in_range)},
cells AS (
  SELECT date, dim, key, max(line_id) AS line_id, count(DISTINCT tid)::int AS refunded_orders,
    (sum(refund_amount) * 100)::bigint AS refund_fen
  FROM r CROSS JOIN LATERAL (VALUES {keys}) AS d(dim, key) GROUP BY date, dim, key
)
SELECT c.date, c.dim, c.key, coalesce(CASE WHEN c.dim = 'sku' AND l.spec <> ''
    THEN l.title || ' ' || l.spec WHEN c.dim IN ('sku', 'product') THEN l.title END, '') AS label,
  {values}
FROM cells c LEFT JOIN orders_orderline l ON l.id = c.line_id"""
