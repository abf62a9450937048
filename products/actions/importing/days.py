"""Figures of days: the later export wins cell by cell, an older one fills what is unknown.

What a later export replaces, and what an older one said in vain, is kept beside the changes of imports.
"""

from datetime import datetime

from django.db.backends.utils import CursorWrapper

from products.importers.product_days import FIGURES
from products.queries.day_words import OLDER, TABLE

NAMES = [name for name, _ in FIGURES]
_NEWER = "(o.id IS NULL OR o.exported_at IS NULL OR %(at)s >= o.exported_at)"


def collect(cursor: CursorWrapper, stage: str, at: datetime) -> None:
    """Make `in_days`: one row for each product and date, with what will stand there."""
    new = ", ".join(
        f"CASE WHEN {_NEWER} THEN coalesce(s.{name}, o.{name})"
        f" ELSE coalesce(o.{name}, s.{name}) END AS {name}"
        for name in NAMES
    )
    cursor.execute("DROP TABLE IF EXISTS in_days")
    cursor.execute(
        f"CREATE TEMP TABLE in_days AS SELECT s.line_no, o.id, p.id AS product_id, s.date, {new},"
        f" CASE WHEN o.id IS NULL THEN %(at)s ELSE greatest(o.exported_at, %(at)s) END AS exported_at,"
        f" {_NEWER} AS wins, {_figures('s')} AS said"
        f" FROM (SELECT DISTINCT ON (item_no, date) * FROM {stage}"
        "   ORDER BY item_no, date, line_no DESC) s"
        " JOIN in_products p ON p.key = 'n' || s.item_no"
        " LEFT JOIN products_productday o ON o.product_id = p.id AND o.date = s.date",
        {"at": at},
    )
    cursor.execute("ANALYZE in_days")


def _figures(row: str) -> str:
    return f"jsonb_build_object({', '.join(f"'{name}', {row}.{name}" for name in NAMES)})"


# A day as it stands, as it is kept before it changes.
_STATE = (
    "jsonb_build_object("
    + ", ".join(f"'{name}', o.{name}" for name in (*NAMES, "exported_at", "batch_id"))
    + ")"
)


def differs(new: str = "u", old: str = "o") -> str:
    """Give the condition that a stored day's figures change."""
    return (
        f"({', '.join(f'{new}.{name}' for name in NAMES)}) IS DISTINCT FROM"
        f" ({', '.join(f'{old}.{name}' for name in NAMES)})"
    )


def _keep_older(cursor: CursorWrapper, batch_id: int) -> None:
    """Keep what this file says of days of which a later export says another number."""
    cursor.execute(
        'INSERT INTO intake_rowchange (batch_id, "table", row_pk, before)'
        f" SELECT b.id, '{OLDER}', o.id,"
        " u.said || jsonb_build_object('exported_at', b.exported_at, 'batch_id', b.id)"
        " FROM in_days u JOIN products_productday o ON o.id = u.id JOIN intake_batch b ON b.id = %s"
        " WHERE NOT u.wins AND EXISTS (SELECT FROM unnest(%s::text[]) AS n (name)"
        f"  WHERE (u.said ->> n.name)::numeric <> ({_figures('o')} ->> n.name)::numeric)"
        ' ON CONFLICT (batch_id, "table", row_pk) DO NOTHING',
        [batch_id, NAMES],
    )


def write(cursor: CursorWrapper, batch_id: int) -> tuple[int, int]:
    """Write the days; give how many are new and how many changed."""
    _keep_older(cursor, batch_id)
    cursor.execute(
        'INSERT INTO intake_rowchange (batch_id, "table", row_pk, before)'
        f" SELECT %s, '{TABLE}', o.id, {_STATE} FROM in_days u"
        f" JOIN products_productday o ON o.id = u.id WHERE {differs()}"
        ' ON CONFLICT (batch_id, "table", row_pk) DO NOTHING',
        [batch_id],
    )
    assigned = ", ".join(f"{name} = u.{name}" for name in (*NAMES, "exported_at"))
    cursor.execute(
        f"UPDATE products_productday o SET {assigned}, batch_id = %s"
        f" FROM in_days u WHERE u.id = o.id AND {differs()}",
        [batch_id],
    )
    changed = int(cursor.rowcount)
    # A later export that says the same: what was exported in between must not win over it.
    cursor.execute(
        "UPDATE products_productday o SET exported_at = u.exported_at FROM in_days u"
        " WHERE u.id = o.id AND u.wins AND o.exported_at < u.exported_at"
    )
    names = ", ".join(("product_id", "date", *NAMES, "exported_at"))
    cursor.execute(
        f"INSERT INTO products_productday ({names}, batch_id) SELECT {names}, %s FROM in_days"
        " WHERE id IS NULL",
        [batch_id],
    )
    return int(cursor.rowcount), changed


