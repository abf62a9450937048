"""The festivals of 2026 to 2028 against the sky and the calendar package."""

import math
from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest

from promotions.rules import festivals

BEIJING = timezone(timedelta(hours=8))

# Periodic terms of the new moon: coefficient, power of E, multiples of M, M', F, omega
# (Meeus, Astronomical Algorithms, chapter 49), as far as they exceed half a minute.
TERMS = (
    (-0.40720, 0, 0, 1, 0, 0), (0.17241, 1, 1, 0, 0, 0), (0.01608, 0, 0, 2, 0, 0),
    (0.01039, 0, 0, 0, 2, 0), (0.00739, 1, -1, 1, 0, 0), (-0.00514, 1, 1, 1, 0, 0),
    (0.00208, 2, 2, 0, 0, 0), (-0.00111, 0, 0, 1, -2, 0), (-0.00057, 0, 0, 1, 2, 0),
    (0.00056, 1, 1, 2, 0, 0), (-0.00042, 0, 0, 3, 0, 0), (0.00042, 1, 1, 0, 2, 0),
    (0.00038, 1, 1, 0, -2, 0), (-0.00024, 1, -1, 2, 0, 0), (-0.00017, 0, 0, 0, 0, 1),
)  # fmt: skip
TERRESTRIAL_AHEAD = timedelta(seconds=72)


def new_moon(near: date) -> datetime:
    """Give the new moon nearest to a day, in Beijing time, to within about two minutes."""
    year = near.year + near.timetuple().tm_yday / 365.25
    k = round((year - 2000) * 12.3685)
    t = k / 1236.85
    jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t
    e = 1 - 0.002516 * t
    sun = math.radians(2.5534 + 29.10535670 * k)
    moon = math.radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
    node = math.radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t)
    omega = math.radians(124.7746 - 1.56375588 * k)
    for size, power, a, b, c, d in TERMS:
        jde += size * e**power * math.sin(a * sun + b * moon + c * node + d * omega)
    # The largest planetary terms.
    jde += 0.000325 * math.sin(math.radians(299.77 + 0.107408 * k))
    jde += 0.000165 * math.sin(math.radians(251.88 + 0.016321 * k))
    epoch = datetime(2000, 1, 1, 12, tzinfo=UTC)
    return (epoch + timedelta(days=jde - 2451545.0) - TERRESTRIAL_AHEAD).astimezone(BEIJING)


@pytest.mark.parametrize(
    ("days", "place"),
    [
        (festivals.SPRING, 1),
        (festivals.DRAGON_BOAT, 5),
        (festivals.DOUBLE_SEVENTH, 7),
        (festivals.MID_AUTUMN, 15),
        (festivals.DOUBLE_NINTH, 9),
        (festivals.LABA, 8),
    ],
)
@pytest.mark.parametrize("year", festivals.YEARS)
def test_a_lunar_festival_lies_its_days_after_the_new_moon_in_beijing(year, days, place):
    first_of_month = days[year] - timedelta(days=place - 1)

    assert new_moon(first_of_month).date() == first_of_month


@pytest.mark.parametrize(
    ("name", "holiday"),
    [("春节", "Spring Festival"), ("清明", "Tomb-sweeping Day"), ("端午", "Dragon Boat Festival"),
     ("中秋", "Mid-autumn Festival"), ("劳动节", "Labour Day"), ("国庆节", "National Day")],
)  # fmt: skip
def test_the_public_festivals_of_2026_are_days_off_of_their_name(name, holiday):
    day = next(one for one in festivals.festivals_of(2026) if one.name == name)

    assert chinese_calendar.get_holiday_detail(day.starts_on) == (True, holiday)


def test_the_second_sunday_of_may_and_the_third_of_june():
    assert festivals.nth_sunday(2026, 5, 2) == date(2026, 5, 10)
    assert festivals.nth_sunday(2027, 6, 3) == date(2027, 6, 20)


@pytest.mark.parametrize("year", festivals.YEARS)
def test_what_the_platform_announces_each_year_is_marked_to_be_looked_up(year):
    rows = [one for one in festivals.festivals_of(year) if one.kind == "platform"]

    assert {one.name for one in rows} >= {"618", "双11", "双12", "年货节", "38 焕新周"}
    assert not any(one.is_certain for one in rows)
    assert all(one.starts_on <= one.ends_on for one in festivals.festivals_of(year))
