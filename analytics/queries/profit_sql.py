"""What the orders of days leave, worked out by one statement: `rules.profit` and `rules.reconcile` as SQL.

What an order's lines and goods are stands in `queries.facts`; here come its parcels, gifts, fees, bill
lines, settlements and compensation. All amounts are whole fen; costs are negative from `entries` on.
"""

from analytics.queries.facts import OF_IDS, whole_ctes
from analytics.rules.profit import BILLED_ONLY, PENALTIES, RATED
from promotions.rules.profit import START

_RATE_NAMES = (
    "commission_rate",
    "points_rate",
    "service_rate",
    "postage_amount",
    "packing_amount",
    "return_rate",
    "return_amount",
)
_RATES = ",\n    ".join(
    f"coalesce((r.parameters->>'{name}')::numeric, {START[name]}) AS {name}" for name in _RATE_NAMES
)
_KINDS = (*RATED, *BILLED_ONLY, "affiliate")
_BILLED = ",\n    ".join(f"sum(fen) FILTER (WHERE kind = '{kind}') AS {kind}" for kind in _KINDS)
_NAMED = {"commission": "commission_rate", "points": "points_rate", "service_fee": "service_rate"}
_PENALTIES = ", ".join(f"'{kind}'" for kind in PENALTIES)
_RATED = ", ".join(f"'{kind}'" for kind in RATED)

_FACTS = f"""
rates AS MATERIALIZED (
  SELECT d.date, {_RATES}
  FROM (SELECT DISTINCT date FROM o) AS d LEFT JOIN LATERAL (
    SELECT parameters FROM promotions_profitrule WHERE valid_from <= d.date
    ORDER BY valid_from DESC LIMIT 1) AS r ON true
),
-- A parcel of several orders is shared by them: the first ones bear the odd fen.
parcels AS MATERIALIZED (
  SELECT w.id, count(*) AS parcels,
    sum(div(round(r.packing_amount * 100), n.orders)
      + (n.place < mod(round(r.packing_amount * 100), n.orders))::int)::bigint AS packing,
    sum(div(round(r.postage_amount * 100), n.orders)
      + (n.place < mod(round(r.postage_amount * 100), n.orders))::int)::bigint AS carrier
  FROM whole w JOIN rates r USING (date) JOIN orders_shipment s ON s.order_id = w.id
  CROSS JOIN LATERAL (
    SELECT count(*) AS orders, count(*) FILTER (WHERE t.order_id < w.id) AS place
    FROM orders_shipment t WHERE t.waybill_no = s.waybill_no) AS n
  GROUP BY w.id
),
gifts AS MATERIALIZED (
  SELECT w.id, sum(coalesce(c.cost_fen, 0) * g.quantity)::bigint AS gifts,
    sum(g.quantity) FILTER (WHERE c.cost_fen IS NULL) AS unknown_gifts
  FROM whole w JOIN orders_giftline g ON g.order_id = w.id
  LEFT JOIN analytics_skucost c ON c.code = g.sku_code
    AND (c.since IS NULL OR g.added_at >= c.since) AND (c.until IS NULL OR g.added_at < c.until)
  GROUP BY w.id
),
compensated AS MATERIALIZED (
  SELECT w.id, (sum(c.amount) * 100)::bigint AS compensation
  FROM whole w JOIN orders_aftersalescase a ON a.order_id = w.id
  JOIN orders_compensation c ON c.case_id = a.id AND c.state = 'paid' GROUP BY w.id
),
returned AS MATERIALIZED (
  SELECT w.id, bool_or(f.type = 'return_and_refund') AS is_returned,
    max((f.finished_at AT TIME ZONE 'Asia/Shanghai')::date) AS refunded_on
  FROM whole w JOIN orders_refund f ON f.order_id = w.id AND f.status = 'SUCCESS'
  GROUP BY w.id
),
numbered AS MATERIALIZED (
  SELECT w.id, q.tid, (q.ended_at AT TIME ZONE 'Asia/Shanghai')::date AS ended_on
  FROM whole w JOIN orders_order q ON q.id = w.id
),
settled AS MATERIALIZED (
  SELECT n.id, ((sum(s.commission_amount + s.service_amount)
    - coalesce(sum(f.returned), 0)) * 100)::bigint AS settled
  FROM numbered n JOIN promotions_affiliatesettlement s ON s.tid = n.tid AND s.is_current
  LEFT JOIN LATERAL (
    SELECT sum(commission_amount + service_amount) AS returned FROM promotions_affiliaterefund b
    WHERE b.is_current AND b.returned_date IS NOT NULL AND b.line_key = s.line_key
  ) AS f ON true
  WHERE n.tid <> '' GROUP BY n.id
),
kinds_billed AS MATERIALIZED (
  SELECT w.id, b.kind, ((sum(b.expense_amount) - sum(b.income_amount)) * 100)::bigint AS fen,
    min(b.booked_date) AS first_on
  FROM whole w JOIN orders_billline b ON b.order_id = w.id GROUP BY w.id, b.kind
),
billed AS MATERIALIZED (
  SELECT id, {_BILLED},
    sum(fen) FILTER (WHERE kind IN ({_PENALTIES})) AS penalty,
    sum(fen) FILTER (WHERE kind = 'other') AS unclassified,
    bool_or(kind = 'payment') AND bool_or(kind IN ({_RATED})) AS is_told,
    -coalesce(sum(fen) FILTER (WHERE kind = 'payment'), 0) AS paid_out,
    coalesce(sum(fen) FILTER (WHERE kind = 'refund'), 0) AS taken_back,
    min(first_on) FILTER (WHERE kind IN ('payment', 'refund')) AS booked_on
  FROM kinds_billed GROUP BY id
),
facts AS MATERIALIZED (
  SELECT w.id, w.date, w.gross, w.refund, w.postage, w.kept_pieces,
    w.kept_pieces - w.costed_pieces AS unknown_pieces, w.goods_cost,
    greatest(w.gross - w.postage - w.refund, 0) AS base,
    p.parcels IS NOT NULL OR NOT (w.refund > 0 AND w.refund >= w.gross) AS leaves,
    coalesce(p.packing, round(r.packing_amount * 100)::bigint) AS packing,
    coalesce(p.carrier, round(r.postage_amount * 100)::bigint) AS carrier,
    g.gifts, coalesce(g.unknown_gifts, 0) AS unknown_gifts, c.compensation, s.settled,
    coalesce(f.is_returned, false) AS is_returned, f.refunded_on, n.ended_on,
    {", ".join(f"b.{kind}" for kind in _KINDS)}, b.penalty, b.unclassified,
    coalesce(b.is_told, false) AS is_told, coalesce(b.paid_out, 0) AS paid_out,
    coalesce(b.taken_back, 0) AS taken_back, b.booked_on,
    r.commission_rate, r.points_rate, r.service_rate, r.return_rate,
    round(r.return_amount * 100) AS return_fen
  FROM whole w JOIN rates r USING (date) JOIN numbered n USING (id)
  LEFT JOIN parcels p USING (id) LEFT JOIN gifts g USING (id) LEFT JOIN compensated c USING (id)
  LEFT JOIN returned f USING (id) LEFT JOIN settled s USING (id) LEFT JOIN billed b USING (id)
  WHERE w.is_paid
)"""


