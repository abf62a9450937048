"""What every merge does around its rows: locks, what was before, days to roll up, samples for the preview."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.backends.utils import CursorWrapper

from orders import registry
from orders.actions.calendar import ensure_shipping_days
from orders.actions.importing import steps
from orders.actions.importing.fragments import CLOSED, OPEN_REFUNDS
from orders.models import MARK_AGAIN
from shopops.lib.business_time import business_date

SAMPLE_ROWS = 20
_CONFIRMED = "(u.newer AND u.exported_at > o.exported_at)"
_UNSHOWN = {"version", "list_hash", "row_hash", "last_batch_id", "exported_at", "buyer_id"}


# What a staged row tells of a person, and what says nothing there. An order that the sample of a
# preview shows in these columns has no change in them.
_PERSONAL = {
    "buyer_key": "NULL",
    "buyer_nick": "''",
    "receiver_name": "''",
    "receiver_phone": "''",
    "receiver_address": "''",
    "buyer_message": "''",
    "seller_memo": "NULL",
    "explanation": "''",
    "contact_key": "NULL",
    "phone_index": "NULL",
    "sealed": "NULL",
}

# Before it no file of this platform exists; far later dates are typing errors.
FIRST_DAY = date(2003, 5, 10)
FARTHEST = timedelta(days=400)


def ensure_calendar(cursor: CursorWrapper, stage: str, now: datetime) -> None:
    """Have the shipping calendar worked out for all dates on which a file's orders were paid."""
    cursor.execute(
        "SELECT min(day), max(day) FROM (SELECT (paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day"
        f" FROM {stage}) s WHERE day BETWEEN %s AND %s",
        [FIRST_DAY, business_date(now) + FARTHEST],
    )
    first, last = cursor.fetchone()
    if first is not None:
        ensure_shipping_days(first=first, last=last)


def lock_orders(cursor: CursorWrapper, tids: str) -> None:
    """Lock the stored orders whose tid the SELECT `tids` gives, in the order of their keys."""
    cursor.execute(
        f"SELECT id FROM orders_order WHERE tid IN ({tids}) ORDER BY id FOR NO KEY UPDATE"
    )


def remember(cursor: CursorWrapper, batch_id: int, table: str, *, new: str, condition: str) -> None:
    """Keep what the rows of `table` hold in the columns that temporary table `new` will change.

    `condition` (over u, the new row, and o, the stored one) says which rows change. Together with
    version and last batch this is what undo needs, and no more. Column by column: rows made JSON
    whole and compared key by key take five times as long.
    """
    common = _common_columns(cursor, new, table)
    before = " || ".join(
        f"CASE WHEN o.{name} IS DISTINCT FROM u.{name} THEN jsonb_build_object('{name}', o.{name})"
        " ELSE '{}' END"
        for name in common
        if name not in {"version", "last_batch_id"}
    )
    versions = "|| jsonb_build_object('version', o.version)" if _has_version(cursor, table) else ""
    cursor.execute(
        f"""
        INSERT INTO intake_rowchange (batch_id, "table", row_pk, before)
        SELECT {batch_id:d}, '{table}', o.id,
          {before} || jsonb_build_object('last_batch_id', o.last_batch_id) {versions}
        FROM {new} u JOIN {table} o ON o.id = u.id
        WHERE {condition}
        ON CONFLICT (batch_id, "table", row_pk) DO NOTHING
        """
    )


def _common_columns(cursor: CursorWrapper, one: str, other: str) -> list[str]:
    cursor.execute(
        "SELECT a.attname FROM pg_attribute a JOIN pg_attribute b ON b.attname = a.attname"
        " WHERE a.attrelid = %s::regclass AND b.attrelid = %s::regclass"
        " AND a.attnum > 0 AND b.attnum > 0 AND NOT a.attisdropped AND NOT b.attisdropped"
        " ORDER BY a.attnum",
        [one, other],
    )
    return [name for (name,) in cursor.fetchall()]


def _has_version(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND attname = 'version' AND NOT attisdropped)",
        [table],
    )
    return bool(cursor.fetchone()[0])


