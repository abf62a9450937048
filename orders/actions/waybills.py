"""Waybills on parcels: typed, scanned, or from a file. One parcel, one number, one carrier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders.actions.couriers import CourierRefusedError, locked_with_orders, tell_orders
from orders.actions.importing import traces
from orders.actions.locks import bump, locked_open_holds, locked_order
from orders.actions.parcels import follow_parcels, parcels_of
from orders.choices import HOLD_DEFAULTS, OPEN_STAGES, HoldKind, ParcelState, Stage
from orders.models import Carrier, Hold, Order, Parcel
from orders.queries.couriers import carriers_at_work
from orders.queries.waybills import Used, parcel_id_of, used_waybills
from orders.rules.couriers import FILE, HAND, chosen_reason, named_carrier
from orders.rules.waybills import is_waybill, looks_wrong, normal_waybill
from shopops.lib.words import listed
from shopops.staff import operations
from shopops.staff.models import User

# Before a hand-over: later the number is on the sheet that the carrier signed.
_LABELLED_IN = frozenset(
    {ParcelState.PLANNED, ParcelState.IN_WAVE, ParcelState.PICKED, ParcelState.CHECKED}
)


@dataclass(frozen=True, slots=True)
class Label:
    """A parcel with its number, and what is odd about it in words; empty where nothing is."""

    parcel: Parcel
    warning: str = ""


def set_waybill(
    *,
    code: str,
    waybill_no: str,
    carrier: str = "",
    by: User,
    now: datetime,
    version: int | None = None,
) -> Label:
    """Put a waybill on a parcel; `code` is a parcel's number, or the tid of an order of one parcel.

    An empty `carrier` keeps the parcel's. A number that does not look like the carrier's is taken and
    warned of. Ends a failed label. Locks the parcel's orders.

    :raises CourierRefusedError: if there is no such parcel, it has left, the number is none, is used
        elsewhere, or is of another carrier than the wave's
    :raises StaleOrderError: if the parcel changed since `version`
    """
    try:
        with transaction.atomic():
            return _set(code, waybill_no, carrier, by=by, now=now, version=version)
    except IntegrityError as error:
        if "a_waybill_is_on_one_parcel" not in str(error):
            raise
        # Somebody else put it on another parcel a moment ago.
        number = normal_waybill(waybill_no)
        raise CourierRefusedError(used_words(number, used_waybills([number])[number])) from error


def _set(
    code: str, waybill_no: str, carrier: str, *, by: User, now: datetime, version: int | None
) -> Label:
    parcel, orders = _locked_parcel(code, version=version, now=now)
    number = checked_number(waybill_no)
    name = carrier_of(parcel, carrier)
    used = used_waybills([number]).get(number)
    refusal = refusal_of(parcel, orders, name, used, number=number)
    if refusal:
        raise CourierRefusedError(refusal)
    if (parcel.waybill_no, parcel.carrier) != (number, name):
        _write(parcel, orders, number, name, by=by, now=now)
    end_failed_labels(orders, number, by=by, now=now)
    traces.adopt(waybills=[number], now=now)
    return Label(parcel, odd_words(number, name))


def _locked_parcel(
    code: str, *, version: int | None, now: datetime
) -> tuple[Parcel, Sequence[Order]]:
    text = code.strip()
    parcel_id = parcel_id_of(text)
    try:
        if parcel_id is not None:
            return locked_with_orders(parcel_id, version=version)
        order = locked_order(tid=text)
    except (Parcel.DoesNotExist, Order.DoesNotExist) as error:
        raise CourierRefusedError(
            _("没有「%(code)s」这个包裹或订单，再扫一次。") % {"code": text}
        ) from error
    if order.stage not in OPEN_STAGES:
        raise CourierRefusedError(
            _("订单 %(tid)s 现在是「%(stage)s」，不能再贴运单。")
            % {"tid": order.tid, "stage": order.get_stage_display()}
        )
    parcels = parcels_of([order], now=now)[order.pk]
    if len(parcels) > 1:
        numbers = listed(parcel.number for parcel in parcels)
        raise CourierRefusedError(
            _("订单 %(tid)s 拆成了 %(n)d 个包裹（%(numbers)s），扫包裹号。")
            % {"tid": order.tid, "n": len(parcels), "numbers": numbers}
        )
    return locked_with_orders(parcels[0].pk, version=version)


def checked_number(text: str) -> str:
    """Give a number as it is stored.

    :raises CourierRefusedError: if it is none
    """
    number = normal_waybill(text)
    if not number:
        raise CourierRefusedError(_("运单号是空的，再扫一次。"))
    if parcel_id_of(number) is not None:
        raise CourierRefusedError(
            _("「%(number)s」是包裹号，不是运单号。扫快递面单上的条码。") % {"number": number}
        )
    if not is_waybill(number):
        raise CourierRefusedError(
            _("「%(number)s」不像运单号：应当是 5 到 40 位字母和数字。") % {"number": number[:60]}
        )
    return number


def carrier_of(parcel: Parcel, wanted: str) -> str:
    """Give the carrier of a label: the one named, else the parcel's.

    :raises CourierRefusedError: if neither is there, or the named one is none of ours
    """
    if not wanted.strip():
        if not parcel.carrier:
            raise CourierRefusedError(
                _("包裹 %(number)s 还没定快递，一起选上快递。") % {"number": parcel.number}
            )
        return parcel.carrier
    name = named_carrier(wanted.strip(), carriers_at_work())
    if not name:
        raise CourierRefusedError(
            _("「%(carrier)s」不在用，先到快递规则里加上。") % {"carrier": wanted.strip()}
        )
    return name


def refusal_of(
    parcel: Parcel, orders: Sequence[Order], carrier: str, used: Used | None, *, number: str
) -> str:
    """Say why a parcel cannot take a number; empty if it can."""
    if parcel.state not in _LABELLED_IN:
        return _("包裹 %(number)s 现在是「%(state)s」，不能再改运单。") % {
            "number": parcel.number,
            "state": parcel.get_state_display(),
        }
    if parcel.state != ParcelState.PLANNED and parcel.carrier and carrier != parcel.carrier:
        return _("包裹 %(number)s 在 %(old)s 的波次里，要换 %(new)s 先退出波次。") % {
            "number": parcel.number,
            "old": parcel.carrier,
            "new": carrier,
        }
    ours = {order.tid for order in orders}
    if used and not used.is_of(parcel.pk, ours):
        return used_words(number, used)
    return ""


def used_words(number: str, used: Used) -> str:
    """Say where a number is used already."""
    if used.parcel_number:
        return _("运单号 %(waybill)s 已经贴在包裹 %(parcel)s（订单 %(tid)s）上。") % {
            "waybill": number,
            "parcel": used.parcel_number,
            "tid": used.tid,
        }
    return _("运单号 %(waybill)s 已经用在订单 %(tid)s 上。") % {"waybill": number, "tid": used.tid}


def odd_words(number: str, carrier: str) -> str:
    """Say that a number does not look like the carrier's; empty where it does, or nobody can tell."""
    code = Carrier.objects.filter(name=carrier).values_list("code", flat=True).first() or ""
    if not looks_wrong(number, code=code):
        return ""
    return _("%(waybill)s 不像%(carrier)s的单号，核一下面单；已经按你填的记下。") % {
        "waybill": number,
        "carrier": carrier,
    }


