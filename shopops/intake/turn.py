"""One import writes at a time: others wait their turn, and say so."""

import time

from django.db import connection
from django.utils.translation import gettext_noop

from shopops.work.context import RunContext

# Any number that nobody else uses: one merge or undo at a time in a shop.
_MERGE_LOCK = 0x696E74616B65
_WAIT_SECONDS = 0.1


def take_turn(run: RunContext) -> None:
    """Wait until no other batch is being written; the turn ends with the caller's transaction.

    Asks again and again rather than wait in the database, where a lock timeout would end the wait
    and nobody could cancel it.
    """
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_MERGE_LOCK])
            if cursor.fetchone()[0]:
                return
        run.say(run.done, run.total, gettext_noop("等前一批写完"))
        time.sleep(_WAIT_SECONDS)
