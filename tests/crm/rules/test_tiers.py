"""Tiers at, just before and after their thresholds and days."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.rules.tiers import (
    Bought,
    Held,
    Level,
    Paid,
    Plan,
    Replay,
    discount_fen,
    faults,
    next_state,
    paid_as_of,
    reached,
    replay,
    warnings,
)

ORDINARY = Level(1, "普通", one_order_fen=20_000, rate=Decimal("0.98"))
SENIOR = Level(
    2, "高级", window_fen=100_000, window_orders=5, keep_fen=50_000, rate=Decimal("0.95")
)
VIP = Level(3, "VIP", window_fen=300_000, rate=Decimal("0.92"))
PLAN = Plan((ORDINARY, SENIOR, VIP), window_days=365, keep_days=365, fall="step")
DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("paid", "level", "why"),
    [
        (Paid(19_999, 19_999, 1), 0, ""),
        (Paid(20_000, 20_000, 1), 1, "one_order"),
        (Paid(15_000, 99_999, 4), 0, ""),
        (Paid(15_000, 100_000, 4), 2, "window_amount"),
        (Paid(5_000, 25_000, 5), 2, "window_orders"),
        (Paid(299_999, 299_999, 1), 2, "window_amount"),
        (Paid(300_000, 300_000, 1), 3, "window_amount"),
    ],
)
def test_a_tier_is_reached_at_its_threshold(paid, level, why):
    assert reached(PLAN, paid) == (level, why)


def test_who_reaches_a_tier_holds_it_for_the_days_of_keeping():
    held = next_state(None, Paid(20_000, 20_000, 1), PLAN, DAY)

    assert held == Held(1, DAY, DAY + timedelta(days=365), "one_order")


def test_a_higher_tier_is_taken_at_once_and_a_lower_amount_changes_nothing_before_the_end():
    held = Held(2, DAY, DAY + timedelta(days=365), "window_amount")

    assert next_state(held, Paid(0, 300_000, 1), PLAN, DAY).level == 3
    assert next_state(held, Paid(), PLAN, held.until) == held


@pytest.mark.parametrize(
    ("fall", "paid", "becomes"),
    [
        ("step", Paid(keep_fen=50_000), (2, "kept")),
        ("step", Paid(keep_fen=49_999), (1, "fell")),
        ("recount", Paid(keep_fen=49_999), None),
        ("recount", Paid(20_000, 20_000, 1, 20_000, 1, 20_000), (1, "fell")),
        ("never", Paid(), (2, "never_falls")),
    ],
)
def test_the_day_after_a_tier_ends_it_is_kept_or_falls_by_the_rule(fall, paid, becomes):
    held = Held(2, DAY, DAY + timedelta(days=9), "window_amount")

    found = next_state(held, paid, replace(PLAN, fall=fall), DAY + timedelta(days=10))

    assert (found and (found.level, found.why)) == becomes


def test_the_lowest_tier_falls_to_none():
    held = Held(1, DAY, DAY, "one_order")

    assert next_state(held, Paid(), PLAN, DAY + timedelta(days=1)) is None


def test_a_tier_that_the_new_plan_does_not_know_falls_at_once():
    held = Held(4, DAY, DAY + timedelta(days=99), "window_amount")

    assert next_state(held, Paid(), PLAN, DAY).level == 3


def test_the_window_holds_its_last_day_and_not_the_one_before_its_first():
    orders = [Bought(DAY - timedelta(days=n), 100, 100) for n in (365, 364, 0)]

    assert paid_as_of(orders, PLAN, DAY).window_orders == 2
    assert paid_as_of(orders, PLAN, DAY - timedelta(days=1)).window_orders == 2


def test_a_refunded_order_counts_for_nothing():
    assert paid_as_of([Bought(DAY, 0, 0)], PLAN, DAY) == Paid()


def test_the_order_that_lifts_pays_in_full_and_the_next_has_the_discount():
    orders = [Bought(DAY, 20_000, 19_000), Bought(DAY + timedelta(days=1), 10_000, 9_999)]
    cost = Replay()

    replay(orders, PLAN, since=DAY, into=cost)

    assert (dict(cost.off_fen), dict(cost.orders)) == ({1: 200}, {1: 1})


def test_what_was_bought_before_the_year_costs_nothing_but_lifts():
    orders = [Bought(DAY, 20_000, 20_000), Bought(DAY + timedelta(days=9), 100, 100)]
    cost = Replay()

    replay(orders, PLAN, since=DAY + timedelta(days=9), into=cost)

    assert dict(cost.off_fen) == {1: 2}


def test_a_discount_is_rounded_for_the_buyer():
    assert discount_fen(9_999, Decimal("0.98")) == 200


@pytest.mark.parametrize(
    ("plan", "found"),
    [
        (PLAN, []),
        (Plan(()), [("none", 0)]),
        (Plan((Level(1, "空"),)), [("no_condition", 1)]),
        (Plan((ORDINARY, replace(SENIOR, one_order_fen=19_999))), [("easier", 2)]),
        (Plan((ORDINARY, replace(SENIOR, rate=Decimal("0.99")))), [("less", 2)]),
    ],
)
def test_a_plan_that_cannot_be_so_is_found(plan, found):
    assert faults(plan) == found


def test_nobody_and_everybody_are_warned_of():
    assert warnings({1: 10, 2: 3, 3: 0}, 10) == [("everybody", 1), ("nobody", 3)]
    assert warnings({1: 0}, 0) == [("nobody", 1)]
