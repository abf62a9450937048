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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    # The flush between transactional tests empties tables, which the operation log refuses.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE staff_operation DISABLE TRIGGER operation_log_is_never_emptied")


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


@pytest.fixture
def perform_in_child():
    """Perform a run in a process of its own; give its exit status and what it printed."""

    def perform(run, **extra):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "tests.work.child", str(run.pk)],
            cwd=ROOT,
            env=child_environment(**extra),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout.strip()

    return perform
