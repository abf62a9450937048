"""Undo of an import: what it created goes, what it changed comes back, unless something newer touched it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import ManyToOneRel, Model
from django.utils.translation import gettext_noop

from orders import registry
from orders.actions.cases import forgetting
from orders.actions.importing import after, steps
from orders.actions.importing.steps import Steps
from orders.models import (
    AfterSalesCase,
    BillLine,
    Buyer,
    Hold,
    Order,
    OrderContact,
    OrderLine,
    OrderRisk,
    Refund,
    Shipment,
)
from shopops.intake.spec import Counts

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

# Tables in which a row knows the batch that wrote it last; restored in this order.
_TABLES = ("orders_orderline", "orders_refund", "orders_order")
# What an import itself brings to an order; rows of any other table keep the order alive.
_OWN = (OrderLine, Shipment, OrderContact, Refund, BillLine, OrderRisk)
# What the audit, which judges within a minute, adds to an order by itself.
_JUDGED = (*_OWN, Hold)
# No person was at an order: its holds are the audit's, and the log knows the audit and nobody else.
_BY_ITSELF = """o.stage IN ('awaiting_audit', 'held', 'approved')
  AND NOT EXISTS (SELECT 1 FROM orders_hold h WHERE h.order_id = o.id
    AND (h.is_hand_set OR h.owner_id IS NOT NULL OR h.opened_by_id IS NOT NULL OR h.note <> ''
      OR h.told_at IS NOT NULL OR h.closed_by_id IS NOT NULL))
  AND NOT EXISTS (SELECT 1 FROM staff_operation p WHERE p.object_type = 'order'
    AND p.object_key = o.tid AND p.actor_id IS NOT NULL)
  AND EXISTS (SELECT 1 FROM staff_operation p WHERE p.object_type = 'order'
    AND p.object_key = o.tid AND p.actor_id IS NULL
    AND p.name IN ('orders.order.approved', 'orders.order.held'))"""


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a batch back. Counts: created = rows deleted, updated = rows restored, unchanged = rows kept.

    Kept is what somebody worked on (holds, parcels, gifts, cases, a sweep, traces) or a
    later batch changed since: it stays as it is. What the audit alone judged goes.
    """
    work = Steps(run)
    with connection.cursor() as cursor:
        total = sum(
            steps.count_rows(cursor, table, f"first_batch_id = {batch.pk:d}") for table in _TABLES
        ) + steps.count_rows(cursor, "intake_rowchange", f"batch_id = {batch.pk:d}")
    if not work.cursor.get("restored"):
        with work.step(done=0, total=total, text=gettext_noop("恢复原值")) as cursor:
            _restore(cursor, batch.pk, work)
            work.cursor["restored"] = True
    while not work.cursor.get("deleted"):
        done = work.cursor.get("removed", 0)
        with work.step(done=done, total=total, text=gettext_noop("删除新增")) as cursor:
            _lay_back(cursor, batch.pk, now)
            removed = _delete_some(cursor, batch.pk, work)
            if not removed:
                work.cursor["deleted"] = True
                work.add(kept=_kept(cursor, batch.pk))
                _leave(cursor, batch.pk)
                after.finish(batch.pk, now)
    counts = work.cursor
    kept = max(counts.get("kept", 0), 0)
    return Counts(counts.get("removed", 0), counts.get("updated", 0), kept, 0)


