"""What carriers report becomes times of shipments and stages of orders. Set-based.

A shipment's times are worked out anew from all events of its waybill, an order's from all its
shipments; a stage only moves forward. So it does not matter in which order files come.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from orders.actions.importing import after
from orders.choices import STAGE_TRANSITIONS, Stage
from orders.rules.traces import ROAD

# Stray waybills looked at in one tick.
_ADOPTED = 2000
_RANK = {stage: rank for rank, stage in enumerate(ROAD)}
_NOWHERE = -1


def rank_sql(stage: str) -> str:
    """Give how far on the road a stage expression is; what is not on it stands before."""
    cases = " ".join(f"WHEN '{one}' THEN {rank}" for one, rank in _RANK.items())
    return f"(CASE {stage} {cases} ELSE {_NOWHERE} END)"


def _may_follow(old: str, new: str) -> str:
    """Give the condition that `STAGE_TRANSITIONS` leads from one stage to another on the road."""
    pairs = ", ".join(
        f"('{before}', '{then}')"
        for before, followers in STAGE_TRANSITIONS.items()
        for then in ROAD
        if then in followers
    )
    return f"({old}, {new}) IN ({pairs})"


_AS_STAGE = "CASE t.said " + " ".join(f"WHEN {n} THEN '{one}'" for one, n in _RANK.items()) + " END"

# Orders that have a shipment or a parcel under one of the waybills in table `trace_waybills`.
ORDERS = """
  SELECT h.order_id FROM orders_shipment h JOIN trace_waybills w ON w.waybill_no = h.waybill_no
  UNION
  SELECT l.order_id FROM orders_parcel p JOIN trace_waybills w ON w.waybill_no = p.waybill_no
  JOIN orders_parcelline l ON l.parcel_id = p.id
  WHERE p.waybill_no <> '' AND p.state <> 'dropped'
"""


def use_waybills(cursor: CursorWrapper, select: str, parameters: Sequence[list[str]] = ()) -> None:
    """Fill `trace_waybills` with the waybills that a SELECT gives, and lock their orders and parcels."""
    cursor.execute("DROP TABLE IF EXISTS trace_waybills")
    cursor.execute(f"CREATE TEMP TABLE trace_waybills ON COMMIT DROP AS {select}", list(parameters))
    cursor.execute("ANALYZE trace_waybills")
    cursor.execute(
        f"SELECT id FROM orders_order WHERE id IN ({ORDERS}) ORDER BY id FOR NO KEY UPDATE"
    )
    cursor.execute(
        "SELECT id FROM orders_parcel WHERE waybill_no IN (SELECT waybill_no FROM trace_waybills)"
        " AND waybill_no <> '' ORDER BY id FOR NO KEY UPDATE"
    )


def follow_waybills(cursor: CursorWrapper, *, batch_id: int | None) -> int:
    """Let what is known of `trace_waybills` reach parcels, shipments and orders; give the orders changed.

    `batch_id` remembers what orders and parcels held before, for an undo.
    """
    _make_shipments(cursor, batch_id)
    cursor.execute(
        "UPDATE orders_traceevent e SET is_known = true FROM trace_waybills w"
        " WHERE e.waybill_no = w.waybill_no AND NOT e.is_known AND EXISTS ("
        " SELECT 1 FROM orders_shipment h WHERE h.waybill_no = e.waybill_no)"
    )
    work_out_shipments(cursor)
    _let_parcels_leave(cursor, batch_id)
    return _move_orders(cursor, batch_id)


def _make_shipments(cursor: CursorWrapper, batch_id: int | None) -> None:
    """Make the shipments of parcels that the carrier knows and nobody handed over here."""
    cursor.execute(
        f"""
        INSERT INTO orders_shipment (order_id, first_batch_id, parcel_id, handed_over_at, carrier,
          waybill_no)
        SELECT DISTINCT l.order_id, {"NULL" if batch_id is None else f"{batch_id:d}"}::bigint, p.id,
          p.handed_over_at, p.carrier, p.waybill_no
        FROM trace_waybills w JOIN orders_parcel p ON p.waybill_no = w.waybill_no
        JOIN orders_parcelline l ON l.parcel_id = p.id
        WHERE p.waybill_no <> '' AND p.state <> 'dropped' AND EXISTS (
          SELECT 1 FROM orders_traceevent e WHERE e.waybill_no = w.waybill_no)
        ON CONFLICT (order_id, waybill_no) DO NOTHING
        """
    )


def work_out_shipments(cursor: CursorWrapper) -> None:
    """Work out the times of the shipments under `trace_waybills` from their events.

    Carriers use numbers again after a year or two: what is older than the order is another parcel's.
    """
    cursor.execute(
        """
        UPDATE orders_shipment h SET picked_up_at = t.picked_up_at, first_trace_at = t.first_trace_at,
          signed_at = t.signed_at, last_trace_at = t.last_trace_at
        FROM (
          SELECT s.id, min(e.at) FILTER (WHERE e.kind = 'pickup') AS picked_up_at,
            min(e.at) FILTER (WHERE e.kind <> 'pickup') AS first_trace_at,
            min(e.at) FILTER (WHERE e.kind = 'signed') AS signed_at, max(e.at) AS last_trace_at
          FROM trace_waybills w JOIN orders_shipment s ON s.waybill_no = w.waybill_no
          JOIN orders_order o ON o.id = s.order_id
          LEFT JOIN orders_traceevent e ON e.waybill_no = s.waybill_no AND e.at >= o.paid_at
          GROUP BY s.id) t
        WHERE t.id = h.id AND (h.picked_up_at, h.first_trace_at, h.signed_at, h.last_trace_at)
          IS DISTINCT FROM (t.picked_up_at, t.first_trace_at, t.signed_at, t.last_trace_at)
        """
    )


def _let_parcels_leave(cursor: CursorWrapper, batch_id: int | None) -> None:
    """Take parcels out of the house that their carrier has, though nobody scanned them out."""
    cursor.execute("DROP TABLE IF EXISTS trace_parcels")
    cursor.execute(
        """
        CREATE TEMP TABLE trace_parcels ON COMMIT DROP AS
        SELECT p.id, min(coalesce(h.picked_up_at, h.first_trace_at)) AS left_at
        FROM trace_waybills w JOIN orders_parcel p ON p.waybill_no = w.waybill_no
        JOIN orders_shipment h ON h.waybill_no = p.waybill_no AND h.last_trace_at IS NOT NULL
        WHERE p.waybill_no <> '' AND p.state NOT IN ('handed_over', 'dropped') GROUP BY p.id
        """
    )
    if batch_id is not None:
        cursor.execute(
            'INSERT INTO intake_rowchange (batch_id, "table", row_pk, before)'
            f" SELECT {batch_id:d}, 'orders_parcel', p.id, jsonb_build_object('state', p.state,"
            " 'handed_over_at', p.handed_over_at, 'version', p.version)"
            " FROM trace_parcels t JOIN orders_parcel p ON p.id = t.id"
            ' ON CONFLICT (batch_id, "table", row_pk) DO NOTHING'
        )
    cursor.execute(
        "UPDATE orders_parcel p SET state = 'handed_over', handed_over_at = t.left_at,"
        " version = p.version + 1 FROM trace_parcels t WHERE t.id = p.id"
    )


# Of each order: the least advanced shipment says how far it is. A parcel without a shipment of its
# own, or a shipment that no carrier spoke of, keeps it where it is.
_FACTS = f"""
  SELECT o.id, min(CASE WHEN h.signed_at IS NOT NULL THEN {_RANK[Stage.SIGNED]}
      WHEN h.first_trace_at IS NOT NULL THEN {_RANK[Stage.IN_TRANSIT]}
      WHEN h.picked_up_at IS NOT NULL THEN {_RANK[Stage.PICKED_UP]} ELSE {_NOWHERE} END) AS said,
    CASE WHEN bool_and(h.picked_up_at IS NOT NULL) THEN max(h.picked_up_at) END AS picked_up_at,
    coalesce(min(h.last_trace_at) FILTER (WHERE h.signed_at IS NULL), max(h.last_trace_at))
      AS last_trace_at
  FROM orders_order o JOIN orders_shipment h ON h.order_id = o.id
  WHERE o.id IN ({ORDERS}) GROUP BY o.id
