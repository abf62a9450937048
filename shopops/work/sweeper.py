"""Ringing again for runs that are due and for runs whose holder went silent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from shopops.work import doorbell
from shopops.work.choices import DUE_STATES, RunState
from shopops.work.context import LEASE
from shopops.work.models import Run

type Ring = Callable[[int, str], object]
type Situation = tuple[int, str, int]

# Whoever asked has rung just now; give that message the time to arrive.
GRACE = timedelta(seconds=3)
# Between two rings for one run in one situation; grows, lest messages pile up with no worker there.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=4)
_AT_ONCE = 500
_FORGET_AFTER = timedelta(hours=1)


@dataclass(slots=True)
class _Rung:
    at: datetime
    times: int


@dataclass(slots=True)
class Sweeper:
    """One scheduler's memory of whom it rang when. Two of them ring more often, nothing else."""

    ring: Ring = doorbell.ring
    _rung: dict[Situation, _Rung] = field(default_factory=dict)

    def sweep(self, now: datetime) -> list[int]:
        """Ring for what is due and not held, oldest first; give the ids of the runs rung for."""
        self._forget(now)
        _shorten_far_leases(now)
        rung = []
        for run in _due_runs(now, self._resting(now)):
            situation = (run.pk, run.state, run.attempts)
            known = self._rung.get(situation)
            if known and now - known.at < _pause(known.times):
                continue
            self._rung[situation] = _Rung(now, known.times + 1 if known else 1)
            self.ring(run.pk, doorbell.queue_of(run))
            rung.append(run.pk)
        return rung

    def _resting(self, now: datetime) -> list[int]:
        return [pk for (pk, _, _), known in self._rung.items() if now - known.at < FIRST_PAUSE]

    def _forget(self, now: datetime) -> None:
        # A clock that was set back makes memories of the future: those go too.
        self._rung = {
            situation: known
            for situation, known in self._rung.items()
            if timedelta(0) <= now - known.at < _FORGET_AFTER
        }


def _pause(times: int) -> timedelta:
    factor: int = 2 ** (times - 1)
    return min(FIRST_PAUSE * factor, LONGEST_PAUSE)


def _due_runs(now: datetime, resting: list[int]) -> list[Run]:
    due = Q(state__in=DUE_STATES, due_at__lte=now - GRACE)
    silent = Q(state=RunState.RUNNING, lease_until__lt=now)
    rows = Run.objects.filter(due | silent).exclude(pk__in=resting)
    return list(rows.only("id", "kind", "state", "attempts").order_by("due_at", "pk")[:_AT_ONCE])


def _shorten_far_leases(now: datetime) -> None:
    """After the clock was set back, let dead runs end in a minute; living ones renew theirs."""
    with transaction.atomic():
        Run.objects.filter(state=RunState.RUNNING, lease_until__gt=now + 2 * LEASE).update(
            lease_until=now + LEASE
        )
