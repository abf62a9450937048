"""Pages of figures: what they say, what they do not know, what they cost, and what they lead to."""

import csv
import io
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.actions import boards, rollup
from analytics.models import ReturnDay, StatRow, StockDay
from orders.models import DirtyDay, Refund
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.goods import ProductFactory, SkuFactory
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory
from tests.factories.staff import PersonFactory, RoleFactory

PAGES = ("trend", "products", "regions", "hours", "customers", "cohorts", "turnover", "returns")


@pytest.fixture
def today(db: None) -> date:
    return business_date(timezone.now())


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def sold(
    day: date, amount: str, *, item: str = "6001", province: str = "浙江省", hour: int = 10
) -> None:
    order = OrderFactory(
        buyer=BuyerFactory(),
        created_at=at(day, hour),
        paid_at=at(day, hour),
        paid_amount=Decimal(amount),
        receiver_province=province,
    )
    OrderLineFactory(
        order=order, item_no=item, sku_code=f"S-{item}", paid_amount=Decimal(amount), quantity=1
    )


def roll() -> None:
    rollup.mark_days(since=None, until=None, now=timezone.now())
    while rollup.roll_some(now=timezone.now(), limit=60):
        pass


def words_of(response: object) -> str:
    text = re.sub(r"<script.*?</script>", " ", response.content.decode(), flags=re.DOTALL)  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def rows_of(response: object) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("code", PAGES)
def test_a_shop_without_data_is_told_how_it_gets_here(code: str, as_manager: Client) -> None:
    response = as_manager.get(f"/analytics/{code}/")

    assert response.status_code == 200
    assert "so-state" in response.content.decode()


@pytest.mark.parametrize("code", PAGES)
def test_an_address_that_makes_no_sense_gives_thirty_days_and_says_so(
    code: str, as_manager: Client
) -> None:
    response = as_manager.get(f"/analytics/{code}/?since=2026-02-31&until=nonsense&vs=x&by=y")

    assert response.status_code == 200
    assert "先给你最近 30 天" in response.content.decode()


def test_the_trend_sums_days_into_weeks_and_leads_to_sources(
    as_manager: Client, today: date
) -> None:
    days = [today - timedelta(days=n) for n in (1, 2)]
    for day in days:
        sold(day, "100.00")
    roll()

    page = as_manager.get("/analytics/trend/?span=7&vs=none&by=month")
    by_day = as_manager.get("/analytics/trend/?span=7&vs=none")

    assert "200.00" in words_of(page) or words_of(page).count("100.00") >= 2
    assert f"figure=paid_amount&amp;day={days[0]}" in by_day.content.decode()
    assert f"/analytics/orders/?since={days[0]}" in by_day.content.decode()


def test_a_day_that_no_file_told_of_is_unknown_and_not_zero(
    as_manager: Client, today: date
) -> None:
    sold(today - timedelta(days=1), "100.00")
    roll()

    rows = rows_of(as_manager.get("/analytics/trend/trend.csv?span=7&vs=none"))

    assert rows[1][:2] == [(today - timedelta(days=1)).isoformat(), "100.00"]
    assert rows[2][:2] == [(today - timedelta(days=2)).isoformat(), ""]


def test_a_rate_is_summed_first_and_derived_then(as_manager: Client, today: date) -> None:
    for back, visitors, paid in ((1, "100", "10"), (2, "300", "6")):
        StatRow.objects.create(
            source="shop_day",
            scope="shop",
            date=today - timedelta(days=back),
            figures={"visitors": visitors, "paid_buyers": paid},
            said_at=timezone.now(),
            is_current=True,
        )

    page = words_of(as_manager.get("/analytics/trend/?figure=pay_rate&span=7&vs=none"))

    assert "4.00%" in page


