"""Which word about an agent's day counts: the latest, by hand or by file."""

from collections.abc import Sequence
from datetime import date

from django.db.backends.utils import CursorWrapper

# Of a name the latest file, of an agent the latest word by hand. A word by hand is of the whole day: it
# counts alone if no file was written after it, and not at all otherwise.
_RANKED = (
    "WITH latest AS ("
    " SELECT id, name_id, agent_id, date, said_at, row_number() OVER ("
    "  PARTITION BY date, name_id, CASE WHEN name_id IS NULL THEN agent_id END"
    "  ORDER BY said_at DESC, id DESC) AS place"
    " FROM crm_agentday WHERE date = ANY(%(dates)s)"
    "), hand AS ("
    " SELECT agent_id, date, said_at FROM latest WHERE place = 1 AND name_id IS NULL"
    "), file AS ("
    " SELECT agent_id, date, max(said_at) AS said_at FROM latest"
    " WHERE place = 1 AND name_id IS NOT NULL AND agent_id IS NOT NULL GROUP BY agent_id, date"
    "), told AS ("
    " SELECT l.id, l.place = 1 AND CASE WHEN l.name_id IS NULL"
    "  THEN f.said_at IS NULL OR l.said_at >= f.said_at"
    "  ELSE h.said_at IS NULL OR f.said_at > h.said_at END AS counts"
    " FROM latest l LEFT JOIN hand h USING (agent_id, date) LEFT JOIN file f USING (agent_id, date)"
    ")"
)


def settle(cursor: CursorWrapper, *, dates: Sequence[date]) -> None:
    """Mark anew which words of these days count. Call it under `lock_days`."""
    if not dates:
        return
    # First those that count no longer: of a day only one may at any moment.
    for counts in (False, True):
        cursor.execute(
            f"{_RANKED} UPDATE crm_agentday d SET is_current = t.counts FROM told t"
            " WHERE t.id = d.id AND t.counts = %(counts)s AND d.is_current IS DISTINCT FROM t.counts",
            {"dates": list(dates), "counts": counts},
        )
