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
    "Identity",
    "LifeRule",
    "Outlook",
    "PaidDay",
    "ProductInterval",
    "ProductPair",
    "RfmBase",
    "RfmChange",
    "RfmRule",
    "RfmRun",
    "StaleCustomer",
    "Tag",
]
