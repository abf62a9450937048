"""Parcels as the label desk sees them: waiting for a waybill, labelled, and one that was scanned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q

from orders.choices import OPEN_STAGES, HoldKind, ParcelState
from orders.models import Hold, Order, OrderContact, Parcel, ParcelLine
from orders.queries.couriers import facts_of_parcels
from orders.queries.waybills import parcel_id_of, parcels_of_order

IN_HOUSE = (ParcelState.PLANNED, ParcelState.IN_WAVE, ParcelState.PICKED, ParcelState.CHECKED)
WAITING, LABELLED = "waiting", "labelled"
MOST = 5000


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Parcels in the house of one carrier: without and with a waybill."""

    carrier: str
    waiting: int
    labelled: int


def label_counts() -> list[LabelCounts]:
    """Count parcels in the house by carrier. One range of `parcel_state_due_idx`."""
    rows = (
        Parcel.objects.filter(state__in=IN_HOUSE)
        .values("carrier")
        .annotate(
            waiting=Count("pk", filter=Q(waybill_no="")),
            labelled=Count("pk", filter=~Q(waybill_no="")),
        )
        .order_by("-waiting", "carrier")
    )
    return [LabelCounts(row["carrier"], row["waiting"], row["labelled"]) for row in rows]


def failed_label_count() -> int:
    """Count the open holds for failed labels."""
    return Hold.objects.filter(kind=HoldKind.LABEL_FAILED, closed_at__isnull=True).count()


def find_parcel(code: str) -> tuple[Parcel | None, list[Parcel], Order | None]:
    """Give the parcel that a code means; for an order of several, all of them and the order.

    An order in work that has no parcel yet comes alone: typing its waybill makes the parcel.
    """
    parcel_id = parcel_id_of(code)
    if parcel_id is not None:
        parcel = Parcel.objects.filter(pk=parcel_id).select_related("order").first()
        return parcel, [], parcel.order if parcel else None
    order = Order.objects.filter(tid=code.strip()).first()
    if order is None:
        return None, [], None
    parcels = parcels_of_order(order.pk)
    return (parcels[0] if len(parcels) == 1 else None), parcels, order


def may_be_labelled(order: Order) -> bool:
    """Say whether an order may still get a waybill."""
    return order.stage in OPEN_STAGES


@dataclass(frozen=True, slots=True)
class ParcelSheet:
    """A parcel with all that its label needs; `plain` only where it was asked for."""

    parcel: Parcel
    orders: tuple[Order, ...]
    lines: tuple[ParcelLine, ...]
    grams: int | None
    sealed: bytes | None


def parcel_sheets(
    *, scope: str, carrier: str, until: datetime | None = None, with_contacts: bool = False
) -> list[ParcelSheet]:
    """Give the parcels in the house of a carrier (empty: of all) without or with a waybill, by due time.

    At most `MOST` + 1, so that a caller sees that there are more. Five queries.
    """
    parcels = Parcel.objects.filter(state__in=IN_HOUSE)
    parcels = parcels.filter(waybill_no="") if scope == WAITING else parcels.exclude(waybill_no="")
    if carrier:
        parcels = parcels.filter(carrier=carrier)
    lines = ParcelLine.objects.select_related("order", "line", "gift").order_by("pk")
    found = list(
        parcels.select_related("order")
        .prefetch_related(Prefetch("lines", lines))
        .order_by("due_at", "pk")[: MOST + 1]
    )
    grams = facts_of_parcels([parcel.pk for parcel in found])
    sealed = _contacts(found) if with_contacts else {}
    return [
        ParcelSheet(
            parcel=parcel,
            orders=tuple({line.order_id: line.order for line in parcel.lines.all()}.values())
            or (parcel.order,),
            lines=tuple(parcel.lines.all()),
            grams=grams[parcel.pk].grams,
            sealed=sealed.get(parcel.order_id),
        )
        for parcel in found
    ]


def _contacts(parcels: Sequence[Parcel]) -> dict[int, bytes]:
    rows = OrderContact.objects.filter(order__in=[parcel.order_id for parcel in parcels])
    return {order: bytes(sealed) for order, sealed in rows.values_list("order_id", "sealed")}
