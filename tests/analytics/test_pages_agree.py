"""One day's figures are the same to the cent wherever they stand: pages, files, API, report, command."""

import io
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from analytics.queries.report_facts import facts_of
from analytics.rules.reports import DAILY
from orders.models import Order
from shopops.lib.business_time import business_date
from tests.analytics.test_boards import roll, rows_of, sold, words_of

pytestmark = pytest.mark.django_db

# Amount, product, province and hour; the last went back in part.
SOLD = (
    ("100.01", "6001", "浙江省", 9),
    ("20.50", "6002", "江苏省", 9),
    ("7.77", "6001", "浙江省", 23),
    ("59.90", "6003", "西藏自治区", 0),
)
REFUND = Decimal("9.90")


@pytest.fixture
def yesterday(db):
    day = business_date(timezone.now()) - timedelta(days=1)
    for amount, item, province, hour in SOLD:
        sold(day, amount, item=item, province=province, hour=hour)
    Order.objects.filter(receiver_province="西藏自治区").update(refund_amount=REFUND)
    # The day before, which is not to be counted.
    sold(day - timedelta(days=1), "1000.00")
    roll()
    return day


def column(rows, head):
    """Give the amounts of a file's column, the head apart."""
    at = next((place for place, name in enumerate(rows[0]) if name.startswith(head)), None)
    assert at is not None, rows[0]
    return [Decimal(row[at].replace(",", "")) for row in rows[1:] if row[at]]


def test_a_day_s_paid_amount_is_the_same_everywhere(as_manager, yesterday):
    paid = sum(Decimal(amount) for amount, *_rest in SOLD)
    net = paid - REFUND
    span = "span=yesterday&vs=none"
    told = {
        name: sum(column(rows_of(as_manager.get(f"/analytics/{url}?{span}")), head))
        for name, url, head in (
            ("trend", "trend/trend.csv", "支付金额"),
            ("regions", "regions/provinces.csv", "支付金额"),
            ("customers", "customers/kinds.csv", "支付金额"),
        )
    }
    api = as_manager.get(
        f"/api/analytics/metrics/?since={yesterday}&until={yesterday}&codes=paid_amount"
    ).json()
    told["api"] = Decimal(api["figures"][0]["days"][0]["value"])
    report = facts_of(DAILY, day=yesterday + timedelta(days=1), now=timezone.now())
    told["report"] = next(
        Decimal(one["value"]) for one in report["figures"] if one["code"] == "paid_amount"
    )
    out = io.StringIO()
    call_command(
        "metrics", "--by=day", "--basis=paid", f"--since={yesterday}", f"--until={yesterday}",
        "--json", stdout=out,
    )  # fmt: skip
    (row,) = json.loads(out.getvalue())["rows"]
    told["command"] = Decimal(row["gross_amount"])

    goods = rows_of(as_manager.get(f"/analytics/products/goods.csv?{span}"))
    hours = rows_of(as_manager.get(f"/analytics/hours/hours.csv?{span}"))

    assert set(told.values()) == {paid}, told
    assert sum(column(goods, "净支付金额")) == net
    assert sum(column(hours, "支付订单")) == len(SOLD)
    assert Decimal(row["net_amount"]) == net
    assert "188<small>.18</small>" in as_manager.get("/morning/").content.decode()
    assert "188.18" in words_of(as_manager.get(f"/analytics/trend/?{span}"))
    behind = words_of(as_manager.get(f"/analytics/orders/?{span}"))
    assert all(f"¥{amount}" in behind for amount, *_rest in SOLD)
    assert "1,000.00" not in behind