def _rated(code: str) -> str:
    estimated = f"-round(base * {_NAMED[code]})::bigint"
    billed = f"-coalesce({code}, CASE WHEN is_told THEN 0 END)"
    return f"('{code}', coalesce({billed}, {estimated}), {estimated}, {billed}, false)"


_ENTRIES = ",\n    ".join(
    (
        "('sold', gross - postage, NULL::bigint, NULL::bigint, false)",
        "('postage', postage, NULL, NULL, false)",
        "('refund', -refund, NULL, NULL, false)",
        "('goods', -goods_cost, NULL, NULL, unknown_pieces > 0)",
        "('gifts', CASE WHEN leaves THEN -coalesce(gifts, 0) ELSE 0 END, NULL, NULL,"
        " leaves AND unknown_gifts > 0)",
        "('packing', CASE WHEN leaves THEN -packing ELSE 0 END,"
        " CASE WHEN leaves THEN -packing ELSE 0 END, NULL, false)",
        "('carrier', CASE WHEN leaves THEN -carrier ELSE 0 END,"
        " CASE WHEN leaves THEN -carrier ELSE 0 END, NULL, false)",
        *(_rated(code) for code in RATED),
        *(f"('{kind}', -coalesce({kind}, 0), NULL, -{kind}, false)" for kind in BILLED_ONLY),
        "('affiliate', -coalesce(affiliate, settled, 0), -settled, -affiliate, false)",
        "('compensation', -coalesce(compensation, 0), NULL, NULL, false)",
        "('penalty', -coalesce(penalty, 0), NULL, -penalty, false)",
        "('unclassified', -coalesce(unclassified, 0), NULL, -unclassified, false)",
        "('returns', -back.fen, -back.fen, NULL, false)",
    )
)
_RETURNS = """CASE WHEN is_returned THEN return_fen WHEN ended_on IS NOT NULL THEN 0
    ELSE round(kept_pieces * return_rate * return_fen) END::bigint AS fen"""

