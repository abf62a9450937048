"""On which days of the year somebody has a birthday or an anniversary; pure.

Who was born on 29 February has it on 28 February in a year without one: the last day of that month.
"""

from calendar import isleap
from datetime import date, timedelta


def days_kept(on: date) -> list[tuple[int, int]]:
    """Give month and day of birthdays that are kept on a day."""
    kept = [(on.month, on.day)]
    if (on.month, on.day) == (2, 28) and not isleap(on.year):
        kept.append((2, 29))
    return kept


def day_told(happens: date, days_before: int) -> date:
    """Give the day on which one writes of something."""
    return happens - timedelta(days=days_before)


def happening(told: date, days_before: int) -> date:
    """Give the day of which one writes on a day."""
    return told + timedelta(days=days_before)
