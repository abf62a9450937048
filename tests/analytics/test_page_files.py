"""Each chart and table of the pages of figures as a file, and what they are set against."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.checks import breaks as check
from analytics.models import ReturnDay, StatRow
from analytics.queries import breaks
from analytics.queries import profit as queries
from analytics.views import asking
from shopops.checks.actions import run_check
from shopops.checks.registry import find_check
from shopops.lib.business_time import SHANGHAI, business_date, day_bounds
from tests.analytics.dsr_kit import recount, starred
from tests.analytics.test_boards import roll, rows_of, sold, words_of
from tests.analytics.test_profit import roll as roll_profit
from tests.clients import browser_of
from tests.factories.goods import SkuFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.staff import PersonFactory, RoleFactory

DIRECT, SEARCH = "付费流量 / 直通车", "淘内免费 / 手淘搜索"


@pytest.fixture
def yesterday(db: None) -> date:
    return business_date(timezone.now()) - timedelta(days=1)


def says(
    day: date, *, scope: str = "shop", key: str = "", device: str = "all", **figures: str
) -> None:
    StatRow.objects.create(
        source="shop_day" if scope == "shop" else scope, scope=scope, key=key, date=day, device=device,
        figures=figures, said_at=timezone.now(), is_current=True,
    )  # fmt: skip


def came(day: date, key: str, **figures: str) -> None:
    says(day, scope="flow", key=key, **figures)


def test_every_chart_and_table_of_a_page_has_its_file(as_manager: Client, yesterday: date) -> None:
    says(yesterday, visitors="1000", cart_buyers="80", paid_buyers="20")
    says(yesterday, visitors="700", device="wireless")
    came(yesterday, SEARCH, visitors="300", paid_buyers="9")
    starred("1", datetime.combine(yesterday, datetime.min.time(), SHANGHAI), 4)
    recount(yesterday.replace(day=1))
    pages = ("funnel/", "traffic/", f"traffic/?source={SEARCH}", "dsr/?score=goods")

    for page in pages:
        shown = as_manager.get(f"/analytics/{page}").context
        cards = shown.get("cards") or []
        cards = cards if "dsr" not in page else shown["charts"]
        assert cards
        for card in cards:
            if not card["rows"]:
                continue
            rows = rows_of(as_manager.get(card["csv_url"]))
            assert set(map(str, card["labels"])) <= set(rows[0]), card["id"]
            assert len(rows) == len(card["card"].rows) + 1
        assert any(card["csv_url"] for card in cards), page


def test_a_part_that_a_page_has_not_is_not_found(as_manager: Client, yesterday: date) -> None:
    for path in (
        "funnel/none", "traffic/days", "dsr/none", "experience/none", "experience/first_defect/none",
        "breaks/none", f"breaks/{yesterday}/visitors/none", f"breaks/{yesterday}/ad_spend/parts",
        "profit/none",
    ):  # fmt: skip
        assert as_manager.get(f"/analytics/{path}.csv").status_code == 404, path


# --- sources of visitors


def test_days_without_a_file_of_sources_are_counted_out_of_the_span(
    as_manager: Client, yesterday: date
) -> None:
    came(yesterday, SEARCH, visitors="300")

    text = words_of(as_manager.get("/analytics/traffic/?span=7"))

    assert "7 天里有 6 天没有来源文件" in text


def test_a_source_leads_to_its_days_and_its_group_to_the_groups(
    as_manager: Client, yesterday: date
) -> None:
    for back, visitors in ((0, "30"), (1, "20")):
        came(yesterday - timedelta(days=back), DIRECT, visitors=visitors, paid_buyers="3")
    came(yesterday, "付费流量 / 淘宝客", visitors="5")
    came(yesterday, SEARCH, visitors="300")

    page = as_manager.get("/analytics/traffic/?span=7").content.decode()
    one = rows_of(as_manager.get(f"/analytics/traffic/days.csv?span=7&source={DIRECT}&vs=none"))
    group = rows_of(as_manager.get("/analytics/traffic/days.csv?span=7&source=付费流量&vs=none"))

    assert "source=%E4%BB%98%E8%B4%B9%E6%B5%81%E9%87%8F+%2F+%E7%9B%B4%E9%80%9A%E8%BD%A6" in page
    assert [row[:2] for row in one[1:3]] == [
        [yesterday.isoformat(), "30"], [(yesterday - timedelta(days=1)).isoformat(), "20"],
    ]  # fmt: skip
    assert one[1][one[0].index("支付转化率")] == "0.1"
    assert one[3][1] == "", "a day that no file told of is unknown"
    assert [row[1] for row in group[1:3]] == ["35", "20"]


def test_a_source_that_no_file_told_of_is_unknown(as_manager: Client, yesterday: date) -> None:
    came(yesterday, SEARCH, visitors="300")

    text = words_of(as_manager.get("/analytics/traffic/?span=7&source=淘外"))

    assert "没有文件讲到这个来源" in text


def test_the_file_of_sources_has_rates_and_that_of_terminals_both_by_day(
    as_manager: Client, yesterday: date
) -> None:
    came(yesterday, SEARCH, visitors="300", ordered_buyers="12", paid_buyers="9")
    came(yesterday - timedelta(days=7), SEARCH, visitors="200")
    for device, visitors in (("wireless", "700"), ("pc", "50")):
        says(yesterday, device=device, visitors=visitors)

    head, whole, row = rows_of(as_manager.get("/analytics/traffic/sources.csv?span=7"))
    terminals = rows_of(as_manager.get("/analytics/traffic/terminals.csv?span=7&vs=none"))

    told = dict(zip(head, row, strict=True))
    assert whole[:2] == ["淘内免费", "合计"]
    assert (told["下单转化率"], told["支付转化率"]) == ("0.04", "0.03")
    assert (told["对比访客"], told["上一段"]) == ("200", "0.5")
    assert terminals[1] == [yesterday.isoformat(), "700", "50"]
    assert terminals[2][1:] == ["", ""]


@pytest.mark.parametrize("page", ["funnel", "traffic"])
def test_set_against_nothing_a_page_shows_one_series_and_no_period_before(
    as_manager: Client, yesterday: date, page: str
) -> None:
    says(yesterday, visitors="1000", cart_buyers="80", paid_buyers="20")
    came(yesterday, SEARCH, visitors="300")

    alone = as_manager.get(f"/analytics/{page}/?span=7&vs=none")
    year = as_manager.get(f"/analytics/{page}/?span=7&vs=year")

    for card in alone.context["cards"]:
        if (chart := card["card"].chart) and not chart.get("stacked"):
            assert len(chart["series"]) == 1, card["id"]
    assert "上期" not in words_of(alone)
    assert "比去年同期" in words_of(year) or "去年同期" in str(year.context["cards"])
    assert "上期" not in words_of(year)


# --- the funnel


def test_the_funnels_files_say_what_was_before(as_manager: Client, yesterday: date) -> None:
    says(yesterday, visitors="1000", cart_buyers="80", paid_buyers="20")
    says(yesterday - timedelta(days=7), visitors="500", cart_buyers="20", paid_buyers="5")

    steps = rows_of(as_manager.get("/analytics/funnel/steps.csv?span=7"))
    days = rows_of(as_manager.get("/analytics/funnel/days.csv?span=7"))
    rates = rows_of(as_manager.get("/analytics/funnel/rate.csv?span=7"))

    first = dict(zip(steps[0], steps[1], strict=True))
    assert (first["本期"], first["上一段"], first["变化"]) == ("1000", "500", "1")
    cart = dict(zip(steps[0], steps[2], strict=True))
    assert (cart["占上一步"], cart["对比占上一步"]) == ("0.08", "0.04")
    day = dict(zip(days[0], days[1], strict=True))
    assert day["对比日期"] == (yesterday - timedelta(days=7)).isoformat()
    assert day["对比访客数"] == "500"
    assert rates[1][1:] == ["0.02", (yesterday - timedelta(days=7)).isoformat(), "0.01", "0.01"]


# --- scores


def test_what_rolls_off_is_in_a_file_of_sixty_days(as_manager: Client, yesterday: date) -> None:
    # Leaves in five days: ratings count for 180.
    gone = business_date(timezone.now()) + timedelta(days=5 - 180)
    starred("1", datetime.combine(gone, datetime.min.time(), SHANGHAI) + timedelta(hours=9), 1)
    starred("2", datetime.combine(yesterday, datetime.min.time(), SHANGHAI), 5)
    for month in (gone.replace(day=1), yesterday.replace(day=1)):
        recount(month)

    rows = rows_of(as_manager.get("/analytics/dsr/roll.csv?score=goods"))
    off = {row[0]: row[1:] for row in rows[1:]}

    assert len(rows) == 61
    day = (gone + timedelta(days=180)).isoformat()
    assert off[day][:4] == ["1", "1", "1", "5"]
    before = (gone + timedelta(days=179)).isoformat()
    assert off[before][2:4] == ["2", "3"]


# --- what is not as usual


def _weeks(yesterday: date) -> None:
    for number in range(26, 0, -1):
        says(yesterday - timedelta(days=7 * number), visitors=str(11_000 + number * 10))
    says(yesterday, visitors="4000")


def test_the_list_of_breaks_is_a_file_with_what_is_usual_and_what_hurts(
    as_manager: Client, yesterday: date
) -> None:
    _weeks(yesterday)

    whole = rows_of(as_manager.get("/analytics/breaks/days.csv"))
    only = rows_of(as_manager.get("/analytics/breaks/days.csv?only=1"))

    assert len(whole) == 1 + 14 * len(breaks.WATCHED)
    assert [row[1:3] + row[5:] for row in only[1:]] == [
        ["访客数", "4000", "低于平常", "变差", "生意参谋店铺日报"]
    ]
    unknown = next(row for row in whole if row[1] == "支付金额")
    assert unknown[2:] == ["", "", "", "不下判断", "", ""]


def test_the_same_weekdays_have_a_table_and_a_file(as_manager: Client, yesterday: date) -> None:
    _weeks(yesterday)
    url = f"/analytics/breaks/{yesterday}/visitors/"

    page = as_manager.get(url)
    rows = rows_of(as_manager.get(f"{url}history.csv"))
    (here,) = breaks.breaks_on(yesterday)

    # Holidays and the platform's events are none of them, so how many there are goes by the season.
    assert here.band is not None
    last = here.band.days[-1]
    weeks = (yesterday - last).days // 7
    assert len(page.context["history_table"]["rows"]) == len(rows) - 1 == len(here.band.days) + 1
    assert f"{url}history.csv" in page.content.decode()
    assert rows[1][:3] == [yesterday.isoformat(), "4000", "低于平常"]
    assert rows[2][:3] == [last.isoformat(), str(11_000 + weeks * 10), "和平常一样"]
    assert Decimal(rows[1][3]) < Decimal(rows[1][4])


def test_a_break_that_hurts_is_not_blue_on_the_morning_page(
    as_manager: Client, yesterday: date
) -> None:
    _weeks(yesterday)
    OrderFactory(paid_at=timezone.now())
    roll()

    def row() -> tuple[str, str]:
        must = as_manager.get(reverse("morning")).context["must"]
        return next((one.tone, one.tag) for one in must if "访客数" in one.title)

    first = row()
    # Two days in a row: the finding is red, and so is the row.
    says(yesterday - timedelta(days=1), visitors="10")
    for number in range(1, 27):
        says(yesterday - timedelta(days=7 * number + 1), visitors="9000")
    found = find_check(check.CODE)
    assert found is not None
    run_check(found, day=business_date(timezone.now()), now=timezone.now())

    assert first == ("soon", "变差")
    assert row() == ("late", "变差")


# --- profit


def _order(day: date, paid: str, sku: str = "A") -> str:
    row = OrderFactory(
        paid_at=day_bounds(day)[0] + timedelta(hours=12), total_amount=Decimal(paid),
        goods_amount=Decimal(paid), postage_amount=Decimal(0), paid_amount=Decimal(paid),
    )  # fmt: skip
    OrderLineFactory(order=row, sku_code=sku, paid_amount=Decimal(paid))
    return row.tid


def test_orders_of_a_span_and_a_filter_are_a_file(
    as_manager: Client, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    SkuFactory(code="A", cost_amount=Decimal("33.00"))
    good, bad = _order(yesterday, "105.00"), _order(yesterday, "20.00")
    strange = _order(yesterday - timedelta(days=1), "55.00", "NOBODY")
    roll_profit()
    # More than one piece of a day.
    monkeypatch.setattr(queries, "CHUNK", 1)

    page = as_manager.get("/analytics/profit/?span=7&by=order&only=losing")
    whole = rows_of(as_manager.get("/analytics/profit/orders.csv?span=7&by=order"))
    losing = rows_of(as_manager.get(page.context["csv_url"]))
    skus = rows_of(as_manager.get("/analytics/profit/skus.csv?span=7"))

    assert [row[0] for row in whole[1:]] == [strange, bad, good]
    assert [row[0] for row in losing[1:]] == [bad]
    assert whole[1][4:7] == ["", "", "1"], "a cost that nobody entered is no profit"
    assert Decimal(whole[3][4]) > 0 > Decimal(whole[2][4])

    monkeypatch.setattr(asking, "MOST_IN_A_FILE", 2)
    refused = as_manager.get("/analytics/profit/orders.csv?span=7&by=order", follow=True)
    assert "一份文件最多 2 行" in str(next(iter(refused.context["messages"])))
    assert refused.request["PATH_INFO"] == "/analytics/profit/"
    assert {row[0] for row in skus[1:]} >= {"A", "NOBODY"}


def test_profits_are_set_against_other_days_and_views_of_them_are_kept(
    as_manager: Client, yesterday: date
) -> None:
    SkuFactory(code="A", cost_amount=Decimal("33.00"))
    _order(yesterday, "100.00")
    _order(yesterday - timedelta(days=7), "50.00")
    roll_profit()

    page = as_manager.get("/analytics/profit/?span=7")
    alone = as_manager.get("/analytics/profit/?span=7&vs=none")
    as_manager.post(
        "/analytics/views/profit/", {"name": "周会", "query": "span=7&by=order&vs=week"}
    )
    kept = as_manager.get("/analytics/profit/").content.decode()

    (change,) = page.context["kpis"][0]["changes"]
    assert (change["label"], "100.0%" in change["text"]) == ("上一段", True)
    assert alone.context["kpis"][0]["changes"] == []
    assert 'href="/analytics/profit/?span=7&amp;by=order&amp;vs=week"' in kept
    tab = next(
        one for one in page.context["siblings"] if one["url"].startswith("/analytics/trend/")
    )
    assert "vs" not in tab["url"]
    year = as_manager.get("/analytics/trend/?vs=year").context["siblings"]
    assert year[-1]["url"] == "/analytics/profit/?vs=year"


def test_who_may_not_see_profits_keeps_no_views_and_gets_no_files_of_them(shop: object) -> None:
    RoleFactory(code="halfway", rights=["analytics.view", "analytics.export"])
    client = browser_of(PersonFactory(role_codes=["halfway"]))

    sent = client.post("/analytics/views/profit/", {"name": "周会", "query": "span=7"})

    assert sent.status_code == 403
    assert client.get("/analytics/profit/orders.csv").status_code == 403


# --- daily cards against other days


def test_new_and_old_buyers_of_a_day_stand_beside_those_of_its_place_before(
    as_manager: Client, yesterday: date
) -> None:
    sold(yesterday, "30.00")
    for _n in range(2):
        sold(yesterday - timedelta(days=7), "10.00")
    roll()

    rows = rows_of(as_manager.get("/analytics/customers/daily.csv?span=7"))
    shares = rows_of(as_manager.get("/analytics/customers/share.csv?span=7"))
    page = as_manager.get("/analytics/customers/?span=7")
    alone = as_manager.get("/analytics/customers/?span=7&vs=none")

    before = (yesterday - timedelta(days=7)).isoformat()
    assert rows[1] == [yesterday.isoformat(), "1", "0", before, "2", "0"]
    assert rows[2][4:] == ["", ""], "a day before that no file told of is unknown"
    assert shares[1] == [yesterday.isoformat(), "0", before, "0"]
    chart = page.context["cards"][0]["card"].chart
    assert [one["dashed"] for one in chart["series"]] == [False, False, True, True]
    assert len(alone.context["cards"][0]["card"].chart["series"]) == 2


def test_refunds_of_a_day_stand_beside_those_of_its_place_before(
    as_manager: Client, yesterday: date
) -> None:
    before = yesterday - timedelta(days=7)
    for day, fen in ((yesterday, 1000), (before, 400)):
        ReturnDay.objects.create(
            date=day, reason="质量问题", refunds=1, amount_fen=fen, with_goods=0, before_leaving=0
        )

    rows = rows_of(as_manager.get("/analytics/returns/daily.csv?span=7"))

    assert rows[1] == [yesterday.isoformat(), "10.00", "1", before.isoformat(), "4.00", "1"]
