"""What the page of an order shows of labels and of the way: parcels with carrier and reason, traces."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from orders.models import Order, Shipment
from orders.queries.traces import events_of
from orders.queries.waybills import parcels_of_order
from orders.wording.couriers import carrier_words

TRACES_SHOWN = 30


def labels_of(order: Order) -> list[dict[str, Any]]:
    """Give the living parcels of an order: carrier, why, waybill. Two queries at most."""
    return [
        {
            "number": parcel.number,
            "carrier": parcel.carrier,
            "why": carrier_words(parcel.carrier_reason),
            "waybill_no": parcel.waybill_no,
            "state": parcel.get_state_display(),
            "url": f"{reverse('orders:waybills')}?code={parcel.number}",
        }
        for parcel in parcels_of_order(order.pk)
    ]


def traces_of(shipments: Sequence[Shipment], *, may_see: bool) -> list[dict[str, Any]]:
    """Give what carriers reported, the newest first; places only for who may see where it goes."""
    waybills = [shipment.waybill_no for shipment in shipments if shipment.last_trace_at]
    if not waybills:
        return []
    return [
        {
            "at": event.at,
            "kind": event.get_kind_display(),
            "text": " ".join(part for part in (event.place, event.text) if part and may_see),
            "waybill_no": event.waybill_no if len(waybills) > 1 else "",
        }
        for event in events_of(waybills)[:TRACES_SHOWN]
    ]
