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


# Key of each dimension, over a row of `o` or of `l`.
ORDER_KEYS = {
    "total": "''",
    "hour": "hour",
    "province": "province",
    "amount_tier": _tier(),
}
LINE_KEYS = {
    "sku": "sku_code",
    "product": f"coalesce(nullif(item_no, ''), left(title, {KEY_LENGTH}))",
}
_LINE_LABELS = {
    "sku": "CASE WHEN spec = '' THEN title ELSE title || ' ' || spec END",
    "product": "title",
}


def orders_cte(basis: str, *, in_range: bool = False) -> str:
    """Give the CTE `o`: orders of the dates `days`, or of `since` to `until`, both included."""
    if basis not in BASES:
        raise ValueError(f"unknown basis: {basis}")
    wanted = _WANTED_RANGE if in_range else _WANTED_DAYS
    return f"""o AS MATERIALIZED (
  SELECT id, {basis}_date AS date, buyer_id, paid_at IS NOT NULL AS is_paid,
    to_char({basis}_at AT TIME ZONE 'Asia/Shanghai', 'HH24') AS hour,
    receiver_province AS province,
    CASE WHEN paid_at IS NULL THEN 0 ELSE (paid_amount * 100)::bigint END AS gross,
    CASE WHEN paid_at IS NULL THEN 0 ELSE (refund_amount * 100)::bigint END AS refund,
    (postage_amount * 100)::bigint AS postage,
    CASE WHEN paid_at IS NULL THEN 0 ELSE piece_count END AS pieces
  FROM orders_order WHERE {basis}_date {wanted}
)"""  # noqa: S608


def _allot(name: str, source: str, *, amount: str, weight: str) -> str:
    """Give a CTE that divides `amount` of each order over its lines by `weight`, as `part`."""
    return f"""{name}_floored AS (
  SELECT *, div(({amount})::numeric * ({weight}), sum({weight}) OVER one) AS floor_part,
    mod(({amount})::numeric * ({weight}), sum({weight}) OVER one) AS remainder
  FROM {source} WHERE ({weight}) > 0 WINDOW one AS (PARTITION BY order_id)
),
{name} AS (
  SELECT line_id, (floor_part + (
      row_number() OVER (PARTITION BY order_id ORDER BY remainder DESC, line_id)
      <= ({amount}) - sum(floor_part) OVER (PARTITION BY order_id)
    )::int)::bigint AS part
  FROM {name}_floored
)"""  # noqa: S608


# Orders whose lines say everything (`needs` lacks them) skip the window functions.
_LINES_CTE = f"""joined AS MATERIALIZED (
  SELECT o.id AS order_id, o.date, o.buyer_id, o.is_paid, l.id AS line_id,
    l.sku_code, l.item_no, l.title, l.spec, l.quantity,
    (l.paid_amount * 100)::bigint AS known, (l.refund_amount * 100)::bigint AS known_refund,
    (l.list_price_amount * 100)::bigint AS list_price,
    greatest(o.gross - o.postage, 0) AS goods, o.refund AS order_refund
  FROM o JOIN orders_orderline l ON l.order_id = o.id
),
needs AS MATERIALIZED (
  SELECT order_id, greatest(max(goods) - coalesce(sum(known), 0), 0)::bigint AS rest,
    coalesce(sum(list_price * quantity) FILTER (WHERE known IS NULL), 0) > 0 AS is_priced,
    CASE WHEN sum(known_refund) = 0 THEN least(max(order_refund), max(goods)) END AS rest_refund
  FROM joined WHERE is_paid GROUP BY order_id
  HAVING bool_or(known IS NULL) OR (max(order_refund) > 0 AND sum(known_refund) = 0)
),
unshared AS (
  SELECT j.*, n.rest, n.rest_refund,
    CASE WHEN j.known IS NOT NULL THEN 0
         WHEN n.is_priced THEN j.list_price * j.quantity ELSE j.quantity END AS weight
  FROM joined j JOIN needs n USING (order_id)
),
{_allot("share", "unshared", amount="rest", weight="weight")},
shared AS (
  SELECT u.*, coalesce(u.known, s.part, 0) AS gross,
    sum(coalesce(u.known, s.part, 0)) OVER (PARTITION BY order_id) > 0 AS has_shares
  FROM unshared u LEFT JOIN share s USING (line_id)
),
{_allot(
    "back", "shared", amount="rest_refund",
    weight="CASE WHEN rest_refund IS NULL THEN 0 WHEN has_shares THEN gross ELSE quantity END",
)},
l AS MATERIALIZED (
  SELECT j.order_id, j.date, j.buyer_id, j.is_paid, j.sku_code, j.item_no, j.title, j.spec,
    CASE WHEN j.is_paid THEN j.quantity ELSE 0 END AS pieces,
    CASE WHEN j.is_paid THEN coalesce(j.known, s.gross, 0) ELSE 0 END AS gross,
    CASE WHEN j.is_paid THEN coalesce(b.part, j.known_refund) ELSE 0 END AS refund
  FROM joined j LEFT JOIN shared s USING (line_id) LEFT JOIN back b USING (line_id)
)"""  # noqa: S608


