from datetime import UTC, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules import (
    CalendarGapError,
    OrderFacts,
    WhatIf,
    backward_plan,
    promise_windows,
    ship_due,
    start_weekday_rules,
    what_if,
    with_cutoff,
)
from tests.orders.rules.calendars import SINCE, at, calendar

NOW = at("2026-09-17 15:18:00")
CUTOFF = at("2026-09-17 16:00:00")
COUNTS = {"awaiting_audit": 23, "approved": 8, "picked": 4, "checked": 2}
AS_IS = calendar("2026-03-01", "2026-03-31")
AT_FIVE = calendar(
    "2026-03-01", "2026-03-31", rules=with_cutoff(start_weekday_rules(SINCE), time(17))
)


def plan(**changes):
    values: dict[str, Any] = {
        "minutes_per_order": Decimal("2.5"),
        "hands": 2,
        "now": NOW,
        "cutoff_at": CUTOFF,
    }
    return backward_plan(COUNTS, **(values | changes))


def test_the_plan_counts_back_from_the_cutoff():
    result = plan()

    assert result.orders == 37
    assert result.needed_minutes == 46
    assert result.short_by_minutes == 4
    assert result.is_short
    assert result.latest_start_at == at("2026-09-17 15:13:45")
    assert result.done_at == at("2026-09-17 16:04:15")
    assert result.done_at_with_one_more == at("2026-09-17 15:48:50")


def test_with_a_third_pair_of_hands_the_plan_holds():
    result = plan(hands=3)

    assert not result.is_short
    assert result.short_by_minutes == 0


def test_nobody_at_work_makes_no_plan():
    with pytest.raises(ValueError, match="at least one person"):
        plan(hands=0)


def test_a_later_cutoff_ships_more_the_same_day_and_more_late():
    now = at("2026-03-20 12:00:00")
    orders = [
        (at("2026-03-09 15:59:59"), at("2026-03-09 18:00:00")),  # same day, in time, both ways
        (at("2026-03-09 16:00:00"), at("2026-03-10 18:00:00")),  # late if the cutoff were 17:00
        (at("2026-03-09 16:59:59"), at("2026-03-09 19:00:00")),  # left early: in time both ways
        (at("2026-03-09 17:00:00"), at("2026-03-10 19:00:01")),  # late both ways
        (at("2026-03-20 16:30:00"), None),  # not due yet
        (at("2026-03-18 10:00:00"), None),  # still here, past due
    ]

    result = what_if(orders, calendar_now=AS_IS, calendar_then=AT_FIVE, now=now)

    assert result == WhatIf(6, same_day_now=2, same_day_then=5, late_now=2, late_then=3)


def test_a_what_if_over_no_orders_is_all_zero():
    result = what_if([], calendar_now=AS_IS, calendar_then=AT_FIVE, now=NOW)

    assert result == WhatIf(0, 0, 0, 0, 0)


def test_a_what_if_names_a_date_that_its_calendar_lacks():
    with pytest.raises(CalendarGapError, match="2026-04-01"):
        what_if(
            [(at("2026-03-31 23:00:00"), None), (at("2026-04-01 00:00:00"), None)],
            calendar_now=AS_IS,
            calendar_then=AT_FIVE,
            now=NOW,
        )


moments = st.integers(0, 30 * 86400).map(
    lambda n: (at("2026-03-01 00:00:00") + timedelta(seconds=n)).astimezone(UTC)
)


@given(st.lists(st.tuples(moments, st.none() | moments), max_size=20))
def test_counting_in_bulk_equals_judging_one_by_one(orders):
    now = at("2026-03-25 12:00:00")
    windows = promise_windows([], "taobao")

    dues = [
        ship_due(OrderFacts(paid, "TRADE_FINISHED"), calendar=AT_FIVE, windows=windows).ship_due_at
        for paid, _ in orders
    ]
    result = what_if(orders, calendar_now=AS_IS, calendar_then=AT_FIVE, now=now)

    assert result.late_then == sum(
        (left or now) > due for (_, left), due in zip(orders, dues, strict=True)
    )
    assert result.same_day_then == sum(
        due.date() == paid.astimezone(due.tzinfo).date()
        for (paid, _), due in zip(orders, dues, strict=True)
    )
