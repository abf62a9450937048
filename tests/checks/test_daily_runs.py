"""Each business date has exactly one run of checks and one of lists, in order, whoever asks and however late."""

from collections import Counter
from datetime import date, datetime

import pytest

from shopops.checks import actions, registry
from shopops.checks.actions import lists
from shopops.checks.models import CheckResult, DailyList, Issue
from shopops.checks.registry import Finding, outcome_of
from shopops.lib.business_time import SHANGHAI
from shopops.work import engine, schedule
from shopops.work.choices import RunState
from shopops.work.models import Run
from shopops.work.scheduler import Scheduler
from shopops.work.sweeper import Sweeper
from tests.work.conftest import SetClock
from tests.work.test_ledger import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def spoke(monkeypatch):
    """Have one check, of a thing that is wrong from the 11th to the 12th; the days it spoke of."""
    days = []

    def look(day, now):
        days.append(day)
        wrong = date(2026, 11, 11) <= day <= date(2026, 11, 12)
        return outcome_of([Finding("缺货", "", "late", "manager", key="a")] if wrong else [])

    monkeypatch.setattr(registry, "_checks", {})
    registry.register_check("test.one", "试", "manager", look)
    kept = {kind: job for kind, job in schedule._scheduled.items() if kind.startswith("checks.")}
    monkeypatch.setattr(schedule, "_scheduled", kept)
    monkeypatch.setattr(schedule, "_ticks", {})
    return days


def passes(clock, *schedulers):
    for one in schedulers:
        one.run_pass(clock())


def new_scheduler(clock):
    return Scheduler(Sweeper(ring=lambda run_id, queue: engine.perform(run_id, clock=clock)))


def runs_of(kind):
    rows = Run.objects.filter(kind=kind).order_by("business_date", "pk")
    return [(row.business_date.day, row.state) for row in rows]


def test_two_beats_at_once_and_three_days_asleep_give_each_day_one_run_in_order(spoke):
    clock = SetClock(at(10, 6))
    one, two = new_scheduler(clock), new_scheduler(clock)
    for hour in (6, 7, 8, 9):
        clock.at = at(10, hour, 31)
        at_once(2, lambda n: [one, two][n].run_pass(clock()))
        passes(clock, one, two)
    # Nobody is awake on the 11th, the 12th and the 13th until noon of the 14th.
    clock.at = at(14, 12)
    for _again in range(30):
        passes(clock, one, two)
        clock.move(seconds=25)

    done = RunState.DONE
    assert runs_of(actions.KIND) == [(10, done), (11, done), (12, done), (13, done), (14, done)]
    morning = [day for day in spoke if day.day != 14 or spoke.count(day) == 1]
    assert Counter(morning) == Counter({date(2026, 11, day): 1 for day in range(10, 15)})
    assert spoke == sorted(spoke)
    assert runs_of(lists.KIND) == [(10, done), (11, done), (12, done), (13, done), (14, done)]
    assert CheckResult.objects.count() == 5
    issue = Issue.objects.get()
    assert (issue.opened_on.day, issue.closed_on.day) == (11, 13)
    roles = DailyList.objects.values_list("role", flat=True).distinct().count()
    assert DailyList.objects.count() == 5 * roles
    assert not DailyList.objects.filter(business_date__lt=date(2026, 11, 14), frozen_at=None)


def test_each_set_time_of_the_day_looks_once_and_noon_is_not_made_up(spoke):
    clock = SetClock(at(10, 7, 31))
    one = new_scheduler(clock)
    for hour, minute in ((7, 31), (13, 1), (13, 2), (17, 31), (17, 40)):
        clock.at = at(10, hour, minute)
        passes(clock, one)
        clock.move(seconds=25)
        passes(clock, one)
    clock.at = at(12, 9)
    for _again in range(10):
        passes(clock, one)
        clock.move(seconds=25)

    assert [day.day for day in spoke] == [10, 10, 10, 11, 12]
    assert [day for day, _state in runs_of("checks.noon")] == [10]
    assert CheckResult.objects.count() == 3
