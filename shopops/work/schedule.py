"""Work by the calendar: code, not rows. `UNIQUE (kind, key)` decides, however often one asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Min

from shopops.lib.business_time import at_local, business_date
from shopops.work.actions import request_run
from shopops.work.models import Run

type Tick = Callable[[datetime], object]
type KeyOf = Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Once per business date at a Shanghai clock time; missed dates are made up, oldest first."""

    kind: str
    at: time
    key: KeyOf
    catch_up_days: int


@dataclass(frozen=True, slots=True)
class Ticking:
    """A small act of the scheduler itself, repeated; it must be quick and safe to repeat."""

    name: str
    every: timedelta
    run: Tick


_scheduled: dict[str, Scheduled] = {}
_ticks: dict[str, Ticking] = {}


def register_scheduled(
    kind: str, *, at: time, key: KeyOf = date.isoformat, catch_up_days: int = 7
) -> None:
    """Have a kind of run requested for each business date at `at`."""
    _scheduled[kind] = Scheduled(kind, at, key, catch_up_days)


def scheduled() -> Sequence[Scheduled]:
    """Give what is done once per business date, by clock time."""
    return sorted(_scheduled.values(), key=lambda job: (job.at, job.kind))


def register_tick(name: str, *, every: timedelta, run: Tick) -> None:
    """Have the scheduler call `run(now)` about every so often."""
    _ticks[name] = Ticking(name, every, run)


def ticks() -> Sequence[Ticking]:
    """Give all ticks by name."""
    return [_ticks[name] for name in sorted(_ticks)]


def request_due(*, now: datetime, only: str | None = None) -> list[Run]:
    """Ask for every scheduled run whose time has come and that nobody asked for yet, oldest first.

    Dates are made up from the first one ever run, at most `catch_up_days` back: a new shop is not
    given checks of days before it existed.
    """
    jobs = [job for job in _scheduled.values() if only in (None, job.kind)]
    wanted = [(at_local(day, job.at), job, day) for job in jobs for day in _open_days(job, now)]
    return [
        request_run(kind=job.kind, key=job.key(day), business_date=day, due_at=due_at, now=now)
        for due_at, job, day in sorted(wanted, key=lambda row: (row[0], row[1].kind))
    ]


def _open_days(job: Scheduled, now: datetime) -> list[date]:
    today = business_date(now)
    runs = Run.objects.filter(kind=job.kind, business_date__isnull=False)
    first = runs.aggregate(first=Min("business_date"))["first"] or today
    start = max(first, today - timedelta(days=job.catch_up_days))
    days = [start + timedelta(days=n) for n in range((today - start).days + 1)]
    there = set(runs.filter(business_date__gte=start).values_list("key", flat=True))
    return [day for day in days if at_local(day, job.at) <= now and job.key(day) not in there]
