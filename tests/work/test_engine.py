"""Performing runs: who gets one, what a dead or late worker may do, strikes, wishes."""

import os
import signal
import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from shopops.work import actions, engine
from shopops.work.choices import RunState, RunWish
from shopops.work.context import Hold, RunContext
from shopops.work.interrupts import LeaseLost, RunRefusedError
from shopops.work.models import Run
from tests.work import effects
from tests.work.conftest import NOON
from tests.work.test_ledger import at_once, request

pytestmark = pytest.mark.django_db(transaction=True)


def fresh(run):
    run.refresh_from_db()
    return run


def run_lease_out(run):
    """Let a minute pass for a run whose process is dead."""
    Run.objects.filter(pk=run.pk).update(lease_until=NOON - timedelta(seconds=1))


# --- claims ---


def test_of_many_workers_that_hear_one_ring_one_does_the_work(kinds, clock):
    run = request(kind=effects.SMALL)

    states = at_once(6, lambda n: engine.perform(run.pk, clock=clock))

    assert sorted(states, key=str) == [None] * 5 + [RunState.DONE]
    assert effects.effects() == [1]


def test_control_without_the_lock_many_workers_claim_the_same_run(kinds):
    # The control of the test above: reading and writing without the row lock lets several in.
    run = request(kind=effects.SMALL)
    barrier = threading.Barrier(6)

    def claim_without_lock(n):
        seen = Run.objects.get(pk=run.pk)
        barrier.wait(timeout=10)
        if seen.state != RunState.WAITING:
            return None
        Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, lease_token=uuid4())
        return n

    assert len([n for n in at_once(6, claim_without_lock) if n is not None]) > 1


def test_a_run_is_not_performed_before_it_is_due(kinds, clock):
    run = request(due_at=NOON + timedelta(hours=1))

    assert engine.perform(run.pk, clock=clock) is None
    clock.move(hours=1)
    assert engine.perform(run.pk, clock=clock) == RunState.DONE


def test_a_living_lease_is_respected_and_a_silent_one_taken_over(kinds, clock):
    run = request()
    first = engine.claim(run.pk, now=clock())

    assert engine.claim(run.pk, now=clock.move(seconds=59)) is None
    second = engine.claim(run.pk, now=clock.move(seconds=2))
    assert second.lease_token != first.lease_token
    assert second.attempts == 2


def test_a_worker_that_comes_back_after_its_lease_writes_nothing(kinds, clock):
    run = request()
    held = engine.claim(run.pk, now=clock())
    assert held
    assert held.lease_token
    zombie = RunContext(
        held, Hold(held.lease_token, clock, lambda: False, NOON + timedelta(hours=1)), now=NOON
    )
    clock.move(minutes=2)
    heir = []

    def stopped_in_the_middle():
        with zombie.step(cursor={"n": 1}, done=1):
            effects.add_effect(run.pk, 1)
            heir.extend(at_once(1, lambda n: engine.claim(run.pk, now=clock())))

    with pytest.raises(LeaseLost):
        stopped_in_the_middle()

    assert effects.effects() == []
    assert fresh(run).lease_token == heir[0].lease_token
    assert run.cursor == {}


def test_the_lease_is_renewed_while_a_long_step_is_open(new_kind, monkeypatch):
    monkeypatch.setattr("shopops.work.heartbeat.HEARTBEAT_SECONDS", 0.2)
    monkeypatch.setattr("shopops.work.heartbeat._LOOK_SECONDS", 0.1)
    seen = []

    def perform(run):
        with run.step(cursor={"did": 1}):
            start = run_row(run.id)
            run.say(40, 100, "慢慢来")
            time.sleep(0.7)
            seen.extend([start, run_row(run.id)])

    def run_row(pk):
        return Run.objects.values("lease_until", "progress_done", "progress_text").get(pk=pk)

    run = request(kind=new_kind(perform), now=NOON)
    engine.perform(run.pk)

    assert seen[1]["lease_until"] > seen[0]["lease_until"]
    assert (seen[1]["progress_done"], seen[1]["progress_text"]) == (40, "慢慢来")


