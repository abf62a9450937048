"""Merge of a staged Alipay bill. A line is known by Alipay's own number; what is booked never changes.

A second bill that holds the same lines only fills what the first left blank, so the order of files
does not matter.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from orders.actions.importing import after, steps
from orders.actions.importing.steps import Steps
from shopops.intake.spec import Counts, Preview

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

TABLE = "orders_billline"
_SUMS = {"收入": "income_amount", "支出": "expense_amount"}
_TEXTS = ("tid", "type_text", "title", "remark")
_NEW = (
    "booked_at", "income_amount", "expense_amount", "fee_amount", "balance_amount",
    "flow_no", "tid", "kind", "type_text", "title", "remark", "row_hash",
)  # fmt: skip
_CHANGED = ("order_id", "kind", *_TEXTS)


def preview(batch: "Batch", stage: str) -> Preview:
    """Say what merging the staged bill would do. Writes nothing but numbers into the staging."""
    with connection.cursor() as cursor:
        _prepare(cursor, stage)
        cursor.execute(
            f"SELECT count(*), min(s.booked_at), max(s.booked_at), {after.sums_sql(_SUMS.values())},"
            " count(*) FILTER (WHERE s.kind = 'other'), count(*) FILTER (WHERE s.tid <> ''"
            " AND NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.tid = s.tid))"
            f" FROM {stage} s"
        )
        total, first, last, *sums, unknown, strange = cursor.fetchone()
        _collect(cursor, stage, first_line=0, last_line=None)
        created = steps.count_rows(cursor, "merge_bill", "id IS NULL")
        cursor.execute(
            "CREATE TEMP TABLE merge_changes AS SELECT u.* FROM merge_bill u"
            f" JOIN {TABLE} o ON o.id = u.id WHERE {_differs()}"
        )
        updated = steps.count_rows(cursor, "merge_changes")
        sample = after.sample(cursor, "merge_changes", TABLE, "flow_no")
        cursor.execute("DROP TABLE merge_changes, merge_bill")
    return Preview(
        created=created,
        updated=updated,
        unchanged=total - created - updated,
        rejected=batch.rejected_count,
        period_from=first,
        period_to=last,
        sums=after.sums_of(_SUMS, sums),
        sample=sample,
        facts={"unclassified": unknown, "lines_without_order": strange},
    )


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Merge the staged bill in steps by line."""
    work = Steps(run)
    with connection.cursor() as cursor:
        total = steps.count_rows(cursor, stage)
        cursor.execute(f"SELECT coalesce(max(line_no), 0) FROM {stage}")
        last_line = int(cursor.fetchone()[0])
    if not work.cursor.get("prepared"):
        with work.step(done=0, total=total, text=gettext_noop("写入账单")) as cursor:
            _prepare(cursor, stage)
            work.cursor["prepared"] = True
    while work.cursor.get("after", 0) < last_line:
        begin = int(work.cursor.get("after", 0))
        with work.step(
            done=min(begin, total), total=total, text=gettext_noop("写入账单")
        ) as cursor:
            end = begin + steps.CHUNK_ROWS
            _collect(cursor, stage, first_line=begin, last_line=end)
            work.add(updated=_update(cursor, batch.pk), created=_insert(cursor, batch.pk))
            cursor.execute("DROP TABLE merge_bill")
            work.cursor["after"] = end
            if end >= last_line:
                after.finish(batch.pk, now)
    return work.counts(total=total, rejected=batch.rejected_count)


def _prepare(cursor: CursorWrapper, stage: str) -> None:
    """Tell like lines without a number apart, by their place; drop lines doubled by number."""
    cursor.execute(
        f"UPDATE {stage} s SET flow_no = s.flow_no || '-' || n.n FROM ("
        f" SELECT line_no, row_number() OVER (PARTITION BY flow_no ORDER BY line_no) AS n"
        f" FROM {stage} WHERE is_made AND flow_no NOT LIKE '%-%') n"
        " WHERE n.line_no = s.line_no AND n.n > 1"
    )
    steps.drop_doubled(cursor, stage, "flow_no")


