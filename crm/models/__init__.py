"""Customers: who they are, what they bought, what they agreed to."""

from crm.models.answer import Answer, AnswerVersion, Question, QuestionSource
from crm.models.customer import (
    Consent,
    Customer,
    CustomerStat,
    CustomerTag,
    Identity,
    StaleCustomer,
    Tag,
)
from crm.models.followup import FollowTask, FollowTouch
from crm.models.malice import MaliceFile, MaliceProof
from crm.models.review import Review, ReviewCase, ReviewTopic
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
    "Answer",
    "AnswerVersion",
    "ClvRun",
    "Consent",
    "Customer",
    "CustomerMerge",
    "CustomerStat",
    "CustomerTag",
    "FollowTask",
    "FollowTouch",
    "Identity",
    "LifeRule",
    "MaliceFile",
    "MaliceProof",
    "Outlook",
    "PaidDay",
    "ProductInterval",
    "ProductPair",
    "Question",
    "QuestionSource",
    "Review",
    "ReviewCase",
    "ReviewTopic",
    "RfmBase",
    "RfmChange",
    "RfmRule",
    "RfmRun",
    "StaleCustomer",
    "Tag",
]
