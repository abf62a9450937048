"""A counted list that came as a file becomes an open count; a person looks at it and books it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_noop

from products.choices import CountState
from products.importers import stock_count
from products.models import CountLine, StockCount
from shopops.intake.registry import register_file_kind
from shopops.intake.spec import CellError, Counts, FileKind, Preview

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

# The column, and why a row of it is not taken.
_CODE, _NOT_KNOWN = "商家编码", gettext_noop("没有这个商家编码或条码，或者它是套装")

# Of a code that stands twice the pieces add up; a barcode stands for its SKU; bundles are not counted.
_KNOWN = """
SELECT k.id AS sku_id, sum(s.counted)::int AS counted FROM {stage} s
JOIN products_sku k ON k.id = coalesce(
  (SELECT id FROM products_sku WHERE code = s.code),
  (SELECT id FROM products_sku WHERE barcode = s.code AND barcode <> ''))
WHERE NOT EXISTS (SELECT 1 FROM products_bundlepart b WHERE b.bundle_id = k.id)
GROUP BY k.id
"""
_UNKNOWN = """
SELECT s.line_no, s.code FROM {stage} s
LEFT JOIN products_sku k ON k.code = s.code OR (k.barcode = s.code AND k.barcode <> '')
WHERE k.id IS NULL OR EXISTS (SELECT 1 FROM products_bundlepart b WHERE b.bundle_id = k.id)
ORDER BY s.line_no
"""


def preview(batch: "Batch", stage: str) -> Preview:
    """Say how many SKUs were counted and how many differ from the ledger; unknown codes are reported."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN.format(stage=stage))
        unknown = cursor.fetchall()
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE k.counted <> coalesce(l.on_hand, 0)),"
            f" coalesce(sum(k.counted), 0) FROM ({_KNOWN.format(stage=stage)}) k"
            " LEFT JOIN products_stocklevel l ON l.sku_id = k.sku_id"
        )
        total, different, pieces = cursor.fetchone()
    return Preview(
        created=different,
        updated=0,
        unchanged=total - different,
        rejected=batch.rejected_count + len(unknown),
        facts={"pieces": pieces},
        extra_errors=[CellError(line, _CODE, code, _NOT_KNOWN) for line, code in unknown],
    )


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Open a count with the lines of the file; writes nothing into the ledger."""
    with run.step(text=gettext_noop("写入盘点")), connection.cursor() as cursor:
        count = StockCount.objects.create(
            opened_at=now,
            opened_by_id=batch.created_by_id,
            note=_note(batch),
        )
        cursor.execute(
            "INSERT INTO products_countline (count_id, sku_id, counted_at, counted, on_hand)"
            " SELECT %s, k.sku_id, %s, k.counted, coalesce(l.on_hand, 0)"
            f" FROM ({_KNOWN.format(stage=stage)}) k"
            " LEFT JOIN products_stocklevel l ON l.sku_id = k.sku_id ORDER BY k.sku_id",
            [count.pk, now],
        )
        created = int(cursor.rowcount)
    return Counts(created, 0, 0, batch.rejected_count)


def _note(batch: "Batch") -> str:
    """Name the file in its count; a person's own note of another count never reads like it."""
    return f"#{batch.pk} {batch.file_name}"[:200]


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Take the count back if nobody booked it; what is in the ledger stays there."""
    with run.step(text=gettext_noop("撤销盘点")):
        ours = StockCount.objects.filter(note=_note(batch))
        kept = CountLine.objects.filter(count__in=ours.exclude(state=CountState.OPEN)).count()
        lines = CountLine.objects.filter(count__in=ours.filter(state=CountState.OPEN)).count()
        ours.filter(state=CountState.OPEN).delete()
    return Counts(lines, 0, kept, 0)


def register() -> None:
    """Make the kind known to the intake."""
    register_file_kind(
        FileKind(
            code=stock_count.KIND,
            label=stock_count.LABEL,
            importer=stock_count.__name__,
            preview=preview,
            merge=merge,
            undo=undo,
            every=timedelta(days=90),
        )
    )
