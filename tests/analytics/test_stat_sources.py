"""Days by hand, where numbers come from, gaps, files that disagree, products over the shop."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from analytics.actions import hand
from analytics.actions.hand import DayRefusedError
from analytics.checks import stats as checks
from analytics.models import StatRow
from analytics.queries import contradictions, coverage, flow, gaps, known, lineage
from analytics.rules.traffic_sources import kind_of
from products.actions.errors import StaleGoodsError
from products.models import ProductDay
from shopops.intake.choices import BatchSource, BatchState
from shopops.intake.models import Batch
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff.models import Operation
from tests.factories.goods import ProductFactory
from tests.factories.staff import PersonFactory
from tests.times import NOW

DAY = date(2026, 9, 10)


def says(source="shop_day", day=DAY, *, scope="shop", key="", device="all", said_at=NOW, **figures):
    return StatRow.objects.create(
        source=source, scope=scope, key=key, device=device, date=day, figures=figures,
        said_at=said_at, is_current=True,
    )  # fmt: skip


def enter(by, *, day=DAY, seen=None, note="", **values):
    last = lineage.latest_by_hand(day)
    if seen is None:
        seen = last.pk if last else 0
    return hand.enter_day(day=day, values=values, seen=seen, by=by, now=NOW, note=note)


def value(code, day=DAY):
    return known.figures_of([code], since=day, until=day)[code][day].value


@pytest.fixture
def manager(db):
    return PersonFactory(username="dz", name="店长", role_codes=["manager"])


class TestByHand:
    def test_a_day_by_hand_counts_and_is_in_the_log(self, manager):
        enter(manager, visitors=900, dsr_goods=Decimal("4.81"), note="后台首页")

        assert (value("visitors"), value("dsr_goods")) == (900, Decimal("4.81"))
        row = Operation.objects.get(name="analytics.day.entered")
        assert (row.object_key, row.new["visitors"], row.reason) == (
            "2026-09-10",
            "900",
            "后台首页",
        )

    def test_what_is_left_empty_the_next_time_is_taken_away(self, manager):
        enter(manager, visitors=900, cart_buyers=40)

        enter(manager, visitors=910)

        assert (value("visitors"), value("cart_buyers")) == (910, None)
        assert StatRow.objects.count() == 2

    def test_nothing_at_all_takes_back_what_was_entered(self, manager):
        enter(manager, visitors=900)

        enter(manager)

        assert value("visitors") is None
        assert Operation.objects.filter(name="analytics.day.withdrawn").exists()

    def test_whoever_did_not_see_the_newest_word_is_refused(self, manager):
        enter(manager, visitors=900)

        with pytest.raises(StaleGoodsError):
            enter(manager, visitors=950, seen=0)

        assert value("visitors") == 900

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"visitors": 10, "paid_buyers": 11}, "paid_buyers"),
            ({"dsr_service": Decimal("5.1")}, "dsr_service"),
            ({"visitors": -1}, "visitors"),
            ({}, ""),
        ],
    )
    def test_figures_that_cannot_be_are_refused(self, manager, values, field):
        with pytest.raises(DayRefusedError) as refused:
            enter(manager, **values)

        assert field in refused.value.errors
        assert not StatRow.objects.exists()

    def test_a_day_to_come_is_refused(self, manager):
        with pytest.raises(DayRefusedError):
            enter(manager, day=business_date(NOW) + timedelta(days=1), visitors=5)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_enter_a_day_at_once_one_is_refused():
    people = [PersonFactory(username=name, role_codes=["manager"]) for name in ("a1", "a2")]
    ends = []

    def attempt(by, visitors):
        try:
            hand.enter_day(day=DAY, values={"visitors": visitors}, seen=0, by=by, now=NOW)
            ends.append("kept")
        except StaleGoodsError:
            ends.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(by, 5 + n)) for n, by in enumerate(people)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(ends) == ["kept", "refused"]


class TestWhereANumberComesFrom:
    def test_every_source_is_named_with_its_value_and_why_it_counts(self, manager):
        says(visitors="80")
        enter(manager, visitors=70)

        words = {word.source: word for word in lineage.words_about("visitors", DAY)}

        assert words["shop_day"].why == "counts"
        assert words["shop_day"].value == 80
        assert (words["hand"].why, words["hand"].said_by) == ("less_trusted", "店长")
        assert "product_days" not in words

    def test_earlier_words_of_a_source_stay_and_are_told(self, db):
        old = says(visitors="80", said_at=NOW - timedelta(days=1))
        StatRow.objects.filter(pk=old.pk).update(is_current=False)
        says(visitors="81")

        words = [w for w in lineage.words_about("visitors", DAY) if w.source == "shop_day"]

        assert [word.value for word in words] == [81, 80]
        assert [word.why for word in words] == ["counts", "older"]


class TestTerminals:
    def test_a_column_for_a_terminal_and_a_row_for_one_say_the_same(self, db):
        says(**{"visitors": "100", "visitors@pc": "4"})
        says(day=DAY + timedelta(days=1), device="pc", visitors="6")

        found = flow.devices(since=DAY, until=DAY + timedelta(days=1))

        assert found["pc"] == {DAY: 4, DAY + timedelta(days=1): 6}
        assert found["all"] == {DAY: 100}


class TestSourcesOfVisitors:
    def test_terminals_add_up_where_the_file_has_no_total(self, db):
        for device, visitors in (("pc", "5"), ("wireless", "90")):
            says("flow", scope="flow", key="淘内免费 / 手淘搜索", device=device, visitors=visitors)

        (found,) = flow.flow(since=DAY, until=DAY).sources

        assert found.sums["visitors"] == 95
        assert found.kind == "free"

    def test_the_files_own_total_of_a_group_counts_and_not_the_sum_of_its_sources(self, db):
        says("flow", scope="flow", key="付费流量", visitors="50")
        for name in ("直通车", "淘宝客"):
            says("flow", scope="flow", key=f"付费流量 / {name}", visitors="30")
        says("flow", scope="flow", key="自主访问 / 购物车", visitors="7")

        sources = flow.flow(since=DAY, until=DAY).sources

        assert flow.by_kind(sources) == {"paid": 50, "own": 7}

    def test_an_items_sources_are_not_the_shops(self, db):
        says("item_flow", scope="item_flow", key="9691|手淘搜索", visitors="9")

        assert flow.flow(since=DAY, until=DAY).sources == ()
        assert flow.flow(since=DAY, until=DAY, item="9691").sources[0].sums["visitors"] == 9
        assert flow.items_with_flow(since=DAY, until=DAY) == ["9691"]

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("付费流量 / 手淘搜索", "paid"),
            ("手淘搜索", "free"),
            ("万相台", "paid"),
            ("自主访问 / 购物车", "own"),
            ("淘外流量 / 百度", "outside"),
            ("神秘来源", "unknown"),
        ],
    )
    def test_a_source_is_told_by_its_name_and_never_guessed(self, name, kind):
        assert kind_of(name) == kind


class TestFindings:
    def test_a_missing_week_is_a_finding_until_it_comes(self, db):
        for back in (9, 1):
            says(day=DAY - timedelta(days=back), visitors="5")

        before = checks.no_missing_days(DAY + timedelta(days=1), NOW)
        for back in range(2, 9):
            says(day=DAY - timedelta(days=back), visitors="5")
        after = checks.no_missing_days(DAY + timedelta(days=1), NOW)

        assert [(one.severity, "7" in one.title) for one in before.findings] == [("late", True)]
        assert after.findings == []

    def test_a_source_that_never_came_has_no_gaps(self, db):
        assert gaps.gaps(since=DAY - timedelta(days=30), until=DAY) == []

    def test_products_that_exceed_the_shop_are_a_finding(self, db):
        says(paid_amount="100.00", visitors="50")
        for amount, visitors in (("70.00", 30), ("40.00", 30)):
            ProductDay.objects.create(
                product=ProductFactory(), date=DAY, paid_amount=amount, visitors=visitors
            )

        (found,) = checks.products_within_shop(DAY + timedelta(days=1), NOW).findings

        assert "支付金额" in found.title
        assert "110.00" in found.evidence

    def test_visitors_of_products_may_add_up_to_more_but_one_alone_may_not_exceed_the_shop(
        self, db
    ):
        says(visitors="50")
        ProductDay.objects.create(product=ProductFactory(), date=DAY, visitors=51)

        (found,) = contradictions.products_over_shop(since=DAY, until=DAY)

        assert found.code == "visitors"
        assert found.products == Decimal(51)
        assert found.shops == {"shop_day": Decimal(50)}

    def test_products_are_held_against_each_file_of_the_shop_and_the_exceeded_one_is_named(
        self, db
    ):
        says(paid_amount="120.00")
        says("trade", paid_amount="100.00")
        says("trade", device="wireless", paid_amount="1.00")
        ProductDay.objects.create(product=ProductFactory(), date=DAY, paid_amount="110.00")

        (found,) = contradictions.products_over_shop(since=DAY, until=DAY)
        (said,) = checks.products_within_shop(DAY + timedelta(days=1), NOW).findings

        assert found.over == ("trade",)
        assert found.shops == {"shop_day": Decimal(120), "trade": Decimal(100)}
        assert "商品 ¥110.00，生意参谋交易趋势的全店 ¥100.00" in said.evidence
        assert "生意参谋店铺日报的全店 ¥120.00 没有被超过" in said.evidence

    def test_the_trade_trend_alone_is_enough_to_tell(self, db):
        says("trade", visitors="50")
        ProductDay.objects.create(product=ProductFactory(), date=DAY, visitors=51)

        (said,) = checks.products_within_shop(DAY + timedelta(days=1), NOW).findings

        assert "生意参谋交易趋势的全店 50" in said.evidence

    def test_files_that_disagree_on_a_day_are_a_finding_and_equal_ones_are_not(self, db):
        for batch, visitors in ((1, "80"), (2, "81")):
            row = says(visitors=visitors)
            StatRow.objects.filter(pk=row.pk).update(batch_id=batch)
        for batch in (3, 4):
            row = says(day=DAY - timedelta(days=1), visitors="5")
            StatRow.objects.filter(pk=row.pk).update(batch_id=batch)

        found = contradictions.said_twice(since=DAY - timedelta(days=7), until=DAY)

        assert [(one.day, one.files, one.code) for one in found] == [(DAY, 2, "visitors")]


class TestFilesThatShouldCome:
    def brought(self, *, exported_at, day):
        Batch.objects.create(
            file_name="取数.csv", sha256="0" * 64, size_bytes=1, source=BatchSource.COMMAND,
            state=BatchState.DONE, kind="analytics.shop_day", exported_at=exported_at,
            period_from=day_bounds(day)[0], period_to=day_bounds(day)[0], created_at=NOW,
        )  # fmt: skip

    def state(self):
        found = [s for s in coverage.file_states(day=DAY) if s.kind == "analytics.shop_day"]
        return [one.covers for one in found]

    def test_a_shop_that_never_brought_one_does_not_miss_it(self, db):
        assert self.state() == []

    def test_a_shop_that_did_misses_it_on_the_first_day_without(self, db):
        self.brought(exported_at=day_bounds(DAY)[0], day=DAY - timedelta(days=1))

        assert self.state() == [False]

    def test_a_file_that_names_the_day_and_was_written_after_it_covers_it(self, db):
        self.brought(exported_at=day_bounds(DAY)[1] + timedelta(hours=8), day=DAY)

        assert self.state() == [True]

    def test_a_file_of_other_days_does_not_cover_it_however_late_it_was_written(self, db):
        self.brought(exported_at=day_bounds(DAY)[1] + timedelta(hours=8), day=DAY - timedelta(9))

        assert self.state() == [False]
