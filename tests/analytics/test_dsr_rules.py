"""The three scores: who counts, what is shown, and that the solver's answer is exact."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.rules import dsr
from analytics.rules.dsr import Rating, Tally

TODAY = date(2026, 5, 20)


def rating(buyer: str, day: date, stars: int, number: int = 0) -> Rating:
    return Rating(buyer, day, (number,), stars, stars, stars)


def test_of_a_buyer_only_the_first_three_ratings_of_a_calendar_month_count():
    ratings = [rating("甲", TODAY + timedelta(days=n), 5 if n < 3 else 1, n) for n in range(4)]
    ratings.append(rating("甲", date(2026, 6, 1), 2))

    days = dsr.counted(ratings)["goods"]

    assert sum(one.count for one in days.values()) == 4
    assert dsr.window(days, date(2026, 6, 1)) == Tally(4, 17)


def test_ratings_of_nobody_known_count_each_for_itself():
    ratings = [rating("", TODAY, 5, n) for n in range(5)]

    assert dsr.counted(ratings)["service"][TODAY] == Tally(5, 25)


def test_the_fourth_of_a_month_does_not_count_when_the_first_of_that_month_are_gone():
    month = date(2026, 1, 1)
    ratings = [rating("甲", month + timedelta(days=n), 5, n) for n in range(4)]
    day = month + timedelta(days=dsr.DAYS + 2)

    assert dsr.window(dsr.counted(ratings)["goods"], day) == dsr.NONE


def test_a_rating_counts_for_180_days_and_not_one_more():
    days = dsr.counted([rating("甲", TODAY, 5)])["goods"]

    assert dsr.window(days, TODAY + timedelta(days=179)).count == 1
    assert dsr.window(days, TODAY + timedelta(days=180)).count == 0


def test_what_is_shown_is_rounded_half_up_and_nothing_shows_nothing():
    assert Tally(200, 961).shown == Decimal("4.81")  # 4.805
    assert Tally(3, 14).shown == Decimal("4.67")
    assert dsr.NONE.shown is None


@pytest.mark.parametrize(
    ("score", "industry", "where"),
    [("4.81", "4.80", "above"), ("4.79", "4.80", "below"), ("4.80", "4.80", "level")],
)
def test_a_score_stands_above_below_or_level_with_the_industry(score, industry, where):
    assert dsr.against(Decimal(score), Decimal(industry)) == where
    assert dsr.against(None, Decimal(industry)) == ""


def test_a_day_too_far_off_is_refused():
    for due in (TODAY, TODAY + timedelta(days=180)):
        with pytest.raises(dsr.TooFarError):
            dsr.fives_for({}, today=TODAY, due=due, target=Decimal("4.80"))


def test_a_1_is_made_good_by_so_many_5s_and_not_one_fewer():
    now = Tally(100, 480)

    cost = dsr.cost_of(now, 1)

    assert cost is not None
    assert cost.fives == 19
    made_good = cost.after + Tally(19, 95)
    assert made_good.mean == now.mean
    assert (cost.after + Tally(18, 90)).mean < now.mean


def test_among_nothing_but_5s_a_1_is_never_made_good():
    cost = dsr.cost_of(Tally(10, 50), 1)

    assert cost is not None
    assert cost.fives is None


stars = st.integers(1, 5)
histories = st.lists(
    st.tuples(st.integers(0, 220), st.integers(0, 8), stars), min_size=0, max_size=60
)
targets = st.integers(100, 500).map(lambda n: Decimal(n) / 100)


def history(rows: list[tuple[int, int, int]]) -> list[Rating]:
    return [
        Rating(f"b{buyer}" if buyer else "", TODAY - timedelta(days=back), (n,), star, star, star)
        for n, (back, buyer, star) in enumerate(rows)
    ]


def simulated(answer: dsr.Answer, fives: int) -> list[Rating]:
    """Give so many 5s as single ratings of different buyers, spread as the answer says."""
    days = [
        TODAY + timedelta(days=number)
        for number, count in enumerate(answer.a_day, start=1)
        for _each in range(count)
    ]
    return [Rating(f"new{n}", day, (10**6 + n,), 5, 5, 5) for n, day in enumerate(days[:fives])]


@given(rows=histories, target=targets, ahead=st.integers(1, 179), bad=st.integers(0, 5))
def test_the_answer_reaches_the_target_on_the_day_and_not_one_rating_earlier(
    rows, target, ahead, bad
):
    due = TODAY + timedelta(days=ahead)
    old = history(rows)
    old += [
        Rating(f"bad{n}", TODAY + timedelta(days=1), (2 * 10**6 + n,), 1, 1, 1) for n in range(bad)
    ]
    days = dsr.counted(history(rows))["goods"]
    answer = dsr.fives_for(days, today=TODAY, due=due, target=target, expected=Tally(bad, bad))
    assume(answer.fives < 5000)

    with_all = dsr.window(dsr.counted(old + simulated(answer, answer.fives))["goods"], due)

    assert with_all == answer.with_them
    assert with_all.shown is not None
    assert with_all.shown >= target
    if answer.fives:
        fewer = dsr.counted(old + simulated(answer, answer.fives - 1))["goods"]
        shown = dsr.window(fewer, due).shown
        assert shown is None or shown < target


@given(rows=histories, target=targets, ahead=st.integers(1, 179))
def test_the_day_it_names_is_the_first_on_which_the_target_is_shown(rows, target, ahead):
    due = TODAY + timedelta(days=ahead)
    answer = dsr.fives_for(dsr.counted(history(rows))["goods"], today=TODAY, due=due, target=target)
    assume(0 < answer.fives < 2000)

    days = dsr.counted(history(rows) + simulated(answer, answer.fives))["goods"]
    shown = {
        day: dsr.window(days, day).shown
        for day in (TODAY + timedelta(days=n) for n in range(1, ahead + 1))
    }

    first = next(day for day, score in shown.items() if score is not None and score >= target)
    assert answer.reached == first


@given(rows=histories, target=targets, a_day=st.integers(1, 6))
def test_at_so_many_a_day_the_day_named_is_the_first(rows, target, a_day):
    old = history(rows)
    day = dsr.reached_on(dsr.counted(old)["goods"], today=TODAY, target=target, a_day=a_day)
    new = [
        Rating(f"n{ahead}-{n}", TODAY + timedelta(days=ahead), (10**6, ahead, n), 5, 5, 5)
        for ahead in range(1, 180)
        for n in range(a_day)
    ]
    old = [
        Rating(one.buyer, one.day, (0, *one.place), one.goods, one.service, one.delivery)
        for one in old
    ]
    days = dsr.counted(old + new)["goods"]

    shown = dsr.series(days, TODAY + timedelta(days=1), TODAY + timedelta(days=179))
    first = next(
        (at for at, tally in shown.items() if tally.shown is not None and tally.shown >= target),
        None,
    )

    assert day == first


@given(rows=histories, since=st.integers(0, 60))
def test_sliding_from_day_to_day_gives_what_adding_up_gives(rows, since):
    days = dsr.counted(history(rows))["delivery"]
    first = TODAY - timedelta(days=since)

    slid = dsr.series(days, first, TODAY)

    assert slid == {day: dsr.window(days, day) for day in slid}


@given(rows=histories)
def test_what_rolls_off_is_what_the_windows_lose(rows):
    days = dsr.counted(history(rows))["goods"]

    for row in dsr.rolling_off(days, today=TODAY, ahead=30):
        assert row.left == dsr.window(days, row.day)