"""
_IN_THE_HOUSE = """EXISTS (
  SELECT 1 FROM orders_parcelline l JOIN orders_parcel p ON p.id = l.parcel_id
  WHERE l.order_id = o.id AND p.state NOT IN ('handed_over', 'dropped'))"""


def _move_orders(cursor: CursorWrapper, batch_id: int | None) -> int:
    cursor.execute("DROP TABLE IF EXISTS trace_orders")
    cursor.execute(
        f"""
        CREATE TEMP TABLE trace_orders ON COMMIT DROP AS
        SELECT o.id, t.last_trace_at, coalesce(t.picked_up_at, o.picked_up_at) AS picked_up_at,
          CASE WHEN t.said > {rank_sql("o.stage")} AND NOT {_IN_THE_HOUSE}
              AND o.paid_at IS NOT NULL AND {_may_follow("o.stage", _AS_STAGE)}
            THEN {_AS_STAGE} ELSE o.stage END AS stage
        FROM ({_FACTS}) t JOIN orders_order o ON o.id = t.id
        """
    )
    changes = (
        "(u.stage, u.picked_up_at, u.last_trace_at)"
        " IS DISTINCT FROM (o.stage, o.picked_up_at, o.last_trace_at)"
    )
    ours = ""
    if batch_id is not None:
        after.remember(cursor, batch_id, "orders_order", new="trace_orders", condition=changes)
        ours = f", last_batch_id = {batch_id:d}"
    cursor.execute(
        "UPDATE orders_order o SET stage = u.stage, picked_up_at = u.picked_up_at,"
        f" last_trace_at = u.last_trace_at, version = o.version + 1{ours}"
        f" FROM trace_orders u WHERE u.id = o.id AND {changes}"
    )
    return int(cursor.rowcount)


@transaction.atomic
def adopt(*, waybills: Iterable[str], now: datetime) -> int:
    """Join what files told of these waybills before anybody knew them; give the orders changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT waybill_no FROM orders_traceevent WHERE waybill_no = ANY(%s)",
            [list(waybills)],
        )
        known = [row[0] for row in cursor.fetchall()]
        if not known:
            return 0
        use_waybills(cursor, "SELECT unnest(%s::text[]) AS waybill_no", [known])
        return follow_waybills(cursor, batch_id=None)


def adopt_strays(now: datetime) -> None:
    """Look whether shipments came for waybills that only carriers knew. A tick of the scheduler."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT e.waybill_no FROM orders_traceevent e WHERE NOT e.is_known AND ("
            " EXISTS (SELECT 1 FROM orders_shipment h WHERE h.waybill_no = e.waybill_no)"
            " OR EXISTS (SELECT 1 FROM orders_parcel p WHERE p.waybill_no = e.waybill_no"
            "  AND p.waybill_no <> '' AND p.state <> 'dropped')) LIMIT %s",
            [_ADOPTED],
        )
        found = [row[0] for row in cursor.fetchall()]
    if found:
        adopt(waybills=found, now=now)
