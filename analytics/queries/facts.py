"""The figures of days as the orders themselves give them: the one definition of every cell.

The rollup stores what this SQL says, `rollup --verify` compares the store with it, and distinct
buyers of longer periods are counted over the same rows. Amounts are whole fen.

Meaning: an order is paid when it has a payment time, valid when not all of its money went back. Gross
is what paid orders were charged, postage included; ordered is the same with what unpaid ones were asked
for; refund is the successful refunds of those orders; pieces are those of paid orders; buyers are
distinct paying buyers, ordered buyers all who placed an order; an order without a buyer counts none.

Lines (SKU, product) share the goods' part of their order, postage left out. Where the file gives a
line no share, what the other lines leave over is allotted by list price times quantity; where no
line knows a refund that the order has, the refund (at most the goods) is allotted by the shares.
Both by largest remainder, so that the lines sum to the fen.

Margin counts goods that were kept: paid lines whose money did not all go back. `cost_fen` is what those
of them cost when they were sold whose cost is known, `costed_fen` what was left of their price, and
`costed_pieces` of `kept_pieces` tells how much is known. An order whose lines no file told has no cost.

A buyer is old on a day if they paid on one of the 365 days before it, else new.
"""

from analytics.choices import (
    BASES,
    NEW,
    NOBODY,
    NOTHING_LEFT,
    OLD,
    OLD_DAYS,
    REFUNDED,
    TIERS,
    UNPAID,
)
from analytics.queries.fact_lines import ALL_BACK, LINE_KEYS, sold_cte
from analytics.queries.fact_refunds import refund_cells_sql
from analytics.queries.measures import MEASURES, SUMMED
from products.models import Sku

__all__ = [
    "LINE_KEYS",
    "MEASURES",
    "OF_IDS",
    "ORDER_KEYS",
    "buyers_sql",
    "cells_ctes",
    "cells_sql",
    "codes_are_shared",
    "kind_sql",
    "orders_cte",
    "whole_ctes",
]

_WANTED_DAYS = "= ANY(%(days)s)"
_WANTED_RANGE = "BETWEEN %(since)s AND %(until)s"
# Orders by their ids, whatever their days.
OF_IDS = "id = ANY(%(ids)s)"


def _tier() -> str:
    bounds = " ".join(
        f"WHEN gross - refund <= {bound * 100} THEN '{key}'" if bound else f"ELSE '{key}'"
        for key, bound in TIERS
    )
    return (
        f"CASE WHEN NOT is_paid THEN '{UNPAID}' "
        f"WHEN gross - refund <= 0 THEN '{NOTHING_LEFT}' {bounds} END"
    )


# Key of each dimension, over a row of `o`.
ORDER_KEYS = {
    "total": "''",
    "hour": "lpad(hour::text, 2, '0')",
    "province": "province",
    "amount_tier": "tier",
    "device": "device",
    "buyer_kind": "kind",
}


def orders_cte(
    basis: str, *, in_range: bool = False, wanted: str | None = None, with_kind: bool = False
) -> str:
    """Give the CTE `o`: orders of the dates `days`, of `since` to `until`, both included, or `wanted`.

    Amounts become whole fen here, once a row: each is added up in many groups, and integers add quicker.
    `with_kind` adds whether the buyer is old, by the index of a buyer's days of payment, and whether the
    order is odd: one of several that its buyer has on that date.
    """
    if basis not in BASES:
        raise ValueError(f"unknown basis: {basis}")
    wanted = wanted or f"{basis}_date {_WANTED_RANGE if in_range else _WANTED_DAYS}"
    kind = kind_sql("orders_order", f"orders_order.{basis}_date")
    told = f", {kind} AS kind, {_IS_ODD.format(basis=basis)} AS is_odd"
    return f"""o AS MATERIALIZED (
  SELECT *, {_tier()} AS tier FROM (
    SELECT id, {basis}_date AS date, buyer_id, paid_at IS NOT NULL AS is_paid,
      date_part('hour', {basis}_at AT TIME ZONE 'Asia/Shanghai')::int AS hour,
      coalesce(created_at, paid_at) AS at, receiver_province AS province, device,
      (postage_amount * 100)::bigint AS postage,
      (CASE WHEN paid_at IS NULL THEN total_amount ELSE paid_amount END * 100)::bigint AS asked,
      CASE WHEN paid_at IS NULL THEN 0 ELSE (paid_amount * 100)::bigint END AS gross,
      CASE WHEN paid_at IS NULL OR refund_amount = 0 THEN 0 ELSE (refund_amount * 100)::bigint END
        AS refund,
      CASE WHEN paid_at IS NULL THEN 0 ELSE piece_count END AS pieces{told if with_kind else ""}
    FROM orders_order WHERE {wanted} OFFSET 0
  ) AS orders_of_days
)"""


