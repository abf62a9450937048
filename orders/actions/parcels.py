"""Parcels of orders: made when the warehouse first asks for them, and what orders make of their progress."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from orders.choices import ParcelState, Stage
from orders.models import Order, Parcel, ParcelLine
from orders.queries.contents import Content, contents_of
from orders.rules.parcels import FOLLOWING_STAGES, stage_by_parcels

_NEW_PARCELS_SQL = """
INSERT INTO orders_parcel (created_at, order_id, due_at, piece_count, kind_count, version, order_count,
  state, carrier, carrier_reason, waybill_no, skip_reason)
SELECT %s, v.order_id, v.due_at, v.pieces, v.kinds, 1, 1, 'planned', '', '', '', ''
FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::int[])
  AS v (order_id, due_at, pieces, kinds)
RETURNING order_id, id
"""
_NEW_LINES_SQL = """
INSERT INTO orders_parcelline (parcel_id, order_id, line_id, gift_id, quantity, amount, sku_code,
  checked_quantity)
SELECT v.*, 0 FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[],
  %s::numeric[], %s::text[]) AS v
"""
# Where the living parcels of orders stand. An empty parcel belongs to the order that it was made for.
_STANDING_SQL = """
WITH o AS (SELECT id, stage FROM orders_order WHERE id = ANY(%s) AND stage = ANY(%s))
SELECT o.id, o.stage, array_agg(DISTINCT p.state), max(p.handed_over_at)
FROM (
  SELECT l.order_id, l.parcel_id FROM orders_parcelline l WHERE l.order_id IN (SELECT id FROM o)
  UNION SELECT e.order_id, e.id FROM orders_parcel e WHERE e.order_id IN (SELECT id FROM o)
    AND NOT EXISTS (SELECT 1 FROM orders_parcelline x WHERE x.parcel_id = e.id)) i
JOIN orders_parcel p ON p.id = i.parcel_id AND p.state <> 'dropped'
JOIN o ON o.id = i.order_id GROUP BY o.id, o.stage ORDER BY o.id
"""


def parcels_of(orders: Sequence[Order], *, now: datetime) -> dict[int, list[Parcel]]:
    """Give the parcels of these orders by order id, and make one for every order that has none.

    The caller has locked the orders. A new parcel is planned, with all lines and gifts of its order;
    a parcel that two of them share stands under both. Dropped parcels are left out.

    Cost: at most eight statements, however many orders.
    """
    found = _parcels_by_order(orders)
    missing = [order for order in orders if order.pk not in found]
    if missing:
        for order, parcel in zip(missing, _make(missing, now=now), strict=True):
            found[order.pk] = [parcel]
    return found


def _parcels_by_order(orders: Sequence[Order]) -> dict[int, list[Parcel]]:
    """Give the living parcels that hold something of these orders, or were made for them."""
    ids = [order.pk for order in orders]
    pairs = set(
        ParcelLine.objects.filter(order__in=ids)
        .exclude(parcel__state=ParcelState.DROPPED)
        .values_list("order_id", "parcel_id")
    )
    living = ~Q(state=ParcelState.DROPPED)
    parcels = {
        parcel.pk: parcel
        for parcel in Parcel.objects.filter(
            living, Q(pk__in={parcel_id for _order, parcel_id in pairs})
        )
    }
    for parcel in Parcel.objects.filter(living, order__in=ids, lines__isnull=True):
        parcels[parcel.pk] = parcel
        pairs.add((parcel.order_id, parcel.pk))
    found: dict[int, list[Parcel]] = defaultdict(list)
    for order_id, parcel_id in sorted(pairs):
        if parcel_id in parcels:
            found[order_id].append(parcels[parcel_id])
    return dict(found)


def _make(orders: Sequence[Order], *, now: datetime) -> list[Parcel]:
    """Make a parcel for each of these orders. By hand: models of thousands of rows take seconds."""
    contents = contents_of(orders)
    with connection.cursor() as cursor:
        cursor.execute(
            _NEW_PARCELS_SQL,
            [
                now,
                [order.pk for order in orders],
                [order.ship_due_at for order in orders],
                [sum(one.quantity for one in contents.get(order.pk, ())) for order in orders],
                [len({one.sku_code for one in contents.get(order.pk, ())}) for order in orders],
            ],
        )
        made = dict(cursor.fetchall())
        lines = [(made[order.pk], one) for order in orders for one in contents.get(order.pk, ())]
        cursor.execute(
            _NEW_LINES_SQL,
            [
                [parcel_id for parcel_id, _one in lines],
                [one.order_id for _parcel, one in lines],
                [one.line_id for _parcel, one in lines],
                [one.gift_id for _parcel, one in lines],
                [one.quantity for _parcel, one in lines],
                [one.amount for _parcel, one in lines],
                [one.sku_code for _parcel, one in lines],
            ],
        )
    parcels = Parcel.objects.in_bulk(made.values())
    return [parcels[made[order.pk]] for order in orders]


def as_parcel_line(parcel_id: int, one: Content) -> ParcelLine:
    """Give the unsaved row for this content in a parcel."""
    return ParcelLine(
        parcel_id=parcel_id,
        order_id=one.order_id,
        line_id=one.line_id,
        gift_id=one.gift_id,
        sku_code=one.sku_code,
        quantity=one.quantity,
        amount=one.amount,
    )


def recount_parcels(parcel_ids: Iterable[int]) -> None:
    """Count pieces, kinds and orders of these locked parcels anew. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_parcel p SET piece_count = n.pieces, kind_count = n.kinds,"
            " order_count = greatest(n.orders, 1), version = p.version + 1"
            " FROM (SELECT w.id, coalesce(sum(l.quantity), 0) AS pieces,"
            " count(DISTINCT l.sku_code) AS kinds, count(DISTINCT l.order_id) AS orders"
            " FROM unnest(%s::bigint[]) AS w (id)"
            " LEFT JOIN orders_parcelline l ON l.parcel_id = w.id GROUP BY w.id) n"
            " WHERE p.id = n.id",
            [sorted(set(parcel_ids))],
        )


