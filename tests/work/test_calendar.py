"""The business calendar: what is known, what is guessed, what people set."""

from datetime import date

import pytest

from shopops.work import calendar
from shopops.work.models import BusinessDay

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded():
    calendar.seed_business_days()


def the_day(day):
    return calendar.business_days(day, day)[0]


@pytest.mark.parametrize("text", ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])
def test_the_make_up_days_of_2026_are_worked_though_they_are_weekends(seeded, text):
    day = the_day(date.fromisoformat(f"2026-{text}"))

    assert day.date.weekday() >= 5
    assert (day.kind, day.is_workday, day.is_confirmed) == ("make_up", True, True)


def test_the_make_up_days_of_2026_are_no_others(seeded):
    rows = BusinessDay.objects.filter(date__year=2026, kind="make_up").order_by("date")

    assert [f"{row.date:%m-%d}" for row in rows] == [
        "01-04", "02-14", "02-28", "05-09", "09-20", "10-10",
    ]  # fmt: skip


def test_holidays_are_not_worked_and_carry_their_name(seeded):
    day = the_day(date(2026, 10, 1))

    assert (day.kind, day.name, day.is_workday) == ("holiday", "国庆节", False)


def test_the_year_that_nobody_announced_is_a_guess_and_says_so(seeded):
    days = calendar.business_days(date(2027, 1, 1), date(2027, 12, 31))

    assert len(days) == 365
    assert not any(day.is_confirmed for day in days)
    assert the_day(date(2027, 2, 6)).kind == "weekend"


def test_days_beyond_all_rows_are_guesses_too(seeded):
    assert the_day(date(2040, 1, 2)).is_confirmed is False


def test_the_calendar_knows_until_when_it_is_certain(seeded):
    assert calendar.confirmed_until(since=date(2026, 11, 18)) == date(2026, 12, 31)
    assert calendar.confirmed_until(since=date(2027, 1, 1)) is None


def test_a_day_set_by_hand_survives_seeding_again(seeded):
    calendar.set_business_day(day=date(2027, 2, 6), kind="make_up", name="春节")
    calendar.set_business_day(day=date(2026, 12, 31), kind="holiday", name="盘点")

    assert calendar.seed_business_days() == 0
    assert the_day(date(2027, 2, 6)).is_workday
    assert the_day(date(2026, 12, 31)).kind == "holiday"


def test_seeding_again_mends_guesses_that_have_become_facts(seeded):
    BusinessDay.objects.filter(date=date(2026, 10, 10)).update(kind="weekend", is_confirmed=False)

    assert calendar.seed_business_days() == 1
    assert the_day(date(2026, 10, 10)).kind == "make_up"


def test_confirming_a_year_makes_it_certain(seeded):
    calendar.set_business_day(day=date(2027, 2, 6), kind="make_up", name="春节")

    confirmed = calendar.confirm_business_days(first=date(2027, 1, 1), last=date(2027, 12, 31))

    assert confirmed == 364
    assert calendar.confirmed_until(since=date(2026, 11, 18)) == date(2027, 12, 31)
    assert calendar.seed_business_days() == 0


def test_rows_reach_to_the_end_of_next_year(seeded, clock):
    clock.move(days=800)

    calendar.keep_calendar_filled(clock())

    assert BusinessDay.objects.filter(date__year=clock().year + 1).count() in (365, 366)
