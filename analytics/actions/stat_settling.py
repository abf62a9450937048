"""Which word about a day counts: of each figure the latest, by file or by hand, per source."""

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper


def lock_stats() -> None:
    """Let one at a time decide which words count; ends with the transaction."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('analytics.stats'))")


# A person's word is of the whole day: what it leaves empty was taken away. A file's is of its columns.
WHOLE_DAY = frozenset({"hand"})


def settle(cursor: CursorWrapper, *, source: str, dates: Sequence[date]) -> None:
    """Mark anew which rows of these days give a figure that counts. Call it under `lock_stats`."""
    if not dates:
        return
    cursor.execute(
        "WITH latest AS ("
        " SELECT DISTINCT ON (r.scope, r.date, r.hour, r.key, r.device, e.code) r.id"
        " FROM analytics_statrow r LEFT JOIN LATERAL jsonb_object_keys(r.figures) e (code)"
        " ON NOT %(whole)s"
        " WHERE r.source = %(source)s AND r.date = ANY(%(dates)s)"
        " ORDER BY r.scope, r.date, r.hour, r.key, r.device, e.code, r.said_at DESC, r.id DESC"
        "), told AS ("
        " SELECT r.id, r.id IN (SELECT id FROM latest) AS counts FROM analytics_statrow r"
        " WHERE r.source = %(source)s AND r.date = ANY(%(dates)s)"
        ") UPDATE analytics_statrow r SET is_current = t.counts FROM told t"
        " WHERE t.id = r.id AND r.is_current IS DISTINCT FROM t.counts",
        {"source": source, "dates": list(dates), "whole": source in WHOLE_DAY},
    )
