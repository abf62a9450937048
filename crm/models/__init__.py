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

__all__ = [
    "Consent",
    "Customer",
    "CustomerStat",
    "CustomerTag",
    "Identity",
    "StaleCustomer",
    "Tag",
]
