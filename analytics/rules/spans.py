"""The spans that pages of figures are about, and what they are set against. Pure.

All spans include both ends. A page speaks of whole days, so the last day is yesterday unless asked.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

YESTERDAY, WEEK, THIRTY, MONTH, OWN = "yesterday", "7", "30", "month", "own"
# What a span is set against.
BEFORE, SAME_WEEKDAYS, WEEK_BACK, YEAR_BACK, NOTHING = "before", "weekday", "week", "year", "none"
AGAINST = (BEFORE, SAME_WEEKDAYS, WEEK_BACK, YEAR_BACK, NOTHING)
# Longer spans are for files, not for pages.
LONGEST = 370


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `since` to `until`, both included."""

    since: date
    until: date

    @property
    def length(self) -> int:
        """Count them."""
        return (self.until - self.since).days + 1

    @property
    def days(self) -> list[date]:
        """Give them in order."""
        return [self.since + timedelta(days=n) for n in range(self.length)]

    def back(self, days: int) -> "Days":
        """Give as many days, so many days earlier."""
        return Days(self.since - timedelta(days=days), self.until - timedelta(days=days))


def usual(code: str, *, today: date) -> Days | None:
    """Give the span that a code names; None for a code of none."""
    last = today - timedelta(days=1)
    if code == YESTERDAY:
        return Days(last, last)
    if code in (WEEK, THIRTY):
        return Days(last - timedelta(days=int(code) - 1), last)
    return None


def month_of(day: date, *, today: date) -> Days:
    """Give the month of a day, up to yesterday where it is not over."""
    first = day.replace(day=1)
    end = first.replace(day=monthrange(first.year, first.month)[1])
    return Days(first, min(end, max(today - timedelta(days=1), first)))


def against(days: Days, how: str) -> Days | None:
    """Give what a span is set against; None for nothing.

    `before`: as many days just before it. `weekday`: the nearest days before it that fall on the same
    weekdays. `week`: the same days a week earlier. `year`: the same dates a year earlier.
    """
    if how == BEFORE:
        return days.back(days.length)
    if how == SAME_WEEKDAYS:
        return days.back(-(-days.length // 7) * 7)
    if how == WEEK_BACK:
        return days.back(7)
    if how == YEAR_BACK:
        since = _year_back(days.since)
        return Days(since, since + timedelta(days=days.length - 1))
    return None


def _year_back(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28 if day.month == 2 else day.day))


def months_before(day: date, count: int) -> list[date]:
    """Give the first days of so many months, the newest first, that of `day` among them."""
    months = [day.replace(day=1)]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def buckets(days: Days, unit: str) -> list[Days]:
    """Part a span into days, weeks from Monday, or months; the first and last may be cut.

    :raises ValueError: for another unit
    """
    if unit == "day":
        return [Days(day, day) for day in days.days]
    if unit not in ("week", "month"):
        raise ValueError(f"no unit of days: {unit}")
    found: list[Days] = []
    since = days.since
    while since <= days.until:
        if unit == "week":
            end = since + timedelta(days=6 - since.weekday())
        else:
            end = since.replace(day=monthrange(since.year, since.month)[1])
        found.append(Days(since, min(end, days.until)))
        since = end + timedelta(days=1)
    return found
