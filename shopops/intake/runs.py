"""The three kinds of work on a batch: read it, write it, take it back."""

import contextlib
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, connection
from django.utils.translation import gettext_noop

from shopops.intake import actions, inbox, parsing, registry, stages
from shopops.intake.choices import BatchSource, BatchState
from shopops.intake.errors import OtherShopError
from shopops.intake.feeding import stopwatch
from shopops.intake.freshness import refresh_source
from shopops.intake.models import Batch, RowError
from shopops.intake.parsing import Parsed
from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.shops import learn_shop
from shopops.intake.spec import CellError, Counts, Preview
from shopops.intake.telling import tell_of_rejected_rows
from shopops.intake.turn import take_reading_turn, take_turn
from shopops.intake.twins import SAME_AS, copy_facts, same_file_before
from shopops.lib import vault
from shopops.staff import operations
from shopops.work.choices import RunState
from shopops.work.context import RunContext
from shopops.work.interrupts import RunInterrupted
from shopops.work.models import Run

logger = logging.getLogger(__name__)

_SAY_SECONDS = 1.0


class _Teller(threading.Thread):
    """Tells progress and hears wishes on a connection of its own; ours is busy with COPY."""

    def __init__(self, run: RunContext, size_bytes: int) -> None:
        super().__init__(daemon=True)
        self._run, self._size = run, size_bytes
        self._rows, self._fed = 0, 0
        self._interrupt: RunInterrupted | None = None
        self._is_over = threading.Event()

    def heard(self, rows: int, fed_bytes: int) -> None:
        """Take the newest figures; stops the reading if somebody wished so."""
        self._rows, self._fed = rows, fed_bytes
        if self._interrupt is not None:
            raise self._interrupt

    def run(self) -> None:
        try:
            while not self._is_over.wait(_SAY_SECONDS):
                self._tell()
        except RunInterrupted as interrupt:
            self._interrupt = interrupt
        finally:
            connection.close()

    def _tell(self) -> None:
        total = self._rows * self._size // self._fed if self._fed else 0
        try:
            self._run.say(self._rows, max(total, self._rows), gettext_noop("正在读取"))
        except DatabaseError:
            logger.warning("progress of run %s was not told", self._run.id)

    def __enter__(self) -> "_Teller":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self.join()


# --- reading ---


def perform_parse(run: RunContext) -> dict[str, Any]:
    """Read a batch's file into its staging table and work out what writing it would do."""
    elapsed = stopwatch()
    with run.step(text=gettext_noop("正在读取")):
        batch = actions.locked_batch(int(run.key))
        if batch.state not in (BatchState.UPLOADED, BatchState.PARSING):
            return {"state": batch.state}
        if batch.state == BatchState.UPLOADED:
            actions.move(batch, BatchState.PARSING)
            batch.save(update_fields=["state"])
    twin = same_file_before(batch)
    if twin is not None:
        return _take_from_twin(run, batch, twin)
    try:
        parsed = _stage(run, batch)
        return _show(run, batch, parsed, elapsed)
    except FileRefusedError as refusal:
        return _refuse(run, batch, refusal)


def _refuse(run: RunContext, batch: Batch, refusal: FileRefusedError) -> dict[str, Any]:
    with run.step(text=gettext_noop("已拒绝")):
        stages.drop_stage(stages.stage_name(batch.pk))
        batch = actions.refuse_batch(batch_id=batch.pk, reason=refusal.reason, now=run.now)
    if batch.source == BatchSource.INBOX:
        with contextlib.suppress(vault.VaultBrokenError, OSError):
            inbox.give_back(batch)
    return {"state": BatchState.REFUSED, "reason": refusal.reason}


def _show(
    run: RunContext, batch: Batch, parsed: Parsed, elapsed: Callable[[], float]
) -> dict[str, Any]:
    """Work out what writing the staged file would do, and keep that for the page."""
    with run.step(done=parsed.read, total=parsed.read, text=gettext_noop("已读完")):
        take_reading_turn(run)
        batch = actions.locked_batch(batch.pk)
        if batch.state != BatchState.PARSING:
            stages.drop_stage(stages.stage_name(batch.pk))
            return {"state": batch.state}
        _take_parsed(batch, parsed)
        preview = registry.file_kind(batch.kind).preview(batch, stages.stage_name(batch.pk))
        _take_preview(batch, parsed, preview)
        batch.seconds = Decimal(f"{elapsed():.3f}")
        actions.move(batch, BatchState.PREVIEWED)
        batch.save()
        _commit_by_itself(batch, run.now)
    return {"state": batch.state, "rows": batch.row_count, "rejected": batch.rejected_count}


