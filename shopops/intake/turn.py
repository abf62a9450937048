"""Turns among imports: one writes at a time, and nobody previews while tables are filled whole."""

import time

from django.db import connection
from django.utils.translation import gettext_noop

from shopops.work.context import RunContext

# Any numbers that nobody else uses.
_MERGE_LOCK = 0x696E74616B65
_WHOLE_LOCK = 0x696E74616B66
_WAIT_SECONDS = 0.1


def take_turn(run: RunContext) -> None:
    """Wait until no other batch is being written; the turn ends with the caller's transaction."""
    _ask_until_given(run, "pg_try_advisory_xact_lock", _MERGE_LOCK)


def take_reading_turn(run: RunContext) -> None:
    """Wait until no batch is filling whole tables, which nobody can read meanwhile. Many may read."""
    _ask_until_given(run, "pg_try_advisory_xact_lock_shared", _WHOLE_LOCK)


def take_whole_turn(run: RunContext) -> None:
    """Wait until no batch is being previewed, to fill whole tables."""
    _ask_until_given(run, "pg_try_advisory_xact_lock", _WHOLE_LOCK)


def _ask_until_given(run: RunContext, function: str, lock: int) -> None:
    """Ask again and again rather than wait in the database.

    There a lock timeout would end the wait and nobody could cancel it.
    """
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [lock])
            if cursor.fetchone()[0]:
                return
        run.say(run.done, run.total, gettext_noop("等前一批写完"))
        time.sleep(_WAIT_SECONDS)
