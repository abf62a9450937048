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

BATCH = 1000


def parcels_of(orders: Sequence[Order], *, now: datetime) -> dict[int, list[Parcel]]:
    """Give the parcels of these orders by order id, and make one for every order that has none.

    The caller has locked the orders. A new parcel is planned, with all lines and gifts of its order;
    a parcel that two of them share stands under both. Dropped parcels are left out.

    Cost: six statements and two more for each thousand new parcels, however many orders.
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
    contents = contents_of(orders)
    parcels = Parcel.objects.bulk_create(
        [
            Parcel(
                order=order,
                created_at=now,
                due_at=order.ship_due_at,
                piece_count=sum(one.quantity for one in contents.get(order.pk, ())),
                kind_count=len({one.sku_code for one in contents.get(order.pk, ())}),
            )
            for order in orders
        ],
        batch_size=BATCH,
    )
    ParcelLine.objects.bulk_create(
        [
            as_parcel_line(parcel.pk, one)
            for order, parcel in zip(orders, parcels, strict=True)
            for one in contents.get(order.pk, ())
        ],
        batch_size=BATCH,
    )
    return parcels


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
    Cost: three statements.
    """
    ids = sorted(set(order_ids))
    orders = Order.objects.filter(pk__in=ids, stage__in=FOLLOWING_STAGES).order_by("pk")
    parcels = _parcels_by_order(list(orders.only("pk")))
    moves: list[tuple[int, Stage, datetime | None]] = []
    for order in orders.only("pk", "stage", "handed_over_at"):
        of_order = parcels.get(order.pk, [])
        stage = stage_by_parcels(order.stage, [parcel.state for parcel in of_order])
        if stage != order.stage:
            moves.append((order.pk, stage, _left_at(stage, of_order, now)))
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


def _left_at(stage: Stage, parcels: Sequence[Parcel], now: datetime) -> datetime | None:
    if stage != Stage.HANDED_OVER:
        return None
    return max((one.handed_over_at for one in parcels if one.handed_over_at), default=now)


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
