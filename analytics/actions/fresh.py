"""Bring the figures up to date in this process, for commands and tests that read them at once."""

from analytics.actions import rollup, settling
from orders.models import DirtyDay
from shopops.work import engine
from shopops.work.choices import RunState
from shopops.work.clock import Clock, system_clock
from shopops.work.context import OnProgress


class RollupFailedError(Exception):
    """The rollup did not get to its end; the message is the run's error."""


def roll_now(*, on_progress: OnProgress | None = None, clock: Clock = system_clock) -> int:
    """Recompute all marked days here and now; give their number. Waits for a worker that is at it.

    :raises RollupFailedError: if the run failed, was paused or is quarantined
    """
    if not DirtyDay.objects.exists() and not settling.is_needed():
        return 0
    run = rollup.request_rollup(now=clock(), ring=False)
    run = engine.perform_inline(run, on_progress=on_progress, clock=clock)
    if run.state != RunState.DONE:
        raise RollupFailedError(run.error or f"rollup: {run.state}")
    return int(run.result.get("days", 0))
