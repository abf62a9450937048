"""Customers: who they are, what they bought, what they agreed to."""

from crm.models.bonus import BonusLine, BonusRule, BonusSheet
from crm.models.customer import (
    Consent,
    Customer,
    CustomerStat,
    CustomerTag,
    Identity,
    StaleCustomer,
    Tag,
)
from crm.models.service import AgentDay, AgentDoubt, AgentName, Keeping, ServiceScore, ServiceTarget
from crm.models.training import Exam, ExamResult
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
    "AgentDay",
    "AgentDoubt",
    "AgentName",
    "BonusLine",
    "BonusRule",
    "BonusSheet",
    "ClvRun",
    "Consent",
    "Customer",
    "CustomerMerge",
    "CustomerStat",
    "CustomerTag",
    "Exam",
    "ExamResult",
    "Identity",
    "Keeping",
    "LifeRule",
    "Outlook",
    "PaidDay",
    "ProductInterval",
    "ProductPair",
    "RfmBase",
    "RfmChange",
    "RfmRule",
    "RfmRun",
    "ServiceScore",
    "ServiceTarget",
    "StaleCustomer",
    "Tag",
]
