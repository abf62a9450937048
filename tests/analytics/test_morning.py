"""The morning page: what it says, what it does not know, and what it costs."""

import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.actions import rollup
from analytics.queries import coverage, daily
from analytics.views import figures, morning
from orders.models import Refund, ShippingDay
from shopops.intake.models import Batch
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import Shop, User
from tests.clients import browser_of
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.factories.staff import PersonFactory
from tests.times import NOW

TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def batch(kind: str, *, since: date, until: date, exported_at: datetime = NOW) -> Batch:
    return Batch.objects.create(
        file_name="ExportOrderList.csv",
        sha256="0" * 64,
        size_bytes=1,
        source="command",
        state="done",
        kind=kind,
        exported_at=exported_at,
        period_from=at(since, 0),
        period_to=at(until, 23),
        created_at=exported_at,
    )


def roll() -> None:
    rollup.mark_days(since=None, until=None, now=NOW)
    while rollup.roll_some(now=NOW, limit=30):
        pass


@pytest.fixture
def fixed_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the view's clock stand at the tests' instant."""
    monkeypatch.setattr(morning, "system_clock", lambda: NOW)


def page(person: User, query: str = "") -> str:
    response = browser_of(person).get(reverse("morning") + query)
    assert response.status_code == 200
    return response.content.decode()


def data_of(html: str, element: str) -> dict[str, object]:
    found = re.search(rf'<script id="{element}"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_a_new_shop_is_told_how_the_first_file_gets_in(manager: User, fixed_now: None) -> None:
    html = page(manager)

    assert "店里还没有数据" in html
    assert "c-trend" not in html


def test_the_strip_to_the_cutoff_needs_no_saved_shop(manager: User, fixed_now: None) -> None:
    Shop.objects.all().delete()
    OrderFactory(paid_at=at(YESTERDAY), stage="approved")
    ShippingDay.objects.update_or_create(
        date=TODAY,
        defaults={
            "ships": True,
            "cutoff_at": at(TODAY, 16),
            "handover_at": at(TODAY, 18),
            "next_ship_date": TODAY + timedelta(days=1),
            "next_handover_at": at(TODAY + timedelta(days=1), 18),
            "why": "",
        },
    )

    assert "16:00" in page(manager)


def test_yesterday_stands_against_the_day_before_and_the_same_weekday(
    manager: User, fixed_now: None
) -> None:
    buyer = BuyerFactory()
    OrderFactory(paid_at=at(YESTERDAY), buyer=buyer, paid_amount="100.00")
    OrderFactory(paid_at=at(YESTERDAY), buyer=buyer, paid_amount="120.00")
    OrderFactory(paid_at=at(YESTERDAY - timedelta(days=1)), paid_amount="200.00")
    OrderFactory(paid_at=at(YESTERDAY - timedelta(days=7)), paid_amount="440.00")
    roll()

    html = page(manager)

    assert "¥220<small>.00</small>" in html  # gross, and per buyer: one buyer
    assert "▲ 10.0%" in html
    assert "▼ 50.0%" in html


def test_a_day_without_a_file_is_a_gap_and_a_day_inside_a_file_is_zero(
    manager: User, fixed_now: None
) -> None:
    OrderFactory(paid_at=at(YESTERDAY))
    OrderFactory(paid_at=at(YESTERDAY - timedelta(days=3)))
    batch("orders.order_list", since=YESTERDAY - timedelta(days=1), until=YESTERDAY)
    roll()

    values = data_of(page(manager), "c-trend-data")["now"]

    assert isinstance(values, list)
    assert values[-4:] == [150.0, None, 0.0, 150.0]


def test_refunds_are_those_of_the_day_and_unknown_without_a_refund_file(db: None) -> None:
    Refund.objects.create(
        refund_no="1", tid="1", status="SUCCESS", refund_amount="12.50", finished_at=at(YESTERDAY)
    )
    assert daily.refunds_by_day(since=YESTERDAY, until=YESTERDAY) == {}

    batch("orders.refund_list", since=YESTERDAY - timedelta(days=9), until=YESTERDAY)
    roll()

    found = daily.refunds_by_day(since=YESTERDAY - timedelta(days=10), until=TODAY)
    assert found[YESTERDAY] == Decimal("12.50")
    assert YESTERDAY - timedelta(days=10) not in found
    assert found[YESTERDAY - timedelta(days=1)] == 0
    assert TODAY not in found


def test_today_is_set_against_the_same_time_of_the_day_before(db: None) -> None:
    OrderFactory(paid_at=at(TODAY, 9), paid_amount="10.00")
    OrderFactory(paid_at=at(YESTERDAY, 9), paid_amount="20.00")
    OrderFactory(paid_at=at(YESTERDAY, 18), paid_amount="70.00")
    batch("orders.order_list", since=YESTERDAY, until=TODAY, exported_at=at(TODAY, 15))

    view = figures.view_of(figures.TODAY, by_day={}, today=TODAY, now=NOW)

    assert view.now.gross_amount == 10
    assert view.against[0][1].gross_amount == 20


def test_today_without_a_file_of_today_is_unknown(db: None) -> None:
    OrderFactory(paid_at=at(YESTERDAY))

    view = figures.view_of(figures.TODAY, by_day={}, today=TODAY, now=NOW)

    assert view.now.gross_amount is None
    assert view.note


def test_a_week_counts_a_buyer_once(db: None) -> None:
    buyer = BuyerFactory()
    for back in (0, 1):
        OrderFactory(paid_at=at(YESTERDAY - timedelta(days=back)), buyer=buyer)
    roll()
    by_day = daily.daily(since=figures.facts_since(TODAY), until=YESTERDAY)

    view = figures.view_of(figures.WEEK, by_day=by_day, today=TODAY, now=NOW)

    assert (view.now.orders, view.now.buyers) == (2, 1)


def test_a_file_exported_yesterday_noon_does_not_cover_yesterday(db: None) -> None:
    batch(
        "orders.order_list",
        since=YESTERDAY - timedelta(days=30),
        until=YESTERDAY,
        exported_at=at(YESTERDAY, 12),
    )

    absent = {state.kind for state in coverage.missing(coverage.file_states(day=YESTERDAY))}

    assert absent == {coverage.ORDERS, coverage.ITEMS, coverage.REFUNDS}


def test_what_is_late_comes_first_with_its_cost_and_an_owner(
    manager: User, fixed_now: None
) -> None:
    OrderFactory(paid_at=at(TODAY - timedelta(days=4)), paid_amount="150.00")
    roll()

    html = page(manager)

    first = html.index("1 单过了应出时间还没交接")
    assert first < html.index("文件没有讲到昨天")
    assert "仓库主管" in html[first : first + 800]


def test_who_may_not_see_orders_is_shown_no_orders_to_act_on(shop: object, fixed_now: None) -> None:
    OrderFactory(paid_at=at(TODAY - timedelta(days=4)))
    roll()

    html = page(PersonFactory(role_codes=["promotion"]))

    assert "单过了应出时间还没交接" not in html
    assert "trend.csv" not in html


def test_the_csv_leaves_an_unknown_day_empty(as_manager: Client, fixed_now: None) -> None:
    OrderFactory(paid_at=at(YESTERDAY))
    roll()

    response = as_manager.get(reverse("morning_trend_csv"))
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]

    assert lines[-1].startswith('"2026-09-16","150.00","1","1"')
    assert lines[-2] == '"2026-09-15","","","",""'


def test_the_page_costs_the_same_with_many_orders(manager: User, fixed_now: None) -> None:
    client = browser_of(manager)
    OrderFactory(paid_at=at(YESTERDAY))
    roll()
    client.get(reverse("morning"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("morning"))

    for back in range(40):
        OrderFactory(paid_at=at(TODAY - timedelta(days=back)))
    roll()
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("morning"))

    assert len(many) <= len(few)
    assert len(many) < 55
