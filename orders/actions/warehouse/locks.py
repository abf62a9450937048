"""Locks of the warehouse's own rows, and the parcel with all its orders, always orders first."""

from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from orders.actions.errors import OrderRefusedError
from orders.actions.locks import locked_orders, locked_parcels
from orders.models import HandOverSheet, Order, Parcel, ParcelLine, Wave


class WarehouseRefusedError(OrderRefusedError):
    """An act on a wave, a parcel or a hand-over list that cannot be done now."""


@dataclass(frozen=True, slots=True)
class LockedParcel:
    """A parcel with every order of which it holds something, all locked."""

    parcel: Parcel
    orders: list[Order]


def order_ids_of(parcel_ids: list[int]) -> dict[int, set[int]]:
    """Give the orders of parcels: those with pieces in them, and the one that each goes by."""
    found: dict[int, set[int]] = {pk: set() for pk in parcel_ids}
    pairs = ParcelLine.objects.filter(parcel__in=parcel_ids).values_list("parcel_id", "order_id")
    for parcel_id, order_id in pairs.distinct():
        found[parcel_id].add(order_id)
    leading = Parcel.objects.filter(pk__in=parcel_ids).values_list("pk", "order_id")
    for parcel_id, order_id in leading:
        found[parcel_id].add(order_id)
    return found


def locked_with_orders(parcel_ids: list[int]) -> dict[int, LockedParcel]:
    """Lock parcels and their orders until the end of the transaction: all orders, then all parcels.

    A merge or split in between shows in the second look; then the act is refused.

    :raises Parcel.DoesNotExist: if one of them does not exist
    :raises WarehouseRefusedError: if a colleague merged or split one of them at this moment
    """
    of_parcel = order_ids_of(parcel_ids)
    orders = {order.pk: order for order in locked_orders(set().union(*of_parcel.values()))}
    parcels = locked_parcels(parcel_ids)
    if len(parcels) < len(set(parcel_ids)):
        raise Parcel.DoesNotExist
    if order_ids_of(parcel_ids) != of_parcel:
        raise WarehouseRefusedError(_("同事正好在合单或拆单，这个包裹变了，再看一下。"))
    return {
        parcel.pk: LockedParcel(parcel, [orders[pk] for pk in sorted(of_parcel[parcel.pk])])
        for parcel in parcels
    }


def locked_parcel(parcel_id: int) -> LockedParcel:
    """Lock one parcel with its orders.

    :raises Parcel.DoesNotExist: if there is none
    """
    return locked_with_orders([parcel_id])[parcel_id]


def locked_wave(wave_id: int) -> Wave:
    """Lock one wave. Its parcels and their orders come first.

    :raises Wave.DoesNotExist: if there is none
    """
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    return Wave.objects.select_for_update(of=("self",)).get(pk=wave_id)


def locked_sheet(sheet_id: int) -> HandOverSheet:
    """Lock one hand-over list. Its parcels and their orders come first.

    :raises HandOverSheet.DoesNotExist: if there is none
    """
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    return HandOverSheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
