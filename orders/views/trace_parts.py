"""What the page of an order shows of the way: what carriers reported."""

from collections.abc import Sequence
from typing import Any

from orders.models import Shipment
from orders.queries.traces import events_of

TRACES_SHOWN = 30


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
