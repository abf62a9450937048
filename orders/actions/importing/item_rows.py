"""SQL of the item merge: numbering of lines, what a line becomes, what its order becomes."""

from collections.abc import Sequence

from orders.actions.due_times import COLUMNS as DUE_COLUMNS
from orders.actions.due_times import due_sql
from orders.actions.importing.after import OPEN_REFUND_SQL
from orders.actions.importing.fragments import (
    OPEN_REFUNDS,
    furthest,
    next_stage,
    rank,
    said_stage,
    shop_date,
)
from orders.rules.promises import PromiseWindow

LINE_VALUES = (
    "consigned_at",
    "quantity",
    "list_price_amount",
    "paid_amount",
    "refund_amount",
    "sku_code",
    "item_code",
    "item_no",
    "title",
    "spec",
    "status",
    "refund_status",
)
_ORDER_FACTS = (
    "consigned_at",
    "handed_over_at",
    "paid_at",
    "paid_date",
    "piece_count",
    "kind_count",
    "flag",
    "has_open_refund",
    "paid_amount",
    "refund_amount",
    "status",
    "stage",
    "buyer_message",
    "seller_memo",
)
ORDER_VALUES = (*_ORDER_FACTS, *DUE_COLUMNS)
PLACEHOLDER_COLUMNS = (
    "tid",
    "created_at",
    "paid_at",
    "consigned_at",
    "created_date",
    "paid_date",
    "is_time_rough",
    "piece_count",
    "kind_count",
    "flag",
    "goods_amount",
    "total_amount",
    "paid_amount",
    "refund_amount",
    "status",
    "stage",
    "has_open_refund",
    "buyer_message",
    "seller_memo",
    *DUE_COLUMNS,
)
# The line's share as charged. 实付 of a refunded line may be net of the refund: found out per file.
PAID = """CASE WHEN %(paid_is_net)s AND s.refund_amount > 0 THEN s.payable_amount
  ELSE s.charged_amount END"""
HASH = "s.row_hash + (%(paid_is_net)s AND coalesce(s.refund_amount, 0) > 0)::int"
# Closed before any payment and closed by a refund share one text; the order's payment tells them
# apart.
_STATUS = """CASE WHEN s.status = 'TRADE_CLOSED' AND o.paid_at IS NULL
  THEN 'TRADE_CLOSED_BY_TAOBAO' ELSE s.status END"""


def _newest(name: str, otherwise: str = "''") -> str:
    return f"CASE WHEN n.newer THEN coalesce(s.{name}, l.{name}, {otherwise}) ELSE l.{name} END"


def numbered(stage: str, where: str = "true") -> str:
    """Give the staged lines with place and key; the file's order of an order's lines is their place.

    Only numbers are sorted, and joined to the rows: whole rows would be sorted on disk.
    """
    return f"""
      SELECT s.*, place.position, coalesce(s.oid, s.tid || '-' || place.position) AS line_key
      FROM {stage} s JOIN (
        SELECT s.line_no, row_number() OVER (PARTITION BY s.tid ORDER BY s.line_no) AS position
        FROM {stage} s WHERE {where}) place ON place.line_no = s.line_no"""


def line_rows(rows: str) -> str:
    """Give the SELECT of what the lines of `rows` (numbered) become; their orders exist already."""
    return f"""
      SELECT s.line_no, l.id, o.id AS order_id, s.line_key, s.position, n.newer,
        CASE WHEN n.newer THEN {HASH} ELSE l.row_hash END AS row_hash,
        coalesce(CASE WHEN n.newer THEN s.consigned_at END, l.consigned_at, s.consigned_at)
          AS consigned_at,
        {_newest("quantity", "1")} AS quantity,
        {_newest("list_price_amount", "0")} AS list_price_amount,
        CASE WHEN n.newer THEN coalesce({PAID}, l.paid_amount) ELSE l.paid_amount END AS paid_amount,
        {_newest("refund_amount", "0")} AS refund_amount,
        {_newest("sku_code")} AS sku_code,
        {_newest("item_code")} AS item_code,
        {_newest("item_no")} AS item_no,
        {_newest("title")} AS title,
        {_newest("spec")} AS spec,
        {furthest("l.status", f"({_STATUS})", newer="n.newer")} AS status,
        {_newest("refund_status")} AS refund_status
      FROM {rows} s JOIN orders_order o ON o.tid = s.tid
      LEFT JOIN orders_orderline l ON l.line_key = s.line_key
      LEFT JOIN intake_batch lb ON lb.id = l.last_batch_id
      CROSS JOIN LATERAL (
        SELECT l.id IS NULL OR lb.id IS NULL OR %(exported_at)s >= lb.exported_at AS newer) n"""


