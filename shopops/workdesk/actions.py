"""Acts on runs, with the operation log in the same transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, get_args

from django.db import transaction

from shopops.staff import operations
from shopops.staff.models import User
from shopops.work import actions
from shopops.work.models import Run

type Act = Literal["pause", "resume", "cancel", "retry"]

ACTS: frozenset[str] = frozenset(get_args(Act.__value__))
_PERFORM: dict[str, Callable[..., Run]] = {
    "pause": actions.pause_run,
    "resume": actions.resume_run,
    "cancel": actions.cancel_run,
    "retry": actions.retry_run,
}
_NAMES = {
    "pause": "work.run.paused",
    "resume": "work.run.resumed",
    "cancel": "work.run.cancelled",
    "retry": "work.run.retried",
}


@transaction.atomic
def act_on_run(*, run_id: int, act: str, by: User, now: datetime) -> Run:
    """Pause, resume, cancel or retry a run, and write down who did.

    :raises KeyError: if there is no such act
    :raises Run.DoesNotExist: if there is no such run
    :raises IllegalTransitionError: if the run's state does not allow it
    """
    before = Run.objects.values("state", "wish").get(pk=run_id)
    run = _PERFORM[act](run_id=run_id, now=now)
    operations.record(
        name=_NAMES[act],
        by=by,
        now=now,
        object_type="work.run",
        object_key=str(run.pk),
        old={**before},
        new={"state": run.state, "wish": run.wish},
    )
    return run
