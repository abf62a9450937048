"""The seller's price export as a kind of file: kept per SKU, to be compared."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_noop

from promotions.importers import seller_prices
from promotions.models import SellerPrice
from shopops.intake.registry import register_file_kind
from shopops.intake.spec import CellError, Counts, FileKind, Preview

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

_UNKNOWN = """
SELECT s.line_no, s.code FROM {stage} s LEFT JOIN products_sku k ON k.code = s.code
WHERE k.id IS NULL ORDER BY s.line_no
"""
# Results repeat on every row of a SKU: the least is taken should they differ.
_ROWS = """
SELECT k.id AS sku_id, min(s.list_amount) AS list_amount, min(s.one_piece_amount) AS one_piece_amount,
  min(s.lowest_amount) AS lowest_amount,
  coalesce(string_agg(DISTINCT nullif(s.tool, ''), '、'), '') AS tools
FROM {stage} s JOIN products_sku k ON k.code = s.code GROUP BY k.id
"""

_KEEP = """
INSERT INTO promotions_sellerprice AS p
  (sku_id, batch_id, exported_at, list_amount, one_piece_amount, lowest_amount, tools)
SELECT r.sku_id, %s, %s, r.list_amount, r.one_piece_amount, r.lowest_amount, r.tools FROM ({rows}) r
ON CONFLICT (sku_id) DO UPDATE SET batch_id = excluded.batch_id,
  exported_at = excluded.exported_at, list_amount = excluded.list_amount,
  one_piece_amount = excluded.one_piece_amount, lowest_amount = excluded.lowest_amount,
  tools = excluded.tools
WHERE p.exported_at <= excluded.exported_at
"""


def preview(batch: "Batch", stage: str) -> Preview:
    """Say how many SKUs the file prices; codes that nobody knows are reported."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN.format(stage=stage))
        unknown = cursor.fetchall()
        cursor.execute(
            f"SELECT count(*), count(p.id) FROM ({_ROWS.format(stage=stage)}) r"
            " LEFT JOIN promotions_sellerprice p ON p.sku_id = r.sku_id"
        )
        total, known = cursor.fetchone()
    reason = gettext_noop("没有这个商家编码")
    return Preview(
        created=total - known,
        updated=known,
        unchanged=0,
        rejected=batch.rejected_count + len(unknown),
        facts={},
        extra_errors=[CellError(line, "商家编码", code, reason) for line, code in unknown],
    )


def merge(batch: "Batch", stage: str, run: "RunContext", now: datetime) -> Counts:
    """Keep the figures per SKU; an older file does not replace a newer one."""
    written_at = batch.exported_at
    with run.step(text=gettext_noop("写入平台预估价")), connection.cursor() as cursor:
        cursor.execute(
            _KEEP.format(rows=_ROWS.format(stage=stage)),
            [batch.pk, written_at],
        )
        count = int(cursor.rowcount)
    return Counts(count, 0, 0, batch.rejected_count)


def undo(batch: "Batch", run: "RunContext", now: datetime) -> Counts:
    """Forget what the file said; what an earlier file said before it is not brought back."""
    with run.step(text=gettext_noop("撤销平台预估价")):
        count, _by_model = SellerPrice.objects.filter(batch_id=batch.pk).delete()
    return Counts(count, 0, 0, 0)


def register() -> None:
    """Make the kind known to the intake."""
    register_file_kind(
        FileKind(
            code=seller_prices.KIND,
            label=seller_prices.LABEL,
            importer=seller_prices.__name__,
            preview=preview,
            merge=merge,
            undo=undo,
            every=timedelta(days=30),
        )
    )