def test_goods_stand_by_what_they_bring_with_running_shares(
    as_manager: Client, today: date
) -> None:
    day = today - timedelta(days=1)
    for item, amount in (("6001", "60.00"), ("6002", "25.00"), ("6003", "15.00")):
        sold(day, amount, item=item)
    roll()

    rows = rows_of(as_manager.get("/analytics/products/goods.csv?span=7&vs=none"))
    page = words_of(as_manager.get("/analytics/products/?span=7"))

    assert [row[2] for row in rows[1:]] == ["60.00", "25.00", "15.00"]
    assert [row[4] for row in rows[1:]] == ["0.6", "0.85", "1"]
    assert "2 个（66.7%）带来八成净支付" in page


def test_who_may_not_see_costs_sees_no_margin_on_page_or_in_file(today: date) -> None:
    sold(today - timedelta(days=1), "60.00")
    roll()
    role = RoleFactory(rights=["analytics.view", "analytics.export"])
    client = browser_of(PersonFactory(role_codes=[role.code]))

    page = words_of(client.get("/analytics/products/?span=7"))
    rows = rows_of(client.get("/analytics/products/goods.csv?span=7"))

    assert "毛利" not in page
    assert not [label for label in rows[0] if "毛利" in label or "成本" in label]


def test_provinces_lead_to_their_orders(as_manager: Client, today: date) -> None:
    day = today - timedelta(days=1)
    sold(day, "60.00", province="浙江省")
    sold(day, "20.00", province="广东省")
    roll()

    page = as_manager.get("/analytics/regions/?span=7&vs=none").content.decode()
    found = re.search(r'href="(/analytics/orders/[^"]+province[^"]+)"', page)
    assert found is not None
    behind = words_of(as_manager.get(found.group(1).replace("&amp;", "&")))

    assert "浙江省" in behind
    assert "广东省" not in behind
    assert "¥60.00" in behind


def test_an_hour_on_a_weekday_nobody_told_of_is_unknown(as_manager: Client, today: date) -> None:
    day = today - timedelta(days=1)
    sold(day, "60.00", hour=21)
    roll()

    rows = rows_of(as_manager.get("/analytics/hours/heat.csv?span=7&vs=none"))

    weekday = day.weekday() + 1
    assert rows[22][weekday] == "1"
    assert rows[22][weekday % 7 + 1] == ""


def test_buyers_of_the_last_365_days_are_old(as_manager: Client, today: date) -> None:
    buyer = BuyerFactory()
    for back in (1, 200):
        moment = at(today - timedelta(days=back))
        OrderFactory(buyer=buyer, created_at=moment, paid_at=moment, paid_amount=Decimal(50))
    sold(today - timedelta(days=1), "30.00")
    roll()

    rows = rows_of(as_manager.get("/analytics/customers/daily.csv?span=yesterday&vs=none"))

    assert rows[1] == [(today - timedelta(days=1)).isoformat(), "1", "1"]


def refund(day: date, reason: str, amount: str = "10.00", **more: object) -> Refund:
    number = f"R{Refund.objects.count()}"
    return Refund.objects.create(
        refund_no=number,
        tid=number,
        status="SUCCESS",
        finished_at=at(day),
        refund_amount=Decimal(amount),
        reason=reason,
        **more,
    )


def test_reasons_follow_the_refunds_they_are_of(as_manager: Client, today: date) -> None:
    day = today - timedelta(days=1)
    first = refund(day, "质量问题", type="return_and_refund")
    refund(day, "不想要了", "5.00", goods_status="卖家未发货")
    refund(day, "不想要了", "5.00", goods_status="卖家未发货")
    roll()
    boards.sum_all_returns()

    rows = rows_of(as_manager.get("/analytics/returns/reasons.csv?span=7&vs=none"))
    assert [row[:2] for row in rows[1:]] == [["不想要了", "2"], ["质量问题", "1"]]

    first.delete()
    DirtyDay.objects.create(basis="refunded", date=day, marked_at=timezone.now())
    while rollup.roll_some(now=timezone.now(), limit=60):
        pass
    boards.sum_all_returns()

    assert list(ReturnDay.objects.values_list("reason", "refunds", "before_leaving")) == [
        ("不想要了", 2, 2)
    ]
    assert boards.stale_days() == []


