"""Parcels in the house whose orders may not go on."""

from collections.abc import Iterable

from django.db.models import Q

from orders.choices import ParcelState, PlatformStatus, Stage
from orders.models import Hold, Order, Parcel, ParcelLine
from orders.rules.platform_texts import NEVER_SHIPPABLE
from orders.rules.stops import OrderFacts, Stop, stop_of

WORKING = (Stage.APPROVED, Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED)
SHIPPABLE = (PlatformStatus.WAIT_SELLER_SEND_GOODS, PlatformStatus.SELLER_CONSIGNED_PART)
INSIDE = (ParcelState.IN_WAVE, ParcelState.PICKED, ParcelState.CHECKED)


def _is_bad(prefix: str) -> Q:
    """Say the same as `orders.rules.stops`, in SQL."""
    works = Q(**{f"{prefix}stage__in": WORKING, f"{prefix}status__in": SHIPPABLE})
    clicked = Q(**{f"{prefix}stage": Stage.HANDED_OVER})
    clicked &= ~Q(**{f"{prefix}status__in": sorted(NEVER_SHIPPABLE)})
    return Q(**{f"{prefix}has_open_refund": True}) | ~(works | clicked)


def stops_of(parcel_ids: Iterable[int]) -> dict[int, Stop]:
    """Give what stops each of these parcels; those that may go on are left out. Two queries."""
    ids = list(parcel_ids)
    pairs = set(
        ParcelLine.objects.filter(_is_bad("order__"), parcel__in=ids).values_list(
            "parcel_id", "order_id"
        )
    )
    facts = {
        row[0]: OrderFacts(*row[1:])
        for row in Order.objects.filter(pk__in={order for _parcel, order in pairs}).values_list(
            "pk", "tid", "stage", "status", "has_open_refund"
        )
    }
    found: dict[int, list[OrderFacts]] = {}
    for parcel_id, order_id in pairs:
        found.setdefault(parcel_id, []).append(facts[order_id])
    stops = {parcel_id: stop_of(rows) for parcel_id, rows in found.items()}
    return {parcel_id: stop for parcel_id, stop in stops.items() if stop is not None}


def stopped_by_wave(wave_ids: Iterable[int]) -> dict[int, int]:
    """Count the stopped parcels of each wave. One query over the parcels of these waves."""
    rows = (
        Parcel.objects.filter(_is_bad("lines__order__"), wave__in=list(wave_ids), state__in=INSIDE)
        .values_list("wave_id", "pk")
        .distinct()
    )
    counts: dict[int, int] = {}
    for wave_id, _pk in rows:
        if wave_id is not None:
            counts[wave_id] = counts.get(wave_id, 0) + 1
    return counts


def open_hold_kinds(tids: Iterable[str]) -> dict[str, str]:
    """Give the first open hold's words for each of these orders. One query."""
    holds = Hold.objects.filter(order__tid__in=list(tids), closed_at__isnull=True).order_by("-pk")
    return {hold.order.tid: str(hold.get_kind_display()) for hold in holds.select_related("order")}
