"""Merge of a staged refund export into refunds, and of what they say into their orders. One transaction."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from orders.actions.due_times import COLUMNS as DUE_COLUMNS
from orders.actions.due_times import due_sql, windows_in_force
from orders.actions.importing import after, steps
from orders.actions.importing.steps import Steps
from shopops.intake.spec import Counts, Preview

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

_SUMS = {"退款金额": "refund_amount"}
_TIMES = ("applied_at", "finished_at", "order_paid_at", "timeout_at")
_TEXTS = (
    "type",
    "phase",
    "goods_status",
    "reason",
    "explanation",
    "responsible",
    "title",
    "sku_code",
    "return_carrier",
    "return_waybill_no",
)
_VALUES = ("order_id", "tid", "status", "is_full", "refund_amount", *_TIMES, *_TEXTS)
_COLUMNS = (*_VALUES, "row_hash", "exported_at")
# How far along a refund is: only an end is further than anything open; of two open states the
# newer file's wins.
_ENDED = "('SUCCESS', 'CLOSED')"
_ORDER_VALUES = ("refund_amount", "has_open_refund", "status", "stage", *DUE_COLUMNS)


def _rows_sql(stage: str) -> str:
    texts = ", ".join(
        f"CASE WHEN n.newer THEN coalesce(s.{name}, r.{name}, '') ELSE r.{name} END AS {name}"
        for name in _TEXTS
    )
    times = ", ".join(
        f"CASE WHEN n.newer THEN coalesce(s.{name}, r.{name}) ELSE coalesce(r.{name}, s.{name}) END"
        f" AS {name}"
        for name in _TIMES
    )
    return f"""
      SELECT s.line_no, r.id, s.refund_no, n.newer, coalesce(o.id, r.order_id) AS order_id,
        CASE WHEN n.newer THEN s.tid ELSE r.tid END AS tid,
        CASE WHEN r.id IS NULL THEN s.status
          WHEN r.status IN {_ENDED} AND s.status NOT IN {_ENDED} THEN r.status
          WHEN s.status IN {_ENDED} AND r.status NOT IN {_ENDED} THEN s.status
          WHEN n.newer THEN s.status ELSE r.status END AS status,
        CASE WHEN n.newer THEN coalesce(s.is_full, r.is_full) ELSE r.is_full END AS is_full,
        CASE WHEN n.newer THEN s.refund_amount ELSE r.refund_amount END AS refund_amount,
        {times}, {texts},
        CASE WHEN n.newer THEN s.row_hash ELSE r.row_hash END AS row_hash,
        greatest(r.exported_at, %(exported_at)s) AS exported_at
      FROM {stage} s LEFT JOIN orders_refund r ON r.refund_no = s.refund_no
      LEFT JOIN orders_order o ON o.tid = s.tid
      CROSS JOIN LATERAL (
        SELECT r.id IS NULL OR r.exported_at IS NULL OR %(exported_at)s >= r.exported_at AS newer) n
    """


def _differs() -> str:
    new, old = (", ".join(f"{alias}.{name}" for name in _VALUES) for alias in ("u", "r"))
    return f"({new}) IS DISTINCT FROM ({old})"


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged file would do. Writes nothing but doubled rows out of the staging."""
    with connection.cursor() as cursor:
        doubled = steps.drop_doubled(cursor, stage, "refund_no")
        cursor.execute(
            f"SELECT count(*), min(s.applied_at), max(s.applied_at), {after.sums_sql(_SUMS.values())}"
            f" FROM {stage} s"
        )
        total, first, last, *sums = cursor.fetchone()
        _collect(cursor, stage, batch)
        created = steps.count_rows(cursor, "merge_refunds", "id IS NULL")
        cursor.execute(
            "CREATE TEMP TABLE merge_changes AS SELECT u.* FROM merge_refunds u"
            f" JOIN orders_refund r ON r.id = u.id WHERE {_differs()}"
        )
        updated = steps.count_rows(cursor, "merge_changes")
        sample = after.sample(cursor, "merge_changes", "orders_refund", "refund_no")
        waiting = steps.count_rows(cursor, "merge_refunds", "order_id IS NULL")
        cursor.execute("DROP TABLE merge_changes, merge_refunds")
    return Preview(
        created=created,
        updated=updated,
        unchanged=total - created - updated,
        rejected=batch.rejected_count,
        period_from=first,
        period_to=last,
        sums=after.sums_of(_SUMS, sums),
        sample=sample,
        facts={"doubled_rows": doubled, "refunds_without_order": waiting},
    )


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Merge the staged file and let open and finished refunds reach their orders."""
    work = Steps(run)
    with connection.cursor() as cursor:
        total = steps.count_rows(cursor, stage)
    if not work.cursor.get("merged"):
        with work.step(done=total, total=total, text=gettext_noop("写入退款")) as cursor:
            steps.drop_doubled(cursor, stage, "refund_no")
            after.lock_orders(cursor, f"SELECT tid FROM {stage}")
            _collect(cursor, stage, batch)
            _mark_days(cursor)
            work.add(updated=_update(cursor, batch.pk), created=_insert(cursor, batch.pk))
            reach_orders(cursor, "SELECT tid FROM merge_refunds", batch.pk)
            cursor.execute("DROP TABLE merge_refunds")
            work.cursor["merged"] = True
            after.finish(batch.pk, now)
    return work.counts(total=total, rejected=batch.rejected_count)


def _collect(cursor: CursorWrapper, stage: str, batch: "Batch") -> None:
    cursor.execute("DROP TABLE IF EXISTS merge_refunds, merge_changes")
    after.leave_out_erased(cursor, stage)
    cursor.execute(
        f"CREATE TEMP TABLE merge_refunds AS {_rows_sql(stage)}", {"exported_at": batch.exported_at}
    )
    cursor.execute("ANALYZE merge_refunds")


def _mark_days(cursor: CursorWrapper) -> None:
    """Mark the days on which refunds that change were finished, as stored and as they become."""
    after.mark_finished(
        cursor,
        "SELECT unnest(ARRAY[u.finished_at, r.finished_at]) AS finished_at FROM merge_refunds u"
        f" LEFT JOIN orders_refund r ON r.id = u.id WHERE r.id IS NULL OR {_differs()}",
    )


def _update(cursor: CursorWrapper, batch_id: int) -> int:
    confirmed = "(u.newer AND (u.exported_at > o.exported_at OR u.row_hash <> o.row_hash))"
    changes = f"({_differs().replace('r.', 'o.')})"
    after.remember(
        cursor,
        batch_id,
        "orders_refund",
        new="merge_refunds",
        condition=f"{changes} OR {confirmed}",
    )
    cursor.execute(
        f"SELECT count(*) FROM merge_refunds u JOIN orders_refund o ON o.id = u.id WHERE {changes}"
    )
    updated = int(cursor.fetchone()[0])
    assigned = ", ".join(f"{name} = u.{name}" for name in _COLUMNS)
    cursor.execute(
        f"UPDATE orders_refund o SET {assigned}, last_batch_id = {batch_id:d} FROM merge_refunds u"
        f" WHERE u.id = o.id AND ({changes} OR {confirmed})"
    )
    return updated


def _insert(cursor: CursorWrapper, batch_id: int) -> int:
    names = ", ".join(["refund_no", *_COLUMNS, "first_batch_id", "last_batch_id"])
    values = ", ".join(["u.refund_no", *(f"u.{name}" for name in _COLUMNS)])
    cursor.execute(
        f"INSERT INTO orders_refund ({names}) SELECT {values}, {batch_id:d}, {batch_id:d}"
        " FROM merge_refunds u WHERE u.id IS NULL"
    )
    return int(cursor.rowcount)


def reach_orders(cursor: CursorWrapper, tids: str, batch_id: int) -> None:
    """Let the refunds of some orders reach them: money back, open or not, closed when all came back.

    An order all of whose money went back before it left is closed here at once, so that no parcel
    leaves before the next order list says so.
    """
    facts = f"""
      SELECT o.id, o.paid_at, o.paid_date, o.promised_date, o.promise_hours, o.agreed_ship_at,
        greatest(o.refund_amount, a.back) AS refund_amount,
        {after.OPEN_REFUND_SQL} AND NOT all_back.yes AS has_open_refund,
        CASE WHEN all_back.yes THEN 'TRADE_CLOSED' ELSE o.status END AS status,
        CASE WHEN all_back.yes THEN 'cancelled' ELSE o.stage END AS stage
      FROM orders_order o
      CROSS JOIN LATERAL (
        SELECT sum(r.refund_amount) AS back FROM orders_refund r
        WHERE r.tid = o.tid AND r.status = 'SUCCESS') a
      CROSS JOIN LATERAL (
        SELECT coalesce(a.back >= o.paid_amount, false) AND o.paid_amount > 0 AND o.status IN (
          'WAIT_SELLER_SEND_GOODS', 'PAID_FORBID_CONSIGN', 'SELLER_CONSIGNED_PART') AS yes) all_back
      WHERE o.tid IN ({tids})"""
    new, old = (", ".join(f"{alias}.{name}" for name in _ORDER_VALUES) for alias in ("u", "o"))
    changes = f"({new}) IS DISTINCT FROM ({old})"
    cursor.execute("DROP TABLE IF EXISTS merge_orders")
    cursor.execute(
        f"CREATE TEMP TABLE merge_orders AS SELECT u.* FROM ({due_sql(facts, windows_in_force())}) u"
        f" JOIN orders_order o ON o.id = u.id WHERE {changes}"
    )
    after.remember(cursor, batch_id, "orders_order", new="merge_orders", condition=changes)
    assigned = ", ".join(f"{name} = u.{name}" for name in _ORDER_VALUES)
    cursor.execute(
        f"UPDATE orders_order o SET {assigned}, version = o.version + 1, last_batch_id = {batch_id:d}"
        " FROM merge_orders u WHERE u.id = o.id"
    )
    after.mark_dirty(cursor, "orders_order", where="id IN (SELECT id FROM merge_orders)")
    cursor.execute("DROP TABLE merge_orders")
