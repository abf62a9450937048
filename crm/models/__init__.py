"""Customers: who they are, what they bought, what they agreed to."""

from crm.models.customer import (
    Consent,
    Customer,
    CustomerStat,
    CustomerTag,
    Identity,
    StaleCustomer,
    Tag,
)
from crm.models.occasions import Draw, DrawEntry, Occasion
from crm.models.points import PointBalance, PointEntry, PointRule, PointsDue
from crm.models.tiers import TierChange, TierLevel, TierPlan, TierState
from crm.models.value import (
    ClvRun,
    CustomerMerge,
    LifeRule,
    Outlook,
    PaidDay,
    ProductInterval,
    ProductPair,
    RfmBase,
    RfmChange,
    RfmRule,
    RfmRun,
)

__all__ = [
    "ClvRun",
    "Consent",
    "Customer",
    "CustomerMerge",
    "CustomerStat",
    "CustomerTag",
    "Draw",
    "DrawEntry",
    "Identity",
    "LifeRule",
    "Occasion",
    "Outlook",
    "PaidDay",
    "PointBalance",
    "PointEntry",
    "PointRule",
    "PointsDue",
    "ProductInterval",
    "ProductPair",
    "RfmBase",
    "RfmChange",
    "RfmRule",
    "RfmRun",
    "StaleCustomer",
    "Tag",
    "TierChange",
    "TierLevel",
    "TierPlan",
    "TierState",
]
