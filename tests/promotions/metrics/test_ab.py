"""The reading of tests against published figures, figures worked out by hand, and simulation."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from promotions.metrics import ab

START = date(2026, 3, 2)


def plan(**changes):
    values = {
        "weights": (1, 1),
        "planned_people": 1000,
        "planned_days": 7,
        "starts_on": START,
        "takes_turns": False,
        "is_amount": False,
        **changes,
    }
    return ab.Plan(**values)


def split_days(count, first, other):
    """Two forms on the same days; `first` and `other` are people and hits of a day."""
    return [
        ab.Day(START + timedelta(days=n), form, *figures)
        for n in range(count)
        for form, figures in enumerate((first, other))
    ]


# Newcombe 1998 (Statistics in Medicine 17, 873-890), table II, method 10: p1 - p2.
@pytest.mark.parametrize(
    ("one", "two", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_the_interval_of_a_difference_is_the_published_one(one, two, low, high):
    span = ab.rates_difference(two, one)

    assert span.low == pytest.approx(low, abs=5e-5)
    assert span.high == pytest.approx(high, abs=5e-5)


def test_the_people_needed_for_a_rate_are_the_published_ones():
    # R's help page of power.prop.test: p1 = .50, p2 = .75, power = .90 gives n = 76.7 per group.
    assert ab.people_for_rate(0.5, 0.5, power=0.9) == 77


def test_the_people_needed_for_a_rate_follow_the_formula_by_hand():
    # z(.975) = 1.959964, z(.8) = 0.841621; 5 % against 6 %, pooled 5.5 %.
    by_hand = (
        1.959964 * math.sqrt(2 * 0.055 * 0.945) + 0.841621 * math.sqrt(0.05 * 0.95 + 0.06 * 0.94)
    ) ** 2 / 0.01**2

    assert ab.people_for_rate(0.05, 0.2) == math.ceil(by_hand) == 8158


def test_the_people_needed_for_an_amount_follow_the_formula_by_hand():
    # 2 (z + z)^2 sd^2 / d^2 with d = 1 yuan and sd = 10 yuan: 2 * 7.848879 * 100.
    assert ab.people_for_amount(10, 0.1, 10) == math.ceil(2 * 7.848879 * 100) == 1570


def test_more_forms_need_more_people_each():
    assert ab.people_for_rate(0.05, 0.2, forms=3) > ab.people_for_rate(0.05, 0.2)


@pytest.mark.parametrize(("baseline", "lift"), [(0, 0.1), (1, 0.1), (0.8, 0.5), (0.5, 0)])
def test_a_rate_that_leaves_0_to_1_is_refused(baseline, lift):
    with pytest.raises(ValueError, match="between 0 and 1"):
        ab.people_for_rate(baseline, lift)


def test_no_winner_is_named_one_person_before_the_planned_size():
    days = split_days(7, (143, 10), (143, 100))
    days[-1] = ab.Day(days[-1].date, 1, 141, 98)

    reading = ab.read(plan(), days)

    assert reading.status == "short"
    assert (reading.winner, reading.contrasts) == (None, ())
    assert [one.missing_people for one in reading.forms] == [0, 1]


def test_no_winner_is_named_before_the_planned_days_are_over():
    reading = ab.read(plan(), split_days(6, (1000, 10), (1000, 100)))

    assert (reading.status, reading.winner, reading.missing_days) == ("short", None, 1)


def test_a_winner_is_named_once_size_and_days_are_reached():
    reading = ab.read(plan(), split_days(7, (1000, 50), (1000, 70)))

    assert (reading.status, reading.winner) == ("read", 1)
    assert reading.contrasts[0].difference.value == pytest.approx(0.02)


def test_days_after_the_reading_do_not_move_it():
    seven = split_days(7, (1000, 50), (1000, 52))
    later = [ab.Day(START + timedelta(days=7 + n), 1, 1000, 900) for n in range(3)]

    assert ab.read(plan(), [*seven, *later]).contrasts == ab.read(plan(), seven).contrasts


def test_a_form_that_is_worse_leaves_what_there_is():
    assert ab.read(plan(), split_days(7, (1000, 70), (1000, 50))).winner == 0


def test_no_difference_names_nobody():
    reading = ab.read(plan(), split_days(7, (1000, 50), (1000, 51)))

    assert (reading.status, reading.winner, reading.contrasts[0].verdict) == ("read", None, "open")


def test_people_split_askew_stop_the_reading():
    # Chi-square by hand: 7700 against 7000, expected 7350 each: 2 * 350^2 / 7350 = 33.33, p < 1e-8.
    reading = ab.read(plan(), split_days(7, (1100, 50), (1000, 90)))

    assert (reading.status, reading.winner) == ("skewed", None)
    assert reading.skew_p is not None
    assert reading.skew_p < 1e-8


def test_the_chance_of_a_skew_is_that_of_the_table():
    # 520 against 480: chi-square 1.6 with one degree of freedom, p = 0.2059.
    assert ab.skew([520, 480], [1, 1]) == pytest.approx(0.2059, abs=5e-5)


def test_an_uneven_split_that_was_wanted_is_not_askew():
    assert ab.skew([900, 100], [9, 1]) == 1.0


def test_forms_that_take_turns_are_compared_by_the_scatter_of_their_turns():
    # Form 0 has 4 %, 6 %; form 1 has 8 %, 10 % of 1000 people each: by hand both errors are 0.01,
    # the difference 0.04, its error sqrt(2) * 0.01, Welch's freedom 2, t = 4.302653.
    hits = [40, 80, 60, 100]
    days = [ab.Day(START + timedelta(days=n), n % 2, 1000, one) for n, one in enumerate(hits)]

    span = ab.read(plan(takes_turns=True, planned_days=4), days).contrasts[0].difference

    assert span.value == pytest.approx(0.04)
    assert span.high == pytest.approx(0.04 + 4.302653 * math.sqrt(2) * 0.01)
    assert span.low == pytest.approx(0.04 - 4.302653 * math.sqrt(2) * 0.01)


def test_turns_of_two_days_alternate():
    turns = [
        ab.turn_of(START + timedelta(days=n), starts_on=START, forms=2, block_days=2)
        for n in range(6)
    ]

    assert turns == [0, 0, 1, 1, 0, 0]


def test_one_turn_of_a_form_is_never_read():
    days = [ab.Day(START, 0, 5000, 50), ab.Day(START + timedelta(days=1), 1, 5000, 500)]

    assert ab.read(plan(takes_turns=True, planned_days=2), days).status == "short"


@seed(20260301)
@settings(max_examples=12, deadline=None)
@given(
    st.floats(0.02, 0.5),
    st.floats(0.02, 0.5),
    st.integers(100, 3000),
    st.integers(0, 2**31 - 1),
)
def test_the_interval_covers_the_truth_as_often_as_it_promises(one, two, people, luck):
    runs = 800
    random = np.random.default_rng(luck)
    hits = zip(random.binomial(people, one, runs), random.binomial(people, two, runs), strict=True)

    covered = sum(
        (span := ab.rates_difference((int(a), people), (int(b), people))).low <= two - one
        and two - one <= span.high
        for a, b in hits
    )

    # Five standard errors of 800 tosses under 95 %.
    assert covered / runs > 0.95 - 5 * math.sqrt(0.95 * 0.05 / runs)


def test_reading_once_keeps_the_promise_that_peeking_breaks():
    random = np.random.default_rng(20260302)
    runs, once, peeked = 300, 0, 0
    for _ in range(runs):
        draws = random.binomial(500, 0.05, (14, 2))
        days = [
            ab.Day(START + timedelta(days=n), form, 500, int(draws[n, form]))
            for n in range(14)
            for form in range(2)
        ]
        once += ab.read(plan(planned_people=7000, planned_days=14), days).winner is not None
        sums = draws.cumsum(axis=0)
        spans = [
            ab.rates_difference((int(a), 500 * n), (int(b), 500 * n))
            for n, (a, b) in enumerate(sums, start=1)
        ]
        peeked += any(span.low > 0 or span.high < 0 for span in spans)

    assert once / runs < 0.05 + 4 * math.sqrt(0.05 * 0.95 / runs)
    assert peeked / runs > 0.12


def test_the_scatter_of_turns_covers_the_truth_although_days_differ():
    random = np.random.default_rng(20260303)
    runs, covered = 400, 0
    for _ in range(runs):
        moods = random.normal(0.05, 0.008, 28)
        days = [
            ab.Day(START + timedelta(days=n), n % 2, 900, int(random.binomial(900, max(mood, 0))))
            for n, mood in enumerate(moods)
        ]
        wanted = plan(takes_turns=True, planned_people=900, planned_days=28)
        span = ab.read(wanted, days).contrasts[0].difference
        covered += span.low <= 0 <= span.high

    assert covered / runs > 0.95 - 4 * math.sqrt(0.95 * 0.05 / runs)