def test_the_shelf_of_past_days_is_what_stands_now_less_what_moved_since(today: date) -> None:
    from products.models import StockLevel, StockMove

    sku = SkuFactory(code="S-1", cost_amount=Decimal(20))
    since = at(today - timedelta(days=40))
    StockLevel.objects.create(sku=sku, on_hand=70, kept_since=since)
    for back, pieces, after in ((40, 100, 100), (3, -20, 80), (1, -10, 70)):
        StockMove.objects.create(
            sku=sku, at=at(today - timedelta(days=back)), quantity=pieces, on_hand_after=after,
            kind="adjust",
        )  # fmt: skip

    boards.keep_shelf(as_of=today - timedelta(days=1), now=timezone.now())
    boards.keep_shelf(as_of=today - timedelta(days=1), now=timezone.now())

    stood = dict(StockDay.objects.values_list("date", "on_hand"))
    assert [stood[today - timedelta(days=back)] for back in (1, 2, 3, 4, 40)] == [
        70, 80, 80, 100, 100,
    ]  # fmt: skip
    assert today - timedelta(days=41) not in stood


def test_the_shelf_turns_by_pieces_sold_of_what_stood_there(
    as_manager: Client, today: date
) -> None:
    sku = SkuFactory(code="S-6001", product=ProductFactory(item_no="6001"))
    for back in (1, 2):
        StockDay.objects.create(
            date=today - timedelta(days=back), sku_code=sku.code, on_hand=back, cost_fen=None
        )
    for _n in range(3):
        sold(today - timedelta(days=1), "10.00")
    roll()

    rows = rows_of(as_manager.get("/analytics/turnover/skus.csv?span=7&vs=none"))

    assert rows[1][1:6] == ["S-6001", "2", "3.5", "3", "1"]
    assert rows[1][7] == ""  # what it is worth is unknown, not nought


@pytest.mark.parametrize("code", PAGES)
def test_a_page_costs_as_many_queries_however_much_was_sold(
    code: str, as_manager: Client, today: date
) -> None:
    def cost() -> int:
        roll()
        boards.sum_all_returns()
        url = f"/analytics/{code}/?span=30"
        as_manager.get(url)
        with CaptureQueriesContext(connection) as queries:
            as_manager.get(url)
        return len(queries)

    def fill(*, backs: range, items: int) -> None:
        for back in backs:
            for item in range(items):
                sold(today - timedelta(days=back), "10.00", item=f"6{item}")
            refund(today - timedelta(days=back), f"原因 {back}")

    fill(backs=range(1, 3), items=1)
    few = cost()
    fill(backs=range(3, 12), items=3)

    assert cost() == few


# --- kept views


def test_a_view_is_kept_shown_and_forgotten(as_manager: Client) -> None:
    as_manager.post("/analytics/views/trend/", {"name": "早会", "query": "figure=visitors&span=7"})

    page = as_manager.get("/analytics/trend/").content.decode()
    assert 'href="/analytics/trend/?figure=visitors&amp;span=7"' in page
    assert "早会" not in as_manager.get("/analytics/products/").content.decode()
    assert Operation.objects.filter(name="analytics.views.kept").count() == 1

    as_manager.post("/analytics/views/trend/", {"name": "早会", "part": "drop"})

    as_manager.get("/analytics/trend/")  # says that it is gone
    assert "早会" not in words_of(as_manager.get("/analytics/trend/"))


def test_a_view_without_a_name_is_refused_in_words(as_manager: Client) -> None:
    response = as_manager.post(
        "/analytics/views/trend/", {"name": " ", "query": "span=7"}, follow=True
    )

    assert "名字写 1 到 20 个字" in response.content.decode()


def test_views_are_a_persons_own(as_manager: Client, as_administrator: Client) -> None:
    as_manager.post("/analytics/views/trend/", {"name": "早会", "query": "span=7"})

    assert "早会" not in as_administrator.get("/analytics/trend/").content.decode()
