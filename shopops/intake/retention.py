"""What is deleted by itself: stored files after their time, uploads that never became a batch."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from shopops.intake.choices import BatchState
from shopops.intake.models import Batch
from shopops.lib import vault

FILES_KEPT = timedelta(days=90)
ORPHANS_KEPT = timedelta(days=1)
_ENDED = (BatchState.DONE, BatchState.REFUSED, BatchState.DISCARDED, BatchState.UNDONE)
_AT_ONCE = 200


def errors_folder() -> Path:
    """Give the folder of error files written by commands."""
    return Path(settings.MEDIA_ROOT) / "errors"


def tick(now: datetime) -> None:
    """Delete what is past its time."""
    forget_files(now=now)
    forget_orphans(now=now)


def forget_files(*, now: datetime) -> int:
    """Delete the encrypted copies of ended batches after 90 days; the batch itself stays."""
    old = Batch.objects.filter(created_at__lt=now - FILES_KEPT, state__in=_ENDED)
    rows = old.exclude(stored_name="").order_by("pk")[:_AT_ONCE]
    for batch in rows:
        with transaction.atomic():
            Batch.objects.filter(pk=batch.pk).update(stored_name="")
        vault.remove(batch.stored_name)
    return len(rows)


def forget_orphans(*, now: datetime) -> int:
    """Delete stored files that no batch names, a day after they were written."""
    age = ORPHANS_KEPT.total_seconds()
    names = vault.names_older_than(age, at=now.timestamp())
    known = set(Batch.objects.filter(stored_name__in=names).values_list("stored_name", flat=True))
    lost = [name for name in names if name not in known]
    for name in lost:
        if name.endswith(".part"):
            vault.remove_part(name)
        elif name.isalnum():
            vault.remove(name)
    if errors_folder().is_dir():
        limit = (now - FILES_KEPT).timestamp()
        for path in errors_folder().iterdir():
            if path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
    return len(lost)
