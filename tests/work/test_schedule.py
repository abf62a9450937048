"""Work by the calendar: once per business date, whoever asks, however late."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest

from shopops.lib.business_time import SHANGHAI
from shopops.work import engine, schedule
from shopops.work.choices import RunState
from shopops.work.models import Run
from shopops.work.registry import KindSpec, forget_kind, register_kind
from shopops.work.scheduler import Scheduler
from shopops.work.sweeper import Sweeper
from tests.work.test_ledger import at_once

pytestmark = pytest.mark.django_db(transaction=True)

DAILY = "test.daily"


@pytest.fixture
def performed(monkeypatch):
    """Only a daily job at 07:30; the business dates for which it was performed, in that order."""
    monkeypatch.setattr(schedule, "_scheduled", {})
    monkeypatch.setattr(schedule, "_ticks", {})
    dates = []
    register_kind(
        KindSpec(DAILY, DAILY, "quick", lambda run: dates.append(run.business_date), in_order=True)
    )
    schedule.register_scheduled(DAILY, at=time(7, 30))
    yield dates
    forget_kind(DAILY)


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def ask(now):
    return [run.business_date.day for run in schedule.request_due(now=now, only=DAILY)]


def test_nothing_is_asked_for_before_its_time(performed):
    assert ask(at(18, 7, 29)) == []
    assert ask(at(18, 7, 30)) == [18]
    assert ask(at(18, 7, 31)) == []


def test_three_days_without_a_scheduler_are_made_up_in_order(performed, clock):
    ask(at(10, 8))
    clock.at = at(14, 9)

    asked = ask(clock())
    for run in Run.objects.filter(kind=DAILY).order_by("-pk"):  # rung in the worst order
        engine.perform(run.pk, clock=clock)
    sweeper = Sweeper(ring=lambda run_id, queue: engine.perform(run_id, clock=clock))
    for _ in range(20):
        sweeper.sweep(clock.move(seconds=20))

    assert asked == [11, 12, 13, 14]
    assert [day.day for day in performed] == [10, 11, 12, 13, 14]


def test_a_new_shop_is_not_given_days_before_it_existed(performed):
    assert ask(at(18, 12)) == [18]


def test_what_is_missed_longer_than_the_catch_up_is_given_up(performed):
    ask(at(1, 12))

    assert ask(at(20, 12)) == list(range(13, 21))


def test_two_schedulers_over_fourteen_days_make_one_run_a_day(performed, clock):
    # Steps of 97 minutes from the 1st, 00:05, so that midnight and 07:30 fall between passes.
    passes = [at(1, 0, 5) + timedelta(minutes=97 * n) for n in range(14 * 24 * 60 // 97)]

    def ring(run_id, queue):
        engine.perform(run_id, clock=clock)

    def one_pass(n):
        schedulers[n].run_pass(clock())

    schedulers = [Scheduler(Sweeper(ring=ring)), Scheduler(Sweeper(ring=ring))]
    for number, now in enumerate(passes):
        clock.at = now
        if number % 10 == 0:
            at_once(2, one_pass)
        else:
            one_pass(0)
            one_pass(1)

    assert Counter(performed) == Counter({date(2026, 11, day): 1 for day in range(1, 15)})
    assert performed == sorted(performed)
    assert set(Run.objects.filter(kind=DAILY).values_list("state", flat=True)) == {RunState.DONE}


def test_a_clock_that_jumps_two_hours_and_back_doubles_nothing(performed):
    asked = [
        ask(now) for now in (at(18, 6), at(18, 8), at(18, 6), at(18, 8), at(19, 0), at(18, 23))
    ]

    assert asked == [[], [18], [], [], [], []]


def test_an_error_in_one_tick_keeps_no_other_from_its_turn(performed, caplog):
    rung = []

    def break_down(now):
        raise ValueError("broken tick")

    schedule.register_tick("a.broken", every=timedelta(seconds=1), run=break_down)
    schedule.register_tick("b.good", every=timedelta(seconds=10), run=rung.append)
    scheduler = Scheduler(Sweeper(ring=lambda *what: None))

    for second in range(0, 30, 2):
        scheduler.run_pass(at(18, 8) + timedelta(seconds=second))

    assert len(rung) == 3
    assert "a.broken" in caplog.text
