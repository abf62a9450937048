"""Every branch of the causes: with data it says yes and why, without it says that it does not know."""

from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.actions import events
from analytics.choices import EventKind, Push, Verdict
from analytics.models import DayRollup, RolledDay, StatRow
from analytics.queries.causes import tree
from analytics.queries.causes.base import Asked
from crm.models import AgentDay, Review
from products.models import (
    Competitor,
    CompetitorSnapshot,
    PriceChange,
    Product,
    ProductDay,
    Violation,
)
from promotions.choices import ActivityState, FestivalKind
from promotions.models import ChannelDay, Festival
from shopops.checks.models import DailyItem, DailyList
from shopops.lib.business_time import business_date, day_bounds
from shopops.work.models import BusinessDay
from tests.factories.listing import ProductFactory, SkuFactory
from tests.factories.promotions import ActivityFactory
from tests.times import NOW

WEEK = timedelta(days=7)
DAY = business_date(NOW) - timedelta(days=1)
AGAINST = DAY - WEEK
NOON = day_bounds(DAY)[0] + timedelta(hours=12)
DOWN, UP = -1, 1


def cause(code, *, side=DOWN, figure="paid_amount", today=None, day=DAY):
    branches = tree(Asked(figure, day, day - WEEK, side, today))
    return next(one for branch in branches for one in branch.causes if one.code == code)


def shop_days(**figures):
    for place, day in enumerate((AGAINST, DAY)):
        StatRow.objects.create(
            source="shop_day", scope="shop", date=day, said_at=NOW, is_current=True,
            figures={code: pair[place] for code, pair in figures.items()},
        )  # fmt: skip


# --- one maker for each branch


def a_holiday(_manager):
    values = {"kind": BusinessDay.Kind.HOLIDAY, "name": "中秋节", "is_confirmed": True}
    BusinessDay.objects.update_or_create(date=DAY, defaults=values)


def a_platform_event(_manager):
    Festival.objects.create(kind=FestivalKind.PLATFORM, name="家装节", starts_on=DAY, ends_on=DAY)


def a_season(manager):
    events.add_event(
        values={"kind": EventKind.SEASON, "name": "入秋换季", "starts_on": DAY, "ends_on": DAY,
                "push": Push.UP, "is_left_out": False, "note": ""},
        by=manager, now=NOW,
    )  # fmt: skip


def a_rival(**changed):
    def make(_manager):
        rival = Competitor.objects.create(shop="甲", title="四件套")
        for place, day in enumerate((AGAINST, DAY)):
            figures = {name: pair[place] for name, pair in changed.items()}
            CompetitorSnapshot.objects.create(competitor=rival, date=day, **figures)

    return make


def bad_reviews(_manager):
    for key in ("a", "b"):
        Review.objects.create(key=key, rating="bad", rated_at=NOON, first_seen_at=NOON)


def fewer_answers(manager):
    for day, paid in ((AGAINST, 40), (DAY, 30)):
        AgentDay.objects.create(
            agent=manager, date=day, said_at=NOW, is_current=True, inquired=100, paid=paid
        )


def a_dearer_main(_manager):
    sku = SkuFactory(code="MY-1", product=ProductFactory(is_main=True))
    PriceChange.objects.create(
        sku=sku, asked_at=NOON, old_amount=Decimal(100), new_amount=Decimal(120), kind="list",
        state="applied", reason="调价",
    )  # fmt: skip


def more_bounce(_manager):
    shop_days(bounce_rate=("0.44", "0.52"), stay_seconds=("20", "20.5"))


def an_ended_activity(_manager):
    ActivityFactory(
        name="满减周", state=ActivityState.ENDED, published_at=NOW - WEEK * 2,
        starts_at=day_bounds(AGAINST)[0], ends_at=day_bounds(AGAINST)[1],
    )  # fmt: skip


def less_advertising(_manager):
    for day, spend in ((AGAINST, "1000.00"), (DAY, "500.00")):
        ChannelDay.objects.create(
            channel="wxt", level="account", date=day, exported_at=NOW, row_count=1,
            serves_total=True, spend_amount=Decimal(spend),
        )  # fmt: skip


BRANCHES = {
    "weekday": (a_holiday, DOWN, "中秋节"),
    "platform": (a_platform_event, UP, "家装节"),
    "season": (a_season, UP, "入秋换季"),
    "rival_sales": (a_rival(monthly_sales=(1000, 1500)), DOWN, "月销 1000 → 1500"),
    "rival_activity": (a_rival(activity=("", "聚划算")), DOWN, "聚划算"),
    "rival_ads": (a_rival(ad_pressure=(2, 4)), DOWN, "投放力度 2 → 4"),
    "bad_reviews": (bad_reviews, DOWN, "2 条中差评，对比那两天 0 条"),
    "answers": (fewer_answers, DOWN, "40.0% → 30.0%"),
    "price": (a_dearer_main, DOWN, "MY-1 ¥100.00 → ¥120.00"),
    "page": (more_bounce, DOWN, "跳失率 44.00% → 52.00%"),
    "activity": (an_ended_activity, DOWN, "结束了「满减周」"),
    "ads": (less_advertising, DOWN, "¥1,000.00 → ¥500.00"),
}


