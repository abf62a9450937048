"""Merge of a staged order export into orders, buyers, parcels and sealed contacts."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from orders.actions.due_times import windows_in_force
from orders.actions.importing import after, steps
from orders.actions.importing.order_rows import COLUMNS, differs, rows_sql
from orders.actions.importing.steps import Steps
from orders.rules.promises import PromiseWindow
from shopops.intake.spec import Counts, Preview

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

# Defaults of what an import does not know: constants here, so that no row needs an UPDATE
# afterwards.
_NEW = {
    "first_batch_id": "%(batch)s",
    "last_batch_id": "%(batch)s",
    "version": "1",
    "flag": "0",
    "is_urgent": "false",
    "is_memo_by_hand": "false",
}
_SUMS = {
    "总金额": "total_amount",
    "买家实际支付金额": "charged_amount",
    "退款金额": "refund_amount",
}
# Rows that need a look: new orders, other contents, or an order in work that a newer file confirms.
_ATTENTION = """
  o.id IS NULL OR o.list_hash IS DISTINCT FROM
    s.row_hash + (%(paid_is_net)s AND coalesce(s.refund_amount, 0) > 0)::int
  OR (o.exported_at < %(exported_at)s AND o.stage <> ALL('{signed,cancelled}'))
"""


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged file would do. Writes nothing but doubled rows out of the staging."""
    with connection.cursor() as cursor:
        doubled = steps.drop_doubled(cursor, stage, "tid")
        params = _params(batch, paid_is_net=_paid_is_net(cursor, stage))
        cursor.execute(
            f"SELECT count(*), count(*) FILTER (WHERE o.id IS NULL), min(s.created_at),"
            f" max(s.created_at), {after.sums_sql(_SUMS.values())}"
            f" FROM {stage} s LEFT JOIN orders_order o ON o.tid = s.tid"
        )
        total, created, first, last, *sums = cursor.fetchone()
        _collect_changes(cursor, stage, params, is_all_new=created == total)
        updated = steps.count_rows(cursor, "merge_changes")
        sample = after.sample(cursor, "merge_changes", "orders_order", "tid")
        cursor.execute("DROP TABLE merge_changes, merge_todo")
    return Preview(
        created=created,
        updated=updated,
        unchanged=total - created - updated,
        rejected=batch.rejected_count,
        period_from=first,
        period_to=last,
        sums=after.sums_of(_SUMS, sums),
        sample=sample,
        facts={"paid_is_net": params["paid_is_net"], "doubled_rows": doubled},
    )


