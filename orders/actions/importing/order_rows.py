"""The one SELECT that says what an order becomes when a row of an order export meets what is stored."""

from collections.abc import Sequence

from orders.actions.due_times import COLUMNS as DUE_COLUMNS
from orders.actions.due_times import due_sql
from orders.actions.importing.fragments import (
    CLOSED,
    OPEN_REFUNDS,
    filled,
    furthest,
    known,
    newest,
    next_stage,
    said_stage,
    shop_date,
)
from orders.rules.promises import PromiseWindow

# What an order export may change; in the order of the SELECT below.
_MERGED = (
    "created_at",
    "paid_at",
    "consigned_at",
    "ended_at",
    "piece_count",
    "kind_count",
    "is_time_rough",
    "is_presale",
    "goods_amount",
    "postage_amount",
    "total_amount",
    "paid_amount",
    "refund_amount",
    "status",
    "buyer_id",
    "buyer_nick",
    "title",
    "receiver_name",
    "receiver_phone",
    "receiver_province",
    "receiver_city",
    "receiver_district",
    "receiver_address",
    "buyer_message",
    "seller_memo",
    "close_reason",
    "shipping_text",
    "device",
)
_DERIVED = ("created_date", "paid_date", "stage", "handed_over_at", "has_open_refund")
# Compared to find out whether a row changes anything.
VALUES = (*_MERGED, *_DERIVED, *DUE_COLUMNS)
# Written as well when something changed.
BOOKED = ("list_hash", "exported_at")
COLUMNS = (*VALUES, *BOOKED)

_MERGED_SQL = f"""
SELECT s.line_no, o.id, s.tid, o.version, n.newer, s.waybills, s.carriers,
  s.sealed, s.phone_index, o.stage AS old_stage, o.handed_over_at AS old_handed_over_at,
  o.has_open_refund AS old_has_open_refund, r.is_open AS refund_is_open,
  o.promised_date, o.promise_hours, o.agreed_ship_at,
  {known("created_at")} AS created_at,
  {known("paid_at")} AS paid_at,
  {known("consigned_at")} AS consigned_at,
  {known("ended_at")} AS ended_at,
  {newest("piece_count", "0")} AS piece_count,
  {newest("kind_count", "0")} AS kind_count,
  CASE WHEN o.id IS NULL OR o.created_at IS NULL THEN s.is_time_rough
    ELSE o.is_time_rough AND s.is_time_rough END AS is_time_rough,
  {newest("is_presale", "false")} AS is_presale,
  {newest("goods_amount", "0")} AS goods_amount,
  {newest("postage_amount", "0")} AS postage_amount,
  {newest("total_amount", "0")} AS total_amount,
  CASE WHEN n.newer OR (o.paid_at IS NULL AND s.paid_at IS NOT NULL)
    THEN CASE WHEN s.paid_at IS NULL THEN coalesce(o.paid_amount, 0)
              WHEN %(paid_is_net)s THEN s.total_amount
              ELSE coalesce(s.charged_amount, s.total_amount) END
    ELSE o.paid_amount END AS paid_amount,
  greatest({newest("refund_amount", "0")}, r.amount) AS refund_amount,
  {furthest("o.status", "s.status", newer="n.newer")} AS status,
  CASE WHEN n.newer THEN coalesce(b.id, o.buyer_id) ELSE coalesce(o.buyer_id, b.id) END AS buyer_id,
  {filled("buyer_nick")} AS buyer_nick,
  {filled("title")} AS title,
  {filled("receiver_name")} AS receiver_name,
  {filled("receiver_phone")} AS receiver_phone,
  {filled("receiver_province")} AS receiver_province,
  {filled("receiver_city")} AS receiver_city,
  {filled("receiver_district")} AS receiver_district,
  {filled("receiver_address")} AS receiver_address,
  {filled("buyer_message")} AS buyer_message,
  CASE WHEN o.is_memo_by_hand THEN o.seller_memo
    ELSE {newest("seller_memo", "''")} END AS seller_memo,
  {filled("close_reason")} AS close_reason,
  {filled("shipping_text")} AS shipping_text,
  {filled("device")} AS device,
  CASE WHEN n.newer THEN n.list_hash ELSE o.list_hash END AS list_hash,
  greatest(o.exported_at, %(exported_at)s) AS exported_at
FROM {{rows}} s
LEFT JOIN orders_order o ON o.tid = s.tid
LEFT JOIN orders_buyer b ON b.key = s.buyer_key
LEFT JOIN ({{refunds}}) r ON r.tid = s.tid
CROSS JOIN LATERAL (
  SELECT o.id IS NULL OR o.list_hash IS NULL OR o.exported_at IS NULL
      OR %(exported_at)s >= o.exported_at AS newer,
    s.is_time_rough AND o.created_at IS NOT NULL AND NOT o.is_time_rough AS keeps_exact,
    s.row_hash + (%(paid_is_net)s AND coalesce(s.refund_amount, 0) > 0)::int AS list_hash) n
"""

_REFUNDS_SQL = f"""
SELECT tid, sum(refund_amount) FILTER (WHERE status = 'SUCCESS') AS amount,
  bool_or(status IN ({OPEN_REFUNDS})) AS is_open
FROM orders_refund WHERE tid IN (SELECT tid FROM {{rows}}) GROUP BY tid
"""

# OFFSET 0: see `orders.actions.due_times`.
_STAGED_SQL = f"""
SELECT st.*,
  st.old_handed_over_at AS handed_over_at
FROM (
  SELECT sa.*, {next_stage("sa.old_stage", "sa.said")} AS stage
  FROM (
    SELECT m.*, {shop_date("m.created_at")} AS created_date, {shop_date("m.paid_at")} AS paid_date,
      CASE WHEN m.status IN {CLOSED} THEN false
        ELSE coalesce(m.refund_is_open, false) OR coalesce(m.old_has_open_refund, false)
        END AS has_open_refund,
      {
    said_stage(
        "m.status",
        paid_at="m.paid_at",
        consigned_at="m.consigned_at",
        has_waybill="m.waybills IS NOT NULL",
    )
} AS said
    FROM ({{merged}} OFFSET 0) m OFFSET 0) sa
  OFFSET 0) st
"""


def rows_sql(rows: str, windows: Sequence[PromiseWindow]) -> str:
    """Give the SELECT over the staged rows of table `rows`.

    Parameters: `exported_at` of the file, and `paid_is_net` (实付 is net of refunds). Columns:
    `COLUMNS`, and id
    (null: a new order), tid, version, newer, waybills, carriers, sealed, phone_index.
    """
    merged = _MERGED_SQL.format(rows=rows, refunds=_REFUNDS_SQL.format(rows=rows))
    return due_sql(_STAGED_SQL.format(merged=merged), windows)


def differs(new: str = "u", old: str = "o") -> str:
    """Give the condition under which a merged row changes the stored one.

    Another hash alone counts too: the sealed contact or a waybill may be what changed.
    """
    return (
        f"(({', '.join(f'{new}.{name}' for name in VALUES)}) IS DISTINCT FROM "
        f"({', '.join(f'{old}.{name}' for name in VALUES)})"
        f" OR ({new}.newer AND {new}.list_hash IS DISTINCT FROM {old}.list_hash))"
    )
