"""What analytics keeps; one module per topic."""

from analytics.models.profit import (
    CashDay,
    MonthClose,
    OrderProfit,
    ProfitDay,
    ProfitDayLine,
    ProfitMark,
)
from analytics.models.rollup import ChangedBuyers, DayBuyers, DayRollup, RolledDay, SkuCost

__all__ = [
    "CashDay",
    "ChangedBuyers",
    "DayBuyers",
    "DayRollup",
    "MonthClose",
    "OrderProfit",
    "ProfitDay",
    "ProfitDayLine",
    "ProfitMark",
    "RolledDay",
    "SkuCost",
]
