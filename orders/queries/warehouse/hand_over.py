"""Hand-over lists: what is on them, and what still waits for each carrier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from orders.choices import ParcelState
from orders.models import CarrierPickup, HandOverSheet, Parcel
from orders.queries.warehouse.waves import ParcelRow, parcel_rows
from shopops.lib.business_time import business_date, day_bounds


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """One carrier: how many checked parcels wait for it, how many of them stand on its list, its pickup."""

    carrier: str
    waiting: int
    listed: int
    pickup: CarrierPickup | None


@dataclass(frozen=True, slots=True)
class SheetDetail:
    """A list with its parcels, those scanned last first."""

    sheet: HandOverSheet
    parcels: list[ParcelRow]


def carrier_rows() -> list[CarrierRow]:
    """Give the carriers for whom something waits. Three queries over what stands in the house."""
    checked = Parcel.objects.filter(state=ParcelState.CHECKED, sheet__isnull=True)
    waiting = dict(checked.values_list("carrier").annotate(n=Count("pk")).order_by("carrier"))
    open_sheets = HandOverSheet.objects.filter(signed_at__isnull=True)
    listed = dict(open_sheets.values_list("carrier", "parcel_count"))
    pickups = {row.carrier: row for row in CarrierPickup.objects.filter(is_active=True)}
    names = sorted({*waiting, *(name for name, count in listed.items() if count), *pickups} - {""})
    rows = [
        CarrierRow(name, waiting.get(name, 0), listed.get(name, 0), pickups.get(name))
        for name in names
    ]
    nameless = waiting.get("", 0)
    return [*rows, CarrierRow("", nameless, 0, None)] if nameless else rows


def open_sheet(*, carrier: str) -> SheetDetail | None:
    """Give a carrier's open list, if something is on it."""
    sheet = HandOverSheet.objects.filter(carrier=carrier, signed_at__isnull=True).first()
    return sheet_detail(sheet_id=sheet.pk) if sheet else None


def sheet_detail(*, sheet_id: int) -> SheetDetail:
    """Read one list.

    :raises HandOverSheet.DoesNotExist: if there is none
    """
    sheet = HandOverSheet.objects.select_related("created_by").get(pk=sheet_id)
    parcels = Parcel.objects.filter(sheet=sheet)
    return SheetDetail(sheet, parcel_rows(list(parcels.order_by("pk"))))


def waiting_parcels(*, carrier: str, size: int = 50) -> list[ParcelRow]:
    """Give checked parcels that are on no list, of one carrier or ("") of all, the earliest due first."""
    rows = Parcel.objects.filter(state=ParcelState.CHECKED, sheet__isnull=True)
    if carrier:
        rows = rows.filter(carrier=carrier)
    return parcel_rows(list(rows.order_by("due_at", "pk")[:size]))


def signed_sheets(*, now: datetime) -> Sequence[HandOverSheet]:
    """Give the lists signed today, the latest first."""
    start, end = day_bounds(business_date(now))
    rows = HandOverSheet.objects.filter(signed_at__gte=start, signed_at__lt=end)
    return list(rows.order_by("-signed_at", "-pk"))