# --- strikes ---


def test_a_run_that_kills_its_process_is_quarantined_after_three_deaths(kinds, perform_in_child):
    poison, good = request(kind=effects.ABORTS), request(kind=effects.SMALL)

    for attempt in (1, 2, 3):
        status, _ = perform_in_child(poison)
        assert status < 0
        assert (fresh(poison).state, poison.attempts) == (RunState.RUNNING, attempt)
        run_lease_out(poison)

    assert perform_in_child(poison) == (0, "None")
    assert fresh(poison).state == RunState.QUARANTINED
    assert poison.error
    assert perform_in_child(good) == (0, "done")


def test_progress_wipes_the_strikes(kinds, perform_in_child):
    run = request(payload={"total": 6})

    for n in range(1, 6):
        status, _ = perform_in_child(run, "step.committed")
        assert status == 137
        assert fresh(run).cursor == {"n": n}
        run_lease_out(run)

    assert perform_in_child(run) == (0, "done")
    assert effects.effects() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "place",
    [
        "run.claimed",
        "step.before_commit",
        "step.before_commit:3",
        "step.committed",
        "step.committed:5",
        "run.performed",
        "run.finished",
    ],
)
def test_killed_at_any_named_place_a_run_ends_as_if_nothing_had_happened(
    kinds, perform_in_child, place
):
    run = request()

    assert perform_in_child(run, place)[0] == 137
    run_lease_out(run)
    perform_in_child(run)

    assert fresh(run).state == RunState.DONE
    assert run.result == {"numbers": 5}
    assert effects.effects() == [1, 2, 3, 4, 5]


def test_an_error_is_kept_readable_and_tried_again_twice_with_growing_pauses(new_kind, clock):
    def perform(run):
        raise ValueError("第 7 行没有订单号")

    run = request(kind=new_kind(perform))

    for pause in (timedelta(seconds=30), timedelta(minutes=2)):
        assert engine.perform(run.pk, clock=clock) == RunState.FAILED
        assert fresh(run).error.startswith("ValueError: 第 7 行没有订单号\n")
        assert run.due_at == clock() + pause
        assert engine.perform(run.pk, clock=clock) is None
        clock.at = run.due_at
    assert engine.perform(run.pk, clock=clock) == RunState.QUARANTINED


def test_work_that_can_never_succeed_is_not_tried_again(new_kind, clock):
    def perform(run):
        raise RunRefusedError("文件已不在")

    run = request(kind=new_kind(perform))

    assert engine.perform(run.pk, clock=clock) == RunState.QUARANTINED
    assert fresh(run).error == "文件已不在"


def test_a_failed_step_leaves_neither_effect_nor_cursor(new_kind, clock):
    def perform(run):
        with run.step(cursor={"n": 1}):
            effects.add_effect(run.id, 1)
            raise ValueError("halfway")

    run = request(kind=new_kind(perform))
    engine.perform(run.pk, clock=clock)

    assert effects.effects() == []
    assert fresh(run).cursor == {}


def test_a_run_over_its_time_limit_fails_at_its_next_step(new_kind, clock):
    def perform(run):
        with run.step(cursor={"n": 1}):
            clock.move(minutes=2)

    run = request(kind=new_kind(perform, time_limit=timedelta(minutes=1)))

    assert engine.perform(run.pk, clock=clock) == RunState.FAILED
    assert "时限" in fresh(run).error


def test_the_kind_hears_of_the_end_in_the_same_transaction(new_kind, clock):
    heard = []

    def perform(run):
        return None

    code = new_kind(perform, at_end=lambda run, now: heard.append((run.state, now)))
    done, dropped = request(kind=code), request(kind=code, key="b")

    engine.perform(done.pk, clock=clock)
    actions.cancel_run(run_id=dropped.pk, now=NOON)

    assert heard == [(RunState.DONE, NOON), (RunState.CANCELLED, NOON)]


