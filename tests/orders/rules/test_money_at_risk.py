from collections import defaultdict
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules import (
    START_RULES,
    PenaltyRule,
    RiskFacts,
    cap_by_buyer_day,
    dearest_in_force,
    order_risk,
    penalty,
    penalty_rules,
)
from tests.orders.rules.calendars import at

RULES = penalty_rules(START_RULES)
PAID_AT = at("2026-03-09 10:00:00")
DUE_AT = at("2026-03-11 10:00:00")
STOCK_OUT_AT = at("2026-03-14 10:00:00")


def rule(rate="0.05", minimum="5", maximum="50", **changes):
    values: dict[str, Any] = {
        "code": "late",
        "platform": "tmall",
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
        "rate": Decimal(rate),
        "minimum_amount": Decimal(minimum),
        "maximum_amount": Decimal(maximum) if maximum else None,
        "promise_over_hours": None,
        "promise_up_to_hours": None,
        "after_hours": 0,
        "id": None,
    }
    return PenaltyRule(**(values | changes))


def risk(amount, now, *, platform="tmall", paid_at=PAID_AT, due_at=DUE_AT, hours=48, **facts):
    return order_risk(
        RiskFacts(platform, Decimal(amount), paid_at, due_at, hours, **facts), now=now, rules=RULES
    )


@pytest.mark.parametrize(
    ("paid", "cost"),
    [
        ("150", "7.50"),
        ("166.40", "8.32"),
        ("100.00", "5.00"),
        ("99.99", "5.00"),  # the minimum
        ("1000.00", "50.00"),
        ("1000.20", "50.00"),  # the maximum
        ("100.10", "5.01"),  # 5.005 rounds half up
        ("0.00", "0.00"),
        ("-3.00", "0.00"),
    ],
)
def test_a_penalty_is_the_rate_within_its_bounds(paid, cost):
    amount = penalty(Decimal(paid), rule())

    assert str(amount) == cost


def test_an_order_of_150_yuan_costs_7_50_when_late_and_45_more_when_out_of_stock():
    late = risk("150.00", DUE_AT + timedelta(seconds=1))
    out_of_stock = risk("150.00", STOCK_OUT_AT + timedelta(seconds=1))

    assert late.now_amount == Decimal("7.50")
    assert late.next_amount == Decimal("52.50")
    assert late.next_at == STOCK_OUT_AT
    assert late.codes == ("late",)
    assert out_of_stock.now_amount == Decimal("52.50")
    assert out_of_stock.next_at is None
    assert out_of_stock.codes == ("late", "stock_out")


@pytest.mark.parametrize(
    ("now", "now_amount", "next_amount", "next_at"),
    [
        (DUE_AT - timedelta(days=1), "0", "7.50", DUE_AT),
        (DUE_AT, "0", "7.50", DUE_AT),  # the last second in time
        (STOCK_OUT_AT, "7.50", "52.50", STOCK_OUT_AT),
    ],
)
def test_a_threshold_costs_only_after_it_has_passed(now, now_amount, next_amount, next_at):
    result = risk("150.00", now)

    assert result.now_amount == Decimal(now_amount)
    assert result.next_amount == Decimal(next_amount)
    assert result.next_at == next_at


def test_the_zone_of_now_makes_no_difference():
    now = DUE_AT + timedelta(seconds=1)

    assert risk("150.00", now.astimezone(UTC)) == risk("150.00", now)


def test_a_pickup_stops_the_count():
    in_time = risk("150.00", STOCK_OUT_AT + timedelta(days=9), picked_up_at=DUE_AT)
    late = risk("150.00", STOCK_OUT_AT + timedelta(days=9), picked_up_at=STOCK_OUT_AT)

    assert in_time.now_amount == 0
    assert in_time.next_at is None
    assert late.now_amount == Decimal("7.50")
    assert late.next_at is None


