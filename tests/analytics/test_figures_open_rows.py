"""Every figure of the boards opens the rows that it counts: as many, and summing to the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.actions import boards
from analytics.models import StockDay
from analytics.queries import orders_behind
from analytics.views import asking
from analytics.views.boards.asked import asked_of
from analytics.views.boards.page import PAGES
from analytics.views.boards.parts import Board
from analytics.views.charts import heat
from crm.actions import follow, recompute
from orders.models import Order, Refund
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.analytics.test_boards import at, roll, rows_of, words_of
from tests.clients import browser_of
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory
from tests.factories.staff import PersonFactory, RoleFactory

pytestmark = pytest.mark.django_db
ORDERS = "/analytics/orders/"


def line(order: Order, item: str, amount: str | None, *, quantity: int = 1, **more: object) -> None:
    OrderLineFactory(
        order=order,
        position=order.lines.count() + 1,
        item_no=item,
        sku_code=f"S-{item}" if item else "",
        paid_amount=None if amount is None else Decimal(amount),
        quantity=quantity,
        **more,
    )


def order(day: date, amount: str, *, hour: int = 10, pieces: int = 1, **more: object) -> Order:
    given = {"buyer": BuyerFactory()} | more
    return OrderFactory(
        created_at=at(day, hour),
        paid_at=at(day, hour),
        paid_amount=Decimal(amount),
        total_amount=Decimal(amount),
        piece_count=pieces,
        **given,
    )


def back(one: Order | None, day: date, amount: str, reason: str, **more: object) -> None:
    number = f"R{Refund.objects.count()}"
    Refund.objects.create(
        refund_no=number,
        order=one,
        tid=one.tid if one else number,
        status="SUCCESS",
        finished_at=at(day, 15),
        refund_amount=Decimal(amount),
        reason=reason,
        **more,
    )


@pytest.fixture
def today() -> date:
    return business_date(timezone.now())


@pytest.fixture
def shop_of_days(today: date) -> None:
    """Give a shop of some days: many in an hour, old buyers and nameless ones, parts, postage, refunds."""
    days = [today - timedelta(days=n) for n in range(1, 10)]
    regular = BuyerFactory()
    line(order(today - timedelta(days=100), "50.00", buyer=regular), "6001", "50.00")
    for n in range(54):
        line(
            order(days[0], f"{n + 1}.01", hour=9, receiver_province="江苏省"), "6002", f"{n + 1}.01"
        )
    for n, day in enumerate(days):
        one = order(
            day,
            "130.00",
            hour=9 + n,
            pieces=3,
            buyer=regular,
            postage_amount=Decimal(10),
            device="mobile",
        )
        line(one, "6001", "80.00", quantity=2)
        line(one, "6003", "40.00")
        two = order(day, "99.99", hour=23, pieces=3, refund_amount=Decimal("33.33"), device="pc")
        line(two, "6001", None)
        line(two, "", None, quantity=2, title="没有编号的商品")
        back(two, day, "33.33", "不想要了" if n % 2 else " 质量问题 ", type="return_and_refund")
    line(order(days[2], "20.00", buyer=None, receiver_province=""), "6002", "20.00")
    unpaid = order(days[1], "77.00", hour=11)
    Order.objects.filter(pk=unpaid.pk).update(
        paid_at=None, paid_date=None, paid_amount=0, stage="awaiting_payment"
    )
    whole = order(days[1], "60.00", hour=12, refund_amount=Decimal(60))
    line(whole, "6003", "60.00")
    back(whole, days[0], "40.00", "", goods_status="卖家未发货")
    back(whole, days[0], "20.00", "", goods_status="卖家未发货")
    back(None, days[3], "5.00", "没有订单的退款")
    for sku in ("S-6001", "S-6002", "S-6003"):
        for day in days:
            StockDay.objects.create(date=day, sku_code=sku, on_hand=5, cost_fen=100)
    roll()
    boards.sum_all_returns()


@dataclass(frozen=True)
class Link:
    """A figure of a board and where it leads."""

    where: str
    unit: str
    value: object
    url: str


def board_of(code: str, query: str, person: object) -> Board:
    request = RequestFactory().get(f"/analytics/{code}/?{query}")
    request.user = person  # type: ignore[assignment]
    return PAGES[code](asked_of(request, business_date(timezone.now())))


def links_of(code: str, query: str, person: object) -> Iterator[Link]:
    for card in board_of(code, query, person).cards:
        units = {column.key: column.unit for column in card.columns}
        for row in card.rows:
            for key, url in row.urls.items():
                if url.startswith(ORDERS):
                    yield Link(f"{card.code}.{key}", units[key], row.cells[key], url)


def dates(url: str) -> tuple[date, date]:
    asked = parse_qs(urlsplit(url).query)
    return date.fromisoformat(asked["since"][0]), date.fromisoformat(asked["until"][0])


def money(rows: list[list[str]], head: str) -> Decimal:
    place = rows[0].index(head)
    return sum((Decimal(row[place]) for row in rows[1:]), Decimal(0))


def buyers(rows: list[list[str]]) -> int:
    """Count buyers by day, as the file tells them apart in these tests: every name is another."""
    tids = [row[0] for row in rows[1:]]
    found = Order.objects.filter(tid__in=tids, buyer__isnull=False)
    return len(set(found.values_list("paid_date", "buyer")))


def counted(link: Link, rows: list[list[str]]) -> object:
    """Give what the rows say of the figure."""
    is_goods = "其中件数" in rows[0]
    heads = ("退款金额", "下单金额", "净支付" if is_goods else "支付金额")
    if link.unit == "money":
        return money(rows, next(head for head in heads if head in rows[0]))
    name = link.where.partition(".")[2]
    if name == "pieces":
        return int(money(rows, "其中件数"))
    if name in ("new", "old", "buyers"):
        return buyers(rows)
    if link.where == "goods.orders" and "退款金额" in rows[0]:
        return len({(row[1], row[2][:10]) for row in rows[1:]})
    return len(rows) - 1


def walked(client, url: str) -> list[str]:
    """Give the first cell of all rows of all pages, as a person goes through them."""
    found: list[str] = []
    for _turn in range(40):
        response = client.get(url)
        assert response.status_code == 200, url
        found += [
            str(row["cells"].get("no") or row["cells"]["tid"]) for row in response.context["rows"]
        ]
        if not response.context["older"]:
            return found
        url = ORDERS + response.context["older"]
    raise AssertionError("no end")


BOARDS = (
    ("products", "by=product"),
    ("products", "by=sku&show=bottom"),
    ("regions", ""),
    ("hours", ""),
    ("hours", "show=amount"),
    ("hours", "show=placed"),
    ("customers", ""),
    ("returns", ""),
    ("turnover", ""),
)


@pytest.mark.parametrize(("code", "query"), BOARDS)
def test_every_figure_of_a_board_opens_the_rows_that_it_counts(
    code, query, as_manager, manager, shop_of_days
):
    links = list(links_of(code, f"span=7&{query}", manager))
    assert links

    for link in links:
        page = as_manager.get(link.url)
        rows = rows_of(as_manager.get(link.url.replace(ORDERS, "/analytics/orders.csv", 1)))
        passed = walked(as_manager, link.url)

        assert len(passed) == len(set(passed)) == len(rows) - 1, link
        if link.unit == "text":
            since, until = dates(link.url)
            assert since == until == date.fromisoformat(str(link.value)), link
        else:
            assert counted(link, rows) == link.value, link
        said = page.context["kpis"][0]["value"].replace(",", "")
        if link.where == "goods.orders" and code == "returns":
            assert said == str(link.value), link
        elif rows[0][0] != "退款单号" or "product=" not in link.url:
            assert said == str(len(rows) - 1), link
        days = page.context["days"]
        if days:
            assert sum(int(str_of(day["cells"]["count"])) for day in days) == int(said)


def str_of(cell: object) -> str:
    return str(cell).replace(",", "")


@pytest.mark.parametrize(("code", "query"), BOARDS)
def test_a_figure_of_the_other_days_opens_those_days(code, query, manager, shop_of_days, today):
    for link in links_of(code, f"span=7&{query}", manager):
        expected = 14 if link.where.endswith(".past") else 7

        assert dates(link.url)[0] >= today - timedelta(days=expected), link


def test_small_figures_of_boards_say_what_their_rows_add_up_to(as_manager, manager, shop_of_days):
    seen = 0
    for code in ("regions", "hours", "customers", "returns"):
        for one in board_of(code, "span=7", manager).kpis:
            if str(one["url"]).startswith(ORDERS):
                seen += 1
                values = [kpi["value"] for kpi in as_manager.get(one["url"]).context["kpis"]]
                assert one["value"] in values, (code, one["label"], values)

    assert seen >= 6


def test_the_trend_leads_to_the_orders_of_a_day(as_manager, manager, shop_of_days):
    links = [one for one in links_of("trend", "span=7&vs=none", manager) if one.where == "days.day"]

    assert len(links) == 7
    for link in links:
        day, _until = dates(link.url)
        rows = rows_of(as_manager.get(link.url.replace(ORDERS, "/analytics/orders.csv", 1)))
        assert len(rows) - 1 == Order.objects.filter(paid_date=day).count()


def test_the_heat_of_the_morning_leads_to_the_orders_of_that_hour_of_those_weekdays(
    as_manager, shop_of_days, today
):
    found = heat(today, may_see_orders=True)
    table = found["heat_rows"]
    weekday = (today - timedelta(days=1)).weekday()
    cell = str(table[9][1 + weekday])
    url = cell.split('"')[3].replace("&amp;", "&")

    rows = rows_of(as_manager.get(url.replace(ORDERS, "/analytics/orders.csv", 1)))

    assert url == f"{found['heat']['href']}&weekday={weekday + 1}&hour=09"
    assert f">{len(rows) - 1}<" in cell
    assert len(rows) - 1 >= 55
    hidden = heat(today, may_see_orders=False)
    assert ORDERS not in str(hidden)


def test_where_a_number_comes_from_leads_to_the_orders_of_that_day(as_manager, shop_of_days, today):
    day = today - timedelta(days=2)

    def page(figure: str) -> str:
        return as_manager.get(f"/analytics/sources/?figure={figure}&day={day}").content.decode()

    span = f"since={day}&amp;until={day}"
    assert f"{ORDERS}?{span}" in page("paid_amount")
    assert f"{ORDERS}?{span}&amp;buyer_kind=old" in page("old_buyers")


def test_a_day_of_the_span_is_looked_at_alone(as_manager, shop_of_days, today):
    day = today - timedelta(days=2)
    page = as_manager.get(f"{ORDERS}?span=7&day={day}")

    rows = page.context["rows"]

    assert len(rows) == Order.objects.filter(paid_date=day).count()
    assert len(page.context["days"]) == 7
    assert "整段" in words_of(page)


def test_a_day_that_was_not_rolled_up_yet_shows_its_orders_all_the_same(as_manager, today):
    one = order(today, "12.00")

    page = words_of(as_manager.get(f"{ORDERS}?since={today}&until={today}"))

    assert one.tid in page


def test_several_conditions_have_rows_and_no_sum(as_manager, shop_of_days):
    page = as_manager.get(f"{ORDERS}?span=7&province=江苏省&device=pc")
    both = as_manager.get(f"{ORDERS}?span=7&province=浙江省&device=pc")

    assert page.context["kpis"] == []
    assert "没有现成的合计" in words_of(page)
    assert len(both.context["rows"]) == 7


def test_an_address_that_makes_no_sense_narrows_nothing(as_manager, shop_of_days):
    nonsense = "hour=25&weekday=9&how=x&basis=y&after=z&day=w"
    page = as_manager.get(f"{ORDERS}?span=7&{nonsense}")

    assert page.status_code == 200
    assert page.context["words"] == []


def test_a_page_over_many_days_reads_few_of_them(monkeypatch, as_manager, shop_of_days):
    monkeypatch.setitem(orders_behind.MOST_READ, "paid", 1)
    passed = walked(as_manager, f"{ORDERS}?span=7&province=浙江省")

    assert len(passed) == len(set(passed)) == 15

    with CaptureQueriesContext(connection) as few:
        as_manager.get(f"{ORDERS}?span=yesterday")
    with CaptureQueriesContext(connection) as many:
        as_manager.get(f"{ORDERS}?span=30")
    assert len(many) <= len(few) + 1


def test_the_file_masks_buyers_and_each_fetch_is_logged(as_manager, manager, shop_of_days):
    rows = rows_of(as_manager.get("/analytics/orders.csv?span=7"))
    at_ = rows[0].index("买家")

    assert all("***" in row[at_] for row in rows[1:] if row[at_])
    logged = Operation.objects.get(name="analytics.orders.fetched")
    assert logged.actor == manager
    assert logged.new["basis"] == "paid"


def test_a_file_of_too_many_rows_is_refused_in_words_and_not_logged(
    monkeypatch, as_manager, shop_of_days
):
    monkeypatch.setattr(asking, "MOST_IN_A_FILE", 3)

    for query in ("span=7&basis=paid", "span=7&province=浙江省&hour=10"):
        page = as_manager.get(f"/analytics/orders.csv?{query}", follow=True)
        (words,) = (str(one) for one in page.context["messages"])
        assert "一份文件最多 3 行" in words
        assert page.request["PATH_INFO"] == ORDERS
        assert page.context["basis"] == "付款"
    assert not Operation.objects.filter(name="analytics.orders.fetched").exists()


@pytest.mark.parametrize("page", ["trend", "orders", "profit", "funnel", "traffic", "hours"])
@pytest.mark.parametrize(
    "query", ["month=0001-01", "month=0001-01&vs=year", "since=0001-01-01&until=0001-01-02"]
)
def test_dates_before_any_shop_are_told_and_give_thirty_days(as_manager, shop, page, query):
    answer = as_manager.get(f"/analytics/{page}/?{query}")

    assert answer.status_code == 200
    assert "先给你最近 30 天" in answer.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "x"])
def test_sources_of_an_impossible_day_are_those_of_the_usual_one(as_manager, shop, day):
    assert as_manager.get(f"/analytics/sources/?day={day}").status_code == 200


def test_who_may_not_see_orders_is_led_to_none(shop, shop_of_days):
    role = RoleFactory(rights=["analytics.view", "analytics.export"])
    person = PersonFactory(role_codes=[role.code])
    client = browser_of(person)

    assert all(not list(links_of(code, "span=7", person)) for code, _query in BOARDS)
    assert client.get(ORDERS).status_code == 403
    assert client.get("/analytics/orders.csv").status_code == 403
    assert ORDERS not in client.get("/morning/").content.decode()


# --- people


@pytest.fixture
def cohorts(today: date) -> date:
    """Give three months of first payments, some of whom came again; the day as of which they were counted."""
    as_of = today - timedelta(days=1)
    first = (today - timedelta(days=75)).replace(day=15)
    second = (first + timedelta(days=25)).replace(day=3)
    for n in range(6):
        buyer = BuyerFactory()
        order(first, "10.00", buyer=buyer)
        if n < 4:
            order(second, "10.00", buyer=buyer)
        if n < 2:
            order(as_of, "10.00", buyer=buyer)
    for n in range(3):
        late = BuyerFactory()
        order(second, "10.00", buyer=late)
        order(as_of if n < 1 else today, "10.00", buyer=late)
    # After the day that was counted: neither first nor again.
    order(today, "10.00")
    follow.mark_everybody()
    recompute.recompute_all_marked(now=timezone.now())
    boards.keep_repurchase(as_of=as_of, now=timezone.now())
    return as_of


def test_every_figure_of_the_cohorts_opens_the_people_that_it_counts(as_manager, manager, cohorts):
    (card,) = [one for one in board_of("cohorts", "", manager).cards if one.code == "cohorts"]
    seen = 0
    for row in card.rows:
        for key, url in row.urls.items():
            seen += 1
            people = as_manager.get(url).context["rows"]
            value, whole = Decimal(str(row.cells[key])), Decimal(str(row.cells["buyers"]))
            expected = value if key == "buyers" else value * whole
            assert len({one["row"].id for one in people}) == round(expected), (row.cells, key)

    assert seen >= 4


def test_figures_of_people_that_no_list_can_show_lead_nowhere(as_manager, manager, cohorts):
    (card,) = [one for one in board_of("cohorts", "", manager).cards if one.code == "often"]

    assert [row.urls for row in card.rows if row.urls] == []
