"""Means that files say of a day, searches by source, the platform's hours beside our own."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.models import DayRollup, RolledDay, StatRow
from analytics.queries import breaks
from analytics.queries.known import figures_of, over
from analytics.queries.lineage import words_about
from analytics.queries.trade_hours import told_hours
from analytics.queries.trend import base_series, point
from analytics.rules.spans import Days
from analytics.rules.traffic_sources import searched
from products.models import ProductDay
from shopops.lib.business_time import business_date
from tests.clients import browser_of
from tests.factories.listing import ProductFactory
from tests.products.harness import bring
from tests.times import NOW

DAY = business_date(NOW) - timedelta(days=1)
BEFORE = DAY - timedelta(days=1)


def says(day=DAY, *, source="shop_day", scope="shop", hour=None, key="", **figures):
    return StatRow.objects.create(
        source=source, scope=scope, date=day, hour=hour, key=key, figures=figures, said_at=NOW,
        is_current=True,
    )  # fmt: skip


# --- means


def test_a_mean_over_days_is_weighed_by_the_visitors_of_each(db):
    says(BEFORE, bounce_rate="0.60", stay_seconds="10", visitors="100")
    says(DAY, bounce_rate="0.40", stay_seconds="20", visitors="300")

    found = over(("bounce_rate", "stay_seconds"), since=BEFORE, until=DAY)

    assert found["bounce_rate"].value == Decimal("0.45")
    assert found["stay_seconds"].value == Decimal("17.5")
    span = Days(BEFORE, DAY)
    assert point("bounce_rate", base_series("bounce_rate", span), span).value == Decimal("0.45")


def test_a_day_without_visitors_does_not_weigh_and_alone_says_its_mean(db):
    says(BEFORE, bounce_rate="0.60")
    says(DAY, bounce_rate="0.40", visitors="300")

    both = over(("bounce_rate",), since=BEFORE, until=DAY)["bounce_rate"]
    alone = over(("bounce_rate",), since=BEFORE, until=BEFORE)["bounce_rate"]

    assert (both.value, both.known_days) == (Decimal("0.40"), 1)
    assert alone.value == Decimal("0.60")


def test_means_of_days_that_nobody_counted_are_unknown_together(db):
    says(BEFORE, bounce_rate="0.60")
    says(DAY, bounce_rate="0.40")

    assert over(("bounce_rate",), since=BEFORE, until=DAY)["bounce_rate"].value is None


def test_a_product_has_its_own_bounce_stay_and_favourites(db):
    product = ProductFactory(item_no="9")
    ProductDay.objects.create(
        product=product,
        date=DAY,
        favourites=7,
        bounce_rate=Decimal("0.5"),
        stay_seconds=Decimal(12),
    )

    found = figures_of(
        ("favourites", "bounce_rate", "stay_seconds"),
        since=DAY,
        until=DAY,
        scope="product",
        key="9",
    )

    assert [found[code][DAY].value for code in found] == [7, Decimal("0.5"), 12]


def test_more_bounce_is_what_hurts(db):
    for number in range(12, 0, -1):
        says(DAY - timedelta(weeks=number), bounce_rate=f"0.4{number % 3}")
    says(DAY, bounce_rate="0.60")

    found = {one.code: one for one in breaks.breaks_on(DAY)}

    assert found["bounce_rate"].side == 1
    assert found["bounce_rate"].is_worse


@pytest.mark.parametrize("code", ["bounce_rate", "stay_seconds", "favourites"])
def test_pages_of_figures_know_them(db, manager, code):
    says(BEFORE, bounce_rate="0.60", stay_seconds="10", favourites="5", visitors="100")
    says(DAY, bounce_rate="0.40", stay_seconds="20", favourites="9", visitors="300")
    client = browser_of(manager)

    trend = client.get(
        reverse("analytics:trend"),
        {"figure": code, "by": "week", "since": BEFORE.isoformat(), "until": DAY.isoformat()},
    )
    lineage = client.get(reverse("analytics:lineage"), {"figure": code, "day": DAY.isoformat()})
    diagnosis = client.get(reverse("analytics:diagnosis", args=[DAY.isoformat(), code]))
    api = client.get(reverse("analytics_api:diagnosis", args=[DAY.isoformat(), code]))

    assert [one.status_code for one in (trend, lineage, diagnosis, api)] == [200] * 4
    assert "生意参谋店铺日报" in lineage.content.decode()
    if code == "stay_seconds":
        assert "20.0 秒" in diagnosis.content.decode()
        assert "按访客数加权" in trend.content.decode()


# --- searches


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"淘内免费 / 手淘搜索": 5, "淘内免费 / 手淘推荐": 9}, 5),
        ({"手淘搜索": 5, "手淘搜索 / 关键词甲": 3}, 5),
        ({"手淘搜索 / 关键词甲": 3, "手淘搜索 / 关键词乙": 4}, 7),
        ({"付费流量 / 搜索推广": 5}, None),
        ({"淘内免费": 9}, None),
        ({"淘内免费 / 手淘搜索": None, "淘内免费 / 淘宝搜索": 4}, None),
        ({}, None),
    ],
)
def test_visitors_by_search_are_of_the_sources_called_so(told, expected):
    given = {key: None if value is None else Decimal(value) for key, value in told.items()}

    assert searched(given) == expected


def test_the_lineage_of_searches_ends_in_the_file_of_sources(db):
    says(source="flow", scope="flow", key="淘内免费 / 手淘搜索", visitors="40")
    assert [
        (one.source, one.value, one.why) for one in words_about("search_visitors", DAY) if one.why
    ] == [("flow", Decimal(40), "counts")]

    says(search_visitors="35")

    told = {one.source: one for one in words_about("search_visitors", DAY)}
    assert (told["shop_day"].why, told["flow"].why) == ("counts", "less_trusted")
    assert told["flow"].said_at == NOW


# --- hours


def hours(day, amounts, **more):
    for hour, amount in amounts.items():
        says(day, source="trade", hour=hour, paid_amount=amount, **more)


def test_hours_sum_over_the_days_that_tell_of_them_and_the_others_are_unknown(db):
    hours(BEFORE, {9: "100.00", 10: "50.00"})
    hours(DAY, {9: "1.50"})

    found = told_hours(Days(BEFORE, DAY), "amount")

    assert (found.sums[9], found.days[9]) == (Decimal("101.50"), 2)
    assert (found.sums[10], found.days[10]) == (Decimal("50.00"), 1)
    assert (found.sums[11], found.days[11]) == (None, 0)
    assert not found.covers([BEFORE, DAY])
    # The file counts buyers: where our orders are asked for it says nothing.
    assert told_hours(Days(BEFORE, DAY), "orders").sums[9] is None


def test_as_many_other_days_are_no_cover(db):
    hours(BEFORE, dict.fromkeys(range(24), "10.00"))

    found = told_hours(Days(BEFORE, DAY), "amount")

    assert found.covers({BEFORE})
    assert not found.covers({DAY})
    assert not found.covers({BEFORE, DAY})
    assert not found.covers(set())


def test_a_later_word_on_an_hour_counts_alone(db):
    hours(DAY, {9: "100.00"})
    hours(DAY, {9: "120.00"})

    assert told_hours(Days(DAY, DAY), "amount").sums[9] == 120


def test_the_page_and_its_file_set_the_hours_beside_our_own(db, manager):
    RolledDay.objects.create(basis="paid", date=DAY, computed_at=NOW)
    DayRollup.objects.create(
        date=DAY, basis="paid", dim="hour", key="09", orders=2, paid_orders=2, unpaid_orders=0,
        refunded_orders=0, buyers=2, pieces=2, gross_fen=9000, refund_fen=0,
    )  # fmt: skip
    hours(DAY, dict.fromkeys(range(24), "88.00"))
    client = browser_of(manager)
    asked = {"since": DAY.isoformat(), "until": DAY.isoformat(), "show": "amount"}

    page = client.get(reverse("analytics:hours"), asked).content.decode()
    lines = client.get(
        reverse("analytics:hours_csv", args=["hours"]), asked
    ).getvalue().decode("utf-8-sig").splitlines()  # fmt: skip

    assert "生意参谋支付金额" in page
    assert "它最多讲到 1 天" in page
    assert '"09"' in lines[10]
    assert '"88.00"' in lines[10]


def test_without_a_file_of_hours_the_column_is_unknown(db, manager):
    RolledDay.objects.create(basis="paid", date=DAY, computed_at=NOW)

    page = browser_of(manager).get(
        reverse("analytics:hours"), {"since": DAY.isoformat(), "until": DAY.isoformat()}
    )

    assert "这段时间没有，是未知" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_file_by_hour_without_terminals_is_of_hours_and_never_of_whole_days():
    rows = ["日期,小时,支付金额,支付买家数,下单金额,下单买家数"]
    rows += [f"2026-03-08,{hour:02d}:00,10.00,1,12.00,2" for hour in range(24)]

    batch = bring("\r\n".join(rows).encode("gb18030"), "交易趋势_分时.csv")

    assert (batch.kind, batch.state) == ("analytics.trade", "done")
    day = date(2026, 3, 8)
    assert told_hours(Days(day, day), "amount").sums == (Decimal("10.00"),) * 24
    assert (
        figures_of(("ordered_buyers",), since=day, until=day)["ordered_buyers"][day].value is None
    )
