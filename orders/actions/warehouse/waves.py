"""Acts on one wave: add, take out, cancel, pick."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from orders.actions.couriers import assign_carriers
from orders.actions.locks import locked_order
from orders.actions.parcels import parcels_of
from orders.actions.shippable import refuse_unshippable
from orders.actions.warehouse.locks import (
    LockedParcel,
    WarehouseRefusedError,
    locked_parcel,
    locked_wave,
    locked_with_orders,
)
from orders.actions.warehouse.moving import (
    clear_parcel,
    count_wave,
    let_follow,
    log_orders,
    move_parcel,
    place_in_wave,
    stop_among,
)
from orders.choices import ParcelState, Stage, WaveShape, WaveState
from orders.models import Order, Parcel, Wave
from orders.rules.waves import shape_of
from shopops.staff import operations
from shopops.staff.models import User

# A parcel may join as long as somebody still walks for this wave.
JOINABLE = (WaveState.OPEN, WaveState.PICKING)
INSIDE = (ParcelState.IN_WAVE, ParcelState.PICKED, ParcelState.CHECKED)


@transaction.atomic
def add_to_wave(*, wave_id: int, tid: str, by: User, now: datetime) -> list[Parcel]:
    """Put the parcels of one order into a wave that is not picked yet. Locks order, parcels, wave.

    :raises Order.DoesNotExist: if no order has this tid
    :raises Wave.DoesNotExist: if there is no such wave
    :raises WarehouseRefusedError: if the order may not leave, its parcels go by another carrier or
        are in a wave already, or the wave is picked
    """
    if not Order.objects.filter(tid=tid).exists():
        raise Order.DoesNotExist
    held = locked_with_orders(_planned_parcels(tid, now=now))
    parcels = [one.parcel for one in held.values() if one.parcel.state == ParcelState.PLANNED]
    orders = _all_orders(held.values())
    # Under their locks: what a colleague chooses by hand this moment stays.
    assign_carriers(parcels, now=now)
    wave = locked_wave(wave_id)
    _refuse_joining(wave, parcels, orders)
    last = Parcel.objects.filter(wave=wave).aggregate(last=Max("wave_position"))["last"] or 0
    dues = [one.ship_due_at for one in orders if one.ship_due_at]
    due_at = min(dues, default=None)
    place_in_wave(
        [(one.pk, wave.pk, last + number, due_at) for number, one in enumerate(parcels, start=1)]
    )
    _take_shape(wave, parcels)
    let_follow(orders, now=now)
    count_wave(wave, now=now)
    log_orders(
        orders,
        name="orders.order.in_wave",
        by=by,
        now=now,
        new={"wave": wave.number, "stage": Stage.IN_WAVE, "by_hand": True},
    )
    return parcels


def _planned_parcels(tid: str, *, now: datetime) -> list[int]:
    """Give the order's parcels that are in no wave; an order without any gets its own."""
    parcels = Parcel.objects.filter(lines__order__tid=tid).exclude(state=ParcelState.DROPPED)
    found = {parcel.pk: parcel for parcel in parcels}
    if not found:
        order = locked_order(tid=tid)
        found = {parcel.pk: parcel for parcel in parcels_of([order], now=now)[order.pk]}
    planned = [parcel for parcel in found.values() if parcel.state == ParcelState.PLANNED]
    if not planned:
        words = _("订单 %(tid)s 的包裹已经在波次里，或者已经交接。")
        raise WarehouseRefusedError(words % {"tid": tid})
    return sorted(parcel.pk for parcel in planned)


def _all_orders(held: Iterable[LockedParcel]) -> list[Order]:
    orders = {order.pk: order for one in held for order in one.orders}
    return [orders[pk] for pk in sorted(orders)]


