"""The ledger's cast: kinds whose effects are counted, a clock to set, processes of their own."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from shopops.work import registry
from tests.work import effects

ROOT = Path(__file__).resolve().parent.parent.parent
NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at

    def move(self, **parts):
        self.at += timedelta(**parts)
        return self.at


@pytest.fixture
def clock():
    return SetClock(NOON)


@pytest.fixture
def kinds():
    effects.register()
    effects.create_table()
    yield
    effects.drop_table()
    for code in effects.KINDS:
        registry.forget_kind(code)


@pytest.fixture
def new_kind(kinds):
    """Register a kind for one test."""
    made = []

    def make(perform, code="test.own", **options):
        spec = registry.KindSpec(code, code, "quick", perform, **options)
        registry.register_kind(spec)
        made.append(code)
        return code

    yield make
    for code in made:
        registry.forget_kind(code)


def child_environment(**extra):
    db = connection.settings_dict
    address = f"{db['HOST']}:{db['PORT']}"
    secret = f":{db['PASSWORD']}" if db["PASSWORD"] else ""
    return os.environ | {
        "DATABASE_URL": f"postgres://{db['USER']}{secret}@{address}/{db['NAME']}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        **extra,
    }


@pytest.fixture(scope="session")
def forker(django_db_setup):
    with subprocess.Popen(
        [sys.executable, "-m", "tests.work.child"],
        cwd=ROOT,
        env=child_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def perform_in_child(forker):
    """Perform a run in a process of its own; give its exit status and the state it told."""

    def perform(run, crash_at=""):
        forker.stdin.write(f"{run.pk} {crash_at}\n")
        forker.stdin.flush()
        status, _, state = forker.stdout.readline().strip().partition(" ")
        return int(status), state

    return perform
