"""What analytics keeps; one module per topic."""

from analytics.models.rollup import ChangedBuyers, DayBuyers, DayRollup, RolledDay, SkuCost

__all__ = ["ChangedBuyers", "DayBuyers", "DayRollup", "RolledDay", "SkuCost"]
