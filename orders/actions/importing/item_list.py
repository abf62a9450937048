"""Merge of a staged item export into order lines, and of what they say into their orders."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from orders.actions.due_times import windows_in_force
from orders.actions.importing import after, item_rows, steps
from orders.actions.importing.order_list import insert_parcels
from orders.actions.importing.steps import Steps
from shopops.intake.spec import Counts, Preview

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

_SUMS = {
    "买家应付货款": "payable_amount",
    "买家实际支付金额": "charged_amount",
    "退款金额": "refund_amount",
}
_LINE_COLUMNS = ("order_id", "line_key", "position", "row_hash", *item_rows.LINE_VALUES)
_PLACEHOLDER_REST = {
    "first_batch_id": "%(batch)s",
    "last_batch_id": "%(batch)s",
    "version": "1",
    "postage_amount": "0",
    "is_presale": "false",
    "is_urgent": "false",
    "is_memo_by_hand": "false",
    "buyer_nick": "''",
    "title": "''",
    "receiver_name": "''",
    "receiver_phone": "''",
    "receiver_province": "''",
    "receiver_city": "''",
    "receiver_district": "''",
    "receiver_address": "''",
    "close_reason": "''",
    "shipping_text": "''",
}
# New lines, other contents, or a line of an order in work that a newer file confirms. OFFSET 0:
# look the order up by its key, never read all orders.
_ATTENTION = f"""
  (l.id IS NULL OR l.row_hash IS DISTINCT FROM {item_rows.HASH}
   OR (lb.exported_at < %(exported_at)s AND EXISTS (
     SELECT 1 FROM orders_order o WHERE o.id = l.order_id AND o.stage <> ALL('{{signed,cancelled}}')
     OFFSET 0)))
"""


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged file would do. Writes nothing but doubled rows out of the staging."""
    with connection.cursor() as cursor:
        doubled = steps.drop_doubled(cursor, stage, "oid")
        params = _params(batch, paid_is_net=_paid_is_net(cursor, stage))
        cursor.execute(
            f"SELECT count(*), min(s.created_at), max(s.created_at), {after.sums_sql(_SUMS.values())}"
            f" FROM {stage} s"
        )
        total, first, last, *sums = cursor.fetchone()
        created, waiting = _count_new(cursor, stage)
        cursor.execute("DROP TABLE IF EXISTS merge_todo, merge_changes")
        known = "" if created < total else " LIMIT 0"
        cursor.execute(
            f"CREATE TEMP TABLE merge_todo AS SELECT * FROM ({_todo_sql(cursor, stage, 1)}) t"
            f" WHERE line_id IS NOT NULL{known}",
            params,
        )
        steps.analyze(cursor, "merge_todo", "tid", "line_key")
        cursor.execute(
            "CREATE TEMP TABLE merge_changes AS SELECT u.* FROM"
            f" ({item_rows.line_rows('merge_todo')}) u"
            f" JOIN orders_orderline o ON o.id = u.id WHERE {item_rows.line_differs()}",
            params,
        )
        updated = steps.count_rows(cursor, "merge_changes")
        sample = after.sample(cursor, "merge_changes", "orders_orderline", "line_key")
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
        facts={
            "paid_is_net": params["paid_is_net"],
            "doubled_rows": doubled,
            "orders_without_list": waiting,
        },
    )


def _count_new(cursor: CursorWrapper, stage: str) -> tuple[int, int]:
    """Count the lines that are not stored, and the orders that wait for their order list."""
    rows = f"(SELECT s.tid, s.oid AS line_key FROM {stage} s)"
    if _has_no_oids(cursor, stage):
        rows = f"({item_rows.numbered(stage)})"
    created = steps.count_rows(
        cursor, f"{rows} s LEFT JOIN orders_orderline l ON l.line_key = s.line_key", "l.id IS NULL"
    )
    waiting = steps.count_rows(
        cursor,
        f"(SELECT tid FROM {stage} GROUP BY tid) s LEFT JOIN orders_order o ON o.tid = s.tid",
        "o.id IS NULL",
    )
    return created, waiting


