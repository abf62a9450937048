"""What each source of visitors did to a difference: parts that sum, and what they leave unexplained."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from analytics.demo import events
from analytics.models import DayEvent, StatRow
from analytics.queries import breaks
from analytics.queries.flow import Flow, Source
from analytics.queries.source_parts import _leaves, source_parts
from analytics.rules.contribution import Traffic, rate_parts
from shopops.lib.business_time import business_date
from tests.clients import browser_of
from tests.times import NOW

WEEK = timedelta(days=7)
DAY = business_date(NOW) - timedelta(days=1)
AGAINST = DAY - WEEK


def told(day, key, visitors, buyers=None):
    figures = {"visitors": str(visitors)}
    if buyers is not None:
        figures["paid_buyers"] = str(buyers)
    StatRow.objects.create(
        source="flow",
        scope="flow",
        date=day,
        key=key,
        figures=figures,
        said_at=NOW,
        is_current=True,
    )


def shop(day, visitors):
    StatRow.objects.create(
        source="shop_day", scope="shop", date=day, figures={"visitors": str(visitors)}, said_at=NOW,
        is_current=True,
    )  # fmt: skip


def two_days():
    for day, search, ads, whole in (
        (AGAINST, (600, 30), (300, 6), 800),
        (DAY, (400, 20), (350, 7), 700),
    ):
        told(day, "淘内免费 / 手淘搜索", *search)
        told(day, "付费流量 / 人群推广", *ads)
        shop(day, whole)
    told(DAY, "淘外流量", 20, 0)


def test_the_parts_sum_to_the_change_of_their_own_sum(db):
    two_days()

    found = source_parts(DAY, AGAINST)

    assert [(one.key, one.change) for one in found.parts] == [
        ("淘内免费 / 手淘搜索", -200),
        ("付费流量 / 人群推广", 50),
        ("淘外流量", 20),
    ]
    assert (found.before, found.after, found.change) == (900, 770, -130)
    assert (found.shop_change, found.unexplained) == (-100, 30)
    assert found.rate_change == Fraction(27, 770) - Fraction(36, 900)


def test_a_day_without_a_file_of_sources_gives_no_parts(db):
    told(DAY, "淘内免费 / 手淘搜索", 400)

    assert source_parts(DAY, AGAINST) is None


def test_a_shop_whose_visitors_are_unknown_leaves_the_rest_unknown(db):
    told(DAY, "手淘搜索", 400)
    told(AGAINST, "手淘搜索", 300)

    found = source_parts(DAY, AGAINST)

    assert (found.change, found.shop_change, found.unexplained) == (100, None, None)
    # Nobody said who paid.
    assert found.rate_change is None


def test_a_group_with_details_on_one_day_only_is_compared_as_a_whole():
    then = Flow(
        (Source("淘内免费", "free", {"visitors": Decimal(500)}), Source("淘外", "outside")),
        frozenset(),
    )
    now = Flow(
        (Source("淘内免费 / 搜索", "free", {"visitors": Decimal(300)}),
         Source("淘内免费 / 推荐", "free", {"visitors": Decimal(100)})),
        frozenset(),
    )  # fmt: skip

    after, before = _leaves(now, then)

    assert set(after) == {"淘内免费"}
    assert after["淘内免费"].sums["visitors"] == 400
    assert set(before) == {"淘内免费", "淘外"}


_traffic = st.integers(0, 500).flatmap(
    lambda visitors: st.builds(Traffic, st.just(visitors), st.integers(0, visitors))
)
_sources = st.dictionaries(st.sampled_from("abcdef"), _traffic, min_size=1)


@given(_sources, _sources)
def test_parts_of_the_rate_sum_to_its_change(then, now):
    parts = rate_parts(then, now)

    if not parts:
        assert not all(sum(one.visitors for one in day.values()) for day in (then, now))
        return
    rates = [
        Fraction(sum(one.buyers for one in day.values()), sum(one.visitors for one in day.values()))
        for day in (then, now)
    ]
    assert sum(one.both for one in parts.values()) == rates[1] - rates[0]


def test_the_page_and_the_file_show_the_parts_and_the_rest(db, manager):
    two_days()
    client = browser_of(manager)
    asked = [DAY.isoformat(), "visitors"]

    page = client.get(reverse("analytics:diagnosis", args=asked)).content.decode()
    text = client.get(reverse("analytics:diagnosis_sources_csv", args=asked)).getvalue()
    lines = text.decode("utf-8-sig").splitlines()

    assert "全店 −100，各来源合计 −130" in page
    assert "＋30" in page
    assert lines[1].startswith('"淘内免费 / 手淘搜索","免费","600","400","-200"')
    assert lines[-1].startswith('"来源没解释的","","","","30"')


def test_the_api_gives_each_source_and_the_parts_of_the_rate_sum(db, manager):
    two_days()
    client = browser_of(manager)

    found = client.get(
        reverse("analytics_api:diagnosis", args=[DAY.isoformat(), "visitors"])
    ).json()["sources"]

    assert found["parts"][0] == {
        "name": "淘内免费 / 手淘搜索", "kind": "free", "before": 600, "after": 400, "change": -200,
        "rate_by_own": "0.000000000", "rate_by_share": found["parts"][0]["rate_by_share"],
    }  # fmt: skip
    assert (found["change"], found["shop_change"], found["unexplained"]) == (-130, -100, 30)
    parts = [
        Decimal(one[name]) for one in found["parts"] for name in ("rate_by_own", "rate_by_share")
    ]
    assert abs(sum(parts) - Decimal(found["rate_change"])) < Decimal("0.00000001")
    assert found["rate_change"] == "-0.004935065"
    other = client.get(reverse("analytics_api:diagnosis", args=[DAY.isoformat(), "refund_amount"]))
    assert other.json()["sources"] is None


def test_a_figure_that_sources_do_not_make_has_no_card_and_no_file(db, manager):
    client = browser_of(manager)
    asked = [DAY.isoformat(), "refund_amount"]

    assert (
        "哪些来源带来的"
        not in client.get(reverse("analytics:diagnosis", args=asked)).content.decode()
    )
    assert client.get(reverse("analytics:diagnosis_sources_csv", args=asked)).status_code == 404


def test_the_card_says_which_file_is_missing(db, manager):
    page = browser_of(manager).get(
        reverse("analytics:diagnosis", args=[DAY.isoformat(), "visitors"])
    )

    assert "有一天没有流量来源文件" in page.content.decode()


# --- the demo's notes


def test_the_demo_notes_stand_on_days_with_a_break_and_only_once(db, manager):
    for number in range(12, 0, -1):
        shop(DAY - WEEK * number, 11_000 + number * 10)
    shop(DAY, 8_000)

    events.fill(by=manager, now=NOW)
    events.fill(by=manager, now=NOW)

    (row,) = DayEvent.objects.all()
    assert (row.starts_on, row.kind, row.push) == (DAY, "weather", "down")
    assert {one.code for one in breaks.breaks_on(DAY)} == {"visitors"}
