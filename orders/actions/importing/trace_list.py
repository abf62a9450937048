"""Merge of what carriers report: events by waybill, then the times and stages that follow from them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from orders.actions.importing import after, steps, traces
from orders.actions.importing.steps import Steps
from shopops.intake.spec import CellError, Counts, Preview

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

# A clock that is ahead; what lies further in the future is a slip and would never fall silent.
_AHEAD = timedelta(hours=12)
_SHOWN = 200
_NEW = """NOT EXISTS (SELECT 1 FROM orders_traceevent e WHERE e.waybill_no = m.waybill_no
  AND e.at = m.at AND e.kind = m.kind AND e.text_hash = m.text_hash)"""
_KNOWN = """(EXISTS (SELECT 1 FROM orders_shipment h WHERE h.waybill_no = m.waybill_no)
  OR EXISTS (SELECT 1 FROM orders_parcel p WHERE p.waybill_no = m.waybill_no
    AND p.waybill_no <> '' AND p.state <> 'dropped'))"""


def _events_sql(stage: str) -> str:
    """Give the events that staged rows tell: one for each time in a row."""
    return f"""
      SELECT s.line_no, s.waybill_no, s.carrier, e.at, e.kind, s.place, e.text,
        hashtextextended(e.text, 0) AS text_hash
      FROM {stage} s CROSS JOIN LATERAL (VALUES
        (s.picked_up_at, 'pickup', CASE WHEN s.traced_at IS NULL THEN s.text ELSE '' END),
        (s.signed_at, 'signed', CASE WHEN s.traced_at IS NULL THEN s.text ELSE '' END),
        (s.traced_at, coalesce(nullif(s.kind, ''), 'transit'), s.text)) AS e (at, kind, text)
      WHERE e.at IS NOT NULL AND e.at <= %(latest)s"""


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged file would do; waybills that nobody knows are listed. Writes nothing."""
    latest = batch.created_at + _AHEAD
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS merge_events")
        cursor.execute(
            f"CREATE TEMP TABLE merge_events AS {_events_sql(stage)}", {"latest": latest}
        )
        cursor.execute(
            f"SELECT count(DISTINCT m.line_no) FILTER (WHERE {_NEW}), min(m.at), max(m.at)"
            " FROM merge_events m"
        )
        created, first, last = cursor.fetchone()
        total = steps.count_rows(cursor, stage)
        cursor.execute(
            "SELECT m.waybill_no, min(m.line_no) FROM merge_events m"
            f" WHERE NOT {_KNOWN} GROUP BY m.waybill_no ORDER BY 2"
        )
        strays = cursor.fetchall()
        ahead = _ahead(cursor, stage, latest)
        cursor.execute("DROP TABLE merge_events")
    unknown = [
        CellError(line, "运单号", number, "没有包裹用这个运单号；先记下，有了包裹自动对上")
        for number, line in strays[:_SHOWN]
    ]
    return Preview(
        created=created,
        updated=0,
        unchanged=total - created,
        rejected=batch.rejected_count,
        period_from=first,
        period_to=last,
        facts={"unknown_waybills": len(strays), "future_times": len(ahead)},
        extra_errors=[*unknown, *ahead],
    )


