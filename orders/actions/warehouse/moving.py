"""What every move of parcels shares: their state, the orders that follow, the log, the wave's totals."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, F, Sum

from orders.actions.parcels import follow_parcels
from orders.choices import ParcelState, WaveState
from orders.models import Order, Parcel, Wave
from orders.rules.stops import OrderFacts, Stop, stop_of
from shopops.staff.models import User
from shopops.staff.origin import current_ip

# By hand: models of thousands of rows take seconds.
_LOG_SQL = """
INSERT INTO staff_operation (
  at, actor_id, actor_name, name, reason, ip, object_type, object_key, old, new)
SELECT %s, %s, %s, %s, %s, %s::inet, 'order', v.tid, v.old::jsonb, v.new::jsonb
FROM unnest(%s::text[], %s::text[], %s::text[]) AS v (tid, old, new)
"""
# What a wave still waits for.
UNDONE = (ParcelState.IN_WAVE, ParcelState.PICKED)


def log_orders(  # noqa: PLR0913
    orders: Iterable[Order],
    *,
    name: str,
    by: User | None,
    now: datetime,
    new: dict[str, Any] | None = None,
    of_order: dict[int, dict[str, Any]] | None = None,
    reason: str = "",
) -> None:
    """Write one operation for each order. `new` stands in all, `of_order` in one's own."""
    rows = list(orders)
    with connection.cursor() as cursor:
        cursor.execute(
            _LOG_SQL,
            [
                *(now, by.pk if by else None, by.name if by else "", name, reason[:300]),
                current_ip(),
                [order.tid for order in rows],
                [json.dumps({"stage": order.stage}) for order in rows],
                [
                    json.dumps({**(new or {}), **(of_order or {}).get(order.pk, {})})
                    for order in rows
                ],
            ],
        )


def move_parcel(parcel: Parcel, state: ParcelState, *fields: str) -> None:
    """Save a locked parcel's new state and the named fields as its next version."""
    parcel.state = state
    save_parcel(parcel, "state", *fields)


def save_parcel(parcel: Parcel, *fields: str) -> None:
    """Save the named fields of a locked parcel as its next version."""
    parcel.version += 1
    parcel.save(update_fields=[*fields, "version"])


def let_follow(orders: Sequence[Order], *, now: datetime) -> None:
    """Move locked orders to where their parcels stand now; those that did not move count on, too.

    A page that shows the order must notice either way.
    """
    moved = set(follow_parcels([order.pk for order in orders], now=now))
    rest = [order.pk for order in orders if order.pk not in moved]
    Order.objects.filter(pk__in=rest).update(version=F("version") + 1)


def stop_among(orders: Iterable[Order]) -> Stop | None:
    """Give what stops a parcel with pieces of these orders."""
    return stop_of(
        OrderFacts(order.tid, order.stage, order.status, order.has_open_refund) for order in orders
    )


def clear_parcel(parcel: Parcel) -> None:
    """Take a locked parcel out of its wave, off the table and off the list: as if it were new."""
    parcel.wave = None
    parcel.wave_position = None
    parcel.sheet = None
    parcel.picked_at = parcel.checked_at = parcel.second_checked_at = None
    parcel.handed_over_at = None
    parcel.checked_by = parcel.second_checked_by = None
    parcel.locked_by, parcel.locked_at = None, None
    parcel.weighed_grams = None
    parcel.skip_reason = ""
    forget_checks(parcel)
    move_parcel(
        parcel,
        ParcelState.PLANNED,
        *("wave", "wave_position", "sheet", "picked_at", "checked_at", "second_checked_at"),
        *("handed_over_at", "checked_by", "second_checked_by", "locked_by", "locked_at"),
        *("weighed_grams", "skip_reason"),
    )


def forget_checks(parcel: Parcel) -> None:
    """Let nothing be scanned or ticked of a locked parcel: it is packed anew."""
    parcel.lines.filter(checked_quantity__gt=0).update(checked_quantity=0)
    parcel.ticks.all().delete()


def count_wave(wave: Wave, *, now: datetime) -> None:
    """Count a locked wave's parcels and pieces; end it when none of them waits any more.

    A wave that lost its last parcel is over, too: done if it was picked, else cancelled.
    """
    found = Parcel.objects.filter(wave=wave).aggregate(n=Count("pk"), pieces=Sum("piece_count"))
    wave.parcel_count, wave.piece_count = found["n"], found["pieces"] or 0
    waits = Parcel.objects.filter(wave=wave, state__in=UNDONE).exists()
    if wave.state == WaveState.PICKED and not waits:
        wave.state, wave.ended_at = WaveState.DONE, now
    elif wave.state in (WaveState.OPEN, WaveState.PICKING) and not wave.parcel_count:
        wave.state, wave.ended_at = WaveState.CANCELLED, now
    wave.version += 1
    wave.save(update_fields=["parcel_count", "piece_count", "state", "ended_at", "version"])


def place_in_wave(places: Sequence[tuple[int, int, int, datetime | None]]) -> None:
    """Put locked parcels into waves: parcel, wave, position, due time of each. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_parcel p SET wave_id = v.wave, wave_position = v.place, due_at = v.due,"
            " state = 'in_wave', version = p.version + 1"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::timestamptz[])"
            " AS v (id, wave, place, due) WHERE p.id = v.id",
            [
                [parcel for parcel, _wave, _place, _due in places],
                [wave for _parcel, wave, _place, _due in places],
                [place for _parcel, _wave, place, _due in places],
                [due for _parcel, _wave, _place, due in places],
            ],
        )
