"""What can be done with a file that came in: one transaction and one operation-log row each."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shopops.intake import registry
from shopops.intake.choices import BATCH_TRANSITIONS, BatchSource, BatchState
from shopops.intake.errors import OtherShopError, UnableToMoveError
from shopops.intake.models import Batch
from shopops.intake.naming import clean_name, exported_at_of
from shopops.intake.shops import shop_difference
from shopops.intake.stages import drop_stage, stage_name
from shopops.intake.telling import tell_of_refusal
from shopops.lib.vault import Stored
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work.actions import request_run
from shopops.work.models import Run

PARSE, MERGE, UNDO = "intake.parse", "intake.merge", "intake.undo"


@dataclass(frozen=True, slots=True)
class Received:
    """A new batch, the run that reads it, and the newest earlier batch of the very same bytes."""

    batch: Batch
    run: Run
    seen_before: Batch | None


def locked_batch(batch_id: int) -> Batch:
    """Lock a batch until the transaction ends.

    :raises Batch.DoesNotExist: if there is none
    """
    return Batch.objects.select_for_update().order_by("pk").get(pk=batch_id)


def move(batch: Batch, state: BatchState) -> None:
    """Change a locked batch's state along the road of `BATCH_TRANSITIONS`; the caller saves.

    :raises UnableToMoveError: if this cannot follow
    """
    if state not in BATCH_TRANSITIONS[batch.state]:
        raise UnableToMoveError(batch.state, state)
    batch.state = state


@transaction.atomic
def receive_file(  # noqa: PLR0913
    *,
    stored: Stored,
    file_name: str,
    source: BatchSource,
    by: User | None,
    now: datetime,
    written_at: datetime | None,
    auto_commit: bool,
    wanted_kind: str = "",
    ring: bool = True,
) -> Received:
    """Make a batch of a file in the vault and ask for its reading.

    `written_at`: when the file was last changed, if known; used where its name carries no stamp.
    `auto_commit`: merge without waiting for a person. `wanted_kind`: refuse another kind.
    """
    name = clean_name(file_name)
    seen = Batch.objects.filter(sha256=stored.sha256).order_by("-pk").first()
    batch = Batch.objects.create(
        file_name=name,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        stored_name=stored.name,
        source=source,
        exported_at=exported_at_of(name, fallback=written_at or now, now=now),
        auto_commit=auto_commit,
        facts={"wanted_kind": wanted_kind} if wanted_kind else {},
        created_by=by,
        created_at=now,
    )
    _record("received", batch, by=by, now=now, new={"file": name, "bytes": stored.size_bytes})
    run = request_run(
        kind=PARSE, key=str(batch.pk), payload={"file": batch.file_name}, by=by, now=now, ring=ring
    )
    return Received(batch, run, seen)


@transaction.atomic
def commit_batch(
    *, batch_id: int, by: User | None, now: datetime, confirm_other_shop: bool, ring: bool = True
) -> Run:
    """Have a previewed batch written. Locks the batch.

    :raises UnableToMoveError: if it is not waiting for this
    :raises OtherShopError: if the file is from another shop and nobody confirmed
    """
    batch = locked_batch(batch_id)
    difference = shop_difference(batch)
    if difference and not confirm_other_shop and batch.state == BatchState.PREVIEWED:
        raise OtherShopError(difference.known, difference.found)
    move(batch, BatchState.MERGING)
    batch.save(update_fields=["state"])
    reason = f"other shop: {difference.found}" if difference else ""
    _record("committed", batch, by=by, now=now, reason=reason)
    return request_run(
        kind=MERGE,
        key=str(batch.pk),
        payload={"file": batch.file_name},
        by=by,
        now=now,
        again=True,
        ring=ring,
    )


@transaction.atomic
def discard_batch(*, batch_id: int, by: User | None, now: datetime) -> Batch:
    """Give a batch up before anything of it was written. Its staged rows go, its file stays.

    :raises UnableToMoveError: if it was written or refused already
    """
    batch = locked_batch(batch_id)
    move(batch, BatchState.DISCARDED)
    batch.save(update_fields=["state"])
    drop_stage(stage_name(batch.pk))
    _record("discarded", batch, by=by, now=now)
    return batch


@transaction.atomic
def request_undo(*, batch_id: int, by: User | None, now: datetime, ring: bool = True) -> Run:
    """Have a written batch taken back where nothing newer touched its rows.

    :raises UnableToMoveError: if it is not written
    """
    batch = locked_batch(batch_id)
    registry.file_kind(batch.kind)
    move(batch, BatchState.UNDOING)
    batch.save(update_fields=["state"])
    _record("undo_requested", batch, by=by, now=now)
    return request_run(
        kind=UNDO,
        key=str(batch.pk),
        payload={"file": batch.file_name},
        by=by,
        now=now,
        again=True,
        ring=ring,
    )


@transaction.atomic
def refuse_batch(*, batch_id: int, reason: str, now: datetime) -> Batch:
    """Refuse a whole file; nothing of it stays staged.

    :raises UnableToMoveError: if it is past being refused
    """
    batch = locked_batch(batch_id)
    move(batch, BatchState.REFUSED)
    batch.refusal = reason
    batch.save(update_fields=["state", "refusal"])
    drop_stage(stage_name(batch.pk))
    _record("refused", batch, by=None, now=now, reason=reason[:300])
    tell_of_refusal(batch, now=now)
    return batch


def _record(
    act: str,
    batch: Batch,
    *,
    by: User | None,
    now: datetime,
    new: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    operations.record(
        name=f"intake.batch.{act}",
        by=by,
        now=now,
        object_type="batch",
        object_key=str(batch.pk),
        new=new or {},
        reason=reason,
        batch_id=batch.pk,
    )
