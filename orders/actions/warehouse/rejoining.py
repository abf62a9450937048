"""Orders that pass audit again while their parcel still stands in a wave."""

from collections.abc import Sequence
from datetime import datetime

from orders.actions.locks import locked_parcels
from orders.actions.parcels import follow_parcels
from orders.actions.warehouse.moving import forget_checks, move_parcel
from orders.choices import ParcelState
from orders.models import Order, Parcel

INSIDE = (ParcelState.IN_WAVE, ParcelState.PICKED, ParcelState.CHECKED)


def rejoin_waves(order_ids: Sequence[int], now: datetime) -> None:
    """Let orders that were just approved stand where their parcels do; they are locked by the caller.

    A parcel that was checked before its order was held is checked anew: what belongs in it, or where it
    goes, may have changed. Costs one query for orders without parcels, which are nearly all.
    """
    parcels = Parcel.objects.filter(lines__order__in=list(order_ids), state__in=INSIDE)
    parcel_ids = sorted(set(parcels.values_list("pk", flat=True)))
    if not parcel_ids:
        return
    for parcel in locked_parcels(parcel_ids):
        if parcel.state == ParcelState.CHECKED:
            parcel.checked_at = parcel.second_checked_at = None
            parcel.checked_by = parcel.second_checked_by = None
            parcel.sheet = None
            forget_checks(parcel)
            names = ("checked_at", "second_checked_at", "checked_by", "second_checked_by", "sheet")
            move_parcel(parcel, ParcelState.PICKED, *names)
    inside = Order.objects.filter(parcel_lines__parcel__in=parcel_ids, pk__in=list(order_ids))
    follow_parcels(inside.values_list("pk", flat=True), now=now)
