"""A worker killed with SIGKILL while it imports: what stands in the end equals a clean run."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from orders.actions.importing import steps
from orders.demo import bench_files
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch
from shopops.work.choices import RunState
from shopops.work.models import Run
from tests.orders.importing.whole import fingerprint, import_cleanly, receive, wipe
from tests.work.conftest import ROOT, child_environment


class Worker:
    """The worker process, started over after each kill."""

    def __init__(self, process):
        self.process = process

    def perform(self, run, *, kill_when=None):
        """Perform a run, killing the whole process group once `kill_when` says so. Gives the status."""
        Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
            lease_until=timezone.now() - timedelta(seconds=1)  # the lease of the dead runs out
        )
        self.process.stdin.write(f"{run.pk}\n")
        self.process.stdin.flush()
        pid = int(self.process.stdout.readline())
        ended: list[int] = []
        waiter = threading.Thread(
            target=lambda: ended.append(int(self.process.stdout.readline())), daemon=True
        )
        waiter.start()
        while waiter.is_alive():
            if kill_when is not None and kill_when():
                with suppress(ProcessLookupError):  # it was done just now
                    os.killpg(pid, signal.SIGKILL)
                break
            waiter.join(0.01)
        waiter.join(60)
        return ended[0]


@pytest.fixture
def worker(tmp_path, settings, transactional_db):
    settings.MEDIA_ROOT = tmp_path / "files"

    def start(chunk_rows):
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.orders.importing.worker",
                settings.MEDIA_ROOT,
                str(chunk_rows),
            ],
            cwd=ROOT,
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return Worker(process)

    started: list[subprocess.Popen[str]] = []
    yield start
    for process in started:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def import_with_kills(paths, worker, moments, *, kills):
    """Import each file, killing the worker at random moments of reading and of writing."""
    done = 0
    for path in paths:
        received = receive(path)
        share = kills // len(paths)
        in_reading = 2 if share > 2 else 1
        for _ in range(in_reading):
            deadline = time.monotonic() + moments.uniform(0.1, 1.0)
            done += (
                worker.perform(received.run, kill_when=lambda at=deadline: time.monotonic() > at)
                < 0
            )
        worker.perform(received.run)
        merge = Run.objects.get(kind="intake.merge", key=str(received.batch.pk))
        rows = Batch.objects.get(pk=received.batch.pk).row_count
        marks = sorted(moments.sample(range(1, 100), share - in_reading))
        for mark in marks:
            has_come_far = partial(_has_written, merge, rows * mark // 100)
            done += worker.perform(merge, kill_when=has_come_far) < 0
        worker.perform(merge)
        assert Batch.objects.get(pk=received.batch.pk).state == BatchState.DONE
    return done


def _has_written(run, rows):
    return Run.objects.filter(pk=run.pk, progress_done__gte=rows).exists()


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("lines", "kills", "chunk_rows"),
    [
        pytest.param(3_000, 4, 200, id="small"),
        pytest.param(200_000, 10, 10_000, id="200,000 rows", marks=pytest.mark.deep),
    ],
)
def test_an_import_killed_at_random_moments_equals_a_clean_one(
    lines, kills, chunk_rows, worker, tmp_path, monkeypatch
):
    seed = int(os.environ.get("SEED", random.randrange(10_000)))
    print(f"SEED={seed}")  # noqa: T201 - repeats a failure
    monkeypatch.setattr(steps, "CHUNK_ROWS", chunk_rows)
    files = bench_files(tmp_path / "made", lines=lines, seed=7)
    paths = [files.orders_path, files.items_path]
    import_cleanly(paths)
    clean = fingerprint()
    assert clean["OrderLine"][0] == lines
    wipe()

    done = import_with_kills(paths, worker(chunk_rows), random.Random(seed), kills=kills)

    assert fingerprint() == clean
    assert done >= kills // 2  # a kill may come just after the end, but most must hit
