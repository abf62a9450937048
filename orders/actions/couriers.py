"""Giving parcels their carriers: by the shop's rules for thousands, by hand for one."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from orders.actions.errors import OrderRefusedError, StaleOrderError
from orders.actions.locks import locked_orders, locked_parcels
from orders.choices import ParcelState
from orders.models import Order, Parcel, ParcelLine
from orders.queries.couriers import carriers_at_work, courier_book, facts_of_parcels
from orders.rules.couriers import CHOSEN, HAND, chosen_reason, named_carrier, reason_code
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

# Waves are of one carrier: later only a person moves a parcel to another.
ASSIGNED_IN = frozenset({ParcelState.PLANNED})


class CourierRefusedError(OrderRefusedError):
    """A carrier, a rule or a waybill that cannot be; the message is for whoever asked."""


def assign_carriers(parcels: Sequence[Parcel], *, now: datetime) -> int:
    """Give planned parcels the carrier of the first rule that fits; say how many changed.

    The parcels are locked and are given their new `carrier` and `carrier_reason`. What a person chose,
    what has a waybill, and what is in a wave or further stays. No rule fits: the carrier stays empty
    and the reason says so. Cost: four statements, however many parcels.
    """
    open_ones = [parcel for parcel in parcels if _is_open(parcel)]
    if not open_ones:
        return 0
    book = courier_book(on=business_date(now))
    facts = facts_of_parcels([parcel.pk for parcel in open_ones])
    changed = []
    for parcel in open_ones:
        choice = book.choose(facts[parcel.pk], business_date(now))
        if (choice.carrier, choice.reason) != (parcel.carrier, parcel.carrier_reason):
            parcel.carrier, parcel.carrier_reason = choice.carrier, choice.reason
            changed.append(parcel)
    _store(changed)
    return len(changed)


def _is_open(parcel: Parcel) -> bool:
    chosen = reason_code(parcel.carrier_reason) in CHOSEN
    return parcel.state in ASSIGNED_IN and not chosen and not parcel.waybill_no


def _store(parcels: Sequence[Parcel]) -> None:
    if not parcels:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_parcel p SET carrier = v.carrier, carrier_reason = v.reason"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS v (id, carrier, reason)"
            " WHERE p.id = v.id",
            [
                [parcel.pk for parcel in parcels],
                [parcel.carrier for parcel in parcels],
                [parcel.carrier_reason for parcel in parcels],
            ],
        )


def locked_with_orders(parcel_id: int, *, version: int | None) -> tuple[Parcel, list[Order]]:
    """Lock the orders of a parcel, then the parcel.

    :raises Parcel.DoesNotExist: if there is no such parcel
    :raises StaleOrderError: if the parcel changed since `version`
    """
    ids = set(ParcelLine.objects.filter(parcel=parcel_id).values_list("order_id", flat=True))
    ids.add(Parcel.objects.values_list("order_id", flat=True).get(pk=parcel_id))
    orders = locked_orders(ids)
    parcel = locked_parcels([parcel_id])[0]
    if version is not None and parcel.version != version:
        raise StaleOrderError(tid=parcel.number, seen=version, current=parcel.version)
    return parcel, orders


@transaction.atomic
def choose_by_hand(
    *,
    parcel_id: int,
    carrier: str,
    reason: str,
    by: User,
    now: datetime,
    version: int | None = None,
) -> Parcel:
    """Send a parcel with a carrier that a person names; no rule takes it back. Locks its orders.

    :raises Parcel.DoesNotExist: if there is no such parcel
    :raises CourierRefusedError: if the reason is missing, the carrier is none of ours, or the parcel
        is in a wave, has a waybill, or has left
    :raises StaleOrderError: if the parcel changed since `version`
    """
    if not reason.strip():
        raise CourierRefusedError(_("写下为什么换快递，它会留在这单的记录里。"))
    parcel, orders = locked_with_orders(parcel_id, version=version)
    name = named_carrier(carrier.strip(), carriers_at_work())
    if not name:
        raise CourierRefusedError(
            _("「%(carrier)s」不在用，先到快递规则里加上。") % {"carrier": carrier.strip()}
        )
    if parcel.state != ParcelState.PLANNED:
        raise CourierRefusedError(
            _("包裹 %(number)s 现在是「%(state)s」，要换快递先退出波次。")
            % {"number": parcel.number, "state": parcel.get_state_display()}
        )
    if parcel.waybill_no:
        raise CourierRefusedError(
            _("包裹 %(number)s 已经有 %(carrier)s 的运单 %(waybill)s，先去掉运单再换快递。")
            % {"number": parcel.number, "carrier": parcel.carrier, "waybill": parcel.waybill_no}
        )
    old = parcel.carrier
    parcel.carrier, parcel.carrier_reason = name, chosen_reason(HAND, reason)
    parcel.version += 1
    parcel.save(update_fields=["carrier", "carrier_reason", "version"])
    tell_orders(
        "orders.parcel.carrier_chosen",
        parcel,
        orders,
        by=by,
        now=now,
        old={"carrier": old},
        new={"carrier": name},
        reason=reason.strip(),
    )
    return parcel


def tell_orders(  # noqa: PLR0913
    name: str,
    parcel: Parcel,
    orders: Sequence[Order],
    *,
    by: User | None,
    now: datetime,
    old: dict[str, object],
    new: dict[str, object],
    reason: str = "",
) -> None:
    """Bump the locked orders of a parcel, and write what happened to it on each one's time-line."""
    for order in orders:
        order.version += 1
        order.save(update_fields=["version"])
        operations.record(
            name=name,
            by=by,
            now=now,
            object_type="order",
            object_key=order.tid,
            old=old,
            new={**new, "parcel": parcel.number},
            reason=reason,
        )
