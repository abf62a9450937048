"""Scores in the database: SQL equals the rules; files, hands, ratings, persons."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from analytics import figures
from analytics.actions import dsr as actions
from analytics.actions import scores
from analytics.actions.dsr import ScoreRefusedError, Stars
from analytics.importers import dsr_days
from analytics.importers import ratings as rating_file
from analytics.models import DsrDay, RatingDay, ShopRating
from analytics.queries import ratings, shown
from analytics.queries.known import figures_of
from analytics.rules import dsr as rules
from analytics.rules.dsr import Rating, Tally
from crm.models import Review, ServiceScore
from orders.actions.subjects import erase_subject, export_subject
from products.actions.errors import StaleGoodsError
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff.models import Operation
from shopops.work.models import Run
from tests.analytics.dsr_kit import TODAY, at, enter, review, starred, whole
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.products.harness import bring, take_back
from tests.times import NOW

pytestmark = pytest.mark.django_db


# --- SQL and rules ------------------------------------------------------------------------------

rows_of_ratings = st.lists(
    st.tuples(
        st.integers(0, 45),  # days back
        st.integers(0, 3),  # minute
        st.sampled_from(["甲", "乙", "丙", "甲**乙", ""]),
        st.tuples(*(st.none() | st.integers(1, 5),) * 3).filter(any),
        st.booleans(),  # a review, or a rating of its own
        st.booleans(),  # taken back
    ),
    max_size=25,
)


class TestSqlAndRules(TestCase):
    @given(rows=rows_of_ratings)
    def test_the_statement_counts_what_the_rule_counts(self, rows):
        expected = []
        reviewed = set()
        for number, (back, minute, nick, stars, is_review, is_gone) in enumerate(rows):
            when = at(TODAY - timedelta(days=back), 23, 58) + timedelta(minutes=minute)
            masked = "*" in nick or not nick
            goods, service, delivery = stars
            if is_review:
                Review.objects.create(
                    key=f"r{number}",
                    rating="good",
                    rated_at=when,
                    first_seen_at=when,
                    nick=nick,
                    is_masked=masked,
                    taken_back_at=when if is_gone else None,
                    score_goods=goods,
                    score_service=service,
                    score_logistics=delivery,
                )
                if not is_gone and not masked:
                    reviewed.add((nick, when))
            else:
                ShopRating.objects.create(
                    key=f"s{number}",
                    rated_at=when,
                    said_at=when,
                    nick=nick,
                    is_masked=masked,
                    goods=goods,
                    service=service,
                    delivery=delivery,
                )
        for number, (back, minute, nick, stars, is_review, is_gone) in enumerate(rows):
            when = at(TODAY - timedelta(days=back), 23, 58) + timedelta(minutes=minute)
            if (is_review and is_gone) or (not is_review and (nick, when) in reviewed):
                continue
            masked = "*" in nick or not nick
            expected.append(
                Rating(
                    "" if masked else nick,
                    business_date(when),
                    (when, not is_review, number),
                    *stars,
                )
            )

        found: dict[str, dict[date, Tally]] = {name: {} for name in rules.SCORES}
        month = (TODAY - timedelta(days=46)).replace(day=1)
        while month <= TODAY + timedelta(days=1):
            for name, days in ratings.counted_of(month).items():
                found[name] |= days
            scores.count_month(month)
            month = (month.replace(day=28) + timedelta(days=4)).replace(day=1)

        assert found == rules.counted(expected)
        kept = ratings.kept_days(since=TODAY, until=TODAY + timedelta(days=1))
        assert kept == found


def test_a_rating_of_an_order_whose_review_has_stars_counts_once():
    review("1", at(TODAY), 1, tid="4000000000000000001", nick="甲")
    starred("2", at(TODAY, 15), 5, tid="4000000000000000001", nick="甲")

    assert ratings.counted_of(TODAY.replace(day=1))["goods"] == {TODAY: Tally(1, 1)}


def test_a_review_without_stars_counts_for_nothing():
    review("1", at(TODAY), None, rating="bad", nick="甲")

    assert ratings.counted_of(TODAY.replace(day=1))["goods"] == {}


def test_counting_twice_changes_nothing_and_what_is_gone_goes():
    row = starred("1", at(TODAY), 4, nick="甲")
    assert scores.count_month(TODAY.replace(day=1)) == 3
    assert scores.count_month(TODAY.replace(day=1)) == 0

    row.delete()

    assert scores.count_month(TODAY.replace(day=1)) == 3
    assert not RatingDay.objects.exists()


# --- as shown -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_file_says_only_what_it_has_and_the_later_export_wins(manager):
    head = "统计日期,描述相符,服务态度,物流服务,服务态度行业平均\r\n"
    day = "2026-03-01"
    first = bring(f"{head}{day},4.81,4.79,4.77,4.80\r\n".encode("gbk"), "评分1.csv")
    bring(
        f"{head}{day},4.82,,4.78,\r\n".encode("gbk"),
        "评分2.csv",
        written_at=datetime(2026, 3, 10, 5, tzinfo=UTC),
    )

    word = shown.shown(since=date(2026, 3, 1), until=date(2026, 3, 1))[date(2026, 3, 1)]

    assert (word["goods"].score, word["service"].score) == (Decimal("4.82"), Decimal("4.79"))
    assert word["service"].industry == Decimal("4.80")
    take_back(first)
    word = shown.shown(since=date(2026, 3, 1), until=date(2026, 3, 1))[date(2026, 3, 1)]
    assert word["service"].score is None
    assert word["goods"].score == Decimal("4.82")


def test_scores_without_the_industry_are_another_kind_of_file():
    assert dsr_days.match(["统计日期", "描述相符", "服务态度", "物流服务"]) is None
    assert dsr_days.match(["描述相符", "服务态度", "描述相符行业平均"]) is not None


@pytest.mark.django_db(transaction=True)
def test_a_file_without_a_date_speaks_of_the_day_it_was_exported():
    content = "物流服务,描述相符,服务态度,描述相符行业平均\r\n4.77123,4.81,4.79,4.8\r\n"

    bring(content.encode("gbk"), "评分与行业.csv")

    assert DsrDay.objects.get().date == date(2026, 3, 10)
    assert DsrDay.objects.get().delivery == Decimal("4.77123")


def cleaned(importer, head: str, row: str):
    table = {
        name: pa.array([cell or None], pa.string())
        for name, cell in zip(head.split(","), row.split(","), strict=True)
    }
    block = pa.table(table | {"line_no": pa.array([2], pa.int32())})
    return importer.clean(block, seal=None)


@pytest.mark.parametrize("cell", ["5.2", "-1", "高", "NaN"])
def test_a_score_out_of_five_rejects_its_row(cell):
    found = cleaned(dsr_days, "统计日期,描述相符,服务态度,物流服务", f"2026-03-01,{cell},4.79,4.77")

    assert [one.column for one in found.errors] == ["描述相符"]
    assert found.rows.num_rows == 0


def test_what_a_person_enters_counts_over_a_file_and_stands_in_the_log(manager):
    enter(TODAY, manager, goods="4.80", service="4.79")
    enter(TODAY, manager, NOW + timedelta(hours=1), goods="4.81")

    word = shown.shown(since=TODAY, until=TODAY)[TODAY]

    assert DsrDay.objects.count() == 2
    assert (word["goods"].score, word["goods"].source) == (Decimal("4.81"), "hand")
    assert word["service"].score is None
    last = Operation.objects.filter(name="analytics.dsr.entered").latest("pk")
    assert (last.actor, last.old, last.new) == (
        manager,
        {"goods": "4.8", "service": "4.79"},
        {"goods": "4.81"},
    )


def test_the_service_score_goes_to_the_service_desks_notes_too(manager):
    enter(TODAY, manager, service="4.79")

    assert ServiceScore.objects.get(date=TODAY).score == Decimal("4.79")


def test_the_figures_of_days_know_what_was_shown(manager):
    enter(TODAY, manager, goods="4.80")

    known = figures_of(["dsr_goods"], since=TODAY, until=TODAY)["dsr_goods"][TODAY]

    assert (known.value, known.source) == (Decimal("4.80"), figures.HAND)


@pytest.mark.parametrize(
    ("day", "given", "field"),
    [
        (TODAY + timedelta(days=1), {"goods": "4.8"}, "day"),
        (TODAY, {}, ""),
        (TODAY, {"goods": "5.1"}, "goods"),
        (TODAY, {"goods_industry": "4.9", "goods_best": "4.8"}, "goods_best"),
    ],
)
def test_scores_that_cannot_be_are_refused(manager, day, given, field):
    with pytest.raises(ScoreRefusedError) as refusal:
        enter(day, manager, **given)

    assert field in refusal.value.errors
    assert not DsrDay.objects.exists()


def test_who_did_not_see_the_latest_word_does_not_overwrite_it(manager):
    enter(TODAY, manager, goods="4.80")

    with pytest.raises(StaleGoodsError):
        actions.enter_scores(day=TODAY, figures=whole(goods="4.70"), seen=0, by=manager, now=NOW)


# --- ratings ------------------------------------------------------------------------------------

RATINGS = "昵称,订单编号,评价时间,描述相符,服务态度,物流服务\r\n"


@pytest.mark.django_db(transaction=True)
def test_a_file_of_stars_comes_in_twice_and_counts_once():
    row = "甲,400000000000000001,2026-03-09 20:15:00,5,4,3\r\n"
    bring((RATINGS + row).encode("gbk"), "明细1.csv")
    second = bring(
        (RATINGS + row.replace(",5,4,3", ",2,4,3")).encode("gbk"),
        "明细2.csv",
        written_at=datetime(2026, 3, 10, 5, tzinfo=UTC),
    )

    assert ShopRating.objects.get(is_current=True).goods == 2
    assert ShopRating.objects.count() == 2
    take_back(second)
    assert ShopRating.objects.get(is_current=True).goods == 5
    assert Run.objects.filter(kind=scores.KIND).exists()


@pytest.mark.parametrize(
    "row",
    ["甲,,2026-03-09 20:15:00,6,4,3", "甲,,2026-03-09 20:15:00,,,", "甲,,哪天,5,5,5"],
)
def test_a_row_of_stars_that_cannot_be_is_rejected(row):
    found = cleaned(rating_file, RATINGS.strip(), row)

    assert len(found.errors) == 1
    assert found.rows.num_rows == 0


def test_a_file_and_a_hand_name_a_rating_alike():
    found = cleaned(rating_file, RATINGS.strip(), "甲,400000000000000001,2026-03-09 20:15:30,5,4,3")
    when = datetime(2026, 3, 9, 20, 15, tzinfo=SHANGHAI)

    key = actions.rating_key(nick="甲", tid="400000000000000001", at=when)

    assert found.rows.column("key").to_pylist() == [key]


def test_one_rating_by_hand_counts_and_can_be_taken_back(manager):
    stars = Stars(at(TODAY, 0), 5, None, 4, nick="甲")
    row = actions.add_rating(stars=stars, by=manager, now=NOW)

    assert ratings.counted_of(TODAY.replace(day=1))["delivery"] == {TODAY: Tally(1, 4)}
    with pytest.raises(ScoreRefusedError):
        actions.add_rating(stars=stars, by=manager, now=NOW)

    actions.take_back_rating(rating_id=row.pk, by=manager, now=NOW)
    assert ratings.counted_of(TODAY.replace(day=1))["delivery"] == {}


@pytest.mark.parametrize(
    ("stars", "field"),
    [
        (Stars(NOW + timedelta(hours=1), 5, 5, 5, nick="甲"), "rated_at"),
        (Stars(NOW, None, None, None, nick="甲"), ""),
        (Stars(NOW, 6, None, None, nick="甲"), "goods"),
        (Stars(NOW, 5, None, None), "nick"),
    ],
)
def test_a_rating_by_hand_that_cannot_be_is_refused(manager, stars, field):
    with pytest.raises(ScoreRefusedError) as refusal:
        actions.add_rating(stars=stars, by=manager, now=NOW)

    assert field in refusal.value.errors


def test_a_persons_ratings_are_told_and_forgotten(manager):
    buyer = BuyerFactory(key="甲", nick="甲")
    OrderFactory(buyer=buyer, buyer_nick="甲", stage="signed")
    starred("1", at(TODAY), nick="甲", buyer=buyer)

    told = export_subject(key="甲", reason="本人要", by=manager, now=NOW)
    erase_subject(key="甲", reason="本人要", by=manager, now=NOW)

    assert [one["nick"] for one in told["ratings"]] == ["甲"]
    assert "甲" not in ShopRating.objects.get().nick