def _write(
    parcel: Parcel, orders: Sequence[Order], number: str, carrier: str, *, by: User, now: datetime
) -> None:
    old: dict[str, object] = {"waybill_no": parcel.waybill_no, "carrier": parcel.carrier}
    if carrier != parcel.carrier:
        parcel.carrier = carrier
        parcel.carrier_reason = chosen_reason(HAND, _("贴的是这家的面单"))
    parcel.waybill_no = number
    parcel.version += 1
    parcel.save(update_fields=["carrier", "carrier_reason", "waybill_no", "version"])
    new: dict[str, object] = {"waybill_no": number, "carrier": carrier}
    tell_orders("orders.parcel.labelled", parcel, orders, by=by, now=now, old=old, new=new)


def label_from_file(
    parcel: Parcel, orders: Sequence[Order], number: str, carrier: str, *, source: str
) -> None:
    """Put a checked number from a file on a locked parcel; the import remembers what was before."""
    if carrier != parcel.carrier:
        parcel.carrier = carrier
        parcel.carrier_reason = chosen_reason(FILE, source)
    parcel.waybill_no = number
    parcel.version += 1
    parcel.save(update_fields=["carrier", "carrier_reason", "waybill_no", "version"])
    for order in orders:
        bump(order)


@transaction.atomic
def clear_waybill(
    *, parcel_id: int, reason: str, by: User, now: datetime, version: int | None = None
) -> Parcel:
    """Take the waybill off a parcel that has not left: the label was voided. Locks its orders.

    :raises Parcel.DoesNotExist: if there is no such parcel
    :raises CourierRefusedError: if it has left, or has no waybill
    :raises StaleOrderError: if the parcel changed since `version`
    """
    parcel, orders = locked_with_orders(parcel_id, version=version)
    if parcel.state not in _LABELLED_IN or not parcel.waybill_no:
        raise CourierRefusedError(
            _("包裹 %(number)s 没有可以去掉的运单。") % {"number": parcel.number}
        )
    old: dict[str, object] = {"waybill_no": parcel.waybill_no, "carrier": parcel.carrier}
    parcel.waybill_no = ""
    parcel.version += 1
    parcel.save(update_fields=["waybill_no", "version"])
    tell_orders(
        "orders.parcel.label_voided",
        parcel,
        orders,
        by=by,
        now=now,
        old=old,
        new={"waybill_no": ""},
        reason=reason.strip(),
    )
    return parcel