def _stage(run: RunContext, batch: Batch) -> Parsed:
    wanted = batch.facts.get("wanted_kind") or None
    with _Teller(run, batch.size_bytes) as teller:
        return parsing.parse_into(
            stages.stage_name(batch.pk),
            batch.stored_name,
            wanted=wanted,
            on_rows=teller.heard,
            limits=parsing.allowance(),
        )


def _take_parsed(batch: Batch, parsed: Parsed) -> None:
    batch.kind, batch.layout = parsed.kind, parsed.layout
    batch.container, batch.encoding = parsed.container, parsed.encoding
    batch.facts = {
        **batch.facts,
        **parsed.facts,
        "columns": parsed.columns,
        "notes": parsed.notes,
        "staged": parsed.staged,
        "totals": parsed.totals,
        "reader": registry.reader_digest(parsed.kind),
    }
    batch.save()


def _take_from_twin(run: RunContext, batch: Batch, twin: Batch) -> dict[str, Any]:
    """Answer for a file that came before, byte by byte: all its rows stand as they stand."""
    with run.step(
        done=twin.row_count, total=twin.row_count, text=gettext_noop("和之前的文件完全相同")
    ):
        batch = actions.locked_batch(batch.pk)
        if batch.state != BatchState.PARSING:
            return {"state": batch.state}
        copy_facts(batch, twin)
        actions.move(batch, BatchState.PREVIEWED)
        batch.save()
        _commit_by_itself(batch, run.now)
    return {"state": batch.state, "rows": batch.row_count, "rejected": batch.rejected_count}


def _take_preview(batch: Batch, parsed: Parsed, preview: Preview) -> None:
    errors = [*parsed.errors, *preview.extra_errors]
    RowError.objects.filter(batch=batch).delete()
    RowError.objects.bulk_create([_row_error(batch, error) for error in errors], batch_size=5000)
    rejected_lines = {error.line for error in errors}
    batch.row_count = max(parsed.read, parsed.staged + len({e.line for e in parsed.errors}))
    batch.created_count, batch.updated_count = preview.created, preview.updated
    batch.unchanged_count = preview.unchanged
    batch.rejected_count = max(
        preview.rejected, len(rejected_lines), parsed.error_count - len(errors)
    )
    batch.period_from, batch.period_to = preview.period_from, preview.period_to
    batch.sums = preview.sums
    batch.facts = {**batch.facts, **preview.facts}
    batch.preview = {"sample": preview.sample}


def _row_error(batch: Batch, error: CellError) -> RowError:
    return RowError(
        batch=batch,
        line=error.line,
        column=_storable(error.column)[:60],
        value=_storable(error.value)[:200],
        reason=_storable(error.reason)[:300],
    )


def _storable(text: str) -> str:
    return text.replace("\0", "␀")


def _commit_by_itself(batch: Batch, now: datetime) -> None:
    if not batch.auto_commit:
        return
    try:
        actions.commit_batch(
            batch_id=batch.pk, by=batch.created_by, now=now, confirm_other_shop=False
        )
    except OtherShopError:
        return  # waits for a person
    batch.state = BatchState.MERGING


# --- writing and taking back ---


