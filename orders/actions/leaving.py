"""The one place where orders leave the house: alone, or as what lies in parcels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from orders import registry
from orders.actions.errors import OrderRefusedError, UnableToHandOverError
from orders.actions.locks import bump
from orders.actions.shippable import refuse_held, refuse_unshippable
from orders.actions.warehouse.locks import LockedParcel
from orders.actions.warehouse.moving import clear_parcel, let_follow, log_orders
from orders.choices import ParcelState, Stage
from orders.models import Order, Parcel, Shipment
from orders.rules.stages import is_clicked_only
from shopops.staff.models import User

# A parcel may be handed over from any stage after audit; smaller shops skip waves and scans.
READY_STAGES = (Stage.APPROVED, Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED)
# Whoever takes parcels into waves checks them before they leave.
UNCHECKED = (ParcelState.IN_WAVE, ParcelState.PICKED)
NAME = "orders.order.handed_over"


@dataclass(frozen=True, slots=True)
class Kept:
    """A parcel that may not leave, and why."""

    parcel: Parcel
    tid: str
    words: str


def let_order_leave(
    order: Order, *, carrier: str, waybill_no: str, by: User, now: datetime
) -> Shipment:
    """Let a locked order leave that has no parcel of its own.

    :raises UnableToHandOverError: if it may not
    """
    refuse_order(order)
    # Nothing but this keeps two orders without parcels from one number at the same moment.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"waybill {waybill_no}"])
    _refuse_used_waybill(waybill_no, [order.pk])
    shipment, _created = Shipment.objects.update_or_create(
        order=order, waybill_no=waybill_no, defaults={"carrier": carrier, "handed_over_at": now}
    )
    new = {"stage": Stage.HANDED_OVER, "carrier": carrier, "waybill_no": waybill_no}
    log_orders([order], name=NAME, by=by, now=now, new=new)
    order.stage, order.handed_over_at = Stage.HANDED_OVER, now
    bump(order, "stage", "handed_over_at")
    registry.tell_handed_over([order.tid], by, now)
    return shipment


def let_parcels_leave(
    parcels: Sequence[LockedParcel], *, by: User, now: datetime
) -> tuple[list[LockedParcel], list[Kept]]:
    """Let locked parcels leave, each with all its orders; give those that left and those kept back.

    An order is handed over when its last parcel is.
    """
    leaving, kept = [], []
    for one in parcels:
        words, tid = why_kept(one)
        if words:
            kept.append(Kept(one.parcel, tid, words))
        else:
            leaving.append(one)
    if leaving:
        _leave(leaving, by=by, now=now)
    return leaving, kept


def why_kept(held: LockedParcel) -> tuple[str, str]:
    """Say why a parcel may not leave, and which order it is about; "" if it may."""
    parcel = held.parcel
    for order in held.orders:
        try:
            if parcel.wave_id is not None and _is_clicked(order):
                refuse_held(order, error=UnableToHandOverError)
            else:
                refuse_order(order)
        except OrderRefusedError as refusal:
            return refusal.message, order.tid
    try:
        _refuse_parcel(held)
    except OrderRefusedError as refusal:
        return refusal.message, parcel.order.tid
    return "", ""


def with_order(words: str, tid: str) -> str:
    """Say which order of a merged parcel the words are about, to who asked about another or the parcel."""
    return _("同包裹的订单 %(tid)s：%(words)s") % {"tid": tid, "words": words}


def _is_clicked(order: Order) -> bool:
    return not order.has_open_refund and is_clicked_only(order.stage, order.status)


def refuse_order(order: Order) -> None:
    """Refuse an order that may not leave now, whatever it is packed in.

    :raises UnableToHandOverError: saying why
    """
    refuse_unshippable(order, error=UnableToHandOverError)
    if order.stage not in READY_STAGES:
        raise UnableToHandOverError(
            _("订单现在是「%(stage)s」，先审单通过再交接。") % {"stage": order.get_stage_display()}
        )


def _refuse_parcel(held: LockedParcel) -> None:
    parcel = held.parcel
    if parcel.state in UNCHECKED:
        raise UnableToHandOverError(
            _("包裹 %(parcel)s 在波次里还没验货，先验完再交接。") % {"parcel": parcel.number}
        )
    if parcel.state not in (ParcelState.PLANNED, ParcelState.CHECKED):
        words = _("包裹 %(parcel)s 现在是「%(state)s」，不能再交接。")
        raise UnableToHandOverError(
            words % {"parcel": parcel.number, "state": parcel.get_state_display()}
        )
    if not parcel.carrier or not parcel.waybill_no:
        raise UnableToHandOverError(
            _("包裹 %(parcel)s 还没有快递和运单号，先录面单。") % {"parcel": parcel.number}
        )
    _refuse_used_waybill(parcel.waybill_no, [order.pk for order in held.orders])


def _refuse_used_waybill(number: str, order_ids: Sequence[int]) -> None:
    other = (
        Shipment.objects.filter(waybill_no=number)
        .exclude(order__in=order_ids)
        .select_related("order")
        .order_by("pk")
        .first()
    )
    if other is not None:
        raise UnableToHandOverError(
            _("运单号 %(number)s 已经用在订单 %(tid)s 上。")
            % {"number": number, "tid": other.order.tid}
        )


def _leave(leaving: Sequence[LockedParcel], *, by: User, now: datetime) -> None:
    Shipment.objects.bulk_create(
        [
            Shipment(
                order=order,
                parcel=one.parcel,
                carrier=one.parcel.carrier,
                waybill_no=one.parcel.waybill_no,
                handed_over_at=now,
            )
            for one in leaving
            for order in one.orders
        ],
        update_conflicts=True,
        unique_fields=["order", "waybill_no"],
        update_fields=["parcel", "carrier", "handed_over_at"],
    )
    parcels = [one.parcel for one in leaving]
    for parcel in parcels:
        parcel.state, parcel.handed_over_at = ParcelState.HANDED_OVER, now
        parcel.locked_by, parcel.locked_at, parcel.skip_reason = None, None, ""
        parcel.version += 1
    fields = ["state", "handed_over_at", "locked_by", "locked_at", "skip_reason", "version"]
    Parcel.objects.bulk_update(parcels, fields, batch_size=500)
    orders = {order.pk: order for one in leaving for order in one.orders}
    of_order = {
        order.pk: {
            "stage": Stage.HANDED_OVER,
            "carrier": one.parcel.carrier,
            "waybill_no": one.parcel.waybill_no,
            "parcel": one.parcel.number,
        }
        for one in leaving
        for order in one.orders
    }
    # The pickup clock starts at the carrier's hands, whenever somebody clicked.
    clicked = [pk for pk, order in orders.items() if _is_clicked(order)]
    Order.objects.filter(pk__in=clicked).update(handed_over_at=now)
    let_follow([orders[pk] for pk in sorted(orders)], now=now)
    log_orders(orders.values(), name=NAME, by=by, now=now, of_order=of_order)
    gone = Order.objects.filter(pk__in=orders, stage=Stage.HANDED_OVER).order_by("pk")
    left = list(gone.values_list("tid", flat=True))
    registry.tell_handed_over(left, by, now)
    parts = sorted({order.tid for order in orders.values()} - set(left))
    if parts:
        registry.tell_part_left(parts, by, now)


def bring_back(parcels: Sequence[LockedParcel], *, by: User, now: datetime, reason: str) -> None:
    """Take locked parcels back that were handed over by mistake: they are packed anew.

    :raises UnableToHandOverError: if the carrier has one of them
    """
    for one in parcels:
        # Of the parcel itself: an order of several parcels is as far as the slowest of them.
        if one.parcel.shipments.filter(
            Q(picked_up_at__isnull=False) | Q(last_trace_at__isnull=False)
        ).exists():
            raise UnableToHandOverError(
                _("包裹 %(parcel)s 已经揽收，收不回来了。") % {"parcel": one.parcel.number}
            )
    for one in parcels:
        one.parcel.shipments.filter(picked_up_at__isnull=True, first_batch_id__isnull=True).delete()
        clear_parcel(one.parcel)
    orders = {order.pk: order for one in parcels for order in one.orders}
    # Following alone never takes back what left: a file may say so. Here a person does.
    Order.objects.filter(pk__in=orders, stage=Stage.HANDED_OVER).update(
        stage=Stage.APPROVED, handed_over_at=None
    )
    let_follow([orders[pk] for pk in sorted(orders)], now=now)
    log_orders(
        orders.values(),
        name="orders.order.taken_back",
        by=by,
        now=now,
        new={"stage": Stage.APPROVED},
        reason=reason,
    )
    registry.tell_taken_back([orders[pk].tid for pk in sorted(orders)], by, now)
