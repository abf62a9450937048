"""Performing a run: claim, lease, work, end. Safe to call for any run at any time, by anybody."""

import logging
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from shopops.work import doorbell, registry, shutdown
from shopops.work.choices import DUE_STATES, ENDED_STATES, RunState, RunWish
from shopops.work.clock import Clock, system_clock
from shopops.work.context import LEASE, Hold, OnProgress, RunContext
from shopops.work.crashpoints import crashpoint
from shopops.work.heartbeat import Heartbeat
from shopops.work.interrupts import (
    LeaseLost,
    RunCancelled,
    RunHandedBack,
    RunInterrupted,
    RunPaused,
    RunRefusedError,
    RunTimedOutError,
)
from shopops.work.models import Run
from shopops.work.transitions import locked_run_if_free, move, start_over

__all__ = ["RunContext", "claim", "perform", "perform_inline"]

logger = logging.getLogger(__name__)

STRIKES = 3
# Before the second and the third attempt after an error.
BACK_OFF = (timedelta(seconds=30), timedelta(minutes=2))
_WATCH_SECONDS = 0.5
# Stored in Chinese; pages show them in the reader's language.
GAVE_UP = gettext_noop("工作进程在没有进展时中断了 {n} 次，不再自动重试。")
TAKEN_OVER = gettext_noop("工作进程中断（第 {n} 次），已由另一个进程接手。")
TOO_LONG = gettext_noop("超过了这类任务的时限，已停下。")
_ERROR_LENGTH = 4000
_NOTHING_TO_WATCH = (*ENDED_STATES, RunState.FAILED, RunState.PAUSED)


# --- claiming ---


def claim(run_id: int, *, now: datetime, in_turn: bool = True) -> Run | None:
    """Take the lease of a run that is due or whose holder went silent; None if there is no need.

    The attempt is counted and committed here, before any work: a run that kills its process is
    quarantined at its fourth start without progress. `in_turn` False ignores earlier dates.
    """
    with transaction.atomic():
        run = locked_run_if_free(run_id)
        if run is None or not _is_claimable(run, now) or (in_turn and _must_wait(run)):
            return None
        if run.state == RunState.RUNNING and _settle_silent(run, now):
            return None
        run.attempts += 1
        run.lease_token = uuid4()
        run.lease_until, run.heartbeat_at = now + LEASE, now
        run.started_at = run.started_at or now
        move(run, RunState.RUNNING, now=now)
    crashpoint("run.claimed")
    return run


def _is_claimable(run: Run, now: datetime) -> bool:
    if run.state in DUE_STATES:
        return run.due_at <= now
    return run.state == RunState.RUNNING and (run.lease_until is None or run.lease_until < now)


def _must_wait(run: Run) -> bool:
    spec = registry.find_kind(run.kind)
    if spec is None or not spec.in_order or run.business_date is None:
        return False
    unfinished = [*DUE_STATES, RunState.RUNNING]
    return Run.objects.filter(
        kind=run.kind, business_date__lt=run.business_date, state__in=unfinished
    ).exists()


def _settle_silent(run: Run, now: datetime) -> bool:
    """Obey the wish that a dead holder cannot, or quarantine; tell whether the run is over."""
    if run.wish == RunWish.CANCEL:
        move(run, RunState.CANCELLED, now=now)
    elif run.wish == RunWish.PAUSE:
        run.attempts = 0
        move(run, RunState.PAUSED, now=now)
    elif run.attempts >= STRIKES:
        run.error = run.error or GAVE_UP.format(n=run.attempts)
        move(run, RunState.QUARANTINED, now=now)
    else:
        run.error = TAKEN_OVER.format(n=run.attempts)
        return False
    return True


# --- performing ---


def perform(
    run_id: int,
    *,
    clock: Clock = system_clock,
    on_progress: OnProgress | None = None,
    in_turn: bool = True,
) -> RunState | None:
    """Claim and perform one run; give its state afterwards, None if it was not ours to do."""
    if shutdown.is_asked_to_stop():
        return None
    run = claim(run_id, now=clock(), in_turn=in_turn)
    if run is None or run.lease_token is None:
        return None
    with shutdown.sigterm_caught() as asked:
        return _perform_claimed(run, run.lease_token, clock, asked.is_set, on_progress)


