"""A file that came before, byte by byte: nothing of it needs to be read again.

Sound because every row of the earlier batch was merged, and because later files and acts win over
it whatever they did: merged once more, the same rows at the same export time change nothing. Not
so where the earlier batch was taken back, or where the reader has learned something since.
"""

from shopops.intake import registry
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch, RowError

SAME_AS = "same_as"
_COPIED = (
    "kind",
    "layout",
    "container",
    "encoding",
    "period_from",
    "period_to",
    "row_count",
    "rejected_count",
    "sums",
)


def same_file_before(batch: Batch) -> Batch | None:
    """Give the last batch that wrote these very bytes and still stands, or None.

    An export time that only the upload gave (no stamp in the name) is the earlier one's, for the
    platform wrote the file once. A file wanted as another kind is read again, to be refused.
    """
    twin = (
        Batch.objects.filter(sha256=batch.sha256, state=BatchState.DONE)
        .exclude(pk=batch.pk)
        .order_by("-pk")
        .first()
    )
    if twin is None or batch.facts.get("wanted_kind", twin.kind) != twin.kind:
        return None
    if twin.facts.get("reader") != _reader(twin):
        return None
    return twin


def _reader(batch: Batch) -> str | None:
    try:
        return registry.reader_digest(batch.kind)
    except LookupError:
        return None


def copy_facts(batch: Batch, twin: Batch) -> None:
    """Fill a batch with what is known of its twin; all rows that were not rejected are unchanged."""
    for name in _COPIED:
        setattr(batch, name, getattr(twin, name))
    batch.exported_at = min(batch.exported_at, twin.exported_at)
    batch.created_count = batch.updated_count = 0
    batch.unchanged_count = max(twin.row_count - twin.rejected_count, 0)
    batch.facts = {**twin.facts, **batch.facts, SAME_AS: twin.pk}
    batch.preview = {"sample": []}
    RowError.objects.filter(batch=batch).delete()
    RowError.objects.bulk_create(
        RowError(batch=batch, line=row.line, column=row.column, value=row.value, reason=row.reason)
        for row in twin.row_errors.order_by("line", "pk").iterator()
    )
