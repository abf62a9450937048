"""Lost rings, silent workers, dead brokers."""

from datetime import timedelta

import pytest

from shopops.work import actions, doorbell, engine
from shopops.work.choices import RunState
from shopops.work.models import Run
from shopops.work.sweeper import Sweeper
from tests.work import effects
from tests.work.conftest import NOON
from tests.work.test_ledger import request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rings():
    return []


@pytest.fixture
def sweeper(rings):
    return Sweeper(ring=lambda run_id, queue: rings.append((run_id, queue)))


def test_a_run_whose_message_was_lost_is_rung_for_and_done(kinds, clock):
    run = request(kind=effects.SMALL)
    sweeper = Sweeper(ring=lambda run_id, queue: engine.perform(run_id, clock=clock))

    sweeper.sweep(clock.move(seconds=5))

    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert effects.effects() == [1]


def test_what_is_not_due_done_or_held_is_left_in_peace(kinds, clock, sweeper, rings):
    request(key="later", due_at=NOON + timedelta(hours=1))
    done, held = request(key="done"), request(key="held")
    engine.perform(done.pk, clock=clock)
    engine.claim(held.pk, now=NOON)
    for key, state in (("p", "paused"), ("q", "quarantined"), ("c", "cancelled")):
        Run.objects.filter(pk=request(key=key).pk).update(state=state)

    assert sweeper.sweep(clock.move(seconds=30)) == []
    assert rings == []


def test_a_dead_worker_is_replaced_within_ninety_seconds(kinds, clock, sweeper):
    run = request()
    engine.claim(run.pk, now=NOON)
    taken_over = None

    for _ in range(20):
        if run.pk in sweeper.sweep(clock.move(seconds=5)):
            taken_over = clock() - NOON
            break

    assert timedelta(seconds=60) <= taken_over <= timedelta(seconds=90)


def test_one_run_is_rung_for_less_and_less_often_while_nobody_answers(kinds, clock, sweeper, rings):
    request()

    for _ in range(3600 // 5):
        sweeper.sweep(clock.move(seconds=5))

    assert 10 < len(rings) < 25


def test_the_first_five_hundred_do_not_hide_those_behind_them(kinds, clock, sweeper):
    for n in range(510):
        request(key=str(n))

    rung = sweeper.sweep(clock.move(seconds=5)) + sweeper.sweep(clock.move(seconds=5))

    assert len(set(rung)) == 510


def test_a_clock_set_back_two_hours_does_not_leave_a_dead_run_held(kinds, clock, sweeper):
    run = request()
    engine.claim(run.pk, now=NOON)

    clock.move(hours=-2)
    sweeper.sweep(clock())

    assert sweeper.sweep(clock.move(seconds=65)) == [run.pk]


def test_a_failed_run_is_rung_for_when_its_pause_is_over(kinds, clock, sweeper, new_kind):
    def perform(run):
        raise ValueError("no")

    run = request(kind=new_kind(perform))
    engine.perform(run.pk, clock=clock)

    assert sweeper.sweep(clock.move(seconds=29)) == []
    assert sweeper.sweep(clock.move(seconds=5)) == [run.pk]


def test_a_dead_broker_does_not_keep_anybody_from_asking_for_work(kinds, settings, monkeypatch):
    from celery import current_app

    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")

    run = actions.request_run(kind=effects.SMALL, key="x", now=NOON)

    assert Run.objects.get(pk=run.pk).state == RunState.WAITING
    assert doorbell._silent_until > 0
