"""What a kind's `perform` gets in its hand: steps, progress, and the wishes of people."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from shopops.work import shutdown
from shopops.work.choices import RunState, RunWish
from shopops.work.clock import Clock
from shopops.work.crashpoints import crashpoint
from shopops.work.interrupts import (
    LeaseLost,
    RunCancelled,
    RunHandedBack,
    RunPaused,
    RunTimedOutError,
)
from shopops.work.models import Run

LEASE = timedelta(seconds=60)
# Guidance for kinds: at most this much work in one step, so that pause and shutdown act soon.
STEP_SECONDS = 2.0
_SAY_EVERY_SECONDS = 1.0

type OnProgress = Callable[[int, int, str], None]


@dataclass(slots=True)
class Step:
    """One step under way. The body may set what it only knows at its end."""

    cursor: dict[str, Any] | None = None
    done: int | None = None
    total: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """How this process holds the run: its lease, its clock, who asked it to stop."""

    token: UUID
    clock: Clock
    is_stopping: Callable[[], bool]
    stops_at: datetime
    on_progress: OnProgress | None = None


class RunContext:
    """One run as seen by the code that performs it.

    `now` is the instant at which this attempt began: every row of the attempt carries the same.
    `cursor` is what the last committed step left, {} at the start: continue from there.
    """

    def __init__(self, run: Run, hold: Hold, *, now: datetime) -> None:
        self.id: int = run.pk
        self.kind = run.kind
        self.key = run.key
        self.business_date: date | None = run.business_date
        self.created_by_id: int | None = run.created_by_id
        self.payload: dict[str, Any] = run.payload
        self.cursor: dict[str, Any] = run.cursor
        self.now = now
        self.done, self.total, self.text = run.progress_done, run.progress_total, run.progress_text
        self._hold = hold
        self._said_at = float("-inf")

    def clock(self) -> datetime:
        """Give the present instant, for measuring; rows take `now`."""
        return self._hold.clock()

    @contextmanager
    def step(
        self,
        *,
        cursor: dict[str, Any] | None = None,
        done: int | None = None,
        total: int | None = None,
        text: str | None = None,
    ) -> Iterator[Step]:
        """Do the body and store how far it got in one transaction; aim at `STEP_SECONDS` at most.

        A process may die after this commit and before the run is marked done, so that the run
        starts again: give a cursor and skip by it what was done, or make the body repeatable.

        The run's row is locked last, for the moment of the commit only, so that nobody who asks
        for this work or clicks on its page waits for the body. After the commit the step obeys
        wishes, the process's end and the time limit.

        :raises LeaseLost: if another process holds the run now; the body is rolled back
        :raises RunPaused, RunCancelled, RunHandedBack, RunTimedOutError: at the edge of the step
        """
        self.checkpoint()
        step = Step(cursor=cursor, done=done, total=total, text=text)
        with transaction.atomic():
            yield step
            wish = self._store(step)
            crashpoint("step.before_commit")
        crashpoint("step.committed")
        self._remember(step)
        self._report()
        self._obey(wish)

    def say(self, done: int, total: int, text: str = "") -> None:
        """Tell how far the work is and, once a second, obey wishes, also in the midst of a step.

        The heartbeat thread writes it, so it shows while a long step's transaction is open.

        :raises LeaseLost, RunPaused, RunCancelled, RunHandedBack, RunTimedOutError:
        """
        self.done, self.total, self.text = done, total, text or self.text
        if time.monotonic() - self._said_at < _SAY_EVERY_SECONDS:
            return
        self._report()
        self.checkpoint()
        self._said_at = time.monotonic()

    def progress(self) -> tuple[int, int, str]:
        """Give done, total and text as last said."""
        return self.done, self.total, self.text[:200]

    def checkpoint(self) -> None:
        """Stop here if somebody wishes so or the run is no longer ours; costs one small query.

        :raises LeaseLost, RunPaused, RunCancelled, RunHandedBack, RunTimedOutError:
        """
        wish = self._mine().values_list("wish", flat=True).first()
        if wish is None:
            raise LeaseLost
        self._obey(wish)

    def _mine(self) -> QuerySet[Run]:
        return Run.objects.filter(
            pk=self.id, lease_token=self._hold.token, state=RunState.RUNNING
        ).order_by("pk")

    def _store(self, step: Step) -> str:
        """Lock the row as its holder, write cursor, progress and a fresh lease; give the wish."""
        run = self._mine().select_for_update(no_key=True).first()
        if run is None:
            raise LeaseLost
        now = self.clock()
        if step.cursor is not None and step.cursor != run.cursor:
            run.cursor = step.cursor
            run.attempts = 1  # progress wipes the strikes; this start counts as the first again
        run.progress_done = self.done if step.done is None else step.done
        run.progress_total = self.total if step.total is None else step.total
        run.progress_text = (self.text if step.text is None else step.text)[:200]
        run.lease_until, run.heartbeat_at = now + LEASE, now
        run.save(
            update_fields=[
                "cursor",
                "attempts",
                "progress_done",
                "progress_total",
                "progress_text",
                "lease_until",
                "heartbeat_at",
            ]
        )
        return run.wish

    def _remember(self, step: Step) -> None:
        self.cursor = self.cursor if step.cursor is None else step.cursor
        self.done = self.done if step.done is None else step.done
        self.total = self.total if step.total is None else step.total
        self.text = self.text if step.text is None else step.text
        self._said_at = time.monotonic()

    def _report(self) -> None:
        if self._hold.on_progress:
            self._hold.on_progress(self.done, self.total, self.text)

    def _obey(self, wish: str) -> None:
        if wish == RunWish.CANCEL:
            raise RunCancelled
        if wish == RunWish.PAUSE:
            raise RunPaused
        if shutdown.is_asked_to_stop() or self._hold.is_stopping():
            raise RunHandedBack
        if self.clock() > self._hold.stops_at:
            raise RunTimedOutError
