"""Where waybills are used, and which parcel a scanned code means."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from orders.choices import ParcelState
from orders.models import Parcel, ParcelLine, Shipment

_PARCEL = re.compile(r"P0*([0-9]{1,12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Used:
    """Where a waybill stands: on a living parcel, and in shipments of these orders."""

    parcel_id: int | None
    parcel_number: str
    tid: str
    tids: frozenset[str]

    def is_of(self, parcel_id: int, tids: Collection[str]) -> bool:
        """Say whether it stands on this very parcel and on no other order than these."""
        return self.parcel_id in (None, parcel_id) and self.tids <= set(tids)


def parcel_id_of(code: str) -> int | None:
    """Give the id that a parcel's barcode says, None for anything else."""
    found = _PARCEL.fullmatch(code.strip())
    return int(found.group(1)) if found else None


def used_waybills(numbers: Iterable[str]) -> dict[str, Used]:
    """Give where each of these numbers is used, those unused left out. Two queries."""
    wanted = list(numbers)
    parcels = (
        Parcel.objects.filter(waybill_no__in=wanted)
        .exclude(waybill_no="")
        .exclude(state=ParcelState.DROPPED)
        .select_related("order")
    )
    on: dict[str, Parcel] = {parcel.waybill_no: parcel for parcel in parcels}
    shipped: dict[str, set[str]] = {}
    rows = Shipment.objects.filter(waybill_no__in=wanted).values_list("waybill_no", "order__tid")
    for number, tid in rows:
        shipped.setdefault(number, set()).add(tid)
    found = {}
    for number in {*on, *shipped}:
        parcel = on.get(number)
        tids = shipped.get(number, set())
        found[number] = Used(
            parcel_id=parcel.pk if parcel else None,
            parcel_number=parcel.number if parcel else "",
            tid=parcel.order.tid if parcel else min(tids),
            tids=frozenset(tids),
        )
    return found


def parcels_of_order(order_id: int) -> list[Parcel]:
    """Give the living parcels that hold something of an order. One query."""
    ids = ParcelLine.objects.filter(order=order_id).values("parcel_id")
    rows = Parcel.objects.filter(pk__in=ids).exclude(state=ParcelState.DROPPED)
    return list(rows.select_related("wave").order_by("pk"))