@transaction.atomic
def follow_parcels(order_ids: Iterable[int], *, now: datetime) -> list[int]:
    """Move orders to where their least advanced parcel stands; give the ids of those that moved.

    The caller has locked the orders and writes the operations. Orders that wait for audit, are held
    or are on the road stay. All parcels handed over: the order is, at the time of the last of them.
    Cost: two statements.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _STANDING_SQL, [sorted(set(order_ids)), [str(one) for one in FOLLOWING_STAGES]]
        )
        rows = cursor.fetchall()
    moves: list[tuple[int, Stage, datetime | None]] = []
    for order_id, stage, states, left_at in rows:
        becomes = stage_by_parcels(stage, states)
        if becomes != stage:
            is_gone = becomes == Stage.HANDED_OVER
            moves.append((order_id, becomes, (left_at or now) if is_gone else None))
    _move(moves)
    return [order_id for order_id, _stage, _at in moves]


def follow_after_approval(order_ids: Sequence[int], now: datetime) -> None:
    """Let orders that pass audit again, while their parcels are on the way already, catch up with them.

    Registered with `registry.after_approval`; the orders are locked. Cost: one query where no parcel moves.
    """
    moving = ParcelLine.objects.filter(order__in=order_ids, parcel__wave__isnull=False)
    ids = list(moving.values_list("order_id", flat=True).distinct())
    if ids:
        follow_parcels(ids, now=now)


def _move(moves: Sequence[tuple[int, Stage, Any]]) -> None:
    if not moves:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_order o SET stage = v.stage, handed_over_at = v.left_at,"
            " version = o.version + 1"
            " FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS v (id, stage, left_at)"
            " WHERE o.id = v.id",
            [
                [order_id for order_id, _stage, _at in moves],
                [str(stage) for _id, stage, _at in moves],
                [left_at for _id, _stage, left_at in moves],
            ],
        )