def line_differs() -> str:
    """Give the condition under which a merged line `u` changes the stored one `o`."""
    new = ", ".join(f"u.{name}" for name in LINE_VALUES)
    old = ", ".join(f"o.{name}" for name in LINE_VALUES)
    return f"({new}) IS DISTINCT FROM ({old})"


def placeholders(rows: str, windows: Sequence[PromiseWindow]) -> str:
    """Give the SELECT of the orders that `rows` speak of and that are not stored yet.

    An item file may come before its order list. Such an order holds what the lines say and no
    list hash; the order
    list completes it, whatever its export time. Without times, as in the old layout, it awaits
    payment.
    """
    lowest = f"(array_agg(s.status ORDER BY {rank('s.status')}))[1]"
    facts = f"""
      SELECT s.tid, min(s.created_at) AS created_at, min(s.paid_at) AS paid_at,
        CASE WHEN bool_and(s.consigned_at IS NOT NULL) THEN max(s.consigned_at) END AS consigned_at,
        bool_or(s.is_time_rough) AS is_time_rough, sum(s.quantity) AS piece_count,
        count(*) AS kind_count, coalesce(max(s.flag), 0) AS flag,
        coalesce(sum(s.payable_amount), 0) AS goods_amount,
        coalesce(sum(coalesce(s.payable_amount, s.charged_amount)), 0) AS total_amount,
        CASE WHEN min(s.paid_at) IS NULL THEN 0 ELSE coalesce(sum({PAID}), 0) END AS paid_amount,
        coalesce(sum(s.refund_amount) FILTER (WHERE s.refund_status = 'SUCCESS'), 0) AS refund_amount,
        CASE WHEN {lowest} = 'TRADE_CLOSED' AND min(s.paid_at) IS NULL
          THEN 'TRADE_CLOSED_BY_TAOBAO' ELSE {lowest} END AS status,
        coalesce(bool_or(s.refund_status IN ({OPEN_REFUNDS})), false) AS has_open_refund,
        coalesce(max(s.buyer_message), '') AS buyer_message,
        coalesce(max(s.seller_memo), '') AS seller_memo, bool_or(s.waybills IS NOT NULL) AS sent
      FROM {rows} s WHERE NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.tid = s.tid)
      GROUP BY s.tid"""
    said = said_stage(
        "g.status", paid_at="g.paid_at", consigned_at="g.consigned_at", has_waybill="g.sent"
    )
    return due_sql(
        f"SELECT g.*, {shop_date('g.created_at')} AS created_date, {shop_date('g.paid_at')} AS paid_date,"
        f" {said} AS stage, NULL::date AS promised_date, NULL::int AS promise_hours,"
        f" NULL::timestamptz AS agreed_ship_at FROM ({facts}) g",
        windows,
    )