@pytest.mark.parametrize("code", BRANCHES)
def test_a_branch_says_yes_by_its_data_and_unknown_without(db, manager, code):
    make, side, evidence = BRANCHES[code]
    # The two calendars that every shop begins with.
    BusinessDay.objects.all().delete()
    Festival.objects.all().delete()
    assert cause(code, side=side).verdict == Verdict.UNKNOWN

    make(manager)

    found = cause(code, side=side)
    assert (found.verdict, evidence in found.text) == (Verdict.YES, True), found.text
    if code != "weekday":  # a day unlike others explains both ways
        assert cause(code, side=-side).verdict == Verdict.NO


# --- the pages


def a_list(*lines):
    daily = DailyList.objects.create(role="designer", business_date=DAY, written_at=NOW)
    for place, (key, state, note) in enumerate(lines):
        DailyItem.objects.create(
            daily=daily, key=key, position=place, text=f"{key}：看一遍", state=state, note=note
        )


def test_pages_that_nobody_measured_or_looked_at_are_unknown(db):
    a_list(("home", "done", ""), ("sign", "open", ""), ("material", "open", ""))

    found = cause("page")

    assert found.verdict == Verdict.UNKNOWN
    assert "没看 1 条：sign" in found.text


def test_pages_that_were_all_looked_at_are_no_cause(db):
    a_list(("home", "done", "海报换过了"), ("wireless", "skipped", ""))

    found = cause("page")

    assert found.verdict == Verdict.NO
    assert "都看过，备注「海报换过了」" in found.text


def test_people_who_stay_longer_explain_a_rise_only(db):
    shop_days(bounce_rate=("0.44", "0.45"), stay_seconds=("20", "24"))

    assert cause("page", side=UP).verdict == Verdict.YES
    assert cause("page", side=DOWN).verdict == Verdict.NO


def test_bounce_does_not_explain_itself(db):
    more_bounce(None)

    assert "跳失率" not in cause("page", figure="bounce_rate", side=UP).text


def test_a_product_that_fell_while_its_visitors_left_sooner_is_named(db):
    product = ProductFactory(item_no="1", title="四件套")
    other = ProductFactory(item_no="2", title="枕套")
    for day, bounce, fen in ((AGAINST, "0.40", 9000), (DAY, "0.60", 1000)):
        RolledDay.objects.create(basis="paid", date=day, computed_at=NOW)
        ProductDay.objects.create(product=product, date=day, bounce_rate=Decimal(bounce))
        ProductDay.objects.create(product=other, date=day, bounce_rate=Decimal(bounce))
        DayRollup.objects.create(
            date=day, basis="paid", dim="product", key="1", label="四件套", orders=1, paid_orders=1,
            unpaid_orders=0, refunded_orders=0, buyers=1, pieces=1, gross_fen=fen, refund_fen=0,
        )  # fmt: skip

    found = cause("page")

    assert found.verdict == Verdict.YES
    # The other one did not fall.
    assert "「四件套」跳失率 40.00% → 60.00%" in found.text
    assert "枕套" not in found.text


def test_a_violation_of_a_main_product_explains_a_fall(db):
    product = ProductFactory(is_main=True)
    Violation.objects.create(product=product, found_at=NOON, kind="滥发信息")

    assert cause("page").verdict == Verdict.YES
    assert cause("page", side=UP).verdict == Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("back", "verdict"), [(0, "yes"), (1, "yes"), (2, "unknown"), (30, "unknown")]
)
def test_the_shelf_as_it_stands_now_says_something_of_today_and_yesterday_only(db, back, verdict):
    ProductFactory(is_main=True, status="off_shelf")
    day = business_date(NOW) - timedelta(days=back)

    assert cause("page", day=day, today=business_date(NOW)).verdict == verdict
    assert Product.objects.get().status == "off_shelf"


# --- what is known of the calendars


def test_an_idea_that_never_ran_shows_that_the_calendar_is_kept(db):
    ActivityFactory(state=ActivityState.IDEA)

    assert cause("activity").verdict == Verdict.NO


def test_main_products_whose_price_stayed_are_no_cause(db):
    SkuFactory(product=ProductFactory(is_main=True))

    assert cause("price").verdict == Verdict.NO


# --- search by the file of sources


def sources(day, **visitors):
    for key, count in visitors.items():
        StatRow.objects.create(
            source="flow", scope="flow", date=day, key=key.replace("__", " / "), said_at=NOW,
            is_current=True, figures={"visitors": str(count)},
        )  # fmt: skip


def test_the_file_of_sources_speaks_of_search_where_nothing_counts_it(db):
    sources(
        AGAINST,
        淘内免费__手淘搜索=900,
        淘内免费__淘宝搜索=100,
        淘内免费__手淘推荐=500,
        付费流量__搜索推广=50,
    )
    sources(
        DAY,
        淘内免费__手淘搜索=700,
        淘内免费__淘宝搜索=80,
        淘内免费__手淘推荐=500,
        付费流量__搜索推广=90,
    )

    found = cause("search")

    assert (found.verdict, found.source) == (Verdict.YES, "生意参谋流量来源")
    assert "1,000 → 780" in found.text


def test_a_count_of_searches_goes_before_the_sources_and_the_two_are_not_compared(db):
    sources(AGAINST, 淘内免费__手淘搜索=900)
    sources(DAY, 淘内免费__手淘搜索=700)
    StatRow.objects.create(
        source="shop_day", scope="shop", date=DAY, figures={"search_visitors": "400"}, said_at=NOW,
        is_current=True,
    )  # fmt: skip

    found = cause("search")

    assert (found.verdict, found.text) == (Verdict.UNKNOWN, "两天的数来源不同，不能比")