def _refuse_joining(wave: Wave, parcels: Sequence[Parcel], orders: Sequence[Order]) -> None:
    if wave.state not in JOINABLE:
        words = _("波次 %(wave)s 是「%(state)s」，加不进去了，放到下一个波次。")
        raise WarehouseRefusedError(
            words % {"wave": wave.number, "state": wave.get_state_display()}
        )
    for order in orders:
        refuse_unshippable(order, error=WarehouseRefusedError)
        if order.stage != Stage.APPROVED:
            words = _("订单 %(tid)s 现在是「%(stage)s」，通过审单以后才能进波次。")
            raise WarehouseRefusedError(
                words % {"tid": order.tid, "stage": order.get_stage_display()}
            )
    other = next((one for one in parcels if one.carrier != wave.carrier), None)
    if other is not None:
        words = _("这单走 %(own)s，波次 %(wave)s 是 %(carrier)s 的。")
        raise WarehouseRefusedError(
            words
            % {
                "own": other.carrier or _("未定快递"),
                "wave": wave.number,
                "carrier": wave.carrier or _("未定快递"),
            }
        )


def _take_shape(wave: Wave, parcels: Sequence[Parcel]) -> None:
    shapes = {shape_of(pieces=one.piece_count, kinds=one.kind_count) for one in parcels}
    if shapes != {wave.shape}:
        wave.shape = WaveShape.MIXED
        wave.save(update_fields=["shape"])


@transaction.atomic
def take_out_of_wave(*, parcel_id: int, reason: str, by: User, now: datetime) -> Parcel:
    """Take one parcel out of its wave, for a reason: its orders are approved again, or stay held.

    What was scanned is forgotten. Locks orders, parcel, wave.

    :raises Parcel.DoesNotExist: if there is none
    :raises WarehouseRefusedError: if no reason is given, or the parcel is in no wave or has left
    """
    if not reason.strip():
        raise WarehouseRefusedError(_("写下为什么移出，它会留在这单的记录里。"))
    held = locked_parcel(parcel_id)
    parcel = held.parcel
    if parcel.wave_id is None or parcel.state not in INSIDE:
        raise WarehouseRefusedError(_("包裹 %(parcel)s 不在波次里。") % {"parcel": parcel.number})
    wave = locked_wave(parcel.wave_id)
    _take_out(held, wave, reason=reason.strip(), by=by, now=now)
    count_wave(wave, now=now)
    return parcel


def _take_out(
    held: LockedParcel, wave: Wave, *, reason: str, by: User | None, now: datetime
) -> None:
    log_orders(
        held.orders,
        name="orders.order.out_of_wave",
        by=by,
        now=now,
        new={"wave": wave.number, "parcel": held.parcel.number},
        reason=reason,
    )
    clear_parcel(held.parcel)
    let_follow(held.orders, now=now)


@transaction.atomic
def cancel_wave(*, wave_id: int, reason: str, by: User, now: datetime) -> Wave:
    """Give a wave up before it is picked: all its parcels wait for another. Locks everything in it.

    :raises Wave.DoesNotExist: if there is none
    :raises WarehouseRefusedError: if no reason is given, or it is picked already
    """
    if not reason.strip():
        raise WarehouseRefusedError(_("写下为什么取消。"))
    parcel_ids = list(
        Parcel.objects.filter(wave=wave_id).order_by("pk").values_list("pk", flat=True)
    )
    held = locked_with_orders(parcel_ids)
    wave = locked_wave(wave_id)
    if wave.state not in JOINABLE:
        words = _("波次 %(wave)s 是「%(state)s」，不能整个取消，可以一个一个移出。")
        raise WarehouseRefusedError(
            words % {"wave": wave.number, "state": wave.get_state_display()}
        )
    if Parcel.objects.filter(wave=wave).exclude(pk__in=held).exists():
        # Added while this one waited for the locks: it would stand in a wave that nobody picks.
        raise WarehouseRefusedError(_("刚有订单加进这个波次，看一眼再取消。"))
    for one in held.values():
        if one.parcel.wave_id == wave.pk:
            _take_out(one, wave, reason=reason.strip(), by=by, now=now)
    wave.state, wave.ended_at = WaveState.CANCELLED, now
    wave.version += 1
    wave.parcel_count = wave.piece_count = 0
    wave.save(update_fields=["state", "ended_at", "version", "parcel_count", "piece_count"])
    _log_wave(wave, "orders.wave.cancelled", by=by, now=now, reason=reason.strip())
    return wave


