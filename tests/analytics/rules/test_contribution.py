"""Whose part a difference is: the parts sum to it, and are what a person would say."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.rules.contribution import (
    DayParts,
    Traffic,
    contribution,
    in_fen,
    rate_parts,
    split,
)


@st.composite
def days(draw: st.DrawFn) -> DayParts:
    visitors = draw(st.integers(0, 10**6))
    buyers = draw(st.integers(0, visitors))
    return DayParts(visitors, buyers, draw(st.integers(0, 10**11)) if buyers else 0)


@given(days(), days())
def test_the_parts_of_an_amount_sum_to_its_difference_to_the_fen(before, after):
    parts = contribution(before, after)

    assert parts is not None
    assert parts.total_fen == after.amount_fen - before.amount_fen


@given(days(), days())
def test_the_way_back_has_the_opposite_parts_up_to_rounding(before, after):
    there, back = contribution(before, after), contribution(after, before)

    assert there is not None
    assert back is not None
    assert abs(there.rate_fen + back.rate_fen) <= 1
    assert abs(there.visitors_fen + back.visitors_fen) <= 1


@given(days(), st.integers(1, 50))
def test_a_factor_that_did_not_change_has_no_part(day, times):
    assume(day.amount_fen > 0)
    after = DayParts(day.visitors * times, day.buyers * times, day.amount_fen * times)
    parts = contribution(day, after)

    assert parts is not None
    assert (parts.rate_fen, parts.each_fen) == (0, 0)


def test_the_parts_of_the_drawn_page():
    """The figures of a Wednesday: 11,208 × 3.8187 % × 116.52 against 11,638 × 3.5401 % × 117.30."""
    parts = contribution(DayParts(11_208, 428, 4_987_060), DayParts(11_638, 412, 4_832_650))

    assert parts is not None
    assert (parts.visitors_fen, parts.rate_fen, parts.each_fen) == (184_830, -371_879, 32_639)


def test_a_day_that_lost_all_visitors_still_adds_up():
    parts = contribution(DayParts(100, 10, 90_000), DayParts(0, 0, 0))

    assert parts is not None
    assert parts.total_fen == -90_000
    assert (parts.visitors_fen, parts.rate_fen, parts.each_fen) == (-30_000, -30_000, -30_000)


@pytest.mark.parametrize(
    "odd", [DayParts(5, 0, 100), DayParts(0, 3, 100), DayParts(-1, 0, 0), DayParts(4, 2, -5)]
)
def test_figures_that_disagree_are_not_divided(odd):
    assert contribution(odd, DayParts(10, 1, 100)) is None
    assert contribution(DayParts(10, 1, 100), odd) is None


@pytest.mark.parametrize(
    ("before", "after"), [([], []), ([Fraction(1)], []), ([Fraction(-1)], [Fraction(1)])]
)
def test_factors_that_do_not_match_are_refused(before, after):
    with pytest.raises(ValueError, match="factors"):
        split(before, after)


def test_parts_far_from_their_total_are_refused():
    with pytest.raises(ValueError, match="add up"):
        in_fen([Fraction(1), Fraction(2)], 50)


traffic = st.integers(0, 10**6).flatmap(
    lambda visitors: st.builds(Traffic, st.just(visitors), st.integers(0, visitors))
)
shops = st.dictionaries(st.integers(1, 9), traffic, max_size=9)


def _rate(shop: dict[int, Traffic]) -> Fraction:
    visitors = sum(one.visitors for one in shop.values())
    return Fraction(sum(one.buyers for one in shop.values()), visitors)


@given(shops, shops)
def test_products_parts_of_a_rate_sum_to_its_change_exactly(before, after):
    assume(sum(one.visitors for one in before.values()))
    assume(sum(one.visitors for one in after.values()))
    parts = rate_parts(before, after)

    # A product without visitors and with buyers cannot be: its buyers are bounded by its visitors.
    assert sum((one.both for one in parts.values()), Fraction(0)) == _rate(after) - _rate(before)


def test_a_day_without_visitors_divides_nothing():
    assert rate_parts({}, {1: Traffic(5, 1)}) == {}


def test_a_product_that_only_takes_more_of_the_visitors_moves_the_rate_by_its_share():
    before = {"good": Traffic(50, 10), "bad": Traffic(50, 1)}
    after = {"good": Traffic(20, 4), "bad": Traffic(50, 1)}
    parts = rate_parts(before, after)

    assert all(one.own == 0 for one in parts.values())
    assert parts["good"].share < 0
