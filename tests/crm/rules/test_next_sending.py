"""What to send next: only what the widened intervals allow, and else how many people it would take."""

import math
import random

import pytest
from scipy.stats import norm

from crm.metrics.campaign import GroupSums, extra_profit
from crm.metrics.next_sending import Arm, next_sending, size_by_buyers, size_by_profit

HELD = GroupSums(1000, buyers=100, orders=100, profit_fen=100_000, profit_squares=5e9)
GOOD = GroupSums(1000, buyers=200, orders=200, profit_fen=900_000, profit_squares=5e9)
BAD = GroupSums(1000, buyers=200, orders=200, profit_fen=-400_000, profit_squares=5e9)
OPEN = GroupSums(1000, buyers=105, orders=105, profit_fen=180_000, profit_squares=5e9)


def said(*groups, people=10_000, by_profit=True, costs=None):
    arms = [Arm(one, cost) for one, cost in zip(groups, costs or [0] * len(groups), strict=True)]
    found = next_sending(arms, HELD, people=people, by_profit=by_profit)
    return [one.say for one in found.arms]


def test_a_text_is_advised_only_where_its_profit_is_above_nothing_for_sure():
    assert said(GOOD, BAD) == ["use", "stop"]


def test_of_two_that_gain_the_worse_is_left_only_where_the_two_are_told_apart():
    less = GroupSums(1000, buyers=200, orders=200, profit_fen=400_000, profit_squares=5e9)
    close = GroupSums(1000, buyers=200, orders=200, profit_fen=890_000, profit_squares=5e9)

    assert said(GOOD, less) == ["use", "second"]
    assert said(close, GOOD) == ["tied", "use"]


def test_what_messages_cost_counts_when_two_are_compared():
    close = GroupSums(1000, buyers=200, orders=200, profit_fen=890_000, profit_squares=5e9)

    assert said(close, GOOD, costs=[0, 400_000]) == ["use", "second"]


def test_six_groups_judged_at_once_need_more_than_one_alone():
    barely = GroupSums(1000, buyers=100, orders=100, profit_fen=290_000, profit_squares=2.5e9)
    same = GroupSums(1000, buyers=100, orders=100, profit_fen=100_000, profit_squares=2.5e9)

    assert said(barely) == ["use"]
    assert said(barely, *[same] * 5)[0] == "again"


def test_an_open_answer_is_tried_again_only_where_there_are_people_enough():
    size = size_by_profit(Arm(OPEN, 0), HELD)

    assert said(OPEN, people=size.both) == ["again"]
    assert said(OPEN, people=size.both - 1) == ["small"]


def test_open_ones_that_do_not_fit_together_are_tried_one_after_the_other():
    better = GroupSums(1000, buyers=105, orders=105, profit_fen=200_000, profit_squares=5e9)
    size = size_by_profit(Arm(OPEN, 0), HELD, level=0.975)

    assert said(OPEN, better, people=size.both * 3) == ["again", "again"]
    assert said(OPEN, better, people=size.both) == ["later", "again"]


def test_what_measured_no_gain_is_not_tried_again():
    none = GroupSums(1000, buyers=101, orders=101, profit_fen=90_000, profit_squares=5e9)
    buyers = GroupSums(1000, buyers=200, orders=200, profit_fen=90_000, profit_squares=5e9)

    assert said(none) == ["none"]
    assert said(buyers) == ["buyers"]


def test_a_text_that_drives_people_away_is_left_whatever_it_earned():
    annoying = GroupSums(
        1000, buyers=200, orders=200, profit_fen=900_000, profit_squares=5e9, opt_outs=40
    )

    assert said(annoying, GOOD) == ["annoys", "use"]


def test_whoever_may_not_see_costs_gets_advice_by_buyers_alone():
    assert said(GOOD, BAD, by_profit=False) == ["use", "use"]
    assert said(OPEN, people=10_000_000, by_profit=False) == ["again"]


def test_nothing_is_said_where_a_group_has_nobody():
    assert next_sending([], HELD, people=10) is None
    assert next_sending([Arm(GroupSums(1), 0)], HELD, people=10) is None


def test_the_draft_holds_out_as_many_as_the_answer_takes():
    found = next_sending([Arm(OPEN, 0)], HELD, people=size_by_profit(Arm(OPEN, 0), HELD).both)

    assert found.has_draft
    assert found.holdout_percent == 50


def test_the_size_by_buyers_is_the_textbook_formula():
    size = size_by_buyers(Arm(GroupSums(1000, buyers=60), 0), GroupSums(500, buyers=20), level=0.95)

    reach = (norm.ppf(0.975) + norm.ppf(0.8)) ** 2
    expected = reach * (0.06 * 0.94 + 0.04 * 0.96 * 2) / 0.02**2
    assert size.group == math.ceil(expected)
    assert size.held_out == math.ceil(expected / 2)


def test_at_the_size_given_four_of_five_campaigns_see_the_gain():
    """Draw campaigns of that size from the effect measured, and count whose interval leaves nothing out."""
    dice, value, rates = random.Random(20261122), 5_000, (0.12, 0.07)

    def group(people, rate):
        buyers = sum(dice.random() < rate for _ in range(people))
        return GroupSums(
            people,
            buyers=buyers,
            profit_fen=buyers * value,
            profit_squares=float(buyers) * value * value,
        )

    measured = [
        GroupSums(1000, buyers=n, profit_fen=n * value, profit_squares=float(n) * value**2)
        for n in (120, 70)
    ]
    size = size_by_profit(Arm(measured[0], 0), measured[1])
    seen = 0
    for _ in range(400):
        found = extra_profit(
            group(size.group, rates[0]), group(size.held_out, rates[1]), cost_fen=0
        )
        seen += found.low > 0

    assert seen / 400 == pytest.approx(0.8, abs=0.06)