def order_rows(rows: str, windows: Sequence[PromiseWindow]) -> str:
    """Give the SELECT of what changing orders of merged lines become, from all their stored lines.

    Lines move their order's status only onward, and only when all agree and all are there.
    """
    moved = furthest("o.status", "a.status", newer="false")
    facts = f"""
      SELECT o.id, o.stage AS old_stage, o.handed_over_at AS old_handed_over_at,
        o.promised_date, o.promise_hours, o.agreed_ship_at,
        coalesce(o.consigned_at, CASE WHEN a.all_consigned THEN a.consigned_at END) AS consigned_at,
        coalesce(o.paid_at, f.paid_at) AS paid_at,
        CASE WHEN p.counted THEN o.piece_count ELSE a.pieces END AS piece_count,
        CASE WHEN p.counted THEN o.kind_count ELSE a.lines END AS kind_count,
        CASE WHEN o.is_memo_by_hand OR f.flag IS NULL
            OR (o.flag <> 0 AND o.exported_at > %(exported_at)s) THEN o.flag ELSE f.flag END AS flag,
        {OPEN_REFUND_SQL} AS has_open_refund,
        CASE WHEN o.paid_at IS NULL AND f.paid_at IS NOT NULL
          THEN coalesce(nullif(o.total_amount, 0), f.paid_amount, 0) ELSE o.paid_amount END AS paid_amount,
        greatest(o.refund_amount, a.refunded) AS refund_amount,
        CASE WHEN a.agree AND (NOT p.counted OR a.pieces >= o.piece_count) THEN {moved}
          ELSE o.status END AS status,
        coalesce(nullif(o.buyer_message, ''), f.buyer_message, '') AS buyer_message,
        CASE WHEN o.is_memo_by_hand THEN o.seller_memo
          ELSE coalesce(nullif(o.seller_memo, ''), f.seller_memo, '') END AS seller_memo,
        f.sent OR EXISTS (SELECT 1 FROM orders_shipment h WHERE h.order_id = o.id OFFSET 0) AS sent,
        o AS stored
      FROM (
        SELECT s.tid, min(s.paid_at) AS paid_at, max(s.flag) AS flag, sum({PAID}) AS paid_amount,
          max(s.buyer_message) AS buyer_message, max(s.seller_memo) AS seller_memo,
          bool_or(s.waybills IS NOT NULL) AS sent
        FROM {rows} s GROUP BY s.tid) f
      JOIN orders_order o ON o.tid = f.tid
      CROSS JOIN LATERAL (
        SELECT o.list_hash IS NOT NULL AND o.piece_count > 0 AS counted) p
      CROSS JOIN LATERAL (
        SELECT sum(l.quantity)::int AS pieces, count(*)::int AS lines, min(l.status) AS status,
          min(l.status) = max(l.status) AS agree, max(l.consigned_at) AS consigned_at,
          bool_and(l.consigned_at IS NOT NULL) AS all_consigned,
          sum(l.refund_amount) FILTER (WHERE l.refund_status = 'SUCCESS') AS refunded
        FROM orders_orderline l WHERE l.order_id = o.id) a"""
    said = said_stage(
        "g.status", paid_at="g.paid_at", consigned_at="g.consigned_at", has_waybill="g.sent"
    )
    staged = f"""
      SELECT st.*, {shop_date("st.paid_at")} AS paid_date,
        CASE WHEN st.stage = 'handed_over' THEN coalesce(st.old_handed_over_at, st.consigned_at)
          ELSE st.old_handed_over_at END AS handed_over_at
      FROM (
        SELECT sa.*, {next_stage("sa.old_stage", "sa.said")} AS stage
        FROM (SELECT g.*, {said} AS said FROM ({facts} OFFSET 0) g OFFSET 0) sa OFFSET 0) st"""
    new = ", ".join(f"f.{name}" for name in _ORDER_FACTS)
    old = ", ".join(f"(f.stored).{name}" for name in _ORDER_FACTS)
    moved_only = f"SELECT f.* FROM ({staged} OFFSET 0) f WHERE ({new}) IS DISTINCT FROM ({old})"
    return due_sql(moved_only, windows)


def order_differs() -> str:
    """Give the condition under which `u` changes the order `o`."""
    new = ", ".join(f"u.{name}" for name in ORDER_VALUES)
    old = ", ".join(f"o.{name}" for name in ORDER_VALUES)
    return f"({new}) IS DISTINCT FROM ({old})"
