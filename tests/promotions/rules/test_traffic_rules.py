"""Paid traffic as pure rules: sums before ratios, levels, break-even, what changed, what to do."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.choices import Level
from promotions.rules.channel_levels import ORDER, LevelDay, serving
from promotions.rules.channel_parameters import settings_of
from promotions.rules.traffic import (
    Traffic,
    break_even,
    days_under,
    margin_rate,
    profit_after_ads,
    total,
)
from promotions.rules.traffic_advice import Watched, advise, changes

RULES = settings_of(None)
DAY = date(2026, 3, 8)
AFTER, DURING = datetime(2026, 3, 9, 1, tzinfo=UTC), datetime(2026, 3, 8, 4, tzinfo=UTC)


def day(spend=100, shown=5000, clicks=200, deals=4, amount=400, **more):
    return Traffic(
        shown=shown,
        clicks=clicks,
        deals=deals,
        spend_amount=Decimal(spend),
        deal_amount=Decimal(amount),
        **more,
    )


def test_ratios_come_from_sums_not_from_the_mean_of_ratios():
    both = total([day(shown=100, clicks=50), day(shown=900, clicks=0)])

    assert both.click_rate == Decimal("0.05")
    assert both.days == 2


def test_unknown_is_not_nought():
    assert total([]).spend_amount is None
    assert total([Traffic(clicks=3), None]).shown is None
    assert Traffic(spend_amount=Decimal(3), deal_amount=None).roas is None
    assert Traffic(spend_amount=Decimal(0), deal_amount=Decimal(0)).roas is None


@given(st.lists(st.integers(0, 10**6), min_size=1), st.integers(0, 10))
def test_adding_days_up_is_the_same_in_any_order_and_grouping(spends, cut):
    days = [Traffic(spend_amount=Decimal(one), clicks=one) for one in spends]

    whole = total(days)
    parts = total([total(days[:cut]), total(days[cut:])])

    assert (whole.spend_amount, whole.clicks) == (parts.spend_amount, parts.clicks)
    assert total(reversed(days)) == whole


@pytest.mark.parametrize(
    ("price", "cost", "expected"),
    [
        (Decimal(100), Decimal(52), Decimal("2.5")),
        (Decimal(100), Decimal(92), None),  # nothing is left: no return makes up for it
        (Decimal(100), Decimal(95), None),
        (Decimal(100), None, None),
        (None, Decimal(5), None),
    ],
)
def test_break_even_is_one_by_the_margin_after_fees(price, cost, expected):
    rate = margin_rate(price=price, cost=cost, fee_rate=Decimal("0.08"))

    assert break_even(rate) == expected


def test_at_break_even_ads_earn_nothing():
    margin = Decimal("0.4")
    line = break_even(margin)

    assert profit_after_ads(day(spend=100, amount=100 * line), margin) == 0


def test_days_under_break_even_are_counted_back_over_unknown_days():
    line = Decimal(2)
    given = [Decimal(1), Decimal(3), Decimal("1.9"), None, Decimal("1.5")]

    assert days_under(given, line) == 2
    assert days_under([*given, Decimal(2)], line) == 0
    assert days_under(given, None) == 0


def levels(*pairs):
    return [LevelDay(level, DAY, at) for level, at in pairs]


@pytest.mark.parametrize(
    ("view", "given", "expected"),
    [
        ("total", [(Level.ITEM_IN_PLAN, AFTER), (Level.PLAN, AFTER)], Level.PLAN),
        ("items", [(Level.ITEM_IN_PLAN, AFTER), (Level.PLAN, AFTER)], Level.ITEM_IN_PLAN),
        ("plans", [(Level.ITEM_IN_PLAN, AFTER), (Level.PLAN, AFTER)], Level.PLAN),
        ("total", [(Level.ITEM, AFTER), (Level.PLAN, DURING)], Level.ITEM),
        ("total", [(Level.ITEM, DURING), (Level.PLAN, DURING)], Level.PLAN),
        ("plans", [(Level.ITEM, AFTER)], None),
        ("items", [(Level.PLAN, AFTER), (Level.ACCOUNT, AFTER)], None),
        ("total", [], None),
    ],
)
def test_one_level_answers_a_question(view, given, expected):
    assert serving(view, levels(*given)) == expected


@given(st.lists(st.tuples(st.sampled_from(list(Level)), st.sampled_from([AFTER, DURING]))))
def test_what_answers_is_there_and_able(pairs):
    for view, order in ORDER.items():
        chosen = serving(view, levels(*pairs))

        able = {level for level, _at in pairs} & set(order)
        assert (chosen is None) == (not able)
        assert chosen is None or chosen in able


def test_a_unit_report_without_items_answers_for_no_item():
    row = LevelDay(Level.UNIT, DAY, AFTER, names_items=False)

    assert serving("items", [row]) is None
    assert serving("plans", [row]) == Level.UNIT


WEEK = [day(spend=100 + n, clicks=200 + n) for n in range(7)]


def test_a_day_like_its_week_is_no_change():
    assert changes(day(spend=104), WEEK, RULES) == []


def test_a_day_outside_of_its_week_is_told_figure_by_figure():
    found = {one.name: one for one in changes(day(spend=250, amount=400), WEEK, RULES)}

    assert (found["spend_amount"].now, found["spend_amount"].usual) == (Decimal(250), Decimal(103))
    assert found["spend_amount"].is_bad is None
    assert found["roas"].is_bad is True
    assert found["click_cost"].is_bad is True


def test_too_few_known_days_or_too_little_spend_say_nothing():
    few = [*WEEK[:3], None, None, None, None]

    assert changes(day(spend=900), few, RULES) == []
    assert changes(day(spend=19, amount=0), WEEK, RULES) == []
    assert changes(None, WEEK, RULES) == []


LINE = Decimal("2.5")


@pytest.mark.parametrize(
    ("days", "more", "act"),
    [
        ([day(amount=200)] * 7, {}, "lower"),
        ([day(amount=100)] * 7, {}, "pause"),
        ([day(amount=400)] * 5 + [day(amount=200)] * 2, {}, None),
        ([day(deals=0, amount=0)] * 7, {"line": None}, "pause"),
        ([day(amount=300, clicks=50)] * 7, {"shop_click_rate": Decimal("0.03")}, "creative"),
        ([day(amount=300, clicks=100)] * 7, {"shop_click_rate": Decimal("0.03")}, None),
        ([day(amount=400)] * 7, {"cap": Decimal(100)}, "raise"),
        ([day(amount=400)] * 7, {"cap": Decimal(200)}, None),
        ([day(amount=400)] * 7, {}, None),
        ([day(spend=10, amount=5)] * 7, {}, None),
        ([None] * 7, {}, None),
    ],
)
def test_what_is_suggested(days, more, act):
    found = advise(Watched(days, **{"line": LINE, **more}), RULES)

    assert (found.act if found else None) == act


def test_a_suggestion_carries_its_figures():
    found = advise(Watched([day(amount=200)] * 7, LINE), RULES)

    assert found.evidence == "under|7|2.00|2.50|700.00"