def note_older(cursor: CursorWrapper, batch_id: int) -> None:
    """Make `older_days`: the latest word said in vain against what a batch, now taken back, says."""
    cursor.execute("DROP TABLE IF EXISTS older_days")
    cursor.execute(
        "CREATE TEMP TABLE older_days AS SELECT DISTINCT ON (w.row_pk) w.id, w.row_pk, w.batch_id, w.before,"
        " (w.before ->> 'exported_at')::timestamptz AS at, NOT EXISTS ("
        "  SELECT FROM intake_rowchange c WHERE c.batch_id = %(batch)s"
        f"  AND c.\"table\" = '{TABLE}' AND c.row_pk = w.row_pk) AS is_alone"
        f" FROM intake_rowchange w JOIN {TABLE} o ON o.id = w.row_pk"
        f" WHERE w.\"table\" = '{OLDER}' AND w.batch_id <> %(batch)s AND o.batch_id = %(batch)s"
        " ORDER BY w.row_pk, (w.before ->> 'exported_at')::timestamptz DESC, w.id DESC",
        {"batch": batch_id},
    )


def let_older_count(cursor: CursorWrapper) -> int:
    """Let the words of `older_days` count, over an earlier one or where there is no other; give how many.

    What stood there before the taken back batch is restored by then.
    """
    counts = f"FROM older_days w JOIN {TABLE} o ON o.id = w.row_pk WHERE (w.is_alone OR w.at >= o.exported_at)"
    cursor.execute(
        'INSERT INTO intake_rowchange (batch_id, "table", row_pk, before)'
        f" SELECT w.batch_id, '{TABLE}', o.id, {_STATE} {counts} AND NOT w.is_alone"
        ' ON CONFLICT (batch_id, "table", row_pk) DO NOTHING'
    )
    names = ", ".join(f"{name} = n.{name}" for name in (*NAMES, "exported_at", "batch_id"))
    cursor.execute(
        f"UPDATE {TABLE} o SET {names} FROM (SELECT w.id AS change_id, o.id AS row_pk, (jsonb_populate_record("
        "  o, CASE WHEN w.is_alone THEN w.before ELSE jsonb_strip_nulls(w.before) END)).*"
        f" {counts}) n WHERE n.row_pk = o.id"
    )
    back = int(cursor.rowcount)
    cursor.execute(
        f"DELETE FROM intake_rowchange c USING older_days w, {TABLE} o"
        " WHERE c.id = w.id AND o.id = w.row_pk AND o.batch_id = w.batch_id"
    )
    cursor.execute("DROP TABLE older_days")
    return back


def leave_out(cursor: CursorWrapper, batch_id: int) -> None:
    """Let later files, taken back some day, put back what stood before a batch that is taken back now."""
    later = (
        f"n.\"table\" = '{TABLE}' AND n.batch_id <> %(batch)s"
        " AND (n.before ->> 'batch_id')::bigint = %(batch)s"
    )
    cursor.execute(
        "UPDATE intake_rowchange n SET before = c.before FROM intake_rowchange c"
        f" WHERE c.batch_id = %(batch)s AND c.\"table\" = '{TABLE}' AND n.row_pk = c.row_pk AND {later}",
        {"batch": batch_id},
    )
    # Days that this batch brought are then as if the file after it had brought them.
    cursor.execute(f"DELETE FROM intake_rowchange n WHERE {later}", {"batch": batch_id})
