"""From audit to the carrier's hands: approve, take back, hand over."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders import registry
from orders.actions.cases.stopping import refuse_while_case_is_open
from orders.actions.errors import UnableToApproveError, UnableToHandOverError
from orders.actions.leaving import (
    READY_STAGES,
    bring_back,
    let_order_leave,
    let_parcels_leave,
    with_order,
)
from orders.actions.locks import bump, locked_open_holds, locked_order
from orders.actions.shippable import refuse_unsendable, refuse_unshippable
from orders.actions.warehouse.locks import LockedParcel, locked_with_orders
from orders.actions.warehouse.moving import save_parcel
from orders.choices import ParcelState, Stage
from orders.models import Order, Parcel, Shipment
from orders.wording.audit import reason_words
from shopops.staff import operations
from shopops.staff.models import User

__all__ = [
    "READY_STAGES",
    "Waybill",
    "approve_order",
    "force_approve_order",
    "hand_over_order",
    "refuse_unsendable",
    "take_back_order",
]


@dataclass(frozen=True, slots=True)
class Waybill:
    """Carrier and waybill number of one parcel."""

    carrier: str
    waybill_no: str


@transaction.atomic
def approve_order(*, tid: str, by: User, now: datetime, version: int | None = None) -> Order:
    """Let an order pass audit. Locks the order.

    :raises Order.DoesNotExist: if no order has this tid
    :raises UnableToApproveError: if it is not awaiting audit, held, under refund, or forbidden
    :raises StaleOrderError: if the order changed since `version`
    """
    order = locked_order(tid=tid, version=version)
    refuse_unshippable(order, error=UnableToApproveError)
    if order.stage != Stage.AWAITING_AUDIT:
        raise UnableToApproveError(
            _("订单现在是「%(stage)s」，不在待审单。") % {"stage": order.get_stage_display()}
        )
    order.stage = Stage.APPROVED
    order.approved_at = now
    bump(order, "stage", "approved_at")
    operations.record(
        name="orders.order.approved",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old={"stage": Stage.AWAITING_AUDIT},
        new={"stage": Stage.APPROVED},
    )
    for need in registry.tell_approved([order.pk], now).values():
        raise UnableToApproveError(reason_words(need.reason))
    return order


@transaction.atomic
def force_approve_order(
    *, tid: str, reason: str, by: User, now: datetime, version: int | None = None
) -> Order:
    """Let an order pass against its holds, for a reason that stays on its time-line. Locks the order.

    Ends its open holds. An open refund and the platform's "no" stand above it, and so does a buyer
    who must be told and was not.

    :raises Order.DoesNotExist: if no order has this tid
    :raises UnableToApproveError: if the reason is missing, or one of these stands against it
    :raises StaleOrderError: if the order changed since `version`
    """
    if not reason.strip():
        raise UnableToApproveError(_("写下强制通过的理由，它会留在这单的记录里。"))
    order = locked_order(tid=tid, version=version)
    refuse_unsendable(order, error=UnableToApproveError)
    if order.stage not in (Stage.AWAITING_AUDIT, Stage.HELD):
        raise UnableToApproveError(
            _("订单现在是「%(stage)s」，不在待审单。") % {"stage": order.get_stage_display()}
        )
    holds = list(locked_open_holds(order))
    untold = next((one for one in holds if one.must_tell_buyer and one.told_at is None), None)
    if untold is not None:
        raise UnableToApproveError(
            _("「%(kind)s」要先告诉买家、记下回答，才能结束。")
            % {"kind": untold.get_kind_display()}
        )
    for hold in holds:
        refuse_while_case_is_open(order, hold)
        hold.closed_at, hold.closed_by, hold.resolution = now, by, reason.strip()[:300]
        hold.save(update_fields=["closed_at", "closed_by", "resolution"])
    old_stage, order.stage, order.approved_at = order.stage, Stage.APPROVED, now
    bump(order, "stage", "approved_at")
    operations.record(
        name="orders.order.force_approved",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old={"stage": old_stage, "holds": [hold.kind for hold in holds]},
        new={"stage": Stage.APPROVED},
        reason=reason.strip(),
    )
    registry.tell_approved([order.pk], now)
    return order


@transaction.atomic
def hand_over_order(
    *, tid: str, waybill: Waybill, by: User, now: datetime, version: int | None = None
) -> Shipment:
    """Record that an order was handed to the carrier under a waybill. Locks it and its parcel.

    An order with a parcel leaves with it, and so do the orders merged into it. Of several parcels the
    one with this waybill leaves; the order is handed over with the last of them.

    :raises Order.DoesNotExist: if no order has this tid
    :raises UnableToHandOverError: if it has not passed audit, a refund is open on it, its parcel is
        in a wave and not checked, or the waybill is missing or belongs to another order
    :raises StaleOrderError: if the order changed since `version`
    """
    number = waybill.waybill_no.strip().upper()
    carrier = waybill.carrier.strip()
    if not number or not carrier:
        raise UnableToHandOverError(_("快递公司和运单号都要填。"))
    held = locked_with_orders(_parcels_here(tid))
    order = locked_order(tid=tid, version=version)
    if not held and _parcels_here(tid):
        # Merged, or taken into a wave, between the first look and the lock.
        raise UnableToHandOverError(_("同事刚刚改了这些包裹，刷新以后再做。"))
    if not held:
        return let_order_leave(order, carrier=carrier, waybill_no=number, by=by, now=now)
    one = _the_parcel(list(held.values()), number)
    _write_waybill(one.parcel, carrier=carrier, number=number)
    _left, kept = let_parcels_leave([one], by=by, now=now)
    if kept:
        (other,) = kept
        words = other.words if other.tid == tid else with_order(other.words, other.tid)
        raise UnableToHandOverError(words)
    return Shipment.objects.get(order=order, waybill_no=number)


def _parcels_here(tid: str) -> list[int]:
    """Give the parcels in the house that hold something of an order, or were made for it while empty."""
    here = Parcel.objects.exclude(state__in=[ParcelState.DROPPED, ParcelState.HANDED_OVER])
    filled = here.filter(lines__order__tid=tid).values_list("pk", flat=True)
    empty = here.filter(order__tid=tid, lines__isnull=True).values_list("pk", flat=True)
    return sorted({*filled, *empty})


def _the_parcel(held: list[LockedParcel], number: str) -> LockedParcel:
    """Choose the parcel that a waybill means."""
    if len(held) == 1:
        return held[0]
    named = next((one for one in held if one.parcel.waybill_no == number), None)
    if named is None:
        words = _("这单拆成 %(n)s 个包裹，运单号 %(number)s 不在其中：先给每个包裹录面单。")
        raise UnableToHandOverError(words % {"n": len(held), "number": number})
    return named


def _write_waybill(parcel: Parcel, *, carrier: str, number: str) -> None:
    taken = Parcel.objects.filter(waybill_no=number).exclude(state=ParcelState.DROPPED)
    other = taken.exclude(pk=parcel.pk).exclude(waybill_no="").order_by("pk").first()
    if other is not None:
        raise UnableToHandOverError(
            _("运单号 %(number)s 已经用在包裹 %(parcel)s 上。")
            % {"number": number, "parcel": other.number}
        )
    parcel.carrier, parcel.waybill_no = carrier, number
    try:
        with transaction.atomic():
            save_parcel(parcel, "carrier", "waybill_no")
    except IntegrityError as error:
        # A colleague put it on another parcel a moment ago.
        taken_by = taken.exclude(pk=parcel.pk).order_by("pk").first()
        raise UnableToHandOverError(
            _("运单号 %(number)s 已经用在包裹 %(parcel)s 上。")
            % {"number": number, "parcel": taken_by.number if taken_by else "—"}
        ) from error


@transaction.atomic
def take_back_order(
    *, tid: str, reason: str, by: User, now: datetime, version: int | None = None
) -> Order:
    """Take back a hand-over or an approval that was a mistake. Locks the order and its parcels.

    A hand-over goes back to approved, an approval to audit; what was handed over in a parcel is
    packed anew, with all orders in it, and the shipments of the hand-over are dropped.

    :raises UnableToHandOverError: if the carrier has picked it up, or there is nothing to take back
    :raises StaleOrderError: if the order changed since `version`
    """
    gone = Parcel.objects.filter(lines__order__tid=tid, state=ParcelState.HANDED_OVER)
    held = locked_with_orders(sorted(set(gone.values_list("pk", flat=True))))
    order = locked_order(tid=tid, version=version)
    old_stage = order.stage
    if old_stage == Stage.HANDED_OVER and order.picked_up_at is None and held:
        bring_back(list(held.values()), by=by, now=now, reason=reason)
        order.refresh_from_db()
        return order
    if old_stage == Stage.HANDED_OVER and order.picked_up_at is None:
        order.shipments.filter(picked_up_at__isnull=True, first_batch_id__isnull=True).delete()
        order.stage, order.handed_over_at = Stage.APPROVED, None
    elif old_stage == Stage.APPROVED:
        order.stage, order.approved_at = Stage.AWAITING_AUDIT, None
    else:
        raise UnableToHandOverError(
            _("订单现在是「%(stage)s」，没有可以撤回的一步。")
            % {"stage": order.get_stage_display()}
        )
    bump(order, "stage", "handed_over_at", "approved_at")
    operations.record(
        name="orders.order.taken_back",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old={"stage": old_stage},
        new={"stage": order.stage},
        reason=reason,
    )
    registry.tell_taken_back([tid], by, now)
    return order
