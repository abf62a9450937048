"""A kind of work whose effects can be counted: rows without any uniqueness, one for each number."""

import os
import signal
import time

from django.db import connection

from shopops.work.context import RunContext
from shopops.work.registry import KindSpec, register_kind

STEPS = "test.steps"
SMALL = "test.small"
ABORTS = "test.aborts"
SLOW = "test.slow"


def create_table():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS test_effect (run_id bigint, n integer)")
        cursor.execute("TRUNCATE test_effect")


def drop_table():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS test_effect")


def add_effect(run_id, n):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO test_effect VALUES (%s, %s)", [run_id, n])


def effects(run_id=None):
    with connection.cursor() as cursor:
        cursor.execute("SELECT run_id, n FROM test_effect ORDER BY run_id, n")
        return [n for pk, n in cursor.fetchall() if run_id in (None, pk)]


def count_up(run: RunContext):
    """Write 1…total, one number a step, going on after the cursor."""
    total = run.payload.get("total", 5)
    for n in range(run.cursor.get("n", 0) + 1, total + 1):
        with run.step(cursor={"n": n}, done=n, total=total, text=f"{n}"):
            add_effect(run.id, n)
            time.sleep(run.payload.get("seconds", 0))
    return {"numbers": total}


def small(run: RunContext):
    if run.cursor:
        return  # killed between the step's commit and the end of the run
    with run.step(cursor={"did": 1}, done=1, total=1):
        add_effect(run.id, 1)
        time.sleep(run.payload.get("seconds", 0.02))


def abort(run: RunContext):
    os.kill(os.getpid(), signal.SIGKILL)


def register():
    register_kind(KindSpec(STEPS, "数数", "quick", count_up))
    register_kind(KindSpec(SLOW, "慢慢数", "imports", count_up))
    register_kind(KindSpec(SMALL, "小事", "quick", small))
    register_kind(KindSpec(ABORTS, "毒", "quick", abort))


KINDS = (STEPS, SLOW, SMALL, ABORTS)
