"""What the shop offers: activities with their items and checks, benefits, price rules."""

from promotions.models.activity import (
    Activity,
    ActivityApproval,
    ActivityCheck,
    ActivityItem,
    ActivityNote,
    ActivityTask,
)
from promotions.models.channels import (
    AdPlan,
    AffiliateRefund,
    AffiliateSettlement,
    ChannelAccount,
    ChannelBalance,
    ChannelCap,
    ChannelDay,
    ChannelFact,
    ChannelRule,
    ChannelWarning,
    ShopDay,
)
from promotions.models.pricing import Benefit, BenefitSku, PriceRuleRow, SkuLowest

__all__ = [
    "Activity",
    "ActivityApproval",
    "ActivityCheck",
    "ActivityItem",
    "ActivityNote",
    "ActivityTask",
    "AdPlan",
    "AffiliateRefund",
    "AffiliateSettlement",
    "Benefit",
    "BenefitSku",
    "ChannelAccount",
    "ChannelBalance",
    "ChannelCap",
    "ChannelDay",
    "ChannelFact",
    "ChannelRule",
    "ChannelWarning",
    "PriceRuleRow",
    "ShopDay",
    "SkuLowest",
]
