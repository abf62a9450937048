"""The business calendar: which days are worked, how far ahead that is certain, and setting it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from shopops.lib.business_time import business_date
from shopops.work.calendar_seed import SeedDay, guessed_kind, seed_days
from shopops.work.models import BusinessDay

WORKED = frozenset({BusinessDay.Kind.WORKDAY, BusinessDay.Kind.MAKE_UP})

# Rows that a person set, and rows that already say the same, are left alone.
_UPSERT = """
INSERT INTO work_businessday (date, kind, name, is_confirmed, is_hand_set)
SELECT *, false FROM unnest(%s::date[], %s::varchar[], %s::varchar[], %s::boolean[])
ON CONFLICT (date) DO UPDATE
SET kind = excluded.kind, name = excluded.name, is_confirmed = excluded.is_confirmed
WHERE NOT work_businessday.is_hand_set
  AND (work_businessday.kind, work_businessday.name, work_businessday.is_confirmed)
      IS DISTINCT FROM (excluded.kind, excluded.name, excluded.is_confirmed)
"""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the calendar; unconfirmed days are guesses and screens say so."""

    date: date
    kind: str
    name: str
    is_confirmed: bool

    @property
    def is_workday(self) -> bool:
        """Whether the country works on this day, make-up days included."""
        return self.kind in WORKED


def business_days(first: date, last: date) -> list[CalendarDay]:
    """Give every day from `first` to `last` inclusive; a day without a row is a guess."""
    rows = {row.date: row for row in BusinessDay.objects.filter(date__range=(first, last))}
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [_calendar_day(day, rows.get(day)) for day in span]


def _calendar_day(day: date, row: BusinessDay | None) -> CalendarDay:
    if row is None:
        return CalendarDay(day, guessed_kind(day), "", is_confirmed=False)
    return CalendarDay(row.date, row.kind, row.name, row.is_confirmed)


def confirmed_until(*, since: date) -> date | None:
    """Give the last day up to which all days from `since` on are confirmed; None if not even it."""
    later = BusinessDay.objects.filter(date__gte=since)
    first_guess = later.filter(is_confirmed=False).aggregate(at=Min("date"))["at"]
    if first_guess:
        until: date = first_guess - timedelta(days=1)
        return until if until >= since else None
    last: date | None = later.aggregate(at=Max("date"))["at"]
    return last


@transaction.atomic
def seed_business_days(*, through_year: int | None = None) -> int:
    """Fill in what the package knows and guesses up to `through_year`; give how many rows changed.

    Safe to repeat: hand-set days are never overwritten, guesses become facts when the package
    learns them.
    """
    return _upsert(list(seed_days(through_year=through_year)))


def _upsert(days: Sequence[SeedDay]) -> int:
    columns: list[Any] = [
        [day.date for day in days],
        [day.kind for day in days],
        [day.name for day in days],
        [day.is_confirmed for day in days],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, columns)
        return int(cursor.rowcount)


@transaction.atomic
def set_business_day(*, day: date, kind: str, name: str) -> BusinessDay:
    """Say by hand what a day is, from the State Council's notice. It is confirmed and stays.

    :raises ValueError: if `kind` is none of `BusinessDay.Kind`
    """
    row, _ = BusinessDay.objects.update_or_create(
        date=day,
        defaults={
            "kind": BusinessDay.Kind(kind),
            "name": name,
            "is_confirmed": True,
            "is_hand_set": True,
        },
    )
    return row


def confirm_business_days(*, first: date, last: date) -> int:
    """Confirm the guesses from `first` to `last` inclusive as they stand; give how many they were.

    For a new year: set the holidays and make-up days of the notice first, then confirm the rest.
    """
    guesses = BusinessDay.objects.filter(date__range=(first, last), is_confirmed=False)
    return guesses.update(is_confirmed=True, is_hand_set=True)


def keep_calendar_filled(now: datetime) -> None:
    """Have rows up to the end of next year, and the package's newest knowledge after an upgrade."""
    seed_business_days(through_year=business_date(now).year + 1)
