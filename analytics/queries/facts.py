"""The figures of days as the orders themselves give them: the one definition of every cell.

The rollup stores what this SQL says, `rollup --verify` compares the store with it, and distinct
buyers of longer periods are counted over the same rows. Amounts are whole fen.

Meaning: an order is paid when it has a payment time. Gross is what paid orders were charged, postage
included; refund is the successful refunds of those orders; pieces are those of paid orders; buyers
are distinct paying buyers, an order without a buyer counts none.

Lines (SKU, product) share the goods' part of their order, postage left out. Where the file gives a
line no share, what the other lines leave over is allotted by list price times quantity; where no
line knows a refund that the order has, the refund (at most the goods) is allotted by the shares.
Both by largest remainder, so that the lines sum to the fen.
"""

from analytics.choices import BASES, NOTHING_LEFT, TIERS, UNPAID

# Columns of a cell after date, dim, key and label.
MEASURES = (
    "orders",
    "paid_orders",
    "unpaid_orders",
    "refunded_orders",
    "buyers",
    "pieces",
    "gross_fen",
    "refund_fen",
)

KEY_LENGTH = 120

_WANTED_DAYS = "= ANY(%(days)s)"
_WANTED_RANGE = "BETWEEN %(since)s AND %(until)s"


def _tier() -> str:
    bounds = " ".join(
        f"WHEN gross - refund <= {bound} THEN '{key}'" if bound else f"ELSE '{key}'"
        for key, bound in TIERS
    )
    return (
        f"CASE WHEN NOT is_paid THEN '{UNPAID}' "
        f"WHEN gross - refund <= 0 THEN '{NOTHING_LEFT}' {bounds} END"
    )


# Key of each dimension, over a row of `o` or of an order's line.
ORDER_KEYS = {
    "total": "''",
    "hour": "lpad(hour::text, 2, '0')",
    "province": "province",
    "amount_tier": "tier",
}
LINE_KEYS = {
    "sku": "sku_code",
    "product": f"coalesce(nullif(item_no, ''), left(l.title, {KEY_LENGTH}))",
}


def orders_cte(basis: str, *, in_range: bool = False) -> str:
    """Give the CTE `o`: orders of the dates `days`, or of `since` to `until`, both included.

    Amounts stay numeric CNY until they are added up: a multiplication a row costs more than the sum.
    """
    if basis not in BASES:
        raise ValueError(f"unknown basis: {basis}")
    wanted = _WANTED_RANGE if in_range else _WANTED_DAYS
    return f"""o AS MATERIALIZED (
  SELECT *, {_tier()} AS tier FROM (
    SELECT id, {basis}_date AS date, buyer_id, paid_at IS NOT NULL AS is_paid,
      date_part('hour', {basis}_at AT TIME ZONE 'Asia/Shanghai')::int AS hour,
      receiver_province AS province, postage_amount AS postage,
      CASE WHEN paid_at IS NULL THEN 0 ELSE paid_amount END AS gross,
      CASE WHEN paid_at IS NULL THEN 0 ELSE refund_amount END AS refund,
      CASE WHEN paid_at IS NULL THEN 0 ELSE piece_count END AS pieces
    FROM orders_order WHERE {basis}_date {wanted} OFFSET 0
  ) AS orders_of_days
)"""


def _allot(name: str, source: str, *, amount: str, weight: str) -> str:
    """Give a CTE that divides `amount` (fen) of each order over its lines by `weight`, as `part`."""
    return f"""{name}_floored AS (
  SELECT *, div(({amount})::numeric * ({weight}), sum({weight}) OVER one) AS floor_part,
    mod(({amount})::numeric * ({weight}), sum({weight}) OVER one) AS remainder
  FROM {source} WHERE ({weight}) > 0 WINDOW one AS (PARTITION BY order_id)
),
{name} AS MATERIALIZED (
  SELECT line_id, floor_part + (
      row_number() OVER (PARTITION BY order_id ORDER BY remainder DESC, line_id)
      <= ({amount}) - sum(floor_part) OVER (PARTITION BY order_id)
    )::int AS part
  FROM {name}_floored
)"""


# Most orders are plain: a buyer with one order that day, each line another SKU and product, each line
# with its share. They are added up in one pass. The others take the exact way, which counts an order
# and a buyer once in a cell and allots missing shares. Both sets are disjoint in orders, and in
# buyers of a day, so that their cells add up.
_REPEATED_CTE = """repeated AS MATERIALIZED (
  SELECT date, buyer_id FROM o WHERE is_paid AND buyer_id IS NOT NULL
  GROUP BY date, buyer_id HAVING count(*) > 1
),
orders AS MATERIALIZED (
  SELECT o.*, repeated.date IS NOT NULL AS is_odd FROM o LEFT JOIN repeated USING (date, buyer_id)
)"""