def _collect(cursor: CursorWrapper, stage: str, *, first_line: int, last_line: int | None) -> None:
    """Gather the lines after `first_line` up to `last_line` as they would stand."""
    cursor.execute("DROP TABLE IF EXISTS merge_bill, merge_changes")
    texts = ", ".join(
        f"CASE WHEN b.id IS NULL OR b.{name} = '' THEN s.{name} ELSE b.{name} END AS {name}"
        for name in _TEXTS
    )
    bound = "" if last_line is None else f" AND s.line_no <= {last_line:d}"
    cursor.execute(
        f"CREATE TEMP TABLE merge_bill AS SELECT s.line_no, b.id, s.flow_no, {texts},"
        " CASE WHEN b.id IS NULL OR b.kind = 'other' THEN s.kind ELSE b.kind END AS kind,"
        " coalesce(b.order_id, o.id) AS order_id, s.booked_at, s.income_amount, s.expense_amount,"
        " s.fee_amount, s.balance_amount, s.row_hash"
        f" FROM {stage} s LEFT JOIN {TABLE} b ON b.flow_no = s.flow_no"
        " LEFT JOIN orders_order o ON o.tid = coalesce(nullif(b.tid, ''), s.tid)"
        f" WHERE s.line_no > {first_line:d}{bound}"
    )
    # Who was erased stays so: a bill brings no word of theirs back.
    cursor.execute(
        "UPDATE merge_bill u SET title = '', remark = '' FROM orders_erasedorder e"
        " WHERE e.order_id = u.order_id"
    )
    cursor.execute("ANALYZE merge_bill")


def _differs() -> str:
    new, old = (", ".join(f"{alias}.{name}" for name in _CHANGED) for alias in ("u", "o"))
    return f"({new}) IS DISTINCT FROM ({old})"


def _update(cursor: CursorWrapper, batch_id: int) -> int:
    after.remember(cursor, batch_id, TABLE, new="merge_bill", condition=_differs())
    assigned = ", ".join(f"{name} = u.{name}" for name in _CHANGED)
    cursor.execute(
        f"UPDATE {TABLE} o SET {assigned}, last_batch_id = {batch_id:d}"
        f" FROM merge_bill u WHERE u.id = o.id AND {_differs()}"
    )
    return int(cursor.rowcount)


def _insert(cursor: CursorWrapper, batch_id: int) -> int:
    names = ", ".join(_NEW)
    values = ", ".join(f"u.{name}" for name in _NEW)
    cursor.execute(
        f"INSERT INTO {TABLE} ({names}, order_id, booked_date, first_batch_id, last_batch_id)"
        f" SELECT {values}, u.order_id, (u.booked_at AT TIME ZONE 'Asia/Shanghai')::date,"
        f" {batch_id:d}, {batch_id:d} FROM merge_bill u WHERE u.id IS NULL"
        " ON CONFLICT (flow_no) DO NOTHING"
    )
    return int(cursor.rowcount)


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a bill back: what it brought goes, what it filled is blank again unless filled anew since."""
    work = Steps(run)
    with connection.cursor() as cursor:
        total = steps.count_rows(cursor, TABLE, f"first_batch_id = {batch.pk:d}")
    if not work.cursor.get("restored"):
        with work.step(done=0, total=total, text=gettext_noop("恢复原值")) as cursor:
            work.add(updated=_restore(cursor, batch.pk))
            work.cursor["restored"] = True
    while not work.cursor.get("deleted"):
        done = work.cursor.get("removed", 0)
        with work.step(done=done, total=total, text=gettext_noop("删除新增")) as cursor:
            cursor.execute(
                f"DELETE FROM {TABLE} WHERE id IN (SELECT id FROM {TABLE}"
                f" WHERE first_batch_id = {batch.pk:d} AND last_batch_id = {batch.pk:d}"
                f" LIMIT {steps.CHUNK_ROWS})"
            )
            work.add(removed=cursor.rowcount)
            if not cursor.rowcount:
                work.cursor["deleted"] = True
                cursor.execute(f"DELETE FROM intake_rowchange WHERE batch_id = {batch.pk:d}")
                after.finish(batch.pk, now)
    removed = work.cursor.get("removed", 0)
    return Counts(removed, work.cursor.get("updated", 0), max(total - removed, 0), 0)


def _restore(cursor: CursorWrapper, batch_id: int) -> int:
    names = ", ".join(f"{name} = n.{name}" for name in (*_CHANGED, "last_batch_id"))
    cursor.execute(
        f"UPDATE {TABLE} o SET {names} FROM ("
        f" SELECT b.id AS row_pk, (jsonb_populate_record(b, c.before)).*"
        f" FROM intake_rowchange c JOIN {TABLE} b ON b.id = c.row_pk"
        f" WHERE c.batch_id = {batch_id:d} AND c.\"table\" = '{TABLE}'"
        f" AND b.last_batch_id = {batch_id:d}) n WHERE n.row_pk = o.id"
    )
    return int(cursor.rowcount)
