"""Payments that come and go while later days are worked out: who was new and who was old stays right.

Every change and every step commits, as in a shop: what a step has seen is told by its snapshot.
"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.actions import rollup, settling
from analytics.models import ChangedBuyers, DayBuyers, DayRollup, RolledDay, SkuCost
from orders.actions.importing.after import mark_dirty
from orders.models import Buyer, DirtyDay, Order
from shopops.lib.business_time import SHANGHAI
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db(transaction=True)

# The last one is a year after the second and more than a year after the first.
DAYS = tuple(date(2024, 7, 8) + timedelta(days=days) for days in (0, 1, 3, 366))
FIRST, NEXT, LATER = DAYS[:3]


@transaction.atomic
def pays(buyer: Buyer, day: date) -> None:
    """Let a buyer pay on a day, or take the payment away if there is one."""
    paid = Order.objects.filter(buyer=buyer, paid_date=day)
    if not paid.exists():
        at = datetime(day.year, day.month, day.day, 10, 5, tzinfo=SHANGHAI)
        OrderFactory(buyer=buyer, created_at=at, paid_at=at)
        mark(buyer, day)
    else:
        mark(buyer, day)
        paid.delete()


def mark(buyer: Buyer, day: date) -> None:
    where = "buyer_id = %(buyer)s AND paid_date = %(day)s"
    with connection.cursor() as cursor:
        mark_dirty(cursor, "orders_order", where=where, params={"buyer": buyer.pk, "day": day})


def roll(since: date | None = None, until: date | None = None) -> None:
    while rollup.roll_marked(now=NOW, limit=1, since=since, until=until):
        pass


def roll_all() -> None:
    steps = 0
    settling.settle(now=NOW)
    while rollup.roll_some(now=NOW, limit=2):
        steps += 1
        assert steps < 100, "it never comes to rest"


def old_on(day: date) -> list[int]:
    return DayBuyers.objects.get(basis="paid", date=day).old_ids


def check_all_by_the_rule() -> None:
    """Hold what each day took its buyers for against the rule, written once more."""
    paid = set(Order.objects.values_list("buyer_id", "paid_date"))
    kept = {}
    for row in DayBuyers.objects.filter(basis="paid"):
        kept |= {(buyer, row.date): "new" for buyer in row.new_ids}
        kept |= {(buyer, row.date): "old" for buyer in row.old_ids}
    assert kept == {
        (buyer, day): "old"
        if any(b == buyer and 1 <= (day - d).days <= 365 for b, d in paid)
        else "new"
        for buyer, day in paid
    }


def test_a_payment_that_vanished_and_is_back_counts_for_a_day_worked_out_between() -> None:
    buyer, other = BuyerFactory(), BuyerFactory()
    pays(buyer, FIRST)
    pays(buyer, LATER)
    roll_all()
    assert old_on(LATER) == [buyer.pk]

    pays(buyer, FIRST)  # gone
    pays(other, LATER)
    roll(since=LATER)
    assert old_on(LATER) == []
    pays(buyer, FIRST)  # and back, before its day was worked out
    roll_all()

    assert old_on(LATER) == [buyer.pk]
    check_all_by_the_rule()


def test_a_payment_that_came_and_went_counts_for_no_day_worked_out_between() -> None:
    buyer = BuyerFactory()
    pays(buyer, LATER)
    pays(buyer, FIRST)
    roll(since=LATER)
    assert old_on(LATER) == [buyer.pk]
    pays(buyer, FIRST)
    roll_all()

    assert old_on(LATER) == []
    check_all_by_the_rule()


def test_a_day_that_saw_all_changes_or_none_is_not_worked_out_again() -> None:
    buyer = BuyerFactory()
    pays(buyer, FIRST)
    pays(buyer, LATER)
    roll_all()
    pays(buyer, FIRST)
    pays(buyer, FIRST)
    pays(BuyerFactory(), NEXT)
    roll(since=NEXT, until=NEXT)  # saw both

    roll(until=FIRST)
    settling.settle(now=NOW)

    assert not DirtyDay.objects.exists()
    assert not ChangedBuyers.objects.exists()


acts = st.one_of(
    st.tuples(st.just("pays"), st.integers(0, 1), st.sampled_from(DAYS)),
    st.tuples(st.just("roll"), st.sampled_from(DAYS), st.sampled_from(DAYS)),
    st.tuples(st.just("settle")),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(happened=st.lists(acts, min_size=4, max_size=16))
def test_whatever_comes_and_goes_between_the_steps_every_day_is_right_at_the_end(
    db: None, happened: list[tuple[Any, ...]]
) -> None:
    for table in (Order, DirtyDay, DayBuyers, ChangedBuyers, DayRollup, RolledDay, SkuCost):
        table.objects.all().delete()
    buyers = [BuyerFactory(), BuyerFactory()]
    for name, *values in happened:
        if name == "pays":
            buyer, day = values
            pays(buyers[buyer], day)
        elif name == "roll":
            roll(*values)
        else:
            settling.settle(now=NOW)
    roll_all()

    check_all_by_the_rule()