def _restore(cursor: CursorWrapper, batch_id: int, work: Steps) -> None:
    """Put back what the batch changed where nothing newer touched it."""
    after.mark_dirty(
        cursor,
        "orders_order",
        where=f"id IN (SELECT row_pk FROM intake_rowchange WHERE batch_id = {batch_id:d}"
        " AND \"table\" = 'orders_order')",
    )
    refunds = (
        "SELECT r.finished_at FROM intake_rowchange c JOIN orders_refund r ON r.id = c.row_pk"
        f" WHERE c.batch_id = {batch_id:d} AND c.\"table\" = 'orders_refund'"
    )
    after.mark_finished(cursor, refunds)
    _restore_contacts(cursor, batch_id)
    cursor.execute(
        "SELECT DISTINCT o.buyer_id FROM intake_rowchange c JOIN orders_order o ON o.id = c.row_pk"
        f" WHERE c.batch_id = {batch_id:d} AND c.\"table\" = 'orders_order'"
        " AND o.buyer_id IS NOT NULL AND c.before ? 'buyer_id'"
    )
    buyers = [row[0] for row in cursor.fetchall()]
    for table in _TABLES:
        untouched = f"o.last_batch_id = {batch_id:d}"
        if table == "orders_order":
            untouched += " AND o.version = (c.before ->> 'version')::int + 1"
        names = _columns(cursor, table)
        new = ", ".join(f"{name} = n.{name}" for name in names)
        cursor.execute(
            f"UPDATE {table} o SET {new} FROM ("
            f" SELECT o.id AS row_pk, (jsonb_populate_record(o, c.before)).*"
            f" FROM intake_rowchange c JOIN {table} o ON o.id = c.row_pk"
            f" WHERE c.batch_id = {batch_id:d} AND c.\"table\" = '{table}' AND {untouched}) n"
            " WHERE n.row_pk = o.id"
        )
        work.add(updated=cursor.rowcount)
        restored = cursor.rowcount
        changes = steps.count_rows(
            cursor, "intake_rowchange", f"batch_id = {batch_id:d} AND \"table\" = '{table}'"
        )
        work.add(kept=changes - restored)
    after.mark_finished(cursor, refunds)
    if buyers:
        _mend_buyers(cursor, f"SELECT unnest(ARRAY{buyers}::bigint[])")
    after.mark_dirty(
        cursor,
        "orders_order",
        where=f"id IN (SELECT row_pk FROM intake_rowchange WHERE batch_id = {batch_id:d}"
        " AND \"table\" = 'orders_order')",
    )


def _restore_contacts(cursor: CursorWrapper, batch_id: int) -> None:
    """Put back the sealed contact of orders that are put back; drop the one that a change brought."""
    ours = (
        f"FROM intake_rowchange c JOIN orders_order o ON o.id = c.row_pk"
        f" AND o.last_batch_id = {batch_id:d} WHERE c.batch_id = {batch_id:d}"
    )
    cursor.execute(
        "UPDATE orders_ordercontact k SET sealed = n.sealed, phone_index = n.phone_index FROM ("
        " SELECT (jsonb_populate_record(NULL::orders_ordercontact, c.before)).*"
        f" {ours} AND c.\"table\" = 'orders_ordercontact') n WHERE n.order_id = k.order_id"
    )
    cursor.execute(
        "DELETE FROM orders_ordercontact k WHERE k.order_id IN ("
        f" SELECT c.row_pk {ours} AND c.\"table\" = 'orders_order' AND c.before ->> 'list_hash' IS NULL"
        " AND c.before ? 'list_hash')"
        f" AND NOT EXISTS (SELECT 1 FROM intake_rowchange p WHERE p.batch_id = {batch_id:d}"
        " AND p.\"table\" = 'orders_ordercontact' AND p.row_pk = k.order_id)"
    )