def update_orders(
    cursor: CursorWrapper, batch_id: int, columns: Sequence[str], *, condition: str
) -> int:
    """Write the rows of `merge_orders` that change something; give their number.

    An order in work that a newer file merely confirms gets that file's export time, else a file
    between the two would win over it; this is no change in the count.
    """
    confirmed = f"({condition}) OR {_CONFIRMED}"
    remember(cursor, batch_id, "orders_order", new="merge_orders", condition=confirmed)
    assigned = ", ".join(f"{name} = u.{name}" for name in columns)
    cursor.execute(
        f"UPDATE orders_order o SET {assigned}, version = o.version + 1, last_batch_id = {batch_id:d}"
        f" FROM merge_orders u WHERE u.id = o.id AND {condition}"
    )
    updated = int(cursor.rowcount)
    cursor.execute(
        "UPDATE orders_order o SET exported_at = u.exported_at, version = o.version + 1,"
        f" last_batch_id = {batch_id:d} FROM merge_orders u WHERE u.id = o.id AND {_CONFIRMED}"
    )
    return updated


def analyze_if_unknown(cursor: CursorWrapper, *tables: str) -> None:
    """Take statistics of tables that Postgres believes to be empty or has never looked at."""
    for table in tables:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        if cursor.fetchone()[0] < 1000:
            cursor.execute(f"ANALYZE {table}")


def mark_dirty(
    cursor: CursorWrapper,
    table: str,
    *,
    where: str,
    of: str = "",
    params: dict[str, Any] | None = None,
) -> None:
    """Mark the days that orders fall on, and fell on before this batch, for recomputation; their buyers too.

    The time is the database's own: a rollup that read an earlier mark must not clear this one.
    """
    prefix = f"{of}." if of else ""
    cursor.execute(
        f"""
        INSERT INTO orders_dirtyday (basis, date, marked_at)
        SELECT d.basis, d.date, clock_timestamp() FROM (
          SELECT DISTINCT day.basis, day.date FROM {table}
          CROSS JOIN LATERAL (VALUES ('created', {prefix}created_date), ('paid', {prefix}paid_date))
            AS day (basis, date)
          WHERE {where}) d
        WHERE d.date IS NOT NULL ORDER BY d.basis, d.date
        {MARK_AGAIN}
        """,
        params,
    )
    registry.mark_buyers(cursor, f"SELECT {prefix}buyer_id FROM {table} WHERE {where}", params)
    if not steps.is_empty(cursor, "orders_refund"):
        mark_finished(
            cursor,
            "SELECT finished_at FROM orders_refund WHERE status = 'SUCCESS'"
            f" AND tid IN (SELECT {prefix}tid FROM {table} WHERE {where})",
            params,
        )


def mark_finished(cursor: CursorWrapper, times: str, params: dict[str, Any] | None = None) -> None:
    """Mark the days on which refunds were finished; `times` is a SELECT of their `finished_at`."""
    cursor.execute(
        "INSERT INTO orders_dirtyday (basis, date, marked_at)"
        " SELECT 'refunded', date, clock_timestamp() FROM ("
        "  SELECT DISTINCT (finished_at AT TIME ZONE 'Asia/Shanghai')::date AS date"
        f"  FROM ({times}) t WHERE finished_at IS NOT NULL) d ORDER BY date"
        f" {MARK_AGAIN}",
        params,
    )


def save_contacts(cursor: CursorWrapper, rows: str, batch_id: int) -> None:
    """Store the sealed contacts of orders that this batch created or changed."""
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {rows} WHERE sealed IS NOT NULL)")
    if not cursor.fetchone()[0]:
        return
    source = (
        f"FROM {rows} s JOIN orders_order o ON o.tid = s.tid"
        f" AND coalesce(o.last_batch_id, 0) = {batch_id:d}"
        " AND o.list_hash IN (s.row_hash, s.row_hash + 1)"
    )
    cursor.execute(
        'INSERT INTO intake_rowchange (batch_id, "table", row_pk, before)'
        f" SELECT {batch_id:d}, 'orders_ordercontact', c.order_id, to_jsonb(c) {source}"
        " JOIN orders_ordercontact c ON c.order_id = o.id WHERE s.sealed IS NOT NULL"
        ' ON CONFLICT (batch_id, "table", row_pk) DO NOTHING'
    )
    cursor.execute(
        "INSERT INTO orders_ordercontact (order_id, sealed, phone_index)"
        f" SELECT o.id, s.sealed, s.phone_index {source} WHERE s.sealed IS NOT NULL"
        " ON CONFLICT (order_id) DO UPDATE SET sealed = excluded.sealed, phone_index = excluded.phone_index"
    )


