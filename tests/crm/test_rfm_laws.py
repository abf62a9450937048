"""RFM kept by any days, with gaps, refunds and new buyers between, equals one worked out at once."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.actions import follow, rfm
from crm.models import (
    Customer,
    CustomerStat,
    Identity,
    LifeRule,
    PaidDay,
    RfmBase,
    RfmChange,
    RfmRule,
    RfmRun,
    StaleCustomer,
)
from orders.models import Buyer, Order
from tests.crm.test_rfm import DAY, NOW, anew, everything, paid
from tests.factories.orders import BuyerFactory

pytestmark = pytest.mark.django_db

# What an example before left behind; what points at others first.
EVERYTHING = (
    RfmChange, RfmRun, RfmBase, RfmRule, LifeRule, PaidDay, CustomerStat, StaleCustomer,
    Identity, Order, Buyer, Customer,
)  # fmt: skip
PAYMENT = st.tuples(st.integers(0, 7), st.integers(0, 60), st.integers(1, 90_000))
STEP = st.tuples(
    # Days until RFM is kept again: none, one, some, more than the window.
    st.sampled_from([0, 1, 1, 1, 2, 5, 40]),
    st.lists(PAYMENT, max_size=4),
    # Whose first order is refunded.
    st.one_of(st.none(), st.integers(0, 7)),
)


@given(
    first=st.lists(PAYMENT, min_size=4, max_size=16),
    steps=st.lists(STEP, min_size=1, max_size=5),
    by_rule=st.booleans(),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_by_any_days_it_equals_a_working_out_at_once(db, first, steps, by_rule):
    for model in EVERYTHING:
        model.objects.all().delete()
    begin = date(2020, 1, 1)
    RfmRule.objects.create(valid_from=begin, window_days=30, changed_at=NOW)
    if by_rule:
        LifeRule.objects.create(
            valid_from=begin, active_days=7, cooling_days=15, asleep_days=40, changed_at=NOW
        )
    buyers = [BuyerFactory() for _n in range(8)]
    pay(buyers, first, DAY)
    rfm.keep_rfm(as_of=DAY, now=NOW)
    day = DAY
    for days, payments, refunded in steps:
        # Paid before the day it is kept for, on it, and after it.
        pay(buyers, payments, day + timedelta(days=days + 1))
        day += timedelta(days=days)
        if refunded is not None and (order := buyers[refunded].orders.order_by("pk").first()):
            order.refund_amount = order.paid_amount
            order.save()
            follow.mark_some([buyers[refunded].pk])
        rfm.keep_rfm(as_of=day, now=NOW)
    kept = everything()

    anew(day)

    assert kept == everything()


def pay(buyers, payments, last):
    for who, days, fen in payments:
        paid(buyers[who], last - timedelta(days=days), fen / 100)
    follow.mark_some([buyer.pk for buyer in buyers])