def kind_sql(row: str, day: str) -> str:
    """Give the expression of who buys: over a row with a `buyer_id`, as of the day of it. One look into an index."""
    return f"""CASE WHEN {row}.buyer_id IS NULL THEN '{NOBODY}' WHEN EXISTS (
        SELECT FROM orders_order p WHERE p.buyer_id = {row}.buyer_id
          AND p.paid_date >= {day} - {OLD_DAYS} AND p.paid_date < {day} OFFSET 0)
      THEN '{OLD}' ELSE '{NEW}' END"""


_IS_ODD = "(buyer_id IS NOT NULL AND count(*) OVER (PARTITION BY {basis}_date, buyer_id) > 1)"

# Orders with what their lines cost; of one whose lines nobody told, the pieces are known, no cost is.
_WHOLE_CTE = f"""costs AS MATERIALIZED (
  SELECT order_id AS id, sum(kept_pieces) AS kept_pieces, sum(costed_pieces) AS costed_pieces,
    sum(costed::float8)::bigint AS costed, sum(goods_cost::float8)::bigint AS goods_cost
  FROM sold GROUP BY order_id
),
whole AS MATERIALIZED (
  SELECT o.id, o.date, o.buyer_id, o.is_paid, o.hour, o.province, o.device, o.tier, o.kind, o.is_odd,
    o.gross, o.refund, o.pieces, o.asked AS ordered,
    o.is_paid AND NOT {ALL_BACK} AS is_valid,
    CASE WHEN o.is_paid THEN o.postage ELSE 0 END AS postage,
    coalesce(c.kept_pieces, CASE WHEN {ALL_BACK} THEN 0 ELSE o.pieces END) AS kept_pieces,
    coalesce(c.costed_pieces, 0) AS costed_pieces, coalesce(c.costed, 0) AS costed,
    coalesce(c.goods_cost, 0) AS goods_cost
  FROM o LEFT JOIN costs c USING (id)
)"""

_SUMS = ", ".join(f"sum({name}::float8) AS {name}" for name in SUMMED)
_COUNTS = """count(*) AS orders, count(*) FILTER (WHERE is_paid) AS paid,
    count(*) FILTER (WHERE is_valid) AS valid, count(*) FILTER (WHERE refund > 0) AS refunded"""
_PLAIN = f"""{_COUNTS}, count(buyer_id) AS ordered_buyers,
    count(buyer_id) FILTER (WHERE is_paid) AS buyers, {_SUMS}"""
_OF_BUYERS = "sum(orders::float8), sum(paid::float8), sum(valid::float8), sum(refunded::float8)"

_ORDER_CELLS = f"""
  SELECT date, CASE WHEN GROUPING(hour) = 0 THEN 'hour' WHEN GROUPING(province) = 0 THEN 'province'
      WHEN GROUPING(tier) = 0 THEN 'amount_tier' WHEN GROUPING(device) = 0 THEN 'device'
      WHEN GROUPING(kind) = 0 THEN 'buyer_kind' ELSE 'total' END AS dim,
    coalesce(lpad(hour::text, 2, '0'), province, tier, device, kind, '') AS key,
    NULL::bigint AS line_id, {_PLAIN}
  FROM whole WHERE NOT is_odd
  GROUP BY GROUPING SETS
    ((date), (date, hour), (date, province), (date, tier), (date, device), (date, kind))
  UNION ALL
  SELECT date, dim, key, NULL, {_OF_BUYERS}, count(buyer_id),
    count(*) FILTER (WHERE paid > 0 AND buyer_id IS NOT NULL), {_SUMS}
  FROM (
    SELECT date, dim, key, buyer_id, {_COUNTS}, {_SUMS}
    FROM whole CROSS JOIN LATERAL (VALUES
      {", ".join(f"('{dim}', {key})" for dim, key in ORDER_KEYS.items())}) AS d(dim, key)
    WHERE is_odd GROUP BY date, dim, key, buyer_id
  ) AS by_buyer GROUP BY date, dim, key"""