def leave_out_erased(cursor: CursorWrapper, rows: str) -> None:
    """Blank what staged rows say of persons who were erased; what stands in their orders stays.

    Before buyers are made of the rows. Costs one look into a nearly empty table.
    """
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND attname = ANY(%s)",
        [rows, list(_PERSONAL)],
    )
    blank = ", ".join(f"{name} = {_PERSONAL[name]}" for (name,) in cursor.fetchall())
    if blank:
        cursor.execute(
            f"UPDATE {rows} s SET {blank} FROM orders_erasedorder e"
            " JOIN orders_order o ON o.id = e.order_id WHERE o.tid = s.tid"
        )


def adopt_refunds(cursor: CursorWrapper, rows: str) -> None:
    """Join refunds and bill lines that came before their order to it."""
    cursor.execute(
        "UPDATE orders_refund r SET order_id = o.id FROM orders_order o"
        f" WHERE r.order_id IS NULL AND o.tid = r.tid AND r.tid IN (SELECT tid FROM {rows})"
    )
    cursor.execute(
        "UPDATE orders_billline b SET order_id = o.id FROM orders_order o WHERE b.order_id IS NULL"
        f" AND b.tid <> '' AND o.tid = b.tid AND b.tid IN (SELECT tid FROM {rows})"
    )


# Whether a refund is open on an order: by the refund file; or by a line, unless a refund file
# exported since says that all refunds of the order have ended. OFFSET 0: look up by key; else
# Postgres may read the whole table once to look up in memory.
OPEN_REFUND_SQL = f"""
  o.status NOT IN {CLOSED} AND (
    EXISTS (
      SELECT 1 FROM orders_refund r WHERE r.tid = o.tid AND r.status IN ({OPEN_REFUNDS}) OFFSET 0)
    OR EXISTS (
      SELECT 1 FROM orders_orderline l LEFT JOIN intake_batch lb ON lb.id = l.last_batch_id
      WHERE l.order_id = o.id AND l.refund_status IN ({OPEN_REFUNDS}) AND NOT EXISTS (
        SELECT 1 FROM orders_refund r WHERE r.tid = o.tid AND r.exported_at >= lb.exported_at)
      OFFSET 0))
"""


def sums_sql(columns: Iterable[str]) -> str:
    """Give the select list of the sums of money columns."""
    return ", ".join(f"coalesce(sum(s.{name}), 0)" for name in columns)


def sums_of(names: Iterable[str], sums: Sequence[Decimal]) -> dict[str, str]:
    """Name sums as the file names its columns."""
    return {name: f"{Decimal(one):.2f}" for name, one in zip(names, sums, strict=True)}


def sample(cursor: CursorWrapper, new: str, table: str, key: str) -> list[dict[str, Any]]:
    """Give the first changes of a preview, field by field."""
    cursor.execute(
        f"SELECT o.{key}, to_jsonb(o), to_jsonb(u) FROM {new} u JOIN {table} o ON o.id = u.id"
        f" ORDER BY u.line_no LIMIT {SAMPLE_ROWS}"
    )
    return [
        {"key": name, "changes": _changes(_row(old), _row(becomes))}
        for name, old, becomes in cursor.fetchall()
    ]


def _row(text: str | dict[str, Any]) -> dict[str, Any]:
    """Read a row that Postgres wrote as JSON; amounts stay text."""
    row = json.loads(text if isinstance(text, str) else json.dumps(text), parse_float=str)
    return dict(row)


def _changes(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"column": name, "old": old[name], "new": value}
        for name, value in new.items()
        if name in old and old[name] != value and name not in _UNSHOWN
    ]


def finish(batch_id: int, now: datetime) -> None:
    """Ask for what is to follow an import."""
    registry.tell_after_import(batch_id=batch_id, now=now)