# The XOR of two equal hashes is 0; of two different ones it is 0 so rarely that it does not matter
# that such an order then takes the exact way.
_LINES_CTE = f"""lines AS MATERIALIZED (
  SELECT o.id AS order_id, o.date, o.buyer_id, o.is_paid,
    o.is_odd OR o.refund > 0 OR l.paid_amount IS NULL AS is_odd, l.id AS line_id,
    {LINE_KEYS["sku"]} AS sku, {LINE_KEYS["product"]} AS product, l.quantity,
    l.paid_amount AS known, l.refund_amount AS known_refund, l.list_price_amount AS list_price,
    o.gross - o.postage AS goods, o.refund AS order_refund
  FROM orders o JOIN orders_orderline l ON l.order_id = o.id
),
odd AS MATERIALIZED (
  SELECT order_id FROM lines GROUP BY order_id
  HAVING bool_or(is_odd) OR count(*) > 2 OR count(*) = 2
    AND (bit_xor(hashtext(sku)) = 0 OR bit_xor(hashtext(product)) = 0)
),
odd_orders AS (
  SELECT order_id, greatest(max(goods), 0) AS goods, max(order_refund) AS order_refund,
    coalesce(sum(known), 0) AS known, sum(known_refund) AS known_refund,
    coalesce(sum(list_price * quantity) FILTER (WHERE known IS NULL), 0) > 0 AS is_priced
  FROM lines JOIN odd USING (order_id) GROUP BY order_id
),
unshared AS (
  SELECT l.order_id, l.date, l.buyer_id, l.is_paid, l.line_id, l.sku, l.product, l.quantity,
    (l.known * 100)::bigint AS known, (l.known_refund * 100)::bigint AS known_refund,
    (greatest(o.goods - o.known, 0) * 100)::bigint AS rest,
    CASE WHEN o.known_refund = 0 THEN (least(o.order_refund, o.goods) * 100)::bigint END
      AS rest_refund,
    CASE WHEN l.known IS NOT NULL THEN 0
         WHEN o.is_priced THEN (l.list_price * 100)::bigint * l.quantity ELSE l.quantity END
      AS weight
  FROM lines l JOIN odd_orders o USING (order_id)
),
{_allot("share", "unshared", amount="rest", weight="weight")},
shared AS MATERIALIZED (
  SELECT u.*, coalesce(u.known, s.part, 0) AS gross,
    sum(coalesce(u.known, s.part, 0)) OVER (PARTITION BY order_id) > 0 AS has_shares
  FROM unshared u LEFT JOIN share s USING (line_id)
),
{
    _allot(
        "back",
        "shared",
        amount="rest_refund",
        weight="CASE WHEN rest_refund > 0 THEN CASE WHEN has_shares THEN gross ELSE quantity END"
        " ELSE 0 END",
    )
},
exact AS MATERIALIZED (
  SELECT order_id, date, buyer_id, is_paid, line_id, sku, product,
    CASE WHEN is_paid THEN quantity ELSE 0 END AS pieces,
    CASE WHEN is_paid THEN gross ELSE 0 END / 100.0 AS gross,
    CASE WHEN is_paid THEN coalesce(b.part, known_refund) ELSE 0 END / 100.0 AS refund
  FROM shared LEFT JOIN back b USING (line_id)
)"""

_PLAIN = """count(*) AS orders, count(*) FILTER (WHERE is_paid) AS paid,
    count(*) FILTER (WHERE refund > 0) AS refunded,
    count(buyer_id) FILTER (WHERE is_paid) AS buyers,
    sum(pieces) AS pieces, sum(gross) AS gross, sum(refund) AS refund"""

