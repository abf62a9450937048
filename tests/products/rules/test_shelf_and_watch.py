"""The week's plan, the watch of main products, competitors: laws and boundaries."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.rules.rivals import RivalSeen, changes
from products.rules.shelf import SLOTS, flat_curve, next_delisting, plan_week, showcase
from products.rules.watch import Seen, rank_loss, robust_band
from shopops.lib.business_time import SHANGHAI

HOURS = st.tuples(st.integers(0, 6), st.integers(0, 23))
CURVES = st.lists(st.lists(st.integers(0, 50), min_size=24, max_size=24), min_size=7, max_size=7)


@given(
    count=st.integers(0, 60),
    pinned=st.dictionaries(st.integers(0, 70), HOURS, max_size=8),
    curve=CURVES,
    cap=st.integers(1, 3),
)
def test_every_product_has_a_place_and_no_hour_has_more_than_the_cap(count, pinned, curve, cap):
    plan = plan_week(range(count), pinned, curve, cap=cap)

    by_hand = Counter(pinned.values())
    filled = Counter(plan.slots.values())
    assert set(plan.slots) == set(range(count)) | set(pinned)
    assert all(plan.slots[product] == place for product, place in pinned.items())
    assert all(many <= max(plan.cap, by_hand[place]) for place, many in filled.items())
    assert plan.cap == cap


@given(curve=CURVES)
def test_the_same_input_gives_the_same_plan(curve):
    assert plan_week(range(9), {}, curve, cap=2) == plan_week(range(9), {}, curve, cap=2)


def test_more_products_than_hours_raise_the_cap_just_enough():
    plan = plan_week(range(SLOTS + 1), {}, flat_curve(), cap=1)

    assert plan.cap == 2
    assert len(plan.slots) == SLOTS + 1


def test_busy_hours_get_more_and_neighbours_are_spared():
    curve = flat_curve()
    curve[2][20], curve[2][21], curve[4][10] = 100.0, 99.0, 70.0

    plan = plan_week([1, 2, 3], {}, curve, cap=5)

    assert plan.slots[1] == (2, 20)
    assert plan.slots[2] == (4, 10)
    assert plan.slots[3] == (2, 21)


def test_delisting_comes_round_after_seven_days():
    now = datetime(2026, 9, 17, 15, 18, tzinfo=SHANGHAI)  # a Thursday

    assert next_delisting(3, time(15, 18), now=now) == now
    assert next_delisting(3, time(15, 17), now=now) == now + timedelta(days=7, minutes=-1)
    assert next_delisting(4, time(9), now=now).isoformat() == "2026-09-18T09:00:00+08:00"


def test_the_showcase_takes_those_that_are_delisted_soonest():
    now = datetime(2026, 9, 17, tzinfo=SHANGHAI)
    delistings = {1: now + timedelta(hours=9), 2: now + timedelta(hours=1), 3: now}

    assert showcase(delistings, slots=2) == [3, 2]
    assert showcase(delistings, slots=0) == []


def test_a_band_needs_five_known_days_and_bears_an_outlier():
    assert robust_band([10, 11, None, 9, 10], width=2.5) is None

    band = robust_band([10, 11, 9, 10, 500], width=2.5)

    assert band.middle == 10
    assert band.high < 20


def test_days_that_are_all_alike_still_have_a_band():
    band = robust_band([8] * 7, width=2)

    assert (band.low, band.high) == (6, 10)


@pytest.mark.parametrize(
    ("places", "is_loss"),
    [
        ([18, 20, 19, 38], False),
        ([18, 20, 19, 39], True),
        ([18, 20, 19, None], True),
        ([18, None], False),
        ([None, None, None], False),
        ([90, 85, 12], False),
        ([], False),
    ],
)
def test_a_rank_is_lost_suddenly_from_twenty_places_on(places, is_loss):
    history = [Seen(place, 200) for place in places]

    assert (rank_loss(history, drop=20) is not None) == is_loss


def _seen(number: int, price=None, sales=None, activity="") -> RivalSeen:
    amount = None if price is None else Decimal(str(price))
    return RivalSeen(date(2026, 9, 1) + timedelta(days=number), amount, sales, activity)


def test_a_price_cut_is_told_with_and_without_an_activity():
    seen = [_seen(0, 100), _seen(1, 94), _seen(2, 80, activity="会员日")]

    found = changes(seen, price_cut_rate=0.05, sales_leap_rate=0.5)

    assert [(one.kind, one.activity) for one in found] == [
        ("price_cut", "会员日"),
        ("price_cut", ""),
    ]


def test_a_small_cut_and_an_unknown_day_say_nothing():
    seen = [_seen(0, 100), _seen(1), _seen(2, 95.01)]

    assert changes(seen, price_cut_rate=0.05, sales_leap_rate=0.5) == []
    assert changes([*seen, _seen(3, 90)], price_cut_rate=0.05, sales_leap_rate=0.5)


def test_a_leap_in_sales_counts_only_without_an_activity():
    plain = [_seen(0, sales=100), _seen(1, sales=150)]
    explained = [_seen(0, sales=100), _seen(1, sales=150, activity="大促")]

    assert len(changes(plain, price_cut_rate=0.05, sales_leap_rate=0.5)) == 1
    assert changes(explained, price_cut_rate=0.05, sales_leap_rate=0.5) == []