def _perform_claimed(
    run: Run,
    token: UUID,
    clock: Clock,
    is_stopping: Callable[[], bool],
    on_progress: OnProgress | None,
) -> RunState | None:
    spec = registry.find_kind(run.kind)
    limit = spec.time_limit if spec else timedelta(minutes=1)
    now = clock()
    hold = Hold(token, clock, is_stopping, now + limit, on_progress)
    try:
        context = RunContext(run, hold, now=now)
        until = now + limit + LEASE
        with Heartbeat(run.pk, token, clock=clock, until=until, progress=context.progress):
            result = registry.kind(run.kind).perform(context)
        crashpoint("run.performed")
        ended = _end(run.pk, token, clock(), result=result or {})
    except RunInterrupted as interrupt:
        return _interrupted(run.pk, token, interrupt, clock())
    except (KeyboardInterrupt, SystemExit):
        _interrupted(run.pk, token, RunHandedBack(), clock())
        raise
    except Exception as error:
        logger.exception("run %s (%s) failed", run.pk, run.kind)
        return _failed(run.pk, token, error, clock())
    crashpoint("run.finished")
    return ended


def _held(run_id: int, token: UUID) -> Run | None:
    rows = Run.objects.select_for_update(no_key=True).order_by("pk")
    return rows.filter(pk=run_id, lease_token=token, state=RunState.RUNNING).first()


def _end(run_id: int, token: UUID, now: datetime, *, result: dict[str, object]) -> RunState | None:
    with transaction.atomic():
        run = _held(run_id, token)
        if run is None:
            return None
        wanted_again = run.is_wanted_again
        run.result, run.error, run.attempts = result, "", 0
        move(run, RunState.DONE, now=now)
        if wanted_again:
            start_over(run, due_at=now, now=now)
            doorbell.ring_after_commit(run)
        _ring_next(run)
        return RunState(run.state)


def _ring_next(run: Run) -> None:
    """Wake the following business date of a kind that goes in order."""
    spec = registry.find_kind(run.kind)
    if spec is None or not spec.in_order or run.business_date is None:
        return
    later = Run.objects.filter(
        kind=run.kind, business_date__gt=run.business_date, state__in=DUE_STATES
    )
    following = later.order_by("business_date", "pk").first()
    if following:
        doorbell.ring_after_commit(following)


def _interrupted(
    run_id: int, token: UUID, interrupt: RunInterrupted, now: datetime
) -> RunState | None:
    if isinstance(interrupt, LeaseLost):
        logger.warning("run %s was taken over; this process wrote nothing more", run_id)
        return None
    with transaction.atomic():
        run = _held(run_id, token)
        if run is None:
            return None
        run.attempts = max(run.attempts - 1, 0)  # being interrupted is no strike
        if isinstance(interrupt, RunHandedBack):
            run.due_at = now
            wish, state = run.wish, RunState.WAITING
            state = {RunWish.CANCEL: RunState.CANCELLED, RunWish.PAUSE: RunState.PAUSED}.get(
                RunWish(wish), state
            )
        else:
            state = {RunPaused: RunState.PAUSED, RunCancelled: RunState.CANCELLED}[type(interrupt)]
        move(run, state, now=now)
        return RunState(run.state)


def _failed(run_id: int, token: UUID, error: Exception, now: datetime) -> RunState | None:
    """Store a readable error and wait for the next attempt, or quarantine at the third strike."""
    connection.close_if_unusable_or_obsolete()
    with transaction.atomic():
        run = _held(run_id, token)
        if run is None:
            return None
        run.error = readable(error)
        if run.wish == RunWish.CANCEL:
            move(run, RunState.CANCELLED, now=now)
        elif isinstance(error, RunRefusedError) or run.attempts >= STRIKES:
            move(run, RunState.QUARANTINED, now=now)
        else:
            run.due_at = now + BACK_OFF[min(run.attempts, len(BACK_OFF)) - 1]
            move(run, RunState.FAILED, now=now)
        return RunState(run.state)


def readable(error: Exception) -> str:
    """Write an error for the work page: what it says first, then where it came from."""
    if isinstance(error, RunRefusedError):
        return str(error)
    if isinstance(error, RunTimedOutError):
        return TOO_LONG
    head = f"{type(error).__name__}: {error}".strip()
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[-6:])
    return f"{head}\n\n{''.join(frames)}"[:_ERROR_LENGTH]


# --- in the caller's own process ---


def perform_inline(
    run: Run, *, on_progress: OnProgress | None = None, clock: Clock = system_clock
) -> Run:
    """Perform a run here and now, as commands do, or watch it if a worker was quicker.

    Ends when the run is done, failed, paused, cancelled, quarantined or handed back by SIGTERM. A
    person asked, so a kind that goes in order does not wait for earlier dates. Gives the fresh row:
    the caller looks at `state` and `error`.
    """
    while True:
        ended = perform(run.pk, clock=clock, on_progress=on_progress, in_turn=False)
        run.refresh_from_db()
        if ended or run.state in _NOTHING_TO_WATCH:
            return run
        if run.state == RunState.WAITING and run.due_at > clock():
            return run
        if on_progress and run.state == RunState.RUNNING:
            on_progress(run.progress_done, run.progress_total, run.progress_text)
        time.sleep(_WATCH_SECONDS)