@transaction.atomic
def assign_picker(*, wave_id: int, picker: User, by: User, now: datetime) -> Wave:
    """Say who picks a wave. Locks it.

    :raises Wave.DoesNotExist: if there is none
    :raises WarehouseRefusedError: if it is picked, or the person may not pick
    """
    wave = locked_wave(wave_id)
    if wave.state not in JOINABLE:
        raise WarehouseRefusedError(_("波次 %(wave)s 已经拣完。") % {"wave": wave.number})
    if not picker.is_active or not picker.has_perm("orders.pack"):
        raise WarehouseRefusedError(_("%(name)s 没有拣货的权限。") % {"name": picker.name})
    old, wave.picker = wave.picker_id, picker
    wave.version += 1
    wave.save(update_fields=["picker", "version"])
    operations.record(
        name="orders.wave.assigned",
        by=by,
        now=now,
        object_type="wave",
        object_key=wave.number,
        old={"picker": old},
        new={"picker": picker.pk, "name": picker.name},
    )
    return wave


@transaction.atomic
def start_picking(*, wave_id: int, by: User, now: datetime) -> Wave:
    """Begin to pick a wave; who begins becomes its picker if there is none. Locks it.

    :raises Wave.DoesNotExist: if there is none
    :raises WarehouseRefusedError: if it is not open, or a colleague picks it
    """
    wave = locked_wave(wave_id)
    if wave.state != WaveState.OPEN:
        who = wave.picker.name if wave.picker else "—"
        words = _("波次 %(wave)s 是「%(state)s」，拣货人 %(who)s。")
        raise WarehouseRefusedError(
            words % {"wave": wave.number, "state": wave.get_state_display(), "who": who}
        )
    wave.state, wave.picking_at = WaveState.PICKING, now
    wave.picker = wave.picker or by
    wave.version += 1
    wave.save(update_fields=["state", "picking_at", "picker", "version"])
    _log_wave(wave, "orders.wave.picking", by=by, now=now)
    return wave


@transaction.atomic
def finish_picking(*, wave_id: int, by: User, now: datetime) -> Wave:
    """Say that a wave is picked: its parcels go to the packing table. Locks everything in it.

    A parcel whose order was refunded, held or cancelled meanwhile stays behind, in red. Once its order
    may go on, saying so again takes it along.

    :raises Wave.DoesNotExist: if there is none
    :raises WarehouseRefusedError: if nobody began to pick it
    """
    parcel_ids = list(
        Parcel.objects.filter(wave=wave_id).order_by("pk").values_list("pk", flat=True)
    )
    held = locked_with_orders(parcel_ids)
    wave = locked_wave(wave_id)
    if wave.state not in (WaveState.PICKING, WaveState.PICKED):
        words = _("波次 %(wave)s 是「%(state)s」，先开始拣货。")
        raise WarehouseRefusedError(
            words % {"wave": wave.number, "state": wave.get_state_display()}
        )
    moving = [
        one
        for one in held.values()
        if one.parcel.wave_id == wave.pk
        and one.parcel.state == ParcelState.IN_WAVE
        and stop_among(one.orders) is None
    ]
    for one in moving:
        one.parcel.picked_at = now
        move_parcel(one.parcel, ParcelState.PICKED, "picked_at")
    orders = _all_orders(moving)
    let_follow(orders, now=now)
    wave.state, wave.picked_at = WaveState.PICKED, wave.picked_at or now
    wave.save(update_fields=["state", "picked_at"])
    count_wave(wave, now=now)
    new = {"wave": wave.number, "stage": Stage.PICKED}
    log_orders(orders, name="orders.order.picked", by=by, now=now, new=new)
    _log_wave(wave, "orders.wave.picked", by=by, now=now)
    return wave


def _log_wave(wave: Wave, name: str, *, by: User, now: datetime, reason: str = "") -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="wave",
        object_key=wave.number,
        new={"state": wave.state, "parcels": wave.parcel_count},
        reason=reason,
    )