_ORDER_CELLS = f"""
  SELECT date, CASE WHEN GROUPING(hour) = 0 THEN 'hour' WHEN GROUPING(province) = 0 THEN 'province'
      WHEN GROUPING(tier) = 0 THEN 'amount_tier' ELSE 'total' END AS dim,
    coalesce(lpad(hour::text, 2, '0'), province, tier, '') AS key, NULL::bigint AS line_id, {_PLAIN}
  FROM orders WHERE NOT is_odd
  GROUP BY GROUPING SETS ((date), (date, hour), (date, province), (date, tier))
  UNION ALL
  SELECT date, dim, key, NULL, sum(orders), sum(paid), sum(refunded),
    count(*) FILTER (WHERE paid > 0 AND buyer_id IS NOT NULL), sum(pieces), sum(gross), sum(refund)
  FROM (
    SELECT date, dim, key, buyer_id, count(*) AS orders, count(*) FILTER (WHERE is_paid) AS paid,
      count(*) FILTER (WHERE refund > 0) AS refunded,
      sum(pieces) AS pieces, sum(gross) AS gross, sum(refund) AS refund
    FROM orders CROSS JOIN LATERAL (VALUES
      {", ".join(f"('{dim}', {key})" for dim, key in ORDER_KEYS.items())}) AS d(dim, key)
    WHERE is_odd GROUP BY date, dim, key, buyer_id
  ) AS by_buyer GROUP BY date, dim, key"""

_LINE_CELLS = f"""
  SELECT date, CASE WHEN GROUPING(sku) = 0 THEN 'sku' ELSE 'product' END, coalesce(sku, product),
    max(line_id), {_PLAIN}
  FROM (
    SELECT date, sku, product, line_id, is_paid, buyer_id,
      CASE WHEN is_paid THEN known_refund ELSE 0 END AS refund,
      CASE WHEN is_paid THEN quantity ELSE 0 END AS pieces,
      CASE WHEN is_paid THEN known ELSE 0 END AS gross
    FROM lines WHERE NOT EXISTS (SELECT FROM odd WHERE odd.order_id = lines.order_id)
  ) AS plain GROUP BY GROUPING SETS ((date, sku), (date, product))
  UNION ALL
  SELECT date, dim, key, max(line_id), count(*), count(*) FILTER (WHERE is_paid),
    count(*) FILTER (WHERE refund > 0), count(DISTINCT buyer_id) FILTER (WHERE is_paid),
    sum(pieces), sum(gross), sum(refund)
  FROM (
    SELECT date, dim, key, order_id, buyer_id, is_paid, max(line_id) AS line_id,
      sum(pieces) AS pieces, sum(gross) AS gross, sum(refund) AS refund
    FROM exact CROSS JOIN LATERAL (VALUES ('sku', sku), ('product', product)) AS d(dim, key)
    GROUP BY date, dim, key, order_id, buyer_id, is_paid
  ) AS by_order GROUP BY date, dim, key"""

# A SKU or a product is called what its latest line calls it.
_LABEL = """coalesce(CASE WHEN c.dim = 'sku' AND l.spec <> '' THEN l.title || ' ' || l.spec
    ELSE l.title END, '')"""


def cells_sql(basis: str, *, in_range: bool = False) -> str:
    """Give the SELECT of all cells of the wanted days: date, dim, key, label, then `MEASURES`."""
    return f"""WITH {orders_cte(basis, in_range=in_range)},
{_REPEATED_CTE},
{_LINES_CTE},
cells AS (
  SELECT date, dim, key, max(line_id) AS line_id, sum(orders)::int AS orders,
    sum(paid)::int AS paid_orders, (sum(orders) - sum(paid))::int AS unpaid_orders,
    sum(refunded)::int AS refunded_orders, sum(buyers)::int AS buyers,
    sum(pieces)::bigint AS pieces, (sum(gross) * 100)::bigint AS gross_fen,
    (sum(refund) * 100)::bigint AS refund_fen
  FROM ({_ORDER_CELLS} UNION ALL {_LINE_CELLS}) AS halves GROUP BY date, dim, key
)
SELECT c.date, c.dim, c.key, {_LABEL} AS label, {", ".join(f"c.{name}" for name in MEASURES)}
FROM cells c LEFT JOIN orders_orderline l ON l.id = c.line_id"""


def buyers_sql(basis: str, *, key: str, is_by_line: bool) -> str:
    """Give the SELECT of distinct paying buyers by `key` over `since` to `until`: key, buyers.

    `key` is an expression over a row of `o` (by order) or `l` (by line). Reads the facts of the
    whole period, once.
    """
    source = "o JOIN orders_orderline l ON l.order_id = o.id" if is_by_line else "o"
    return f"""WITH {orders_cte(basis, in_range=True)}
SELECT key, count(*)::int FROM (
  SELECT DISTINCT {key} AS key, buyer_id FROM {source} WHERE is_paid AND buyer_id IS NOT NULL
) AS pairs GROUP BY key"""
