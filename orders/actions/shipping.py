"""From audit to the carrier's hands: approve, take back, hand over."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders import registry
from orders.actions.errors import UnableToApproveError, UnableToHandOverError
from orders.actions.locks import bump, locked_open_holds, locked_order
from orders.choices import OPEN_STAGES, Stage
from orders.models import Order, Shipment
from orders.rules.stages import can_ship
from orders.wording.audit import reason_words
from shopops.staff import operations
from shopops.staff.models import User

# A parcel may be handed over from any stage after audit; smaller shops skip waves and scans.
READY_STAGES = (Stage.APPROVED, Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED)


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
    _refuse_unshippable(order, error=UnableToApproveError)
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
    """Record that an order's parcel was handed to the carrier under a waybill. Locks the order.

    :raises Order.DoesNotExist: if no order has this tid
    :raises UnableToHandOverError: if it has not passed audit, a refund is open on it, or the waybill
        is missing or belongs to another order
    :raises StaleOrderError: if the order changed since `version`
    """
    number = waybill.waybill_no.strip().upper()
    carrier = waybill.carrier.strip()
    if not number or not carrier:
        raise UnableToHandOverError(_("快递公司和运单号都要填。"))
    order = locked_order(tid=tid, version=version)
    _refuse_unshippable(order, error=UnableToHandOverError)
    if order.stage not in READY_STAGES:
        raise UnableToHandOverError(
            _("订单现在是「%(stage)s」，先审单通过再交接。") % {"stage": order.get_stage_display()}
        )
    _refuse_used_waybill(number, order)
    shipment, _created = Shipment.objects.update_or_create(
        order=order, waybill_no=number, defaults={"carrier": carrier, "handed_over_at": now}
    )
    old_stage = order.stage
    order.stage = Stage.HANDED_OVER
    order.handed_over_at = now
    bump(order, "stage", "handed_over_at")
    operations.record(
        name="orders.order.handed_over",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old={"stage": old_stage},
        new={"stage": Stage.HANDED_OVER, "carrier": carrier, "waybill_no": number},
    )
    registry.tell_handed_over([tid], by, now)
    return shipment


@transaction.atomic
def take_back_order(
    *, tid: str, reason: str, by: User, now: datetime, version: int | None = None
) -> Order:
    """Take back a hand-over or an approval that was a mistake. Locks the order.

    A hand-over goes back to approved, an approval to audit; parcels of the hand-over are dropped.

    :raises UnableToHandOverError: if the carrier has picked it up, or there is nothing to take back
    :raises StaleOrderError: if the order changed since `version`
    """
    order = locked_order(tid=tid, version=version)
    old_stage = order.stage
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


def _refuse_unshippable(
    order: Order, *, error: type[UnableToApproveError] | type[UnableToHandOverError]
) -> None:
    refuse_unsendable(order, error=error)
    hold = order.holds.filter(closed_at__isnull=True).order_by("pk").first()
    if hold is not None:
        raise error(_("被「%(kind)s」挂起，先处理挂起。") % {"kind": hold.get_kind_display()})


def refuse_unsendable(
    order: Order, *, error: type[UnableToApproveError] | type[UnableToHandOverError]
) -> None:
    """Refuse what no person here may overrule: an open refund, the platform's own "no"."""
    if order.has_open_refund:
        raise error(_("买家正在退款，先处理退款；这单不能发。"))
    if order.stage not in OPEN_STAGES or not can_ship(order.status, has_open_refund=False):
        raise error(
            _("平台状态是「%(status)s」，这单不能发。") % {"status": order.get_status_display()}
        )


def _refuse_used_waybill(number: str, order: Order) -> None:
    other = (
        Shipment.objects.filter(waybill_no=number)
        .exclude(order=order)
        .select_related("order")
        .order_by("pk")
        .first()
    )
    if other is not None:
        raise UnableToHandOverError(
            _("运单号 %(number)s 已经用在订单 %(tid)s 上。")
            % {"number": number, "tid": other.order.tid}
        )
