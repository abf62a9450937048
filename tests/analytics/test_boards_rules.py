"""The arithmetic of boards: spans, pace, pareto."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.rules import pace, pareto, spans
from analytics.rules.spans import Days

TODAY = date(2026, 9, 17)


@pytest.mark.parametrize(
    ("how", "since", "until"),
    [
        ("before", date(2026, 9, 3), date(2026, 9, 9)),
        ("weekday", date(2026, 9, 3), date(2026, 9, 9)),
        ("week", date(2026, 9, 3), date(2026, 9, 9)),
        ("year", date(2025, 9, 10), date(2025, 9, 16)),
    ],
)
def test_a_week_is_set_against_the_week_before_or_the_same_dates_a_year_ago(
    how: str, since: date, until: date
) -> None:
    asked = spans.usual("7", today=TODAY)

    assert asked is not None
    assert spans.against(asked, how) == Days(since, until)


def test_thirty_days_are_set_against_the_nearest_days_of_the_same_weekdays() -> None:
    asked = spans.usual("30", today=TODAY)

    assert asked is not None
    past = spans.against(asked, "weekday")
    assert past == asked.back(35)
    assert [day.weekday() for day in past.days] == [day.weekday() for day in asked.days]


def test_the_last_of_february_of_a_leap_year_has_a_year_before() -> None:
    leap = Days(date(2028, 2, 29), date(2028, 2, 29))

    assert spans.against(leap, "year") == Days(date(2027, 2, 28), date(2027, 2, 28))


def test_this_month_ends_yesterday_and_a_past_one_on_its_last_day() -> None:
    assert spans.month_of(TODAY, today=TODAY) == Days(date(2026, 9, 1), date(2026, 9, 16))
    assert spans.month_of(date(2026, 2, 9), today=TODAY) == Days(
        date(2026, 2, 1), date(2026, 2, 28)
    )


@given(
    since=st.dates(date(2020, 1, 1), date(2027, 1, 1)),
    length=st.integers(1, 370),
    unit=st.sampled_from(["day", "week", "month"]),
)
def test_weeks_and_months_hold_every_day_once(since: date, length: int, unit: str) -> None:
    asked = Days(since, since + timedelta(days=length - 1))

    parts = spans.buckets(asked, unit)

    assert [day for part in parts for day in part.days] == asked.days


CURVE = tuple(Decimal(n) for n in (10, 10, 10, 12, 14, 22, 22))


@given(
    target=st.decimals(Decimal("0.01"), Decimal(10_000_000), places=2),
    month=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
)
def test_the_days_of_a_target_sum_to_it(target: Decimal, month: date) -> None:
    assert sum(pace.spread(target, month, CURVE).values()) == target


def test_a_saturday_is_asked_for_what_saturdays_weigh() -> None:
    # February 2027 has four whole weeks: a week weighs 100.
    by_day = pace.spread(Decimal(400), date(2027, 2, 1), CURVE)

    assert by_day[date(2027, 2, 6)] == 22
    assert by_day[date(2027, 2, 1)] == 10


def test_unknown_days_are_no_shortfall() -> None:
    known = {date(2027, 2, 1): Decimal(10), date(2027, 2, 3): Decimal(10)}

    found = pace.pace(Decimal(400), date(2027, 2, 1), CURVE, known, date(2027, 2, 3))

    assert found.done == found.due == 20
    assert (found.known_days, found.unknown_days) == (2, 1)
    assert found.rate == 1
    assert found.outlook == 400
    assert found.rest_a_day == Decimal(380) / 25


def test_without_any_known_day_there_is_no_outlook() -> None:
    found = pace.pace(Decimal(400), date(2027, 2, 1), CURVE, {}, date(2027, 2, 3))

    assert found.outlook is None
    assert found.rate is None


def test_a_promotion_in_the_history_does_not_make_its_weekday_heavy() -> None:
    first = date(2026, 7, 6)
    history: dict[date, Decimal | None] = {
        first + timedelta(days=n): Decimal(100) for n in range(56)
    }
    history[first] = Decimal(9000)

    assert pace.weights(history) == (Decimal(100),) * 7


def test_a_short_history_weighs_all_days_alike() -> None:
    assert pace.weights({TODAY: Decimal(5)}) == (Decimal(1),) * 7


def test_four_fifths_come_from_as_few_as_bring_them() -> None:
    assert pareto.needed([50, 30, 15, 5]) == 2
    assert pareto.needed([50, 29, 16, 5]) == 3
    assert pareto.needed([]) == 0
    assert pareto.needed([0, 0]) == 0


def test_shares_run_up_to_the_whole() -> None:
    found = pareto.shares([50, 30, 20])

    assert [one.running for one in found] == [Decimal("0.5"), Decimal("0.8"), Decimal(1)]
    assert pareto.shares([0])[0].share is None


@given(st.lists(st.integers(0, 10**9), min_size=1))
def test_the_curve_ends_with_the_whole(amounts: list[int]) -> None:
    points = pareto.curve(sorted(amounts, reverse=True))

    assert points[-1] == (1 if sum(amounts) else None)
