"""Asking for work, and what people may do to it. Who did it is logged above, in `workdesk`."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from shopops.work import doorbell, registry
from shopops.work.choices import DUE_STATES, RunState, RunWish
from shopops.work.models import Run
from shopops.work.transitions import (
    IllegalTransitionError,
    locked_run,
    may_move,
    move,
    start_over,
)

type Person = Any  # settings.AUTH_USER_MODEL; `staff` stands above this layer

REVIVABLE = (RunState.DONE, RunState.CANCELLED)


def request_run(  # noqa: PLR0913
    *,
    kind: str,
    key: str,
    now: datetime,
    payload: dict[str, Any] | None = None,
    business_date: date | None = None,
    by: Person | None = None,
    due_at: datetime | None = None,
    again: bool = False,
    ring: bool = True,
) -> Run:
    """Give the run of (kind, key), new or existing, and ring for it after commit.

    The same request from many sides at once makes one run. With `again` there is a newer need:
    a done or cancelled run waits once more from its start, a running one is repeated as soon as
    it ends, a waiting, failed or paused one sees the need anyway, a quarantined one is for people.
    The payload of a run that exists is left as it is: what is to be done must stand in tables that
    the run reads when it starts. With `again` the run's row stays locked until the caller's
    transaction ends, so ask last.

    `ring` False: the caller performs the run itself.

    :raises UnknownKindError: if nobody registered the kind
    """
    spec = registry.kind(kind)
    wanted = Run(
        kind=spec.code,
        key=key,
        payload=payload or {},
        business_date=business_date,
        created_by=by,
        created_at=now,
        due_at=due_at or now,
    )
    with transaction.atomic():
        Run.objects.bulk_create([wanted], ignore_conflicts=True)
        run = Run.objects.get(kind=kind, key=key)
        if again:
            run = _want_again(locked_run(run.pk), due_at=due_at or now, now=now)
        if ring and run.state in DUE_STATES and run.due_at <= now:
            doorbell.ring_after_commit(run)
    return run


def _want_again(run: Run, *, due_at: datetime, now: datetime) -> Run:
    if run.state == RunState.RUNNING and not run.is_wanted_again:
        run.is_wanted_again = True
        run.save(update_fields=["is_wanted_again"])
    elif run.state in REVIVABLE:
        start_over(run, due_at=due_at, now=now)
    elif run.state == RunState.WAITING and due_at < run.due_at:
        run.due_at = due_at
        run.save(update_fields=["due_at"])
    return run


def pause_run(*, run_id: int, now: datetime) -> Run:
    """Pause a run: at once if it waits, at its next checkpoint if it runs.

    :raises Run.DoesNotExist: if there is no such run
    :raises IllegalTransitionError: if it can no longer be paused
    """
    return _wish(run_id, RunWish.PAUSE, RunState.PAUSED, now)


def cancel_run(*, run_id: int, now: datetime) -> Run:
    """Cancel a run: at once if it is not running, at its next checkpoint if it runs.

    :raises Run.DoesNotExist: if there is no such run
    :raises IllegalTransitionError: if it has already ended
    """
    return _wish(run_id, RunWish.CANCEL, RunState.CANCELLED, now)


def _wish(run_id: int, wish: RunWish, state: RunState, now: datetime) -> Run:
    with transaction.atomic():
        run = locked_run(run_id)
        if not may_move(run, state):
            raise IllegalTransitionError(run, state)
        if run.state == RunState.RUNNING:
            run.wish = wish
            run.save(update_fields=["wish"])
        else:
            move(run, state, now=now)
        return run


def resume_run(*, run_id: int, now: datetime) -> Run:
    """Let a paused run go on from its cursor, or take back a wish that was not yet obeyed.

    :raises Run.DoesNotExist: if there is no such run
    :raises IllegalTransitionError: if it is neither paused nor about to be
    """
    with transaction.atomic():
        run = locked_run(run_id)
        if run.state == RunState.RUNNING and run.wish:
            run.wish = RunWish.NONE
            run.save(update_fields=["wish"])
        elif run.state == RunState.PAUSED:
            _wait_again(run, now)
        else:
            raise IllegalTransitionError(run, RunState.WAITING)
        return run


def retry_run(*, run_id: int, now: datetime) -> Run:
    """Try a failed, quarantined or cancelled run again now, from its cursor, with no strikes.

    :raises Run.DoesNotExist: if there is no such run
    :raises IllegalTransitionError: if there is nothing to retry
    """
    with transaction.atomic():
        run = locked_run(run_id)
        if run.state not in (RunState.FAILED, RunState.QUARANTINED, RunState.CANCELLED):
            raise IllegalTransitionError(run, RunState.WAITING)
        _wait_again(run, now)
        return run


def _wait_again(run: Run, now: datetime) -> None:
    run.due_at, run.attempts = now, 0
    move(run, RunState.WAITING, now=now)
    doorbell.ring_after_commit(run)
