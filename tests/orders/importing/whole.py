"""Whole imports, and what stands after them, for tests that compare two ways of getting there."""

from django.db import connection
from django.utils import timezone

from orders.models import Buyer, DirtyDay, Order, OrderLine, Shipment
from shopops.intake import actions
from shopops.intake.choices import BatchSource
from shopops.intake.models import Batch
from shopops.lib import vault
from shopops.work.engine import perform_inline
from shopops.work.models import Run

HIDDEN = {
    "id", "first_batch_id", "last_batch_id", "version", "buyer_id", "order_id",
    # When a day was marked, and by which transactions.
    "marked_at", "first_mark", "last_mark",
}  # fmt: skip
TABLES = {
    Order: "tid",
    OrderLine: "line_key",
    Shipment: "waybill_no",
    Buyer: "key",
    DirtyDay: "date",
}


def fingerprint():
    """Give count and hash of everything that imports write, keys and bookkeeping left out."""
    found = {}
    for model, key in TABLES.items():
        names = [str(f.column) for f in model._meta.concrete_fields if f.column not in HIDDEN]
        row = f"md5(ROW({', '.join(names)})::text)"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*), md5(string_agg({row}, '' ORDER BY {key}, {row}))"
                f" FROM {model._meta.db_table}"
            )
            found[model.__name__] = cursor.fetchone()
    return found


def receive(path):
    with path.open("rb") as file:
        stored = vault.store(file)
    now = timezone.now()
    return actions.receive_file(
        stored=stored,
        file_name=path.name,
        source=BatchSource.COMMAND,
        by=None,
        now=now,
        written_at=None,
        auto_commit=True,
        ring=False,
    )


def import_cleanly(paths):
    for path in paths:
        received = receive(path)
        perform_inline(received.run)
        perform_inline(Run.objects.get(kind="intake.merge", key=str(received.batch.pk)))


def wipe():
    for model in (OrderLine, Shipment, Order, Buyer, DirtyDay, Batch, Run):
        model.objects.all().delete()
