"""Undo of a catalogue file: what it made goes, what it changed comes back, unless touched since."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from products.actions.importing import days, prices
from products.actions.importing.days import NAMES
from products.actions.importing.offer import TYPES
from products.models import CatalogueConflict, Product, Sku
from shopops.intake.spec import Counts

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

_TABLES = {
    "products_product": "o.version = (c.before ->> 'version')::int + 1",
    "products_sku": "o.version = (c.before ->> 'version')::int + 1",
    "products_productday": "o.batch_id = c.batch_id",
}


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take a file back, in the caller's transaction. Counts: rows deleted, restored and kept."""
    with connection.cursor() as cursor:
        CatalogueConflict.objects.filter(batch_id=batch.pk, decided_at=None).delete()
        restored, kept = 0, 0
        days.note_older(cursor, batch.pk)
        for table, untouched in _TABLES.items():
            back, left = _restore(cursor, table, untouched, batch.pk)
            restored, kept = restored + back, kept + left
        restored += days.let_older_count(cursor)
        days.leave_out(cursor, batch.pk)
        prices.take_back(batch.pk, now)
        removed = 0
        for statement in _deletions(batch.pk):
            cursor.execute(statement)
            removed += int(cursor.rowcount)
        cursor.execute("DELETE FROM intake_rowchange WHERE batch_id = %s", [batch.pk])
        kept += _left(cursor, batch.pk)
    return Counts(removed, restored, kept, 0)


def _restore(cursor: CursorWrapper, table: str, untouched: str, batch_id: int) -> tuple[int, int]:
    names = ", ".join(f"{name} = n.{name}" for name in _columns(table))
    cursor.execute(
        f"UPDATE {table} o SET {names} FROM (SELECT o.id AS row_pk,"
        f" (jsonb_populate_record(o, c.before)).* FROM intake_rowchange c"
        f" JOIN {table} o ON o.id = c.row_pk WHERE c.batch_id = %s AND c.\"table\" = '{table}'"
        f" AND {untouched}) n WHERE n.row_pk = o.id",
        [batch_id],
    )
    back = int(cursor.rowcount)
    cursor.execute(
        'SELECT count(*) FROM intake_rowchange WHERE batch_id = %s AND "table" = %s',
        [batch_id, table],
    )
    return back, int(cursor.fetchone()[0]) - back


def _columns(table: str) -> list[str]:
    if table == "products_productday":
        return [*NAMES, "exported_at", "batch_id"]
    model: type[Model] = Product if table == "products_product" else Sku
    names = {str(field.column) for field in model._meta.concrete_fields}
    kept = ("version", "said_by", "shelf_at", "exported_at", "is_draft")
    return sorted(names & {*TYPES, *kept})


def _deletions(batch_id: int) -> list[str]:
    made = f"first_batch_id = {batch_id:d} AND version = 1"
    return [
        f"DELETE FROM products_productday WHERE batch_id = {batch_id:d} AND NOT EXISTS ("
        f"SELECT 1 FROM intake_rowchange c WHERE c.batch_id = {batch_id:d}"
        " AND c.\"table\" = 'products_productday' AND c.row_pk = products_productday.id)",
        f"DELETE FROM products_sku o WHERE {made} AND {_unreferenced(Sku)}",
        f"DELETE FROM products_product o WHERE {made} AND {_unreferenced(Product)}",
    ]


def _left(cursor: CursorWrapper, batch_id: int) -> int:
    cursor.execute(
        "SELECT (SELECT count(*) FROM products_sku WHERE first_batch_id = %(batch)s)"
        " + (SELECT count(*) FROM products_product WHERE first_batch_id = %(batch)s)",
        {"batch": batch_id},
    )
    return int(cursor.fetchone()[0])


def _unreferenced(model: type[Model]) -> str:
    """Give the condition that no row of any app points to a row; open conflicts of it are gone."""
    conditions = [
        f"NOT EXISTS (SELECT 1 FROM {one.related_model._meta.db_table} x"
        f" WHERE x.{one.field.column} = o.id)"
        for one in model._meta.related_objects
        if not one.many_to_many
    ]
    return " AND ".join(conditions) or "true"
