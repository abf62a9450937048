"""The API's rows by a grouping: what the command prints, to the cent; refusals in words; no costs."""

import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from analytics.choices import BASES, GROUPINGS
from orders.models import Order, OrderLine
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff.models import User
from tests.analytics.test_boards import roll
from tests.clients import browser_of
from tests.factories.goods import SkuFactory
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory
from tests.factories.staff import PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = {
    "key", "label", "orders", "paid_orders", "buyers", "gross_amount", "refund_amount", "net_amount",
    "refunded_orders", "unpaid_orders", "pieces",
}  # fmt: skip


@pytest.fixture
def looker(shop: object) -> Client:
    return browser_of(PersonFactory(role_codes=["read_only"]))


def a_week_of_orders() -> str:
    """Make orders of a week, some of one buyer, some unpaid, some refunded; give the span."""
    today = business_date(timezone.now())
    SkuFactory(code="S-1", cost_amount=Decimal("3.33"))
    buyer = BuyerFactory()
    for back in range(1, 8):
        moment = day_bounds(today - timedelta(days=back))[0] + timedelta(hours=back * 2)
        amount = Decimal("33.33") * back
        order = OrderFactory(
            buyer=buyer if back % 2 else BuyerFactory(),
            created_at=moment,
            paid_at=None if back == 7 else moment,
            stage="awaiting_payment" if back == 7 else "signed",
            paid_amount=amount,
            refund_amount=Decimal("1.11") if back == 3 else Decimal(0),
            receiver_province="浙江省" if back % 3 else "广东省",
        )
        OrderLineFactory(order=order, sku_code="S-1", item_no="6001", paid_amount=amount)
    roll()
    return f"since={today - timedelta(days=7)}&until={today - timedelta(days=1)}"


def test_the_rows_are_those_of_the_command_to_the_cent(looker: Client) -> None:
    span = a_week_of_orders()
    options = [f"--{one}" for one in span.split("&")]

    for basis in BASES:
        for by in GROUPINGS:
            out = io.StringIO()
            call_command(
                "metrics", f"--by={by}", f"--basis={basis}", *options, "--json", stdout=out
            )
            printed: dict[str, Any] = json.loads(out.getvalue())
            answer = looker.get(f"/api/analytics/metrics/?by={by}&basis={basis}&{span}").json()

            assert answer == printed, (by, basis)
            assert answer["rows"], (by, basis)
            assert set(answer["rows"][0]) == KEYS


def test_without_a_basis_rows_go_by_the_day_of_the_order_as_the_command_does(
    looker: Client,
) -> None:
    span = a_week_of_orders()

    plain = looker.get(f"/api/analytics/metrics/?by=total&{span}").json()

    assert plain == looker.get(f"/api/analytics/metrics/?by=total&basis=created&{span}").json()
    assert plain["rows"][0]["unpaid_orders"] == 1


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("by=weather", "by", "no such grouping: weather; one of total, day, hour"),
        ("by=", "by", "no such grouping"),
        ("by=day&basis=shipped", "basis", "no such basis: shipped; one of created, paid"),
        ("by=day&codes=visitors", "codes", "not with by"),
        ("by=day&since=2020-01-01", "since", "366 days"),
        ("by=day&since=2026-01-01&until=2026-04-03", "since", "92 days"),
        ("by=day&until=0001-01-03", "until", "before 2001"),
        ("by=day&since=x", "since", "not a date"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_words(
    looker: Client, query: str, field: str, words: str
) -> None:
    response = looker.get(f"/api/analytics/metrics/?{query}")

    assert response.status_code == 400
    assert words in str(response.json()[field])


def test_no_row_gives_a_cost_away_and_nothing_is_for_those_without_the_right(
    looker: Client, outsider: User
) -> None:
    span = a_week_of_orders()

    rows = looker.get(f"/api/analytics/metrics/?by=sku&{span}").content.decode()

    assert "cost" not in rows
    assert "margin" not in rows
    assert looker.get(f"/api/analytics/metrics/?codes=gross_margin&{span}").status_code == 403
    assert browser_of(outsider).get(f"/api/analytics/metrics/?by=sku&{span}").status_code == 403


def test_asking_reads_the_rollup_as_it_stands_and_writes_nothing(looker: Client) -> None:
    span = a_week_of_orders()
    before = looker.get(f"/api/analytics/metrics/?by=total&{span}").json()

    OrderLine.objects.all().delete()
    Order.objects.all().update(paid_amount=Decimal("1.00"))

    assert looker.get(f"/api/analytics/metrics/?by=day&{span}").json()["rows"]
    after = looker.get(f"/api/analytics/metrics/?by=total&{span}").json()
    assert after["rows"][0]["gross_amount"] == before["rows"][0]["gross_amount"]
