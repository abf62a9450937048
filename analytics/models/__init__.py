"""What analytics keeps; one module per topic."""

from analytics.models.rollup import DayRollup, RolledDay

__all__ = ["DayRollup", "RolledDay"]