def _ahead(cursor: CursorWrapper, stage: str, latest: datetime) -> list[CellError]:
    cursor.execute(
        f"SELECT s.line_no, s.waybill_no FROM {stage} s"
        " WHERE greatest(s.picked_up_at, s.signed_at, s.traced_at) > %s ORDER BY 1 LIMIT %s",
        [latest, _SHOWN],
    )
    return [
        CellError(line, "时间", number, "时间在将来，这个时间没有记")
        for line, number in cursor.fetchall()
    ]


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Store the events of the file, and let them reach shipments and orders, 10,000 rows a step."""
    work = Steps(run)
    with connection.cursor() as cursor:
        total = steps.count_rows(cursor, stage)
    while not work.cursor.get("merged"):
        done = work.cursor.get("rows", 0)
        with work.step(done=done, total=total, text=gettext_noop("写入物流轨迹")) as cursor:
            _merge_some(cursor, batch, stage, work)
            if work.cursor.get("merged"):
                after.finish(batch.pk, now)
    return work.counts(total=total, rejected=batch.rejected_count)


def _merge_some(cursor: CursorWrapper, batch: "Batch", stage: str, work: Steps) -> None:
    cursor.execute(
        f"SELECT max(line_no), count(*) FROM (SELECT line_no FROM {stage} WHERE line_no > %s"
        f" ORDER BY line_no LIMIT {steps.CHUNK_ROWS}) c",
        [work.cursor.get("line", 0)],
    )
    last, count = cursor.fetchone()
    if not count:
        work.cursor["merged"] = True
        return
    rows = f"(SELECT * FROM {stage} WHERE line_no > {work.cursor.get('line', 0):d} AND line_no <= {last:d})"
    cursor.execute("DROP TABLE IF EXISTS merge_events")
    cursor.execute(
        f"CREATE TEMP TABLE merge_events ON COMMIT DROP AS {_events_sql(rows)}",
        {"latest": batch.created_at + _AHEAD},
    )
    _leave_out_erased(cursor)
    traces.use_waybills(cursor, "SELECT DISTINCT waybill_no FROM merge_events")
    work.add(created=_store(cursor, batch.pk), rows=count)
    traces.follow_waybills(cursor, batch_id=batch.pk)
    work.cursor["line"] = last
    if count < steps.CHUNK_ROWS:
        work.cursor["merged"] = True


def _leave_out_erased(cursor: CursorWrapper) -> None:
    """Blank what a file says of parcels whose receiver was erased; the hash keeps it from doubling."""
    cursor.execute(
        "UPDATE merge_events m SET place = '', text = '' FROM orders_shipment h"
        " JOIN orders_erasedorder e ON e.order_id = h.order_id WHERE h.waybill_no = m.waybill_no"
    )


def _store(cursor: CursorWrapper, batch_id: int) -> int:
    """Store new events, note this file beside those that stand; give the rows that told something new."""
    cursor.execute(f"SELECT count(DISTINCT m.line_no) FROM merge_events m WHERE {_NEW}")
    created = int(cursor.fetchone()[0])
    cursor.execute(
        f"""
        INSERT INTO orders_traceevent AS t (batch_ids, at, text_hash, is_known, kind, waybill_no,
          carrier, place, text)
        SELECT DISTINCT ON (m.waybill_no, m.at, m.kind, m.text_hash) ARRAY[{batch_id:d}]::bigint[],
          m.at, m.text_hash, {_KNOWN}, m.kind, m.waybill_no, m.carrier, m.place, m.text
        FROM merge_events m ORDER BY m.waybill_no, m.at, m.kind, m.text_hash, m.line_no
        ON CONFLICT (waybill_no, at, kind, text_hash) DO UPDATE
          SET batch_ids = t.batch_ids || excluded.batch_ids
          WHERE NOT t.batch_ids @> excluded.batch_ids
        """
    )
    return created


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a file back: what only it told goes, times are worked out from what is left. One transaction.

    A stage goes back where nothing newer touched the order. Counts: created = events deleted,
    updated = orders put back, unchanged = orders kept.
    """
    work = Steps(run)
    if not work.cursor.get("undone"):
        with work.step(done=0, total=1, text=gettext_noop("恢复原值")) as cursor:
            traces.use_waybills(
                cursor,
                "SELECT DISTINCT waybill_no FROM orders_traceevent"
                f" WHERE batch_ids @> ARRAY[{batch.pk:d}]::bigint[]",
            )
            _undo(cursor, batch.pk, work)
            work.cursor["undone"] = True
            after.finish(batch.pk, now)
    counts = work.cursor
    return Counts(counts.get("removed", 0), counts.get("updated", 0), counts.get("kept", 0), 0)


