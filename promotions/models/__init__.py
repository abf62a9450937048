"""What the shop offers: activities with their items and checks, benefits, price rules."""

from promotions.models.activity import (
    Activity,
    ActivityApproval,
    ActivityCheck,
    ActivityItem,
    ActivityNote,
    ActivityTask,
)
from promotions.models.pricing import Benefit, BenefitSku, PriceRuleRow, SkuLowest
from promotions.models.profit import ProfitRule

__all__ = [
    "Activity",
    "ActivityApproval",
    "ActivityCheck",
    "ActivityItem",
    "ActivityNote",
    "ActivityTask",
    "Benefit",
    "BenefitSku",
    "PriceRuleRow",
    "ProfitRule",
    "SkuLowest",
]
