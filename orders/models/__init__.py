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
from orders.models.privacy import ErasedOrder, Erasure
from orders.models.work import (
    DirtyDay,
    Hold,
    QueueCount,
)

__all__ = [
    "AuditRuleRow",
    "BlackListEntry",
    "Buyer",
    "CarrierPickup",
    "CutoffOverride",
    "CutoffRule",
    "DirtyDay",
    "ErasedOrder",
    "Erasure",
    "Hold",
    "KeywordRow",
    "Order",
    "OrderContact",
    "OrderLine",
    "OrderManager",
    "OrderQuerySet",
    "QueueCount",
    "Refund",
    "RuleRow",
    "Shipment",
    "ShippingDay",
    "TellTemplate",
]
