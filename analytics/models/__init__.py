"""What analytics keeps; one module per topic."""

from analytics.models.boards import RepurchaseRun, ReturnDay, ReturnedDay, StockDay, Target
from analytics.models.rollup import ChangedBuyers, DayBuyers, DayRollup, RolledDay, SkuCost
from analytics.models.stats import StatRow

__all__ = [
    "ChangedBuyers",
    "DayBuyers",
    "DayRollup",
    "RepurchaseRun",
    "ReturnDay",
    "ReturnedDay",
    "RolledDay",
    "SkuCost",
    "StatRow",
    "StockDay",
    "Target",
]
