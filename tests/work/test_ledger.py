"""Asking for work and the states of a run."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from shopops.work import actions, engine
from shopops.work.choices import ENDED_STATES, RUN_TRANSITIONS, RunState
from shopops.work.models import Run
from shopops.work.registry import UnknownKindError
from shopops.work.transitions import IllegalTransitionError, move
from tests.work import effects
from tests.work.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count, work):
    """Run `work(n)` in `count` threads that start together; give what they returned."""
    gate, results = threading.Barrier(count), []

    def body(n):
        gate.wait(timeout=10)
        try:
            results.append(work(n))
        finally:
            connection.close()

    threads = [threading.Thread(target=body, args=[n]) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(results) == count
    return results


def request(**options):
    asked: dict[str, Any] = {
        "kind": effects.STEPS,
        "key": "a",
        "now": NOON,
        "ring": False,
    } | options
    return actions.request_run(**asked)


def test_the_same_request_from_many_sides_at_once_makes_one_run(kinds):
    ids = at_once(6, lambda n: request().pk)

    assert len(set(ids)) == 1
    assert Run.objects.count() == 1


def test_a_kind_that_nobody_registered_is_refused():
    with pytest.raises(UnknownKindError):
        request(kind="test.nobody")


def test_a_done_run_asked_for_again_waits_from_its_start(kinds, clock):
    run = request()
    engine.perform(run.pk, clock=clock)

    again = request(again=True, now=clock.move(minutes=1))

    assert again.pk == run.pk
    assert (again.state, again.cursor, again.attempts) == (RunState.WAITING, {}, 0)


def test_a_done_run_asked_for_without_a_newer_need_stays_done(kinds, clock):
    run = request()
    engine.perform(run.pk, clock=clock)

    assert request(now=clock.move(minutes=1)).state == RunState.DONE


def test_a_run_asked_for_again_while_it_runs_is_done_once_more(new_kind, clock):
    seen = []

    def perform(run):
        seen.append(run.now)
        if len(seen) == 1:
            request(kind="test.own", again=True)

    run = request(kind=new_kind(perform))

    first = engine.perform(run.pk, clock=clock)
    second = engine.perform(run.pk, clock=clock)

    assert (first, second) == (RunState.WAITING, RunState.DONE)
    assert len(seen) == 2


def test_needs_that_come_in_at_any_moment_are_all_seen(new_kind, clock):
    # Four askers write needs while two workers do the work: at the end no need is left unseen.
    def perform(run):
        with run.step(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM test_effect")

    code = new_kind(perform)
    run = request(kind=code)

    def side(n):
        for _ in range(15):
            if n < 4:
                effects.add_effect(n, n)
                request(kind=code, again=True)
            else:
                engine.perform(run.pk, clock=clock)

    at_once(6, side)
    while engine.perform(run.pk, clock=clock):
        pass

    assert effects.effects() == []


def test_asking_again_leaves_a_quarantined_run_to_people(kinds):
    run = request()
    Run.objects.update(state=RunState.QUARANTINED)

    assert request(again=True).state == RunState.QUARANTINED
    assert actions.retry_run(run_id=run.pk, now=NOON).state == RunState.WAITING


@pytest.mark.django_db
@pytest.mark.parametrize("before", RunState.values)
@pytest.mark.parametrize("after", RunState.values)
def test_every_step_between_states_is_held_to_the_table(kinds, before, after):
    run = request()
    Run.objects.update(state=before)
    run.refresh_from_db()

    if after in RUN_TRANSITIONS[before]:
        move(run, RunState(after), now=NOON)
        run.refresh_from_db()
        assert run.state == after
        assert (run.ended_at is not None) == (after in ENDED_STATES)
    else:
        with pytest.raises(IllegalTransitionError):
            move(run, RunState(after), now=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "act", "result"),
    [
        (RunState.WAITING, actions.pause_run, RunState.PAUSED),
        (RunState.WAITING, actions.cancel_run, RunState.CANCELLED),
        (RunState.PAUSED, actions.resume_run, RunState.WAITING),
        (RunState.PAUSED, actions.cancel_run, RunState.CANCELLED),
        (RunState.FAILED, actions.retry_run, RunState.WAITING),
        (RunState.QUARANTINED, actions.retry_run, RunState.WAITING),
        (RunState.CANCELLED, actions.retry_run, RunState.WAITING),
        (RunState.DONE, actions.pause_run, None),
        (RunState.DONE, actions.cancel_run, None),
        (RunState.DONE, actions.retry_run, None),
        (RunState.WAITING, actions.resume_run, None),
        (RunState.WAITING, actions.retry_run, None),
    ],
)
def test_what_people_may_do_to_a_run_depends_on_its_state(kinds, state, act, result):
    run = request(due_at=NOON + timedelta(days=1))
    Run.objects.update(state=state)

    if result is None:
        with pytest.raises(IllegalTransitionError):
            act(run_id=run.pk, now=NOON)
    else:
        assert act(run_id=run.pk, now=NOON).state == result