def cells_sql(basis: str, *, in_range: bool = False) -> str:
    """Give the SELECT of all cells of the wanted days: date, dim, key, label, then `MEASURES`."""
    order_keys = ", ".join(f"('{dim}', {key})" for dim, key in ORDER_KEYS.items())
    line_keys = ", ".join(
        f"('{dim}', {key}, {_LINE_LABELS[dim]})" for dim, key in LINE_KEYS.items()
    )
    # Two steps (per buyer or order, then per cell) hash where count(DISTINCT) would sort.
    return f"""WITH {orders_cte(basis, in_range=in_range)},
{_LINES_CTE},
by_buyer AS (
  SELECT date, dim, key, buyer_id, count(*) AS orders, count(*) FILTER (WHERE is_paid) AS paid,
    count(*) FILTER (WHERE refund > 0) AS refunded, sum(pieces) AS pieces,
    sum(gross) AS gross, sum(refund) AS refund
  FROM o CROSS JOIN LATERAL (VALUES {order_keys}) AS d(dim, key)
  GROUP BY date, dim, key, buyer_id
),
by_order AS (
  SELECT date, dim, key, order_id, buyer_id, is_paid, max(label) AS label,
    sum(pieces) AS pieces, sum(gross) AS gross, sum(refund) AS refund
  FROM l CROSS JOIN LATERAL (VALUES {line_keys}) AS d(dim, key, label)
  GROUP BY date, dim, key, order_id, buyer_id, is_paid
),
line_buyers AS (
  SELECT date, dim, key, count(*) AS buyers FROM (
    SELECT DISTINCT date, dim, key, buyer_id FROM by_order WHERE is_paid AND buyer_id IS NOT NULL
  ) AS pairs GROUP BY date, dim, key
)
SELECT date, dim, key, '' AS label, sum(orders)::int AS orders, sum(paid)::int AS paid_orders,
  (sum(orders) - sum(paid))::int AS unpaid_orders, sum(refunded)::int AS refunded_orders,
  count(buyer_id) FILTER (WHERE paid > 0)::int AS buyers, sum(pieces)::bigint AS pieces,
  sum(gross)::bigint AS gross_fen, sum(refund)::bigint AS refund_fen
FROM by_buyer GROUP BY date, dim, key
UNION ALL
SELECT c.date, c.dim, c.key, c.label, c.orders, c.paid, c.orders - c.paid, c.refunded,
  coalesce(b.buyers, 0)::int, c.pieces, c.gross, c.refund
FROM (
  SELECT date, dim, key, max(label) AS label, count(*)::int AS orders,
    count(*) FILTER (WHERE is_paid)::int AS paid, count(*) FILTER (WHERE refund > 0)::int AS refunded,
    sum(pieces)::bigint AS pieces, sum(gross)::bigint AS gross, sum(refund)::bigint AS refund
  FROM by_order GROUP BY date, dim, key
) AS c LEFT JOIN line_buyers b USING (date, dim, key)"""  # noqa: S608


def buyers_sql(basis: str, *, key: str, is_by_line: bool) -> str:
    """Give the SELECT of distinct paying buyers by `key` over `since` to `until`: key, buyers.

    `key` is an expression over a row of `o` (by order) or `l` (by line). Reads the facts of the
    whole period, once.
    """
    source = (
        "(SELECT o.date, o.buyer_id, o.is_paid, l.sku_code, l.item_no, l.title"
        " FROM o JOIN orders_orderline l ON l.order_id = o.id) AS l"
        if is_by_line
        else "o"
    )
    return f"""WITH {orders_cte(basis, in_range=True)}
SELECT key, count(*)::int FROM (
  SELECT DISTINCT {key} AS key, buyer_id FROM {source} WHERE is_paid AND buyer_id IS NOT NULL
) AS pairs GROUP BY key"""  # noqa: S608
