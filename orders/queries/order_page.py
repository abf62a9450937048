"""Everything known about one order, for its page, its drawer and `ship_due`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from orders import wording
from orders.models import Hold, Order, OrderContact, OrderLine, Refund, Shipment
from orders.queries.parcels import OrderParcels, order_parcels
from orders.rules import due_reason
from shopops.intake.models import Batch, RowChange
from shopops.staff.models import Operation

TIMELINE_SIZE = 100


@dataclass(frozen=True, slots=True)
class ImportEvent:
    """An import that created or changed the order."""

    batch: Batch
    before: dict[str, Any] | None  # None: it created the order


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order with all its parts."""

    order: Order
    lines: Sequence[OrderLine]
    shipments: Sequence[Shipment]
    holds: Sequence[Hold]
    refunds: Sequence[Refund]
    operations: Sequence[Operation]
    imports: Sequence[ImportEvent]
    has_contact: bool
    packed: OrderParcels

    @property
    def open_holds(self) -> list[Hold]:
        """Give the holds that still keep the order."""
        return [hold for hold in self.holds if hold.closed_at is None]


def order_detail(*, tid: str) -> OrderDetail:
    """Read one order with its parts. Fourteen queries, whatever the number of orders stored.

    :raises Order.DoesNotExist: if no order has this tid
    """
    order = Order.objects.select_related("buyer", "ship_by_rule").get(tid=tid)
    return OrderDetail(
        order=order,
        lines=list(order.lines.order_by("position", "pk")),
        shipments=list(order.shipments.order_by("pk")),
        holds=list(
            order.holds.select_related("owner", "opened_by", "told_by", "closed_by").order_by("-pk")
        ),
        refunds=list(order.refunds.order_by("-applied_at", "-pk")),
        operations=list(
            Operation.objects.filter(object_type="order", object_key=tid)
            .select_related("actor")
            .order_by("-pk")[:TIMELINE_SIZE]
        ),
        imports=_imports(order),
        has_contact=OrderContact.objects.filter(order=order).exists(),
        packed=order_parcels(order),
    )


def _imports(order: Order) -> list[ImportEvent]:
    changes = list(
        RowChange.objects.filter(table=Order._meta.db_table, row_pk=order.pk)
        .select_related("batch")
        .order_by("-pk")[:TIMELINE_SIZE]
    )
    events = [ImportEvent(batch=change.batch, before=change.before) for change in changes]
    if order.first_batch_id is not None:
        first = Batch.objects.filter(pk=order.first_batch_id).first()
        if first is not None:
            events.append(ImportEvent(batch=first, before=None))
    return events


def buyer_order_count(*, order: Order) -> int:
    """Say which order of this buyer it is: how many the buyer has placed in all, at most 999."""
    if order.buyer_id is None:
        return 0
    rows = Order.objects.filter(buyer_id=order.buyer_id).order_by("pk").values_list("pk", flat=True)
    return len(rows[:999])


def changed_since(*, tid: str, since: datetime) -> Operation | None:
    """Give the last act on an order after an instant: who was quicker."""
    return (
        Operation.objects.filter(object_type="order", object_key=tid, at__gte=since)
        .select_related("actor")
        .order_by("-pk")
        .first()
    )


def due_words(order: Order, *, now: datetime) -> str:
    """Say in one sentence when an order must leave and why, in the reader's language."""
    if not order.due_reason:
        return _("还没付款，付款后才起算发货时限") if order.paid_at is None else ""
    return wording.due_sentence(
        due_reason(order.due_reason),
        paid_at=order.paid_at,
        shop_due_at=order.shop_due_at,
        platform_due_at=order.platform_due_at,
        now=now,
    )


def untold_hold_id(*, tid: str) -> int | None:
    """Give the oldest open hold of an order about which the buyer must be told and was not."""
    holds = Hold.objects.filter(
        order__tid=tid, closed_at__isnull=True, must_tell_buyer=True, told_at__isnull=True
    )
    return holds.order_by("pk").values_list("pk", flat=True).first()
