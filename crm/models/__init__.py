"""Customers: who they are, what they bought, what they agreed to."""

from crm.models.answer import Answer, AnswerVersion, Question, QuestionSource
from crm.models.bonus import BonusLine, BonusRule, BonusSheet
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
from crm.models.followup import FollowTask, FollowTouch
from crm.models.malice import MaliceFile, MaliceProof
from crm.models.occasions import Draw, DrawEntry, Occasion
from crm.models.points import PointBalance, PointEntry, PointRule, PointsDue
from crm.models.review import Review, ReviewCase, ReviewTopic
from crm.models.service import AgentDay, AgentDoubt, AgentName, Keeping, ServiceScore, ServiceTarget
from crm.models.tiers import TierChange, TierLevel, TierPlan, TierState
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
    "Answer",
    "AnswerVersion",
    "BonusLine",
    "BonusRule",
    "BonusSheet",
    "Campaign",
    "CampaignArm",
    "CampaignMember",
    "ClvRun",
    "Consent",
    "Customer",
    "CustomerMerge",
    "CustomerStat",
    "CustomerTag",
    "Draw",
    "DrawEntry",
    "Exam",
    "ExamResult",
    "FollowTask",
    "FollowTouch",
    "Identity",
    "Keeping",
    "LifeRule",
    "MaliceFile",
    "MaliceProof",
    "MessageRule",
    "Occasion",
    "OptOut",
    "Outlook",
    "PaidDay",
    "PointBalance",
    "PointEntry",
    "PointRule",
    "PointsDue",
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
    "Segment",
    "ServiceScore",
    "ServiceTarget",
    "StaleCustomer",
    "Tag",
    "TestMessage",
    "TierChange",
    "TierLevel",
    "TierPlan",
    "TierState",
    "message_key",
]
