"""Customers: who they are, what they bought, what they agreed to."""

from crm.models.campaign import (
    Campaign,
    CampaignArm,
    CampaignMember,
    MessageRule,
    OptOut,
    Segment,
    TestMessage,
    message_key,
)
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
    "Campaign",
    "CampaignArm",
    "CampaignMember",
    "Consent",
    "Customer",
    "CustomerStat",
    "CustomerTag",
    "Identity",
    "MessageRule",
    "OptOut",
    "Segment",
    "StaleCustomer",
    "Tag",
    "TestMessage",
    "message_key",
]
