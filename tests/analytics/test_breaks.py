"""What is unusual, what a difference is made of, and why: from files, orders and people's words."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.actions import events
from analytics.checks import breaks as check
from analytics.choices import EventKind, Push, Verdict
from analytics.models import CauseWord, DayEvent, DayRollup, RolledDay, StatRow
from analytics.queries import breaks
from analytics.queries.causes import CODES, tree
from analytics.queries.causes.base import Asked
from products.actions.errors import StaleGoodsError
from products.models import Competitor, CompetitorSnapshot, ProductDay, StockMove
from promotions.models import Festival
from shopops.checks.actions import run_check
from shopops.checks.registry import find_check
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.listing import ProductFactory, SkuFactory

WEEK = timedelta(days=7)


@pytest.fixture
def yesterday(now):
    return business_date(now) - timedelta(days=1)


def shop_day(day, *, now, **figures):
    StatRow.objects.create(
        source="shop_day",
        scope="shop",
        date=day,
        figures={code: str(value) for code, value in figures.items()},
        said_at=now,
        is_current=True,
    )


def paid(day, *, buyers, fen, dim="total", key="", label=""):
    DayRollup.objects.create(
        date=day, basis="paid", dim=dim, key=key, label=label, orders=buyers, paid_orders=buyers,
        unpaid_orders=0, refunded_orders=0, buyers=buyers, pieces=buyers, gross_fen=fen, refund_fen=0,
    )  # fmt: skip
    RolledDay.objects.get_or_create(
        basis="paid", date=day, defaults={"computed_at": day_bounds(day)[1]}
    )


@pytest.fixture
def weeks(db, yesterday, now):
    """Twelve weeks of the same weekday about 11,000 visitors and 400 buyers, then a bad day."""
    for number in range(12, 0, -1):
        day = yesterday - WEEK * number
        shop_day(day, now=now, visitors=11_000 + number * 10)
        paid(day, buyers=400 + number, fen=4_500_000 + number * 1_000)
    shop_day(yesterday, now=now, visitors=11_050)
    paid(yesterday, buyers=300, fen=3_400_000)


def test_a_day_unlike_its_weekday_stands_out(weeks, yesterday):
    found = {one.code: one.side for one in breaks.breaks_on(yesterday)}

    assert found["paid_amount"] == -1
    assert found["pay_rate"] == -1
    assert "visitors" not in found
    # A figure nobody told of is unknown: it is no break.
    assert "search_visitors" not in found


def test_a_day_that_was_noted_as_unlike_others_is_left_out_of_the_usual(
    weeks, yesterday, now, manager
):
    before = breaks.seen_between(since=yesterday, until=yesterday)[yesterday]["paid_amount"]
    day = yesterday - WEEK * 3
    events.add_event(
        values={"kind": "own", "name": "停电", "starts_on": day, "ends_on": day, "push": "down",
                "is_left_out": True, "note": ""},
        by=manager, now=now,
    )  # fmt: skip
    after = breaks.seen_between(since=yesterday, until=yesterday)[yesterday]["paid_amount"]

    assert day in before.band.days
    assert day not in after.band.days


def test_the_parts_sum_to_the_difference_to_the_fen(weeks, yesterday):
    divided = breaks.divide(yesterday, yesterday - WEEK)

    assert divided.parts.total_fen == 3_400_000 - 4_501_000
    assert divided.parts.rate_fen < -900_000
    assert divided.after.sources == ("shop_day", "orders")


def test_without_visitors_of_one_day_nothing_is_divided(weeks, yesterday):
    StatRow.objects.filter(date=yesterday).delete()

    assert breaks.divide(yesterday, yesterday - WEEK) is None


def test_products_amounts_sum_to_the_shops_goods(weeks, yesterday):
    against = yesterday - WEEK
    for item_no, old, new in (("1", 900, 100), ("2", 50, 80)):
        paid(against, buyers=9, fen=old, dim="product", key=item_no, label=f"商品{item_no}")
        paid(yesterday, buyers=1, fen=new, dim="product", key=item_no)
    product = ProductFactory(item_no="1", is_main=True)
    ProductDay.objects.create(product=product, date=against, visitors=100, paid_buyers=9)
    ProductDay.objects.create(product=product, date=yesterday, visitors=100, paid_buyers=1)

    parts = breaks.product_parts(yesterday, against)

    assert [(one.item_no, one.amount_fen) for one in parts] == [("1", -800), ("2", 30)]
    assert parts[0].is_main
    assert breaks.rate_change(parts) == parts[0].rate.own < 0
    assert parts[1].rate is None


# --- causes --------------------------------------------------------------------------------------


def the_check():
    found = find_check(check.CODE)
    assert found is not None
    return found


def causes(day, *, code="paid_amount", side=-1):
    branches = tree(Asked(code, day, day - WEEK, side))
    return {one.code: one for branch in branches for one in branch.causes}


def test_without_data_every_branch_that_needs_some_is_unknown(db, yesterday):
    found = causes(yesterday)

    assert set(found) == set(CODES)
    Festival.objects.all().delete()
    found = causes(yesterday)
    for code in ("weather", "season", "platform", "rival_price", "rival_sales", "rival_ads",
                 "rival_activity", "bad_reviews", "search", "answers", "stock", "ads"):  # fmt: skip
        assert found[code].verdict == Verdict.UNKNOWN, code


@pytest.mark.parametrize(
    ("push", "side", "verdict"),
    [
        (Push.DOWN, -1, Verdict.YES),
        (Push.DOWN, 1, Verdict.NO),
        (Push.UP, -1, Verdict.NO),
        (Push.NONE, -1, Verdict.UNKNOWN),
    ],
)
def test_weather_explains_what_it_pushes_to(yesterday, now, manager, push, side, verdict):
    events.add_event(
        values={"kind": EventKind.WEATHER, "name": "台风", "starts_on": yesterday, "ends_on": yesterday,
                "push": push, "is_left_out": False, "note": ""},
        by=manager, now=now,
    )  # fmt: skip

    assert causes(yesterday, side=side)["weather"].verdict == verdict


@pytest.mark.parametrize(
    ("new", "side", "verdict"),
    [("259", -1, "yes"), ("259", 1, "no"), ("289", -1, "no"), ("299", 1, "yes")],
)
def test_a_rival_that_became_cheaper_pulls_down(db, yesterday, new, side, verdict):
    rival = Competitor.objects.create(shop="甲", title="四件套")
    for day, amount in ((yesterday - WEEK, "289"), (yesterday, new)):
        CompetitorSnapshot.objects.create(competitor=rival, date=day, price_amount=Decimal(amount))

    found = causes(yesterday, side=side)["rival_price"]

    assert found.verdict == verdict


def test_a_main_sku_that_ran_out_explains_a_fall(db, yesterday, manager):
    sku = SkuFactory(product=ProductFactory(is_main=True))
    for day, quantity, left in ((yesterday - WEEK * 2, 30, 30), (yesterday, -30, 0)):
        StockMove.objects.create(
            sku=sku, at=day_bounds(day)[0] + timedelta(hours=12), quantity=quantity,
            on_hand_after=left, kind="count",
        )  # fmt: skip

    found = causes(yesterday)["stock"]

    assert found.verdict == Verdict.YES
    assert sku.code in found.text
    assert causes(yesterday, side=1)["stock"].verdict == Verdict.NO
    # What came back is the other way round: more of it is what a sold-out SKU explains.
    assert causes(yesterday, code="refund_amount", side=1)["stock"].verdict == Verdict.YES


@pytest.mark.parametrize(("search", "verdict"), [(800, "yes"), (980, "no"), (1300, "no")])
def test_search_explains_a_fall_if_it_fell(weeks, yesterday, now, search, verdict):
    StatRow.objects.all().delete()
    shop_day(yesterday - WEEK, now=now, search_visitors=1000)
    shop_day(yesterday, now=now, search_visitors=search)

    assert causes(yesterday)["search"].verdict == verdict


def test_what_a_person_says_goes_before_the_figures(yesterday, now, manager):
    place = events.Place(yesterday, "paid_amount", "weather")
    events.judge_cause(place, verdict=Verdict.YES, text="华东暴雨", version=0, by=manager, now=now)

    found = causes(yesterday)["weather"]

    assert (found.verdict, found.word.note) == (Verdict.YES, "华东暴雨")
    assert Operation.objects.filter(name="analytics.cause.judged").count() == 1


def test_two_who_judge_one_cause_see_each_other(yesterday, now, manager):
    place = events.Place(yesterday, "paid_amount", "weather")
    events.judge_cause(place, verdict=Verdict.YES, text="华东暴雨", version=0, by=manager, now=now)

    with pytest.raises(StaleGoodsError):
        events.judge_cause(place, verdict=Verdict.NO, text="没下", version=0, by=manager, now=now)
    assert CauseWord.objects.get().note == "华东暴雨"


def test_a_word_without_a_reason_is_refused(yesterday, now, manager):
    place = events.Place(yesterday, "paid_amount", "weather")

    with pytest.raises(events.EventRefusedError, match="为什么"):
        events.judge_cause(place, verdict=Verdict.NO, text=" ", version=0, by=manager, now=now)


@pytest.mark.parametrize("change", [{"ends_on": date(2026, 1, 1)}, {}])
def test_an_event_that_cannot_be_is_refused(yesterday, now, manager, change):
    values = {"kind": "own", "name": "停电", "starts_on": yesterday, "ends_on": yesterday,
              "push": "down", "is_left_out": False, "note": ""}  # fmt: skip
    events.add_event(values=values, by=manager, now=now)

    with pytest.raises(events.EventRefusedError):
        events.add_event(values=values | change, by=manager, now=now)
    assert DayEvent.objects.count() == 1


# --- the check and the pages ---------------------------------------------------------------------


def test_the_check_fires_on_what_hurts_and_closes_when_it_is_as_usual(weeks, yesterday, now):
    day = business_date(now)
    fired = run_check(the_check(), day=day, now=now)

    assert fired.status == "failed"
    assert any("支付金额" in one["title"] for one in fired.findings)
    DayRollup.objects.filter(date=yesterday).update(
        gross_fen=4_500_000, buyers=402, paid_orders=402
    )
    assert run_check(the_check(), day=day, now=now).status == "passed"


def test_the_check_is_unknown_without_history(db, now):
    assert run_check(the_check(), day=business_date(now), now=now).status == "unknown"


def test_good_news_is_no_finding(weeks, yesterday, now):
    DayRollup.objects.filter(date=yesterday).update(
        gross_fen=9_000_000, buyers=800, paid_orders=800
    )

    assert run_check(the_check(), day=business_date(now), now=now).status == "passed"
    assert {one.side for one in breaks.breaks_on(yesterday)} == {1}


def test_the_page_shows_parts_and_takes_a_judgement(weeks, yesterday, manager, now):
    client = browser_of(manager)
    url = reverse("analytics:diagnosis", args=[yesterday.isoformat(), "paid_amount"])

    page = client.get(url).content.decode()
    sent = {"part": "weather", "version": "0", "verdict": "yes", "note": "台风停运"}
    answered = client.post(url, sent)

    assert "¥34,000.00" in page
    assert "−¥11,010.00" in page
    assert answered.status_code == 302
    assert "台风停运" in client.get(url).content.decode()


def test_an_unknown_figure_or_day_is_no_page(manager):
    client = browser_of(manager)

    asked = [("2026-13-01", "pay_rate"), ("2026-09-16", "weight"), ("0001-01-01", "pay_rate")]
    for day, code in asked:
        assert client.get(reverse("analytics:diagnosis", args=[day, code])).status_code == 404


def test_the_api_gives_parts_that_sum(weeks, yesterday, manager):
    client = browser_of(manager)
    url = reverse("analytics_api:diagnosis", args=[yesterday.isoformat(), "paid_amount"])

    answer = client.get(url).json()

    parts = {name: Decimal(text) for name, text in answer["parts"].items()}
    assert (
        parts["visitors"] + parts["rate"] + parts["each"] == parts["total"] == Decimal("-11010.00")
    )
    assert len(answer["causes"]) == len(CODES)


def test_the_csv_has_the_same_sum(weeks, yesterday, manager):
    client = browser_of(manager)
    url = reverse("analytics:diagnosis_csv", args=[yesterday.isoformat(), "paid_amount", "parts"])

    text = client.get(url).getvalue().decode("utf-8-sig")

    assert '"支付金额","45010.00","34000.00","-11010.00"' in text


@pytest.mark.parametrize("until", ["0001-01-01", "9999-12-31", "2026-02-30", "so"])
def test_a_day_far_away_opens_the_usual_list(db, manager, until):
    page = browser_of(manager).get(reverse("analytics:breaks"), {"until": until})

    assert page.status_code == 200


def test_an_event_of_all_time_is_read_for_the_days_asked_only(yesterday, now, manager):
    events.add_event(
        values={"kind": "own", "name": "一直", "starts_on": date(1, 1, 1), "ends_on": date(9999, 12, 31),
                "push": "none", "is_left_out": True, "note": ""},
        by=manager, now=now,
    )  # fmt: skip

    days = breaks.unlike_days(since=yesterday, until=yesterday + timedelta(days=2))

    assert days == {yesterday + timedelta(days=n) for n in range(3)}
