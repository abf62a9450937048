"""What is deleted by itself: stored files after their time, uploads that never became a batch.

A stored file holds contacts in plain text under its encryption, so it lives at most
`ORIGINALS_KEPT_DAYS`, never longer than contacts may, and not at all longer than the contacts of the
orders in it.
"""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from shopops.intake import actions, registry
from shopops.intake.choices import BatchState
from shopops.intake.errors import UnableToMoveError
from shopops.intake.models import Batch
from shopops.lib import vault

ORPHANS_KEPT = timedelta(days=1)
_ENDED = (BatchState.DONE, BatchState.REFUSED, BatchState.DISCARDED, BatchState.UNDONE)
_WAITING = (BatchState.UPLOADED, BatchState.PREVIEWED)
_AT_ONCE = 200
# An order is over at the latest so long after it was placed (`orders.rules.retention`).
_ORDER_LASTS = timedelta(days=60)


def originals_kept() -> timedelta:
    """Give how long the encrypted original of a file is kept at most."""
    return timedelta(days=min(settings.ORIGINALS_KEPT_DAYS, settings.CONTACTS_KEPT_DAYS))


def errors_folder() -> Path:
    """Give the folder of error files written by commands."""
    return Path(settings.MEDIA_ROOT) / "errors"


def tick(now: datetime) -> None:
    """Delete what is past its time."""
    forget_files(now=now)
    forget_orphans(now=now)


def forget_files(*, now: datetime) -> int:
    """Delete the encrypted originals whose time is over; the batch itself stays, without its sample.

    That is after `originals_kept`, or when the newest order in the file is past the time of contacts.
    A batch that nobody ever confirmed is given up first.
    """
    contacts_kept = timedelta(days=settings.CONTACTS_KEPT_DAYS) + _ORDER_LASTS
    late = Q(created_at__lt=now - originals_kept())
    late |= Q(period_to__lt=now - contacts_kept, created_at__lt=now - ORPHANS_KEPT)
    for batch in Batch.objects.filter(late, state__in=_WAITING).order_by("pk")[:_AT_ONCE]:
        try:
            actions.discard_batch(batch_id=batch.pk, by=None, now=now)
        except UnableToMoveError:
            continue  # somebody was quicker
    old = Batch.objects.filter(late, state__in=_ENDED).exclude(stored_name="").order_by("pk")
    return forget_originals(list(old.values_list("pk", flat=True)[:_AT_ONCE]))


@transaction.atomic
def forget_originals(batch_ids: list[int]) -> int:
    """Delete the encrypted originals of ended batches, their error files, and their previews' rows.

    Gives how many files; they go when the transaction stands.
    """
    batches = Batch.objects.select_for_update(of=("self",)).filter(
        pk__in=batch_ids, state__in=_ENDED
    )
    count = 0
    for batch in batches.order_by("pk"):
        name = batch.stored_name
        batch.stored_name = ""
        batch.preview = {**batch.preview, "sample": []} if batch.preview else batch.preview
        batch.save(update_fields=["stored_name", "preview"])
        transaction.on_commit(partial(_remove_error_files, batch.pk))
        if name:
            transaction.on_commit(partial(vault.remove, name))
            count += 1
    return count


def forget_orphans(*, now: datetime) -> int:
    """Delete stored files that no batch and no other keeper names, a day after they were written."""
    age = ORPHANS_KEPT.total_seconds()
    names = vault.names_older_than(age, at=now.timestamp())
    known = set(Batch.objects.filter(stored_name__in=names).values_list("stored_name", flat=True))
    known |= registry.names_kept(names)
    lost = [name for name in names if name not in known]
    for name in lost:
        if name.endswith(".part"):
            vault.remove_part(name)
        elif name.isalnum():
            vault.remove(name)
    for folder in (errors_folder(), Path(settings.INBOX_DIR) / "refused"):
        _empty_of_old(folder, before=now - originals_kept())
    return len(lost)


def _remove_error_files(batch_id: int) -> None:
    for path in errors_folder().glob(f"{batch_id}.*"):
        path.unlink(missing_ok=True)


def _empty_of_old(folder: Path, *, before: datetime) -> None:
    """Delete files with rows in plain text: those written for people to mend, and refused ones."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
