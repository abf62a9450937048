"""What the lines of the wanted orders bring: shares to the fen, refunds, and what the goods cost.

Most orders are plain: a buyer with one order that day, each line another SKU and product, each line
with its share. They are added up in one pass. The others take the exact way, which counts an order
and a buyer once in a cell and allots missing shares. Both sets are disjoint in orders, and in
buyers of a day, so that their cells add up.
"""

KEY_LENGTH = 120

# Key of each dimension over an order's line `l`.
LINE_KEYS = {
    "sku": "l.sku_code",
    "product": f"coalesce(nullif(l.item_no, ''), left(l.title, {KEY_LENGTH}))",
}

# A line or an order whose money went back entirely was not kept: its goods are not counted as sold.
ALL_BACK = "(refund > 0 AND refund >= gross)"


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


# What a line's SKU cost when it was sold. A merchant code that several specs share leads to the SKU
# that is meant, or to none: then the cost is unknown.
_COSTED = f"""shared_codes AS MATERIALIZED (
  SELECT DISTINCT merchant_code AS sku_code FROM products_sku WHERE merchant_code <> ''
),
raw_lines AS MATERIALIZED (
  SELECT o.id AS order_id, o.date, o.at, o.buyer_id, o.is_paid,
    o.is_odd OR o.refund > 0 OR l.paid_amount IS NULL AS is_odd, l.id AS line_id,
    {LINE_KEYS["sku"]} AS sku, {LINE_KEYS["product"]} AS product, l.quantity,
    CASE WHEN s.sku_code IS NOT NULL THEN l.spec END AS shared_spec,
    (l.paid_amount * 100)::bigint AS known,
    CASE WHEN l.refund_amount = 0 THEN 0 ELSE (l.refund_amount * 100)::bigint END AS known_refund,
    CASE WHEN l.paid_amount IS NULL THEN (l.list_price_amount * 100)::bigint END AS list_price,
    o.asked - o.postage AS goods, o.refund AS order_refund
  FROM o JOIN orders_orderline l ON l.order_id = o.id
  LEFT JOIN shared_codes s ON s.sku_code = l.sku_code
),
meant AS MATERIALIZED (
  SELECT sku, shared_spec, CASE WHEN cardinality(codes) = 1 THEN codes[1] END AS code
  FROM (SELECT sku, shared_spec, products_skus_meant(sku, shared_spec) AS codes
        FROM (SELECT DISTINCT sku, shared_spec FROM raw_lines WHERE shared_spec IS NOT NULL) AS named
        OFFSET 0) AS asked
),
lines AS MATERIALIZED (
  SELECT r.*, c.cost_fen AS cost FROM (
    SELECT r.*, r.sku AS cost_code FROM raw_lines r WHERE shared_spec IS NULL
    UNION ALL
    SELECT r.*, m.code FROM raw_lines r LEFT JOIN meant m USING (sku, shared_spec)
    WHERE r.shared_spec IS NOT NULL) AS r
  LEFT JOIN analytics_skucost c ON c.code = r.cost_code
    AND (c.since IS NULL OR r.at >= c.since) AND (c.until IS NULL OR r.at < c.until)
)"""

# The same while no two specs share a code.
_COSTED_PLAINLY = f"""lines AS MATERIALIZED (
  SELECT o.id AS order_id, o.date, o.buyer_id, o.is_paid,
    o.is_odd OR o.refund > 0 OR l.paid_amount IS NULL AS is_odd, l.id AS line_id,
    {LINE_KEYS["sku"]} AS sku, {LINE_KEYS["product"]} AS product, l.quantity,
    (l.paid_amount * 100)::bigint AS known,
    CASE WHEN l.refund_amount = 0 THEN 0 ELSE (l.refund_amount * 100)::bigint END AS known_refund,
    CASE WHEN l.paid_amount IS NULL THEN (l.list_price_amount * 100)::bigint END AS list_price,
    o.asked - o.postage AS goods, o.refund AS order_refund, c.cost_fen AS cost
  FROM o JOIN orders_orderline l ON l.order_id = o.id
  LEFT JOIN analytics_skucost c ON c.code = l.sku_code
    AND (c.since IS NULL OR o.at >= c.since) AND (c.until IS NULL OR o.at < c.until)
)"""

# The XOR of two equal hashes is 0; of two different ones it is 0 so rarely that it does not matter
# that such an order then takes the exact way.
_SHARED = f"""odd AS MATERIALIZED (
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
  SELECT l.order_id, l.date, l.buyer_id, l.is_paid, l.line_id, l.sku, l.product, l.quantity, l.cost,
    l.known, l.known_refund, greatest(o.goods - o.known, 0)::bigint AS rest,
    CASE WHEN o.known_refund = 0 THEN least(o.order_refund, o.goods) END AS rest_refund,
    CASE WHEN l.known IS NOT NULL THEN 0
         WHEN o.is_priced THEN l.list_price * l.quantity ELSE l.quantity END
      AS weight
  FROM lines l JOIN odd_orders o USING (order_id)
),
{_allot("share", "unshared", amount="rest", weight="weight")},
shared AS MATERIALIZED (
  SELECT u.*, coalesce(u.known, s.part, 0)::bigint AS gross,
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
}"""

_SOLD = f"""parts AS (
  SELECT order_id, date, buyer_id, is_paid, true AS is_plain, line_id, sku, product, quantity, cost,
    known AS ordered, known_refund AS back
  FROM lines WHERE NOT EXISTS (SELECT FROM odd WHERE odd.order_id = lines.order_id)
  UNION ALL
  SELECT order_id, date, buyer_id, is_paid, false, line_id, sku, product, quantity, cost,
    gross, coalesce(b.part, known_refund)::bigint
  FROM shared LEFT JOIN back b USING (line_id)
),
paid_parts AS (
  SELECT *, CASE WHEN is_paid THEN ordered ELSE 0 END AS gross,
    CASE WHEN is_paid THEN back ELSE 0 END AS refund,
    CASE WHEN is_paid THEN quantity ELSE 0 END AS pieces
  FROM parts OFFSET 0
),
kept AS (
  SELECT *, CASE WHEN NOT {ALL_BACK} THEN pieces ELSE 0 END AS kept_pieces FROM paid_parts
),
sold AS MATERIALIZED (
  SELECT *, NOT {ALL_BACK} AND is_paid AS is_valid, 0 AS postage,
    CASE WHEN cost IS NOT NULL THEN kept_pieces ELSE 0 END AS costed_pieces,
    CASE WHEN cost IS NOT NULL AND kept_pieces > 0 THEN gross - refund ELSE 0 END AS costed,
    CASE WHEN cost IS NOT NULL THEN cost * kept_pieces ELSE 0 END AS goods_cost
  FROM kept
)"""


def sold_cte(*, codes_are_shared: bool) -> str:
    """Give the CTEs up to `sold`, the lines of `o`; it is quicker while no specs share a code."""
    return f"{_COSTED if codes_are_shared else _COSTED_PLAINLY},\n{_SHARED},\n{_SOLD}"
