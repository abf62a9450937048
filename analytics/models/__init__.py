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
from analytics.models.rollup import DayRollup, RolledDay
from analytics.models.stats import StatRow

__all__ = [
    "CauseWord",
    "DayEvent",
    "DayRollup",
    "DsrDay",
    "ExperienceDay",
    "ExperienceWord",
    "PlanLever",
    "RatingDay",
    "RolledDay",
    "ScorePlan",
    "ShopRating",
    "StatRow",
]
