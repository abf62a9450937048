"""What analytics keeps; one module per topic."""

from analytics.models.breaks import CauseWord, DayEvent
from analytics.models.rollup import ChangedBuyers, DayBuyers, DayRollup, RolledDay, SkuCost
from analytics.models.stats import StatRow

__all__ = [
    "CauseWord",
    "ChangedBuyers",
    "DayBuyers",
    "DayEvent",
    "DayRollup",
    "RolledDay",
    "SkuCost",
    "StatRow",
]