# --- wishes ---


@pytest.mark.parametrize(
    ("act", "state"),
    [(actions.pause_run, RunState.PAUSED), (actions.cancel_run, RunState.CANCELLED)],
)
def test_a_wish_is_obeyed_at_the_next_step_and_what_was_done_stays(new_kind, clock, act, state):
    def perform(run):
        for n in range(run.cursor.get("n", 0) + 1, 6):
            with run.step(cursor={"n": n}, done=n, total=5):
                effects.add_effect(run.id, n)
                if n == 2 and run.now == NOON:
                    act(run_id=run.id, now=NOON)

    run = request(kind=new_kind(perform))

    assert engine.perform(run.pk, clock=clock) == state
    assert fresh(run).cursor == {"n": 2}
    assert (run.wish, run.attempts) == (RunWish.NONE, 0)

    go_on = actions.resume_run if state == RunState.PAUSED else actions.retry_run
    go_on(run_id=run.pk, now=clock.move(minutes=1))
    assert engine.perform(run.pk, clock=clock) == RunState.DONE
    assert effects.effects() == [1, 2, 3, 4, 5]


def test_a_wish_can_be_taken_back_before_it_is_obeyed(kinds, clock):
    run = request()
    engine.claim(run.pk, now=NOON)
    actions.pause_run(run_id=run.pk, now=NOON)

    assert actions.resume_run(run_id=run.pk, now=NOON).wish == RunWish.NONE


@pytest.mark.parametrize(
    ("wish", "state"),
    [(RunWish.PAUSE, RunState.PAUSED), (RunWish.CANCEL, RunState.CANCELLED)],
)
def test_the_wish_that_a_dead_worker_cannot_obey_is_obeyed_at_take_over(kinds, clock, wish, state):
    run = request()
    engine.claim(run.pk, now=NOON)
    Run.objects.update(wish=wish)
    clock.move(minutes=2)

    assert engine.perform(run.pk, clock=clock) is None
    assert fresh(run).state == state


def test_a_terminated_process_hands_its_run_back_without_a_strike(new_kind, clock):
    def perform(run):
        for n in (1, 2, 3):
            with run.step(cursor={"n": n}):
                effects.add_effect(run.id, n)
                os.kill(os.getpid(), signal.SIGTERM)

    run = request(kind=new_kind(perform))

    assert engine.perform(run.pk, clock=clock) == RunState.WAITING
    assert (fresh(run).attempts, run.cursor, run.lease_token) == (0, {"n": 1}, None)


# --- order and in-line ---


def test_a_later_business_date_waits_for_the_earlier_one(new_kind, clock):
    code = new_kind(lambda run: None, in_order=True)
    today = NOON.date()
    later = request(kind=code, key="2", business_date=today)
    earlier = request(kind=code, key="1", business_date=today - timedelta(days=1))

    assert engine.perform(later.pk, clock=clock) is None
    assert engine.perform(earlier.pk, clock=clock) == RunState.DONE
    assert engine.perform(later.pk, clock=clock) == RunState.DONE


def test_a_command_performs_its_run_and_reports_progress(kinds, clock):
    run, said = request(), []

    done = engine.perform_inline(run, on_progress=lambda *words: said.append(words), clock=clock)

    assert done.state == RunState.DONE
    assert [words[0] for words in said] == [1, 2, 3, 4, 5]


def test_a_command_watches_the_run_that_a_worker_has_already_taken(kinds, clock):
    run = request()
    held = engine.claim(run.pk, now=NOON)
    assert held
    lease = held.lease_token
    assert lease

    def finish_elsewhere():
        time.sleep(0.3)
        engine._end(run.pk, lease, NOON, result={"by": "worker"})
        connection.close()

    worker = threading.Thread(target=finish_elsewhere)
    worker.start()
    done = engine.perform_inline(run, clock=clock)
    worker.join(timeout=10)

    assert done.result == {"by": "worker"}