_JUDGED = f"""
entries AS MATERIALIZED (
  SELECT f.id, f.date, e.* FROM facts f CROSS JOIN LATERAL (SELECT {_RETURNS}) AS back
  CROSS JOIN LATERAL (VALUES
    {_ENTRIES}
  ) AS e(code, fen, estimated, billed, is_unknown)
  WHERE e.fen <> 0 OR e.is_unknown OR coalesce(e.estimated, 0) <> 0 OR e.billed IS NOT NULL
),
cash AS MATERIALIZED (
  SELECT id,
    CASE WHEN booked_on IS NULL THEN
        CASE WHEN ended_on IS NULL OR gross - refund <= 0 THEN 'none' ELSE 'missing' END
      WHEN gap = 0 THEN 'agreed'
      WHEN gap > 0 AND refunded_on IS NOT NULL AND paid_out = gross THEN 'refund'
      WHEN paid_out IN (gross, gross - refund) THEN 'refund' ELSE 'payment' END AS state,
    CASE WHEN booked_on IS NULL THEN CASE WHEN gross - refund > 0 THEN ended_on END
      WHEN gap > 0 AND refunded_on IS NOT NULL AND paid_out = gross
        THEN greatest(refunded_on, booked_on) ELSE booked_on END AS on_date,
    CASE WHEN booked_on IS NULL AND (ended_on IS NULL OR gross - refund <= 0) THEN 0
      ELSE gap END AS gap
  FROM (SELECT *, paid_out - taken_back - (gross - refund) AS gap FROM facts) AS f
),
orders_kept AS MATERIALIZED (
  SELECT f.id AS order_id, f.date, CASE WHEN c.state NOT IN ('none', 'agreed') THEN c.on_date END
      AS cash_date,
    f.unknown_pieces::int AS unknown_pieces, f.gross - f.refund AS net_fen,
    CASE WHEN e.id IS NULL THEN 0 WHEN NOT e.is_unknown THEN e.fen END AS profit_fen,
    c.gap AS cash_gap_fen, CASE WHEN c.state IN ('none', 'agreed') THEN '' ELSE c.state END AS cash_state
  FROM facts f JOIN cash c USING (id) LEFT JOIN (SELECT id, sum(fen)::bigint AS fen, bool_or(is_unknown) AS is_unknown
        FROM entries GROUP BY id) AS e USING (id)
),
days_kept AS MATERIALIZED (
  SELECT k.date, count(*)::int AS orders, count(profit_fen)::int AS known_orders,
    sum(f.kept_pieces)::bigint AS kept_pieces, sum(k.unknown_pieces)::bigint AS unknown_pieces,
    sum(net_fen)::bigint AS net_fen,
    coalesce(sum(net_fen) FILTER (WHERE profit_fen IS NOT NULL), 0)::bigint AS known_net_fen,
    coalesce(sum(profit_fen), 0)::bigint AS profit_fen
  FROM orders_kept k JOIN facts f ON f.id = k.order_id GROUP BY k.date
),
lines_kept AS MATERIALIZED (
  SELECT date, code, count(*) FILTER (WHERE fen <> 0)::int AS orders,
    count(billed)::int AS billed_orders, sum(fen)::bigint AS fen,
    coalesce(sum(estimated), 0)::bigint AS estimated_fen,
    coalesce(sum(billed), 0)::bigint AS billed_fen,
    coalesce(sum(estimated) FILTER (WHERE billed IS NOT NULL), 0)::bigint AS compared_fen
  FROM entries GROUP BY date, code
),
cash_kept AS MATERIALIZED (
  SELECT f.date, c.on_date, c.state, count(*)::int AS orders, sum(c.gap)::bigint AS gap_fen
  FROM cash c JOIN facts f USING (id) WHERE c.state <> 'none' GROUP BY f.date, c.on_date, c.state
)"""

# What is kept: table, key, columns after the key, the CTE that holds it anew.
KEPT: tuple[tuple[str, tuple[str, ...], tuple[str, ...], str], ...] = (
    (
        "analytics_orderprofit",
        ("order_id",),
        (
            "date",
            "cash_date",
            "unknown_pieces",
            "net_fen",
            "profit_fen",
            "cash_gap_fen",
            "cash_state",
        ),
        "orders_kept",
    ),
    (
        "analytics_profitday",
        ("date",),
        (
            "orders",
            "known_orders",
            "kept_pieces",
            "unknown_pieces",
            "net_fen",
            "known_net_fen",
            "profit_fen",
        ),
        "days_kept",
    ),
    (
        "analytics_profitdayline",
        ("date", "code"),
        ("orders", "billed_orders", "fen", "estimated_fen", "billed_fen", "compared_fen"),
        "lines_kept",
    ),
    ("analytics_cashday", ("date", "on_date", "state"), ("orders", "gap_fen"), "cash_kept"),
)


def profit_ctes(*, of_ids: bool = False) -> str:
    """Give CTEs over the orders paid on `days`, or those of `ids`: `facts`, `entries`, and what is kept."""
    whole = whole_ctes("paid", wanted=OF_IDS if of_ids else None)
    return f"{whole},\n{_FACTS},\n{_JUDGED}"