def _columns(cursor: CursorWrapper, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attname <> 'id'",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def _delete_some(cursor: CursorWrapper, batch_id: int, work: Steps) -> int:
    """Delete one portion of what the batch created and nobody touched; give the number of rows."""
    cursor.execute(
        "SELECT id FROM orders_orderline"
        f" WHERE first_batch_id = {batch_id:d} AND last_batch_id = {batch_id:d}"
        f" AND {_unreferenced(OrderLine, 'orders_orderline', (AfterSalesCase,))}"
        f" LIMIT {steps.CHUNK_ROWS}"
    )
    going = [row[0] for row in cursor.fetchall()]
    if going:
        forgetting.leave_lines(cursor, going)
        cursor.execute(
            "DELETE FROM orders_orderline WHERE id = ANY(%s) RETURNING order_id", [going]
        )
        lines = [row[0] for row in cursor.fetchall()]
        after.mark_dirty(cursor, "orders_order", where="id = ANY(%(ids)s)", params={"ids": lines})
        work.add(removed=len(lines))
        return len(lines)
    refunds = (
        "SELECT id FROM orders_refund"
        f" WHERE first_batch_id = {batch_id:d} AND last_batch_id = {batch_id:d}"
        f" AND {_unreferenced(Refund, 'orders_refund', (AfterSalesCase,))}"
        f" ORDER BY id LIMIT {steps.CHUNK_ROWS}"
    )
    forgetting.leave_refunds(cursor, refunds)
    after.mark_finished(cursor, f"SELECT finished_at FROM orders_refund WHERE id IN ({refunds})")
    cursor.execute(f"DELETE FROM orders_refund WHERE id IN ({refunds})")
    if cursor.rowcount:
        work.add(removed=cursor.rowcount)
        return int(cursor.rowcount)
    cursor.execute(
        "DELETE FROM orders_shipment h WHERE h.id IN (SELECT h.id FROM orders_shipment h"
        " JOIN orders_order o ON o.id = h.order_id"
        f" WHERE h.first_batch_id = {batch_id:d} AND o.first_batch_id <> {batch_id:d}"
        " AND h.handed_over_at IS NULL AND h.picked_up_at IS NULL AND h.parcel_id IS NULL"
        " AND h.last_trace_at IS NULL"
        f" AND {_unreferenced(Shipment, 'h', ())} LIMIT {steps.CHUNK_ROWS})"
    )
    if cursor.rowcount:
        return int(cursor.rowcount)
    return _delete_orders(cursor, batch_id, work)


def _lay_back(cursor: CursorWrapper, batch_id: int, now: datetime) -> None:
    """Take back what the audit did by itself to orders of a batch, so that they go with it.

    Else an undo would have to come before the audit, which looks every minute. Stock that was set aside
    is let go; an order that got a gift, a case or a parcel stays. One that stays for another reason
    (lines or shipments from elsewhere) stays as it is judged.
    """
    cursor.execute(
        "SELECT o.id, o.tid FROM orders_order o"
        f" WHERE o.first_batch_id = {batch_id:d} AND o.last_batch_id = {batch_id:d}"
        f" AND o.version > 1 AND {_BY_ITSELF} AND {_unreferenced(Order, 'o', _JUDGED)}"
        " AND NOT EXISTS (SELECT 1 FROM orders_orderline l WHERE l.order_id = o.id"
        f" AND (l.first_batch_id <> {batch_id:d} OR l.last_batch_id <> {batch_id:d}))"
        f" AND {_shipments_go(batch_id)}"
        " ORDER BY o.id FOR UPDATE OF o"
    )
    judged = cursor.fetchall()
    if not judged:
        return
    registry.tell_cancelled([str(tid) for _id, tid in judged], None, now)
    ids = [order_id for order_id, _tid in judged]
    cursor.execute("DELETE FROM orders_hold WHERE order_id = ANY(%s)", [ids])
    cursor.execute(
        "UPDATE orders_order SET stage = 'awaiting_audit', approved_at = NULL, version = 1"
        " WHERE id = ANY(%s)",
        [ids],
    )


def _delete_orders(cursor: CursorWrapper, batch_id: int, work: Steps) -> int:
    if not work.cursor.get("left"):
        forgetting.leave_batch(cursor, batch_id)
        work.cursor["left"] = True
    cursor.execute("DROP TABLE IF EXISTS undo_orders")
    cursor.execute(
        "CREATE TEMP TABLE undo_orders ON COMMIT DROP AS SELECT o.id, o.buyer_id FROM orders_order o"
        f" WHERE o.first_batch_id = {batch_id:d} AND o.last_batch_id = {batch_id:d}"
        f" AND o.version = 1 AND {_unreferenced(Order, 'o', _OWN)}"
        f" AND NOT EXISTS (SELECT 1 FROM orders_orderline l WHERE l.order_id = o.id)"
        f" AND {_shipments_go(batch_id)} ORDER BY o.id LIMIT {steps.CHUNK_ROWS} FOR UPDATE"
    )
    ids = "(SELECT id FROM undo_orders)"
    after.mark_dirty(cursor, "orders_order", where=f"id IN {ids}")
    for table in ("orders_refund", "orders_billline"):
        cursor.execute(f"UPDATE {table} SET order_id = NULL WHERE order_id IN {ids}")
    for table in ("orders_shipment", "orders_ordercontact"):
        cursor.execute(f"DELETE FROM {table} WHERE order_id IN {ids}")
    cursor.execute(f"DELETE FROM orders_order WHERE id IN {ids}")
    removed = int(cursor.rowcount)
    _mend_buyers(cursor, "SELECT buyer_id FROM undo_orders WHERE buyer_id IS NOT NULL")
    work.add(removed=removed)
    return removed


def _shipments_go(batch_id: int) -> str:
    """Give the condition that no shipment of an order `o` is from elsewhere or was worked on."""
    return (
        "NOT EXISTS (SELECT 1 FROM orders_shipment h WHERE h.order_id = o.id"
        f" AND (h.first_batch_id IS DISTINCT FROM {batch_id:d} OR h.parcel_id IS NOT NULL"
        " OR h.last_trace_at IS NOT NULL"
        f" OR NOT ({_unreferenced(Shipment, 'h', ())})))"
    )


def _mend_buyers(cursor: CursorWrapper, buyers: str) -> None:
    """Delete buyers who have nothing left here; give the others their first order's time again."""
    unfollowed = _unreferenced(Buyer, "b", registry.following_models())
    going = f"SELECT b.id FROM orders_buyer b WHERE b.id IN ({buyers}) AND {unfollowed}"
    registry.leave_buyers(cursor, going)
    cursor.execute(
        f"DELETE FROM orders_buyer b WHERE b.id IN ({buyers}) AND {_unreferenced(Buyer, 'b', ())}"
    )
    cursor.execute(
        "UPDATE orders_buyer b SET first_order_at = f.first FROM ("
        " SELECT o.buyer_id, min(o.created_at) AS first FROM orders_order o"
        f" WHERE o.buyer_id IN ({buyers}) GROUP BY o.buyer_id) f"
        " WHERE f.buyer_id = b.id AND b.first_order_at IS DISTINCT FROM f.first"
    )


def _unreferenced(model: type[Model], alias: str, own: tuple[type[Model], ...]) -> str:
    """Give the condition that no row of any app but `own` points to a row, by whatever name."""
    relations = [
        one
        for one in model._meta.get_fields(include_hidden=True)
        if isinstance(one, ManyToOneRel) and one.related_model not in own
    ]
    conditions = [
        f"NOT EXISTS (SELECT 1 FROM {one.related_model._meta.db_table} x"
        f" WHERE x.{one.field.column} = {alias}.id)"
        for one in relations
    ]
    return " AND ".join(conditions) or "true"


def _kept(cursor: CursorWrapper, batch_id: int) -> int:
    """Count what the batch brought and what stays: somebody worked on it, or a later file changed it."""
    return sum(
        steps.count_rows(cursor, table, f"first_batch_id = {batch_id:d}") for table in _TABLES
    )


def _leave(cursor: CursorWrapper, batch_id: int) -> None:
    cursor.execute(f"DELETE FROM intake_rowchange WHERE batch_id = {batch_id:d}")
