"""Orders, their lines, parcels, holds and refunds; the cutoff calendar; the rule book.

What an order is and which rules it obeys: docs/architecture.md, "Orders".
"""

from orders.models.audit import AuditRuleRow, BlackListEntry, KeywordRow, TellTemplate
from orders.models.calendar import (
    CarrierPickup,
    CutoffOverride,
    CutoffRule,
    RuleRow,
    ShippingDay,
)
from orders.models.cases import (
    AfterSalesCase,
    CaseEvent,
    Compensation,
    CompensationLimit,
    Evidence,
)
from orders.models.couriers import (
    Carrier,
    CourierRule,
    TraceEvent,
    TraceLimit,
)
from orders.models.orders import (
    Buyer,
    Order,
    OrderContact,
    OrderLine,
    OrderManager,
    OrderQuerySet,
    Refund,
    Shipment,
)
from orders.models.parcels import (
    GiftLine,
    Parcel,
    ParcelChange,
    ParcelLine,
    ShipApart,
)
from orders.models.privacy import ErasedOrder, Erasure
from orders.models.sweep import (
    BillLine,
    SweepItem,
)
from orders.models.warehouse import (
    HandOverSheet,
    PackingStandard,
    PackingTick,
    Scan,
    Wave,
)
from orders.models.work import (
    MARK_AGAIN,
    DirtyDay,
    Hold,
    OrderRisk,
    QueueCount,
)

__all__ = [
    "MARK_AGAIN",
    "AfterSalesCase",
    "AuditRuleRow",
    "BillLine",
    "BlackListEntry",
    "Buyer",
    "Carrier",
    "CarrierPickup",
    "CaseEvent",
    "Compensation",
    "CompensationLimit",
    "CourierRule",
    "CutoffOverride",
    "CutoffRule",
    "DirtyDay",
    "ErasedOrder",
    "Erasure",
    "Evidence",
    "GiftLine",
    "HandOverSheet",
    "Hold",
    "KeywordRow",
    "Order",
    "OrderContact",
    "OrderLine",
    "OrderManager",
    "OrderQuerySet",
    "OrderRisk",
    "PackingStandard",
    "PackingTick",
    "Parcel",
    "ParcelChange",
    "ParcelLine",
    "QueueCount",
    "Refund",
    "RuleRow",
    "Scan",
    "ShipApart",
    "Shipment",
    "ShippingDay",
    "SweepItem",
    "TellTemplate",
    "TraceEvent",
    "TraceLimit",
    "Wave",
]