def _has_no_oids(cursor: CursorWrapper, stage: str) -> bool:
    """Say whether this is the old layout, whose lines are known by their place."""
    return steps.count_rows(cursor, f"(SELECT 1 FROM {stage} WHERE oid IS NULL LIMIT 1) old") > 0


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Merge the staged file: whole into empty tables, else in steps that survive a kill."""
    work = Steps(run)
    with connection.cursor() as cursor:
        after.ensure_calendar(cursor, stage, now)
        total = steps.count_rows(cursor, stage)
        is_first = total >= steps.HEAP_FIRST_ROWS and steps.is_empty(cursor, "orders_orderline")
    if is_first:
        with work.step(done=total, total=total, text=gettext_noop("写入宝贝")) as cursor:
            # Another file may have been written while this one waited for its turn.
            is_first = steps.is_empty(cursor, "orders_orderline")
            if is_first:
                _merge_first(cursor, batch, stage, work)
                after.finish(batch.pk, now)
    if is_first:
        return work.counts(total=total, rejected=batch.rejected_count)
    chunks = _plan(work, batch, stage, total)
    for chunk in range(work.cursor.get("chunk", 0), chunks):
        with work.step(
            done=total * (chunk + 1) // chunks, total=total, text=gettext_noop("写入宝贝")
        ) as cursor:
            _merge_chunk(cursor, batch, stage, work, chunk)
            work.cursor["chunk"] = chunk + 1
            if chunk + 1 == chunks:
                after.finish(batch.pk, now)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {stage}_todo")
    return work.counts(total=total, rejected=batch.rejected_count)


def _plan(work: Steps, batch: "Batch", stage: str, total: int) -> int:
    todo = f"{stage}_todo"
    with connection.cursor() as cursor:
        if "chunks" in work.cursor and steps.table_exists(cursor, todo):
            return int(work.cursor["chunks"])
    with work.step(done=0, total=total, text=gettext_noop("对照已有宝贝")) as cursor:
        steps.drop_doubled_again(cursor, batch.facts, stage, "oid")
        chunks = -(-total // steps.CHUNK_ROWS) or 1
        cursor.execute(f"DROP TABLE IF EXISTS {todo}")
        cursor.execute(
            f"CREATE UNLOGGED TABLE {todo} AS {_todo_sql(cursor, stage, chunks)}",
            _known_params(cursor, batch, stage),
        )
        cursor.execute(f"CREATE INDEX ON {todo} (chunk)")
        steps.analyze(cursor, todo, "chunk", "tid", "line_key")
        rows = steps.count_rows(cursor, todo)
        work.cursor |= {"chunks": chunks if rows else 0, "chunk": 0}
    return int(work.cursor["chunks"])


def _todo_sql(cursor: CursorWrapper, stage: str, chunks: int) -> str:
    """Give the SELECT of the lines that need a look. An order's lines stay in one chunk.

    With sub-order numbers only the orders that have such a line are numbered: an unchanged file
    is not sorted.
    """
    if _has_no_oids(cursor, stage):
        source = item_rows.numbered(stage)
    else:
        source = item_rows.numbered(
            stage,
            f"s.tid IN (SELECT s.tid FROM {stage} s LEFT JOIN orders_orderline l ON l.line_key = s.oid"
            f" LEFT JOIN intake_batch lb ON lb.id = l.last_batch_id WHERE {_ATTENTION})",
        )
    return (
        f"SELECT s.*, l.id AS line_id, abs(hashtext(s.tid) % {chunks:d}) AS chunk".replace(
            "%", "%%"
        )
        + f" FROM ({source}) s LEFT JOIN orders_orderline l ON l.line_key = s.line_key"
        f" LEFT JOIN intake_batch lb ON lb.id = l.last_batch_id WHERE {_ATTENTION}"
    )


def _paid_is_net(cursor: CursorWrapper, stage: str) -> bool:
    """Say whether 实付 is net of refunds in a file: 实付 + 退款 = what was to be paid, on every refunded row."""
    cursor.execute(
        "SELECT coalesce(bool_and(charged_amount + refund_amount = payable_amount), false)"
        f" FROM {stage} WHERE refund_amount > 0"
    )
    return bool(cursor.fetchone()[0])


def _params(batch: "Batch", *, paid_is_net: bool) -> dict[str, Any]:
    """Give the facts of the file that the SQL needs."""
    return {"batch": batch.pk, "exported_at": batch.exported_at, "paid_is_net": paid_is_net}


def _known_params(cursor: CursorWrapper, batch: "Batch", stage: str) -> dict[str, Any]:
    """Give the facts as the preview found them; a chunk must not read the whole file for them."""
    known = batch.facts.get("paid_is_net")
    return _params(batch, paid_is_net=_paid_is_net(cursor, stage) if known is None else known)


def _insert_placeholders(cursor: CursorWrapper, rows: str, params: dict[str, Any]) -> None:
    names = ", ".join([*item_rows.PLACEHOLDER_COLUMNS, *_PLACEHOLDER_REST])
    values = ", ".join(
        [*(f"u.{name}" for name in item_rows.PLACEHOLDER_COLUMNS), *_PLACEHOLDER_REST.values()]
    )
    source = item_rows.placeholders(rows, windows_in_force())
    cursor.execute(f"INSERT INTO orders_order ({names}) SELECT {values} FROM ({source}) u", params)


def _insert_lines(cursor: CursorWrapper, source: str, params: dict[str, Any]) -> int:
    names = ", ".join([*_LINE_COLUMNS, "first_batch_id", "last_batch_id"])
    values = ", ".join([*(f"u.{name}" for name in _LINE_COLUMNS), "%(batch)s", "%(batch)s"])
    cursor.execute(
        f"INSERT INTO orders_orderline ({names}) SELECT {values} FROM ({source}) u WHERE u.id IS NULL",
        params,
    )
    return int(cursor.rowcount)


def _merge_first(cursor: CursorWrapper, batch: "Batch", stage: str, work: Steps) -> None:
    if steps.is_empty(cursor, "orders_order"):
        steps.lock_alone(cursor, work.run, "orders_order", "orders_orderline")
    else:
        steps.lock_alone(cursor, work.run, "orders_orderline", kept_readable="orders_order")
    steps.drop_doubled_again(cursor, batch.facts, stage, "oid")
    params = _known_params(cursor, batch, stage)
    if steps.is_empty(cursor, "orders_order"):
        with steps.heap_first(cursor, "orders_order"):
            _insert_placeholders(cursor, stage, params)
    else:
        _insert_placeholders(cursor, stage, params)
        after.analyze_if_unknown(cursor, "orders_order")
    with steps.heap_first(cursor, "orders_orderline"):
        source = item_rows.line_rows(f"({item_rows.numbered(stage)})")
        work.add(created=_insert_lines(cursor, source, params))
    _move_orders(cursor, stage, batch, params)
    insert_parcels(cursor, stage, batch.pk)


def _merge_chunk(
    cursor: CursorWrapper, batch: "Batch", stage: str, work: Steps, chunk: int
) -> None:
    params = _known_params(cursor, batch, stage)
    cursor.execute("DROP TABLE IF EXISTS merge_rows, merge_lines")
    cursor.execute(
        f"CREATE TEMP TABLE merge_rows ON COMMIT DROP AS SELECT * FROM {stage}_todo WHERE chunk = {chunk:d}"
    )
    steps.analyze(cursor, "merge_rows", "tid", "line_key")
    after.leave_out_erased(cursor, "merge_rows")
    _insert_placeholders(cursor, "merge_rows", params)
    after.analyze_if_unknown(cursor, "orders_order")
    after.lock_orders(cursor, "SELECT tid FROM merge_rows")
    cursor.execute(
        f"CREATE TEMP TABLE merge_lines ON COMMIT DROP AS {item_rows.line_rows('merge_rows')}",
        params,
    )
    steps.analyze(cursor, "merge_lines", "id", "order_id")
    work.add(
        updated=_update_lines(cursor, batch.pk),
        created=_insert_lines(cursor, "SELECT * FROM merge_lines", params),
    )
    after.analyze_if_unknown(cursor, "orders_orderline")
    _move_orders(cursor, "merge_rows", batch, params)
    insert_parcels(cursor, "merge_rows", batch.pk)


def _update_lines(cursor: CursorWrapper, batch_id: int) -> int:
    """Write the lines that change; a line in work that a newer file confirms is booked to that file."""
    changes = item_rows.line_differs()
    booked = f"(({changes}) OR u.newer)"
    after.remember(cursor, batch_id, "orders_orderline", new="merge_lines", condition=booked)
    cursor.execute(
        f"SELECT count(*) FROM merge_lines u JOIN orders_orderline o ON o.id = u.id WHERE {changes}"
    )
    updated = int(cursor.fetchone()[0])
    assigned = ", ".join(f"{name} = u.{name}" for name in ("row_hash", *item_rows.LINE_VALUES))
    cursor.execute(
        f"UPDATE orders_orderline o SET {assigned}, last_batch_id = CASE WHEN u.newer"
        f" THEN {batch_id:d} ELSE o.last_batch_id END FROM merge_lines u WHERE u.id = o.id AND {booked}"
    )
    return updated


def _move_orders(cursor: CursorWrapper, rows: str, batch: "Batch", params: dict[str, Any]) -> None:
    """Let the merged lines move their orders: pieces, status onward, open refund."""
    changes = item_rows.order_differs()
    cursor.execute("DROP TABLE IF EXISTS merge_orders")
    cursor.execute(
        "CREATE TEMP TABLE merge_orders ON COMMIT DROP AS SELECT u.* FROM"
        f" ({item_rows.order_rows(rows, windows_in_force())}) u"
        f" CROSS JOIN LATERAL (SELECT (u.stored).* OFFSET 0) o WHERE {changes}",
        params,
    )
    # Most item files move no order. Without rows Postgres would join all orders with a table that it
    # knows nothing of.
    if cursor.rowcount:
        steps.analyze(cursor, "merge_orders", "id")
        after.remember(cursor, batch.pk, "orders_order", new="merge_orders", condition=changes)
        assigned = ", ".join(f"{name} = u.{name}" for name in item_rows.ORDER_VALUES)
        cursor.execute(
            f"UPDATE orders_order o SET {assigned}, version = o.version + 1,"
            f" last_batch_id = {batch.pk:d} FROM merge_orders u WHERE u.id = o.id"
        )
    after.mark_dirty(cursor, "orders_order", where=f"tid IN (SELECT tid FROM {rows})")