def perform_merge(run: RunContext) -> dict[str, Any]:
    """Write a batch's staged rows in steps of their own, then mark the batch.

    Each step's rows and the cursor are committed together, so that a killed worker goes on where
    the last step ended. Rows that were written are found unchanged, should a step be repeated.
    """
    elapsed = stopwatch()
    batch = Batch.objects.get(pk=int(run.key))
    if batch.state != BatchState.MERGING:
        return {"state": batch.state}
    stage = stages.stage_name(batch.pk)
    if SAME_AS in batch.facts:
        counts = Counts(0, 0, batch.unchanged_count, batch.rejected_count)
    else:
        _stage_again_if_lost(run, batch)
        counts = registry.file_kind(batch.kind).merge(batch, stage, run, run.now)
    with run.step(done=batch.row_count, total=batch.row_count, text=gettext_noop("已写入")):
        take_turn(run)
        batch = actions.locked_batch(batch.pk)
        if batch.state != BatchState.MERGING:
            return {"state": batch.state}
        stages.drop_stage(stage)
        learn_shop(batch)
        _take_counts(batch, counts)
        batch.committed_at = run.now
        batch.seconds += Decimal(f"{elapsed():.3f}")
        actions.move(batch, BatchState.DONE)
        batch.save()
        refresh_source(batch.kind)
        _record(batch, "merged", counts, run)
        if batch.rejected_count:
            tell_of_rejected_rows(batch, now=run.now)
    return {"state": batch.state, **_as_dict(counts)}


def perform_undo(run: RunContext) -> dict[str, Any]:
    """Take back what a batch changed, where nothing newer touched it."""
    batch = Batch.objects.get(pk=int(run.key))
    if batch.state != BatchState.UNDOING:
        return {"state": batch.state}
    with run.step(text=gettext_noop("已撤回")):
        take_turn(run)
        batch = actions.locked_batch(batch.pk)
        if batch.state != BatchState.UNDOING:
            return {"state": batch.state}
        counts = registry.file_kind(batch.kind).undo(batch, run, run.now)
        batch.facts = {**batch.facts, "undo": _as_dict(counts)}
        batch.undone_at = run.now
        actions.move(batch, BatchState.UNDONE)
        batch.save()
        refresh_source(batch.kind)
        _record(batch, "undone", counts, run)
    return {"state": batch.state, **_as_dict(counts)}


def _stage_again_if_lost(run: RunContext, batch: Batch) -> None:
    """Staging tables are unlogged: after a crash of Postgres they are empty, so read once more."""
    name = stages.stage_name(batch.pk)
    if stages.stage_exists(name) and stages.row_count(name) == batch.facts.get("staged"):
        return
    _stage(run, batch)


def _take_counts(batch: Batch, counts: Counts) -> None:
    batch.created_count, batch.updated_count = counts.created, counts.updated
    batch.unchanged_count = counts.unchanged
    batch.rejected_count = max(counts.rejected, batch.rejected_count)


def _as_dict(counts: Counts) -> dict[str, int]:
    return {
        "created": counts.created,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
    }


def _record(batch: Batch, act: str, counts: Counts, run: RunContext) -> None:
    operations.record(
        name=f"intake.batch.{act}",
        by=batch.created_by if act == "merged" else None,
        now=run.now,
        object_type="batch",
        object_key=str(batch.pk),
        new=_as_dict(counts),
        batch_id=batch.pk,
    )


# --- when a run ends without having done its work ---


def parse_ended(run: Run, now: datetime) -> None:
    """Follow a reading that was cancelled or given up."""
    batch = actions.locked_batch(int(run.key))
    if batch.state not in (BatchState.UPLOADED, BatchState.PARSING):
        return
    if run.state == RunState.CANCELLED:
        actions.discard_batch(batch_id=batch.pk, by=None, now=now)
    elif run.state == RunState.QUARANTINED:
        actions.refuse_batch(batch_id=batch.pk, reason=f"crashed|{run.attempts}", now=now)


def merge_ended(run: Run, now: datetime) -> None:
    """Follow a writing that was cancelled: nothing was written, it may be asked for again."""
    _back(run, BatchState.MERGING, BatchState.PREVIEWED)


def undo_ended(run: Run, now: datetime) -> None:
    """Follow an undo that was cancelled: the batch stands as it was."""
    _back(run, BatchState.UNDOING, BatchState.DONE)


def _back(run: Run, from_state: BatchState, to_state: BatchState) -> None:
    if run.state != RunState.CANCELLED:
        return
    batch = actions.locked_batch(int(run.key))
    if batch.state == from_state:
        actions.move(batch, to_state)
        batch.save(update_fields=["state"])
