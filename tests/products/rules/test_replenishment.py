"""When to order how much."""

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.rules.replenishment import Supply, replenishment, with_uplift

TODAY = date(2026, 9, 17)


def supply(**changes):
    given = {
        "free": 0,
        "arrivals": {},
        "lead_days": 7,
        "review_days": 7,
        "service_level": 0.95,
        "pack_size": 1,
    }
    return Supply(**{**given, **changes})


def test_a_steady_seller_is_ordered_up_to_lead_and_review_time_and_safety():
    # Two a day, a week's miss of 3 pieces: 1.645 x 3 x sqrt(14 / 7) = 6.98, so 7 pieces of safety.
    found = replenishment([2.0] * 28, 3.0, supply(free=15), today=TODAY)

    assert (found.safety_stock, found.reorder_point) == (7, 21)
    assert found.quantity == 28 + 7 - 15
    # 15 pieces last through the seventh day; under the safety stock on the fifth.
    assert found.runs_out_on == TODAY + timedelta(days=7)
    assert found.order_by == TODAY + timedelta(days=4) - timedelta(days=7)


def test_enough_on_hand_or_on_the_way_orders_nothing():
    assert replenishment([2.0] * 28, 3.0, supply(free=36), today=TODAY).quantity == 0
    coming = {TODAY + timedelta(days=3): 31}
    assert (
        replenishment([2.0] * 28, 3.0, supply(free=5, arrivals=coming), today=TODAY).quantity == 0
    )


def test_what_falls_due_before_the_next_review_is_ordered_with_its_own_date():
    found = replenishment([2.0] * 28, 3.0, supply(free=34), today=TODAY)

    assert found.reorder_point == 21
    assert found.order_by == TODAY + timedelta(days=6)
    assert found.quantity == 1
    daily = replenishment([2.0] * 28, 3.0, supply(free=34, review_days=1), today=TODAY)
    assert daily.quantity == 0


def test_an_arrival_that_is_late_counts_as_of_today():
    late = supply(free=0, arrivals={TODAY - timedelta(days=5): 100})
    found = replenishment([2.0] * 28, 0.0, late, today=TODAY)

    assert found.runs_out_on is None


def test_quantities_come_in_whole_packs_and_not_under_the_minimum():
    found = replenishment([1.0] * 28, 0.0, supply(pack_size=12, minimum_quantity=20), today=TODAY)

    assert found.quantity == 24


def test_a_lead_time_beyond_the_forecast_goes_on_at_the_last_weeks_level():
    found = replenishment([5.0] * 21 + [1.0] * 7, 0.0, supply(lead_days=60), today=TODAY)

    assert found.reorder_point == 5 * 21 + 7 + 32


def test_a_short_history_counts_as_poisson():
    found = replenishment([4.0] * 28, math.nan, supply(service_level=0.5), today=TODAY)
    strict = replenishment([4.0] * 28, math.nan, supply(service_level=0.99), today=TODAY)

    assert found.safety_stock == 0
    assert strict.safety_stock == math.ceil(2.3263 * math.sqrt(28) * math.sqrt(2))


def test_an_activity_lifts_its_days_only():
    lifted = with_uplift([2.0, 2.0, 2.0], {TODAY + timedelta(days=1): 3.5}, today=TODAY)

    assert lifted == [2.0, 7.0, 2.0]


@pytest.mark.parametrize(
    "changes", [{"lead_days": -1}, {"pack_size": 0}, {"service_level": 1.0}, {"service_level": 0.0}]
)
def test_nonsense_is_refused(changes):
    with pytest.raises(ValueError, match=r"time|pack|level"):
        replenishment([1.0], 1.0, supply(**changes), today=TODAY)


@given(
    demand=st.lists(st.floats(0, 50), min_size=7, max_size=28),
    free=st.integers(0, 500),
    pack=st.integers(1, 24),
    lead=st.integers(0, 40),
)
def test_an_order_fills_up_and_by_less_than_a_pack_too_much(demand, free, pack, lead):
    terms = supply(free=free, pack_size=pack, lead_days=lead)
    found = replenishment(demand, 2.0, terms, today=TODAY)
    level = sum(demand[-7:]) / 7
    days = demand + [level] * 60
    wanted = math.ceil(sum(days[: lead + 7]) - 1e-9) + found.safety_stock

    assert found.quantity % pack == 0
    next_review = TODAY + timedelta(days=7)
    is_due = free <= found.reorder_point or (found.order_by and found.order_by < next_review)
    if is_due and wanted > free:
        assert wanted <= free + found.quantity < wanted + pack
    else:
        assert found.quantity == 0


@given(free=st.integers(0, 300), more=st.integers(1, 100))
def test_more_stock_never_means_an_earlier_order(free, more):
    few = replenishment([3.0] * 28, 2.0, supply(free=free), today=TODAY)
    many = replenishment([3.0] * 28, 2.0, supply(free=free + more), today=TODAY)

    assert many.quantity <= few.quantity
    if many.order_by is not None:
        assert few.order_by is not None
        assert few.order_by <= many.order_by
