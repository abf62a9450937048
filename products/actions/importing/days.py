"""Figures of days: the later export wins cell by cell, an older one fills what is unknown."""

from datetime import datetime

from django.db.backends.utils import CursorWrapper

from products.importers.product_days import FIGURES

NAMES = [name for name, _ in FIGURES]
_NEWER = "(o.exported_at IS NULL OR %(at)s >= o.exported_at)"


def collect(cursor: CursorWrapper, stage: str, at: datetime) -> None:
    """Make `in_days`: one row for each product and date, with what will stand there."""
    new = ", ".join(
        f"CASE WHEN o.id IS NULL OR {_NEWER} THEN coalesce(s.{name}, o.{name})"
        f" ELSE coalesce(o.{name}, s.{name}) END AS {name}"
        for name in NAMES
    )
    cursor.execute("DROP TABLE IF EXISTS in_days")
    cursor.execute(
        f"CREATE TEMP TABLE in_days AS SELECT s.line_no, o.id, p.id AS product_id, s.date, {new},"
        f" CASE WHEN o.id IS NULL THEN %(at)s ELSE greatest(o.exported_at, %(at)s) END AS exported_at"
        f" FROM (SELECT DISTINCT ON (item_no, date) * FROM {stage}"
        "   ORDER BY item_no, date, line_no DESC) s"
        " JOIN in_products p ON p.key = 'n' || s.item_no"
        " LEFT JOIN products_productday o ON o.product_id = p.id AND o.date = s.date",
        {"at": at},
    )
    cursor.execute("ANALYZE in_days")


def differs(new: str = "u", old: str = "o") -> str:
    """Give the condition that a stored day's figures change."""
    return (
        f"({', '.join(f'{new}.{name}' for name in NAMES)}) IS DISTINCT FROM"
        f" ({', '.join(f'{old}.{name}' for name in NAMES)})"
    )


def write(cursor: CursorWrapper, batch_id: int) -> tuple[int, int]:
    """Write the days; give how many are new and how many changed."""
    kept = ", ".join(f"'{name}', o.{name}" for name in (*NAMES, "exported_at", "batch_id"))
    cursor.execute(
        'INSERT INTO intake_rowchange (batch_id, "table", row_pk, before)'
        f" SELECT %s, 'products_productday', o.id, jsonb_build_object({kept}) FROM in_days u"
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
    names = ", ".join(("product_id", "date", *NAMES, "exported_at"))
    cursor.execute(
        f"INSERT INTO products_productday ({names}, batch_id) SELECT {names}, %s FROM in_days"
        " WHERE id IS NULL",
        [batch_id],
    )
    return int(cursor.rowcount), changed
