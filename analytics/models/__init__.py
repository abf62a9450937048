"""What analytics keeps; one module per topic."""

from analytics.models.breaks import CauseWord, DayEvent
from analytics.models.dsr import (
    DsrDay,
    ExperienceDay,
    ExperienceWord,
    PlanLever,
    RatingDay,
    ScorePlan,
    ShopRating,
)
from analytics.models.reports import Report, ReportAddress, ReportSending
from analytics.models.rollup import ChangedBuyers, DayBuyers, DayRollup, RolledDay, SkuCost
from analytics.models.stats import StatRow

__all__ = [
    "CauseWord",
    "ChangedBuyers",
    "DayBuyers",
    "DayEvent",
    "DayRollup",
    "DsrDay",
    "ExperienceDay",
    "ExperienceWord",
    "PlanLever",
    "RatingDay",
    "Report",
    "ReportAddress",
    "ReportSending",
    "RolledDay",
    "ScorePlan",
    "ShopRating",
    "SkuCost",
    "StatRow",
]