@transaction.atomic
def fail_label(*, code: str, words: str, by: User, now: datetime) -> Parcel:
    """Hold the orders of a parcel whose label could not be made, until a waybill comes.

    :raises CourierRefusedError: if there is no such parcel, it has a waybill or has left, or the
        words are missing
    """
    if not words.strip():
        raise CourierRefusedError(_("写下面单为什么失败，同事才知道怎么办。"))
    parcel, orders = _locked_parcel(code, version=None, now=now)
    if parcel.waybill_no or parcel.state not in _LABELLED_IN:
        raise CourierRefusedError(
            _("包裹 %(number)s 已经有运单或已离店。") % {"number": parcel.number}
        )
    hold_failed_labels(orders, words, cause="", by=by, now=now)
    return parcel


def hold_failed_labels(
    orders: Sequence[Order], words: str, *, cause: str, by: User | None, now: datetime
) -> int:
    """Hold locked orders for their failed label, unless they are already; say how many."""
    defaults = HOLD_DEFAULTS[HoldKind.LABEL_FAILED]
    held = set(
        Hold.objects.filter(
            order__in=[order.pk for order in orders],
            kind=HoldKind.LABEL_FAILED,
            closed_at__isnull=True,
        ).values_list("order_id", flat=True)
    )
    fresh = [order for order in orders if order.pk not in held and order.stage in OPEN_STAGES]
    for order in fresh:
        hold = Hold.objects.create(
            order=order,
            kind=HoldKind.LABEL_FAILED,
            owner_role=defaults.owner_role,
            note=words.strip()[:300],
            must_tell_buyer=defaults.must_tell,
            opened_at=now,
            opened_by=by,
            due_at=now + timedelta(hours=defaults.due_hours),
            cause=cause,
        )
        old, order.stage = order.stage, Stage.HELD
        bump(order, "stage")
        operations.record(
            name="orders.order.held",
            by=by,
            now=now,
            object_type="order",
            object_key=order.tid,
            old={"stage": old},
            new={"stage": Stage.HELD, "kind": HoldKind.LABEL_FAILED, "hold": hold.pk},
            reason=hold.note,
        )
    return len(fresh)


def end_failed_labels(
    orders: Sequence[Order], waybill_no: str, *, by: User | None, now: datetime
) -> int:
    """End the failed labels of locked orders: there is a waybill now. They go back to where they were."""
    ended = 0
    for order in orders:
        if order.stage != Stage.HELD:
            continue
        holds = list(locked_open_holds(order))
        mine = [hold for hold in holds if hold.kind == HoldKind.LABEL_FAILED]
        for hold in mine:
            hold.closed_at, hold.closed_by = now, by
            hold.resolution = _("有运单了：%(waybill)s") % {"waybill": waybill_no}
            hold.save(update_fields=["closed_at", "closed_by", "resolution"])
            _tell_ended(order, hold, by=by, now=now)
        if mine and len(mine) == len(holds):
            order.stage = Stage.APPROVED if order.approved_at else Stage.AWAITING_AUDIT
            bump(order, "stage")
        ended += len(mine)
    if ended:
        follow_parcels([order.pk for order in orders], now=now)
    return ended


def _tell_ended(order: Order, hold: Hold, *, by: User | None, now: datetime) -> None:
    operations.record(
        name="orders.hold.closed",
        by=by,
        now=now,
        object_type="order",
        object_key=order.tid,
        new={"kind": hold.kind, "hold": hold.pk},
        reason=hold.resolution,
    )