def _undo(cursor: CursorWrapper, batch_id: int, work: Steps) -> None:
    cursor.execute("DROP TABLE IF EXISTS undo_orders")
    cursor.execute(f"CREATE TEMP TABLE undo_orders ON COMMIT DROP AS {traces.ORDERS}")
    _put_parcels_back(cursor, batch_id)
    cursor.execute(f"DELETE FROM orders_traceevent WHERE batch_ids = ARRAY[{batch_id:d}]::bigint[]")
    work.add(removed=cursor.rowcount)
    cursor.execute(
        f"UPDATE orders_traceevent SET batch_ids = array_remove(batch_ids, {batch_id:d}::bigint)"
        f" WHERE batch_ids @> ARRAY[{batch_id:d}]::bigint[]"
    )
    traces.work_out_shipments(cursor)
    cursor.execute(
        f"DELETE FROM orders_shipment h WHERE h.first_batch_id = {batch_id:d}"
        " AND h.handed_over_at IS NULL AND h.last_trace_at IS NULL"
        " AND h.waybill_no IN (SELECT waybill_no FROM trace_waybills)"
    )
    work.add(updated=_put_orders_back(cursor, batch_id))
    changed = steps.count_rows(
        cursor, "intake_rowchange", f"batch_id = {batch_id:d} AND \"table\" = 'orders_order'"
    )
    work.add(kept=changed - work.cursor["updated"])
    _times_again(cursor)
    cursor.execute(f"DELETE FROM intake_rowchange WHERE batch_id = {batch_id:d}")


def _put_parcels_back(cursor: CursorWrapper, batch_id: int) -> None:
    cursor.execute(
        "UPDATE orders_parcel p SET state = c.before ->> 'state', version = p.version + 1,"
        " handed_over_at = (c.before ->> 'handed_over_at')::timestamptz FROM intake_rowchange c"
        f" WHERE c.batch_id = {batch_id:d} AND c.\"table\" = 'orders_parcel' AND c.row_pk = p.id"
        " AND p.version = (c.before ->> 'version')::int + 1"
    )


def _put_orders_back(cursor: CursorWrapper, batch_id: int) -> int:
    cursor.execute(
        "UPDATE orders_order o SET stage = coalesce(c.before ->> 'stage', o.stage),"
        " picked_up_at = CASE WHEN c.before ? 'picked_up_at'"
        "   THEN (c.before ->> 'picked_up_at')::timestamptz ELSE o.picked_up_at END,"
        " last_batch_id = (c.before ->> 'last_batch_id')::bigint,"
        " version = o.version + 1 FROM intake_rowchange c"
        f" WHERE c.batch_id = {batch_id:d} AND c.\"table\" = 'orders_order' AND c.row_pk = o.id"
        f" AND o.last_batch_id = {batch_id:d} AND o.version = (c.before ->> 'version')::int + 1"
    )
    return int(cursor.rowcount)


def _times_again(cursor: CursorWrapper) -> None:
    """Give orders the times that their shipments still have, whoever touched them since.

    An order put back to a stage that only another undone file knew of goes back to handed over.
    """
    road = traces.rank_sql("o.stage")
    cursor.execute(
        f"""
        UPDATE orders_order o SET picked_up_at = t.picked_up_at, last_trace_at = t.last_trace_at,
          stage = CASE WHEN {road} > 0 AND {road} > t.said AND o.status IN (
              'WAIT_SELLER_SEND_GOODS', 'SELLER_CONSIGNED_PART', 'WAIT_BUYER_CONFIRM_GOODS')
            THEN CASE greatest(t.said, 0) WHEN 0 THEN 'handed_over' WHEN 1 THEN 'picked_up'
              ELSE 'in_transit' END ELSE o.stage END,
          version = o.version + 1
        FROM (
          SELECT u.order_id AS id,
            coalesce(min(CASE WHEN h.signed_at IS NOT NULL THEN 3
              WHEN h.first_trace_at IS NOT NULL THEN 2
              WHEN h.picked_up_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS said,
            CASE WHEN bool_and(h.picked_up_at IS NOT NULL) THEN max(h.picked_up_at) END
              AS picked_up_at,
            coalesce(min(h.last_trace_at) FILTER (WHERE h.signed_at IS NULL),
              max(h.last_trace_at)) AS last_trace_at
          FROM undo_orders u LEFT JOIN orders_shipment h ON h.order_id = u.order_id
          GROUP BY u.order_id) t
        WHERE t.id = o.id
          AND (o.picked_up_at, o.last_trace_at) IS DISTINCT FROM (t.picked_up_at, t.last_trace_at)
        """
    )
