"""Grants whose orders are not any more what they were when the gift was given."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from promotions.choices import GrantState


@dataclass(frozen=True, slots=True)
class Change:
    """A grant, and the state that it should be in now."""

    grant_id: int
    rule_id: int
    tid: str
    state: GrantState


# Cancelled and never left: the gift stays here. The gift is not on the order any more: a person took
# it off. Cancelled once, open again, and the gift still on it: it goes out after all.
_CHANGED = """
SELECT id, rule_id, tid, becomes FROM (
  SELECT g.id, g.rule_id, o.tid, g.state, CASE
    WHEN g.state = 'given' AND o.stage = 'cancelled' AND o.handed_over_at IS NULL
      AND o.picked_up_at IS NULL AND o.consigned_at IS NULL THEN 'returned'
    WHEN g.state = 'given' AND NOT is_on.order THEN 'taken_off'
    WHEN g.state = 'returned' AND o.stage <> 'cancelled' AND is_on.order THEN 'given' END AS becomes
  FROM promotions_giftgrant g JOIN orders_order o ON o.id = g.order_id
  CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT 1 FROM orders_giftline l
    WHERE l.order_id = g.order_id AND l.source = 'promotion:' || g.rule_id) AS "order") is_on
  WHERE g.given_at >= %(since)s AND g.state IN ('given', 'returned') AND g.id > %(after)s) found
WHERE becomes IS NOT NULL ORDER BY id LIMIT %(size)s
"""


def changed_grants(*, since: datetime, after: int, size: int) -> list[Change]:
    """Give the next grants behind `after`, given since an instant, that should be in another state."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"since": since, "after": after, "size": size})
        return [Change(pk, rule, tid, GrantState(state)) for pk, rule, tid, state in cursor]
