"""Who asked before paying, who came again, and the five figures of the shop."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from analytics.actions import boards
from analytics.models import RepurchaseRun, StatRow
from analytics.queries import trend
from analytics.queries.asking_buyers import conversions, summed
from analytics.rules.spans import Days
from crm.models import AgentDay, PaidDay
from shopops.lib.business_time import business_date
from tests.factories.staff import PersonFactory

DAY = date(2026, 9, 16)


@pytest.fixture
def shop_day(db: None) -> None:
    StatRow.objects.create(
        source="shop_day",
        scope="shop",
        date=DAY,
        figures={"visitors": "100", "paid_buyers": "10"},
        said_at=timezone.now(),
        is_current=True,
    )


def chat(*, inquired: int, paid: int | None) -> None:
    AgentDay.objects.create(
        agent=PersonFactory(role_codes=["service"]),
        date=DAY,
        inquired=inquired,
        paid=paid,
        said_at=timezone.now(),
        is_current=True,
    )


def test_the_silent_are_what_is_left_of_visitors_and_buyers(shop_day: None) -> None:
    chat(inquired=12, paid=4)
    chat(inquired=8, paid=2)

    found = summed(conversions(Days(DAY, DAY)))

    assert found.asked_rate == Decimal("0.3")
    assert found.silent_rate == Decimal("0.05")
    assert found.silent_share == Decimal("0.4")


def test_a_day_on_which_more_asked_than_came_says_nothing_about_the_silent(
    shop_day: None,
) -> None:
    chat(inquired=120, paid=4)

    assert conversions(Days(DAY, DAY)) == {}


def test_without_chat_figures_the_silent_are_unknown(shop_day: None) -> None:
    chat(inquired=12, paid=None)

    assert summed(conversions(Days(DAY, DAY))).silent_rate is None


def paid(customer: int, *days: date) -> None:
    for day in days:
        PaidDay.objects.create(
            customer_id=customer, date=day, orders=1, paid_fen=10_000, refund_fen=1_000
        )


def test_buyers_of_365_days_are_told_apart_by_how_often_they_paid(db: None) -> None:
    paid(1, DAY, DAY - timedelta(days=30))
    paid(2, DAY - timedelta(days=364))
    paid(3, DAY - timedelta(days=365))

    run = boards.keep_repurchase(as_of=DAY, now=timezone.now())

    assert run.by_orders == [[1, 1, 9_000], [2, 1, 18_000]]
    assert trend.repurchase(DAY) == (DAY, Decimal("0.5"))


def test_repurchase_worked_out_twice_stands_once(db: None) -> None:
    paid(1, DAY)

    boards.keep_repurchase(as_of=DAY, now=timezone.now())
    paid(2, DAY)
    boards.keep_repurchase(as_of=DAY, now=timezone.now())

    assert [run.by_orders for run in RepurchaseRun.objects.all()] == [[[1, 2, 18_000]]]


def test_a_run_of_long_ago_is_not_taken_for_today(db: None) -> None:
    paid(1, DAY)
    boards.keep_repurchase(as_of=DAY, now=timezone.now())

    assert trend.repurchase(DAY + timedelta(days=90)) == (None, None)


def test_the_page_of_cohorts_shows_who_came_back(as_manager: Client) -> None:
    today = business_date(timezone.now())
    first = (today - timedelta(days=70)).replace(day=15)
    paid(1, first, first + timedelta(days=31))
    paid(2, first)
    boards.keep_repurchase(as_of=today - timedelta(days=1), now=timezone.now())

    page = as_manager.get("/analytics/cohorts/").content.decode()

    assert f"{first:%Y-%m}" in page
    assert "50.0%" in page


def test_figures_that_nobody_knows_are_unknown(db: None) -> None:
    found = trend.five(Days(DAY, DAY))

    assert (found.buyer_cost, found.whole_return, found.pay_rate) == (None, None, None)
    assert (found.repurchase, found.loyalty) == (None, None)