def _collect_changes(
    cursor: CursorWrapper, stage: str, params: dict[str, Any], *, is_all_new: bool
) -> None:
    """Put the stored orders that the file would change, as they would become, into a temporary table."""
    cursor.execute("DROP TABLE IF EXISTS merge_todo, merge_changes")
    cursor.execute(
        f"CREATE TEMP TABLE merge_todo AS SELECT s.* FROM {stage} s"
        f" JOIN orders_order o ON o.tid = s.tid WHERE {_ATTENTION}{' LIMIT 0' if is_all_new else ''}",
        params,
    )
    steps.analyze(cursor, "merge_todo", "tid", "buyer_key")
    after.leave_out_erased(cursor, "merge_todo")
    cursor.execute(
        f"CREATE TEMP TABLE merge_changes AS SELECT u.* FROM ({rows_sql('merge_todo', windows_in_force())}) u"
        f" JOIN orders_order o ON o.id = u.id WHERE {differs()}",
        params,
    )


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Merge the staged file: whole into empty tables, else in steps of 25,000 rows that survive a kill."""
    work = Steps(run)
    with connection.cursor() as cursor:
        after.ensure_calendar(cursor, stage, now)
        total = steps.count_rows(cursor, stage)
        is_first = total >= steps.HEAP_FIRST_ROWS and steps.is_empty(cursor, "orders_order")
    if is_first:
        with work.step(done=total, total=total, text=gettext_noop("写入订单")) as cursor:
            # Another file may have been written while this one waited for its turn.
            is_first = steps.is_empty(cursor, "orders_order")
            if is_first:
                _merge_first(cursor, batch, stage, work)
                after.finish(batch.pk, now)
    if is_first:
        return work.counts(total=total, rejected=batch.rejected_count)
    todo = _plan(work, batch, stage, total)
    for chunk in range(work.cursor.get("chunk", 0), todo):
        done = min((chunk + 1) * steps.CHUNK_ROWS, total)
        with work.step(done=done, total=total, text=gettext_noop("写入订单")) as cursor:
            _merge_chunk(cursor, batch, stage, work, chunk)
            work.cursor["chunk"] = chunk + 1
            if chunk + 1 == todo:
                after.finish(batch.pk, now)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {stage}_todo")
    return work.counts(total=total, rejected=batch.rejected_count)


def _plan(work: Steps, batch: "Batch", stage: str, total: int) -> int:
    """List the rows that need a look, in chunks, once; give the number of chunks."""
    todo = f"{stage}_todo"
    with connection.cursor() as cursor:
        if "chunks" in work.cursor and steps.table_exists(cursor, todo):
            return int(work.cursor["chunks"])
    with work.step(done=0, total=total, text=gettext_noop("对照已有订单")) as cursor:
        steps.drop_doubled_again(cursor, batch.facts, stage, "tid")
        cursor.execute(f"DROP TABLE IF EXISTS {todo}")
        cursor.execute(
            f"CREATE UNLOGGED TABLE {todo} AS"
            f" SELECT s.*, ((row_number() OVER () - 1) / {steps.CHUNK_ROWS})::int AS chunk"
            f" FROM {stage} s LEFT JOIN orders_order o ON o.tid = s.tid WHERE {_ATTENTION}",
            _known_params(cursor, batch, stage),
        )
        cursor.execute(f"CREATE INDEX ON {todo} (chunk)")
        steps.analyze(cursor, todo, "chunk", "tid", "buyer_key")
        rows = steps.count_rows(cursor, todo)
        work.cursor |= {"chunks": -(-rows // steps.CHUNK_ROWS), "chunk": 0}
    return int(work.cursor["chunks"])


def _paid_is_net(cursor: CursorWrapper, stage: str) -> bool:
    """Say whether 实付 is net of refunds in a file: 实付 + 退款 = what was to be paid, on every refunded row."""
    cursor.execute(
        "SELECT coalesce(bool_and(charged_amount + refund_amount = total_amount), false)"
        f" FROM {stage} WHERE refund_amount > 0 AND paid_at IS NOT NULL"
    )
    return bool(cursor.fetchone()[0])


def _params(batch: "Batch", *, paid_is_net: bool) -> dict[str, Any]:
    """Give the facts of the file that the SQL needs."""
    return {"batch": batch.pk, "exported_at": batch.exported_at, "paid_is_net": paid_is_net}


def _known_params(cursor: CursorWrapper, batch: "Batch", stage: str) -> dict[str, Any]:
    """Give the facts as the preview found them; a chunk must not read the whole file for them."""
    known = batch.facts.get("paid_is_net")
    return _params(batch, paid_is_net=_paid_is_net(cursor, stage) if known is None else known)


def _insert_buyers(cursor: CursorWrapper, rows: str) -> None:
    cursor.execute(
        "INSERT INTO orders_buyer (key, nick, first_order_at)"
        " SELECT s.buyer_key, max(s.buyer_nick), min(s.created_at)"
        f" FROM {rows} s LEFT JOIN orders_buyer b ON b.key = s.buyer_key"
        " WHERE s.buyer_key IS NOT NULL AND (b.id IS NULL OR b.first_order_at > s.created_at)"
        " GROUP BY s.buyer_key"
        " ON CONFLICT (key) DO UPDATE SET first_order_at ="
        " least(orders_buyer.first_order_at, excluded.first_order_at)"
    )


def _insert_orders(cursor: CursorWrapper, source: str, params: dict[str, Any]) -> int:
    names = ", ".join(["tid", *COLUMNS, *_NEW])
    values = ", ".join(["u.tid", *(f"u.{name}" for name in COLUMNS), *_NEW.values()])
    cursor.execute(
        f"INSERT INTO orders_order ({names}) SELECT {values} FROM ({source}) u WHERE u.id IS NULL",
        params,
    )
    return int(cursor.rowcount)


def _merge_first(cursor: CursorWrapper, batch: "Batch", stage: str, work: Steps) -> None:
    steps.lock_alone(cursor, work.run, "orders_buyer", "orders_order", "orders_shipment")
    steps.drop_doubled_again(cursor, batch.facts, stage, "tid")
    params = _known_params(cursor, batch, stage)
    _insert_buyers_first(cursor, stage)
    with steps.heap_first(cursor, "orders_order"):
        windows = _windows_of(cursor, stage)
        work.add(created=_insert_orders(cursor, rows_sql(stage, windows), params))
    if steps.is_empty(cursor, "orders_shipment"):
        with steps.heap_first(cursor, "orders_shipment"):
            insert_parcels(cursor, stage, batch.pk, fresh=True)
    else:
        insert_parcels(cursor, stage, batch.pk)
    after.save_contacts(cursor, stage, batch.pk)
    after.mark_dirty(cursor, "orders_order", where=f"first_batch_id = {batch.pk:d}")
    after.adopt_refunds(cursor, stage)


def _windows_of(cursor: CursorWrapper, stage: str) -> list[PromiseWindow]:
    """Give the promise windows that a file's payments fall into; each row is held against all of them.

    Only while no order is stored: what is stored may have been paid at other times.
    """
    cursor.execute(f"SELECT min(paid_at), max(paid_at) FROM {stage}")
    first, last = cursor.fetchone()
    windows = windows_in_force()
    return [
        window
        for window in windows
        if first is not None
        and (window.paid_from is None or window.paid_from <= last)
        and (window.paid_to is None or window.paid_to > first)
    ] or windows


def _insert_buyers_first(cursor: CursorWrapper, stage: str) -> None:
    if steps.is_empty(cursor, "orders_buyer"):
        with steps.heap_first(cursor, "orders_buyer"):
            cursor.execute(
                "INSERT INTO orders_buyer (key, nick, first_order_at)"
                " SELECT buyer_key, max(buyer_nick), min(created_at)"
                f" FROM {stage} WHERE buyer_key IS NOT NULL GROUP BY buyer_key"
            )
    else:
        _insert_buyers(cursor, stage)


def insert_parcels(cursor: CursorWrapper, rows: str, batch_id: int, *, fresh: bool = False) -> None:
    """Store the waybills that are not known yet; of several carriers the one at the same place counts."""
    conflict = "" if fresh else "ON CONFLICT (order_id, waybill_no) DO NOTHING"
    # The item list tells the order list's waybills once more: leave them out before they are sorted,
    # a row's only one even before it is taken apart.
    unknown = (
        ""
        if fresh
        else "AND NOT EXISTS (SELECT 1 FROM orders_shipment h"
        " WHERE h.order_id = o.id AND h.waybill_no = left(s.waybills, 60))"
        " AND NOT EXISTS (SELECT 1 FROM orders_shipment h"
        " WHERE h.order_id = o.id AND h.waybill_no = left(w.no, 60))"
    )
    cursor.execute(
        f"""
        INSERT INTO orders_shipment (order_id, first_batch_id, carrier, waybill_no)
        SELECT DISTINCT ON (o.id, w.no) o.id, {batch_id:d}, left(coalesce(
            (string_to_array(s.carriers, ','))[w.place], split_part(s.carriers, ',', 1), ''), 40),
          left(w.no, 60)
        FROM {rows} s JOIN orders_order o ON o.tid = s.tid
        CROSS JOIN LATERAL unnest(string_to_array(s.waybills, ',')) WITH ORDINALITY AS w (no, place)
        WHERE s.waybills IS NOT NULL AND w.no <> '' {unknown}
        ORDER BY o.id, w.no {conflict}
        """
    )


def _merge_chunk(
    cursor: CursorWrapper, batch: "Batch", stage: str, work: Steps, chunk: int
) -> None:
    params = _known_params(cursor, batch, stage)
    cursor.execute("DROP TABLE IF EXISTS merge_rows, merge_orders")
    cursor.execute(
        f"CREATE TEMP TABLE merge_rows ON COMMIT DROP AS SELECT * FROM {stage}_todo WHERE chunk = {chunk:d}"
    )
    steps.analyze(cursor, "merge_rows", "tid", "buyer_key")
    after.leave_out_erased(cursor, "merge_rows")
    _insert_buyers(cursor, "merge_rows")
    after.lock_orders(cursor, "SELECT tid FROM merge_rows")
    cursor.execute(
        "CREATE TEMP TABLE merge_orders ON COMMIT DROP AS"
        f" {rows_sql('merge_rows', windows_in_force())}",
        params,
    )
    steps.analyze(cursor, "merge_orders", "id", "tid")
    after.mark_dirty(
        cursor, "merge_orders u JOIN orders_order o ON o.id = u.id", of="o", where=differs()
    )
    work.add(
        updated=after.update_orders(cursor, batch.pk, COLUMNS, condition=differs()),
        created=_insert_orders(cursor, "SELECT * FROM merge_orders", params),
    )
    # Trap: another session's ANALYZE or vacuum of a table that looks empty makes the checks of
    # its foreign keys crawl; statistics of our own, in this transaction, prevent it.
    after.analyze_if_unknown(cursor, "orders_order", "orders_buyer")
    insert_parcels(cursor, "merge_rows", batch.pk)
    after.save_contacts(cursor, "merge_rows", batch.pk)
    # Not by last batch of the stored rows: the planner takes a new batch for a handful of rows.
    after.mark_dirty(cursor, "merge_orders", where="true")
    after.adopt_refunds(cursor, "merge_rows")
