"""Who could travel with whom: open orders of one buyer to one receiver, none of them on its way yet."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from orders.choices import OPEN_STAGES, ParcelState, Stage
from orders.models import Order
from orders.rules.merging import MERGE_KEY_SQL, RECEIVER_COLUMNS, MergeFacts
from shopops.lib.paging import decode_key, encode_key

# Before a wave takes them.
MERGEABLE_STAGES: tuple[Stage, ...] = (Stage.AWAITING_AUDIT, Stage.HELD, Stage.APPROVED)
_STAGES = ", ".join(f"'{stage}'" for stage in MERGEABLE_STAGES)
_MOVING = ", ".join(
    f"'{state}'" for state in ParcelState.values if state not in ("planned", "dropped")
)

# Open orders that may be merged, none of their parcels on its way, with the key by which they meet.
# `{narrow}`: a further condition.
WAITING_SQL = f"""
  SELECT o.id, {MERGE_KEY_SQL} AS key FROM orders_order o
  WHERE o.stage IN ({_STAGES}) AND NOT o.has_open_refund {{narrow}}
  AND NOT EXISTS (
    SELECT 1 FROM orders_parcelline l JOIN orders_parcel p ON p.id = l.parcel_id
    WHERE l.order_id = o.id AND p.state IN ({_MOVING}))
"""

# Most buyers have one open order: their addresses need not be compared.
OF_SEVERAL_SQL = f"""
  AND o.buyer_id IN (
    SELECT s.buyer_id FROM orders_order s WHERE s.stage IN ({_STAGES})
    GROUP BY s.buyer_id HAVING count(*) > 1)
"""

# Pairs of `w` that meet: not in one parcel already, not set apart by a person.
PARTNERS_SQL = """
  SELECT a.id, b.id AS other, a.key FROM w a JOIN w b ON b.key = a.key AND b.id <> a.id
  WHERE NOT EXISTS (
    SELECT 1 FROM orders_parcelline x JOIN orders_parcelline y ON y.parcel_id = x.parcel_id
    WHERE x.order_id = a.id AND y.order_id = b.id)
  AND NOT EXISTS (
    SELECT 1 FROM orders_shipapart s
    WHERE s.first_id = least(a.id, b.id) AND s.second_id = greatest(a.id, b.id))
"""

GROUPS_ON_A_PAGE = 25
_GROUPS_SQL = f"""
SELECT o.merge_key, min(coalesce(o.ship_due_at, o.created_at)) AS due FROM orders_order o
WHERE o.stage IN ({_STAGES}) AND o.merge_key IS NOT NULL
GROUP BY o.merge_key
HAVING %(first)s::timestamptz IS NULL
  OR (min(coalesce(o.ship_due_at, o.created_at)), o.merge_key) > (%(first)s, %(key)s::bigint)
ORDER BY due, o.merge_key LIMIT %(limit)s
"""

_OF_BUYERS_SQL = f"""
WITH w AS MATERIALIZED ({WAITING_SQL})
SELECT pair.id, pair.other FROM ({PARTNERS_SQL}) pair WHERE pair.id = ANY(%(ids)s)
ORDER BY pair.id, pair.other
"""


def partners_of(orders: Sequence[Order]) -> dict[int, list[int]]:
    """Give for each of these orders the ids of those that it could travel with at low risk. One query."""
    buyers = sorted({order.buyer_id for order in orders if order.buyer_id})
    found: dict[int, list[int]] = defaultdict(list)
    if not buyers:
        return found
    narrow = _OF_BUYERS_SQL.replace("{narrow}", "AND o.buyer_id = ANY(%(buyers)s)")
    with connection.cursor() as cursor:
        cursor.execute(narrow, {"ids": [order.pk for order in orders], "buyers": buyers})
        for order_id, other in cursor.fetchall():
            found[order_id].append(other)
    return found


def partner_tids(orders: Sequence[Order]) -> dict[int, tuple[str, ...]]:
    """Give the same as `partners_of` by tid, for audit. Two queries."""
    partners = partners_of(orders)
    others = {other for found in partners.values() for other in found}
    tids = dict(Order.objects.filter(pk__in=others).values_list("pk", "tid")) if others else {}
    return {pk: tuple(tids[other] for other in found) for pk, found in partners.items()}


def merge_facts(order: Order) -> MergeFacts:
    """Give a stored order as the rules of merging see it."""
    return MergeFacts(
        tid=order.tid,
        buyer_id=order.buyer_id,
        receiver=tuple(str(getattr(order, column)) for column in RECEIVER_COLUMNS),
        is_paid=order.paid_at is not None,
    )


def other_orders(order: Order, *, limit: int = 20) -> list[Order]:
    """Give further open orders of the same buyer, or to the same masked address, that might be merged.

    Those of the buyer come from the buyer's index; those of other buyers from the open orders alone.
    """
    fields = ("buyer_id", *RECEIVER_COLUMNS)
    rows = Order.objects.filter(stage__in=[*OPEN_STAGES, Stage.AWAITING_PAYMENT]).exclude(
        pk=order.pk
    )
    same_buyer = rows.filter(buyer=order.buyer_id) if order.buyer_id else rows.none()
    found = list(same_buyer.order_by("pk")[:limit])
    if order.receiver_address:
        same_place = Order.objects.filter(
            stage__in=MERGEABLE_STAGES,
            **{column: getattr(order, column) for column in fields[1:]},
        )
        known = {one.pk for one in found} | {order.pk}
        found += list(same_place.exclude(pk__in=known).order_by("pk")[:limit])
    return found


def companions(order_ids: Collection[int]) -> set[int]:
    """Give these orders and all that share a living parcel with one of them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT y.order_id FROM orders_parcelline x"
            " JOIN orders_parcelline y ON y.parcel_id = x.parcel_id WHERE x.order_id = ANY(%s)",
            [list(order_ids)],
        )
        return {*order_ids, *(row[0] for row in cursor.fetchall())}


@dataclass(frozen=True, slots=True)
class MergeGroup:
    """Open orders of one buyer to one receiver, the most urgent first."""

    key: int
    due_at: datetime
    orders: tuple[Order, ...]


def merge_groups(*, after: str = "", size: int = GROUPS_ON_A_PAGE) -> tuple[list[MergeGroup], str]:
    """Give a page of groups by the due time of their first order, and the key of the next page.

    Over the open orders that have a merge key, which are few. Two queries.

    :raises ValueError: if the key is damaged
    """
    first, key = decode_key(after) if after else (None, None)
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS_SQL, {"first": first, "key": key, "limit": size + 1})
        rows = cursor.fetchall()
    members: dict[int, list[Order]] = defaultdict(list)
    wanted = Order.objects.filter(
        stage__in=MERGEABLE_STAGES, merge_key__in=[row[0] for row in rows[:size]]
    )
    for order in wanted.order_by("ship_due_at", "pk"):
        members[order.merge_key or 0].append(order)
    groups = [MergeGroup(key, due_at, tuple(members[key])) for key, due_at in rows[:size]]
    following = encode_key((rows[size - 1][1], rows[size - 1][0])) if len(rows) > size else ""
    return [group for group in groups if len(group.orders) > 1], following