def test_a_declared_stock_out_costs_at_once():
    result = risk("150.00", PAID_AT, is_stock_out_declared=True)

    assert result.now_amount == Decimal("45.00")
    assert result.next_amount == Decimal("52.50")
    assert result.next_at == DUE_AT


def test_tmall_takes_at_most_35_percent_of_an_order():
    result = risk("14.50", STOCK_OUT_AT + timedelta(days=1))  # 5.00 + 5.00 against 5.08

    assert result.now_amount == Decimal("5.08")


def test_the_cap_of_an_order_never_goes_below_one_minimum():
    result = risk("10.00", STOCK_OUT_AT + timedelta(days=1))  # 3.50 by percent

    assert result.now_amount == Decimal("5.00")


@pytest.mark.parametrize(
    ("platform", "paid", "hours", "rate", "maximum"),
    [
        ("taobao", "2022-07-17", 48, "0.10", "100"),
        ("taobao", "2022-07-18", 48, "0.05", "30"),
        ("taobao", "2024-12-31", 72, "0.05", "30"),
        ("taobao", "2025-01-01", 48, "0.05", "50"),
        ("taobao", "2025-01-01", 49, "0.10", "50"),
        ("taobao", "2025-01-01", None, "0.05", "50"),
        ("tmall", "2020-01-01", 72, "0.05", "50"),
    ],
)
def test_the_rule_in_force_on_the_payment_date_judges(platform, paid, hours, rate, maximum):
    found = dearest_in_force(
        RULES,
        code="late",
        platform=platform,
        paid_date=date.fromisoformat(paid),
        promise_hours=hours,
    )

    assert found.rate == Decimal(rate)
    assert found.maximum_amount == Decimal(maximum)


def test_before_any_rule_nothing_is_at_risk():
    result = risk("150.00", DUE_AT + timedelta(days=9), paid_at=at("2019-12-31 23:59:59"))

    assert result.now_amount == 0
    assert result.next_at is None


def test_an_order_without_a_platform_limit_risks_nothing():
    assert risk("150.00", DUE_AT + timedelta(days=9), due_at=None).now_amount == 0


def test_one_buyer_costs_at_most_the_cap_on_one_payment_day():
    monday, tuesday = date(2026, 3, 9), date(2026, 3, 10)
    risks = [
        ("a", monday, Decimal(300)),
        ("b", monday, Decimal(400)),
        ("a", monday, Decimal(300)),
        ("a", tuesday, Decimal(300)),
        ("a", monday, Decimal(1)),
    ]

    capped = cap_by_buyer_day(risks, Decimal(500))

    assert capped == [300, 400, 200, 300, 0]


amounts = st.decimals(Decimal("0.01"), Decimal("999999.99"), places=2)


@given(amounts, st.decimals(0, 1, places=4), st.integers(0, 20), st.integers(0, 500))
def test_a_penalty_stays_within_its_bounds(paid, rate, minimum, more):
    judged = rule(str(rate), str(minimum), str(minimum + more))

    amount = penalty(paid, judged)

    assert judged.minimum_amount <= amount <= judged.maximum_amount
    assert amount == amount.quantize(Decimal("0.01"))


@given(amounts, st.integers(-200, 400), st.integers(0, 400))
def test_waiting_longer_never_costs_less(paid, hours, more):
    early, late = (risk(paid, DUE_AT + timedelta(hours=h)) for h in (hours, hours + more))

    assert early.now_amount <= late.now_amount
    assert early.now_amount <= early.next_amount


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.dates(date(2026, 1, 1), date(2026, 1, 3)), amounts)
    )
)
def test_capped_sums_are_the_smaller_of_sum_and_cap(risks):
    cap = Decimal(500)

    full, counted = defaultdict(Decimal), defaultdict(Decimal)
    for (buyer, day, amount), capped in zip(risks, cap_by_buyer_day(risks, cap), strict=True):
        full[buyer, day] += amount
        counted[buyer, day] += capped

    assert all(counted[key] == min(full[key], cap) for key in full)
