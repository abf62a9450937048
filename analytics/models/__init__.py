"""What analytics keeps; one module per topic."""

from analytics.models.boards import RepurchaseRun, ReturnDay, ReturnedDay, StockDay, Target
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
from analytics.models.profit import (
    CashDay,
    MonthClose,
    OrderProfit,
    ProfitDay,
    ProfitDayLine,
    ProfitMark,
)
from analytics.models.reports import Report, ReportAddress, ReportSending
from analytics.models.rollup import (
    ChangedBuyers,
    DayBuyers,
    DayRollup,
    MonthRollup,
    RolledDay,
    RolledMonth,
    SkuCost,
)
from analytics.models.stats import StatRow

__all__ = [
    "CashDay",
    "CauseWord",
    "ChangedBuyers",
    "DayBuyers",
    "DayEvent",
    "DayRollup",
    "DsrDay",
    "ExperienceDay",
    "ExperienceWord",
    "MonthClose",
    "MonthRollup",
    "OrderProfit",
    "PlanLever",
    "ProfitDay",
    "ProfitDayLine",
    "ProfitMark",
    "RatingDay",
    "Report",
    "ReportAddress",
    "ReportSending",
    "RepurchaseRun",
    "ReturnDay",
    "ReturnedDay",
    "RolledDay",
    "RolledMonth",
    "ScorePlan",
    "ShopRating",
    "SkuCost",
    "StatRow",
    "StockDay",
    "Target",
]
