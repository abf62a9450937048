"""What `chinesecalendar` knows of the State Council's notices, and a guess for what it does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class SeedDay:
    """One day as the package has it, or as its weekday suggests."""

    date: date
    kind: str
    name: str
    is_confirmed: bool


def known_years() -> range:
    """Give the years whose schedule the installed package has."""
    return range(min(holidays).year, max(holidays).year + 1)


def seed_days(*, through_year: int | None = None) -> Iterator[SeedDay]:
    """Give every day of the known years, then guesses up to `through_year` or one year more."""
    known = known_years()
    last = max(known.stop, through_year or 0)
    day = date(known.start, 1, 1)
    while day.year <= last:
        yield _known(day) if day.year in known else _guessed(day)
        day += timedelta(days=1)


def guessed_kind(day: date) -> str:
    """Give what a day is by its weekday alone."""
    return "weekend" if day.weekday() >= SATURDAY else "workday"


def _guessed(day: date) -> SeedDay:
    return SeedDay(day, guessed_kind(day), "", is_confirmed=False)


def _known(day: date) -> SeedDay:
    if day in holidays:
        return SeedDay(day, "holiday", _chinese(holidays[day]), is_confirmed=True)
    if day in workdays and day.weekday() >= SATURDAY:
        return SeedDay(day, "make_up", _chinese(workdays[day]), is_confirmed=True)
    return SeedDay(day, guessed_kind(day), "", is_confirmed=True)


def _chinese(name: str) -> str:
    return str(Holiday(name).chinese)[:40]
