"""What analytics keeps; one module per topic."""

from analytics.models.reports import Report, ReportAddress, ReportSending
from analytics.models.rollup import DayRollup, RolledDay
from analytics.models.stats import StatRow

__all__ = ["DayRollup", "Report", "ReportAddress", "ReportSending", "RolledDay", "StatRow"]
