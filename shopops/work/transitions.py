"""The one place where a run's state changes, held to the table in `choices`."""

import logging
from datetime import datetime

from django.db import transaction

from shopops.work import registry
from shopops.work.choices import ENDED_STATES, RUN_TRANSITIONS, RunState, RunWish
from shopops.work.models import Run

logger = logging.getLogger(__name__)

FIELDS_OF_STATE = [
    "state",
    "wish",
    "lease_token",
    "lease_until",
    "heartbeat_at",
    "attempts",
    "error",
    "due_at",
    "ended_at",
    "started_at",
    "result",
    "cursor",
    "progress_done",
    "progress_total",
    "progress_text",
    "payload",
    "is_wanted_again",
]


class IllegalTransitionError(Exception):
    """A run may not go from its state to the one asked for."""

    def __init__(self, run: Run, state: str) -> None:
        super().__init__(f"run {run.pk}: {run.state} → {state}")


def locked_run(pk: int) -> Run:
    """Lock one run until the transaction ends. Waits.

    :raises Run.DoesNotExist: if there is no such run
    """
    return Run.objects.select_for_update(no_key=True).get(pk=pk)


def locked_run_if_free(pk: int) -> Run | None:
    """Lock one run, None if it is gone or somebody else holds it at this moment."""
    rows = Run.objects.select_for_update(no_key=True, skip_locked=True)
    return rows.filter(pk=pk).order_by("pk").first()


def may_move(run: Run, state: str) -> bool:
    """Tell whether the table allows this step."""
    return state in RUN_TRANSITIONS[run.state]


def move(run: Run, state: RunState, *, now: datetime) -> None:
    """Put a locked run into another state and save it, with the other fields the caller has set.

    :raises IllegalTransitionError: if the table does not allow it
    """
    if not may_move(run, state):
        raise IllegalTransitionError(run, state)
    run.state = state
    if state != RunState.RUNNING:
        run.lease_token, run.lease_until, run.heartbeat_at = None, None, None
        run.wish = RunWish.NONE
    run.ended_at = now if state in ENDED_STATES else None
    run.save(update_fields=FIELDS_OF_STATE)
    if run.ended_at:
        _tell_kind(run, now)


def _tell_kind(run: Run, now: datetime) -> None:
    """Call `at_end` and, of a run given up, who hears of it. An error undoes a DONE, nothing else."""
    spec = registry.find_kind(run.kind)
    hearers = registry.quarantine_hearers() if run.state == RunState.QUARANTINED else ()
    at_end = (spec.at_end,) if spec and spec.at_end else ()
    for hear in (*at_end, *hearers):
        try:
            with transaction.atomic():
                hear(run, now)
        except Exception:
            if run.state == RunState.DONE:
                raise
            logger.exception("at_end of run %s failed", run.pk)


def start_over(run: Run, *, due_at: datetime, now: datetime) -> None:
    """Let a locked run wait again as if it had never run."""
    run.attempts, run.error, run.cursor, run.result = 0, "", {}, {}
    run.progress_done, run.progress_total, run.progress_text = 0, 0, ""
    run.started_at, run.due_at, run.is_wanted_again = None, due_at, False
    move(run, RunState.WAITING, now=now)
