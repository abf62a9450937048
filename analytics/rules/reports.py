"""Which reports there are on a day, which days they tell of, and against which. Pure."""

from dataclasses import dataclass
from datetime import date, time, timedelta

DAILY, WEEKLY = "daily", "weekly"
# When they are asked for; until when they wait for checks and figures; by when they must have gone out.
ASKED_AT = {DAILY: time(8, 10), WEEKLY: time(8, 20)}
WAITS_UNTIL = time(9, 0)
DUE_BY = time(9, 30)
CATCH_UP_DAYS = 7
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a report, both ends included. `name`: what they are to it."""

    name: str
    since: date
    until: date

    @property
    def days(self) -> list[date]:
        """Give the days."""
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]


def monday_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def span_of(kind: str, day: date) -> Span:
    """Give what the report of a business date tells of: the day before, or the week before."""
    last = day - timedelta(days=1)
    if kind == DAILY:
        return Span("now", last, last)
    monday = monday_of(day)
    return Span("now", monday - WEEK, monday - timedelta(days=1))


def against(kind: str, day: date) -> tuple[Span, Span]:
    """Give what it is set against: the day before and the same weekday, or the two weeks before."""
    now = span_of(kind, day)
    week = Span("last_week", now.since - WEEK, now.until - WEEK)
    if kind == DAILY:
        before = now.since - timedelta(days=1)
        return Span("day_before", before, before), week
    return week, Span("week_before", now.since - 2 * WEEK, now.until - 2 * WEEK)


def chart_span(kind: str, day: date) -> Span:
    """Give the days of the pictures: two weeks, or six."""
    now = span_of(kind, day)
    length = timedelta(days=13 if kind == DAILY else 41)
    return Span("chart", now.until - length, now.until)


def expected(*, since: date, until: date) -> list[tuple[str, date]]:
    """Give the reports that there should be by business date, the oldest first."""
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return [
        (kind, day)
        for day in days
        for kind in (DAILY, WEEKLY)
        if kind == DAILY or not day.weekday()
    ]