_LINE_CELLS = f"""
  SELECT date, CASE WHEN GROUPING(sku) = 0 THEN 'sku' ELSE 'product' END, coalesce(sku, product),
    max(line_id), {_PLAIN}
  FROM sold WHERE is_plain GROUP BY GROUPING SETS ((date, sku), (date, product))
  UNION ALL
  SELECT date, dim, key, max(line_id), count(*), count(*) FILTER (WHERE is_paid),
    count(*) FILTER (WHERE is_valid), count(*) FILTER (WHERE refund > 0), count(DISTINCT buyer_id),
    count(DISTINCT buyer_id) FILTER (WHERE is_paid), {_SUMS}
  FROM (
    SELECT date, dim, key, order_id, buyer_id, is_paid, bool_or(is_valid) AS is_valid,
      max(line_id) AS line_id, {_SUMS}
    FROM sold CROSS JOIN LATERAL (VALUES ('sku', sku), ('product', product)) AS d(dim, key)
    WHERE NOT is_plain GROUP BY date, dim, key, order_id, buyer_id, is_paid
  ) AS by_order GROUP BY date, dim, key"""

# A SKU or a product is called what its latest line calls it. OFFSET 0 in `fresh`: look lines up by key,
# never read all of them.
_LABEL = """coalesce(CASE WHEN c.dim = 'sku' AND l.spec <> '' THEN l.title || ' ' || l.spec
    ELSE l.title END, '')"""


def cells_sql(basis: str, *, in_range: bool = False) -> str:
    """Give the SELECT of all cells of the wanted days: date, dim, key, label, then `MEASURES`."""
    return f"WITH {cells_ctes(basis, in_range=in_range)} SELECT * FROM fresh"


def codes_are_shared() -> bool:
    """Ask the goods. A file that makes specs share a code marks the days of that code afterwards."""
    return Sku.objects.exclude(merchant_code="").exists()


def cells_ctes(basis: str, *, in_range: bool = False) -> str:
    """Give CTEs of which `fresh` holds all cells of the wanted days, `o` (by order) the orders with their kind."""
    if basis == REFUNDED:
        return f"fresh AS MATERIALIZED ({refund_cells_sql(in_range=in_range)})"
    return f"""{orders_cte(basis, in_range=in_range, with_kind=True)},
{sold_cte(codes_are_shared=codes_are_shared())},
{_WHOLE_CTE},
cells AS (
  SELECT date, dim, key, max(line_id) AS line_id, sum(orders::float8)::int AS orders,
    sum(paid::float8)::int AS paid_orders, sum(valid::float8)::int AS valid_orders,
    (sum(orders::float8) - sum(paid::float8))::int AS unpaid_orders, sum(refunded::float8)::int AS refunded_orders,
    sum(ordered_buyers::float8)::int AS ordered_buyers, sum(buyers::float8)::int AS buyers,
    sum(pieces)::bigint AS pieces, sum(kept_pieces)::bigint AS kept_pieces,
    sum(costed_pieces)::bigint AS costed_pieces, sum(ordered)::bigint AS ordered_fen,
    sum(gross)::bigint AS gross_fen, sum(refund)::bigint AS refund_fen,
    sum(postage)::bigint AS postage_fen, sum(costed)::bigint AS costed_fen,
    sum(goods_cost)::bigint AS cost_fen
  FROM ({_ORDER_CELLS} UNION ALL {_LINE_CELLS}) AS halves GROUP BY date, dim, key
),
fresh AS MATERIALIZED (
  SELECT c.date, c.dim, c.key, {_LABEL} AS label, {", ".join(f"c.{name}" for name in MEASURES)}
  FROM cells c LEFT JOIN LATERAL (
    SELECT title, spec FROM orders_orderline WHERE id = c.line_id OFFSET 0) AS l ON true
)"""


def whole_ctes(basis: str, *, wanted: str | None = None) -> str:
    """Give CTEs of which `whole` holds an order a row, `sold` a line a row with what it cost."""
    return f"""{orders_cte(basis, wanted=wanted, with_kind=True)},
{sold_cte(codes_are_shared=codes_are_shared())},
{_WHOLE_CTE}"""


def buyers_sql(basis: str, *, key: str, is_by_line: bool, is_paying: bool = True) -> str:
    """Give the SELECT of distinct paying (else all) buyers by `key` over `since` to `until`: key, buyers.

    `key` is an expression over a row of `o` (by order) or `l` (by line). Reads the facts of the
    whole period, once.
    """
    source = "o JOIN orders_orderline l ON l.order_id = o.id" if is_by_line else "o"
    wanted = "is_paid" if is_paying else "true"
    with_kind = key == ORDER_KEYS["buyer_kind"]
    return f"""WITH {orders_cte(basis, in_range=True, with_kind=with_kind)}
SELECT key, count(*)::int FROM (
  SELECT DISTINCT {key} AS key, buyer_id FROM {source} WHERE {wanted} AND buyer_id IS NOT NULL
) AS pairs GROUP BY key"""
