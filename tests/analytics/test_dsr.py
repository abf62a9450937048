"""Scores in the database: SQL equals the rules, files and hands, conflicts, checks, persons, pages."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from analytics import figures
from analytics.actions import dsr as actions
from analytics.actions import plans, scores
from analytics.actions.dsr import Said, ScoreRefusedError, Stars
from analytics.checks import dsr as checks
from analytics.importers import dsr_days
from analytics.importers import ratings as rating_file
from analytics.models import DsrDay, ExperienceDay, RatingDay, ScorePlan, ShopRating
from analytics.queries import dsr as queries
from analytics.queries import ratings, shown
from analytics.queries.known import figures_of
from analytics.rules import dsr as rules
from analytics.rules.dsr import Rating, Tally
from analytics.score_choices import Score
from crm.models import Review, ServiceScore
from orders.actions.subjects import erase_subject, export_subject
from products.actions.errors import StaleGoodsError
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff.models import Operation
from shopops.work.models import Run
from tests.clients import browser_of
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.products.harness import bring, take_back
from tests.times import NOW

pytestmark = pytest.mark.django_db
TODAY = business_date(NOW)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def review(key: str, rated_at: datetime, stars: int | None = 5, **columns) -> Review:
    return Review.objects.create(
        key=key,
        rating=columns.pop("rating", "good"),
        rated_at=rated_at,
        first_seen_at=rated_at,
        score_goods=stars,
        score_service=stars,
        score_logistics=stars,
        **columns,
    )


def starred(key: str, rated_at: datetime, stars: int = 5, **columns) -> ShopRating:
    return ShopRating.objects.create(
        key=key,
        rated_at=rated_at,
        said_at=rated_at,
        goods=stars,
        service=stars,
        delivery=stars,
        **columns,
    )


def recount(*months: date) -> None:
    for month in months:
        scores.count_month(month)


def whole(**given: str | None) -> dict[str, Decimal | None]:
    return {name: Decimal(value) if value else None for name, value in given.items()}


def enter(day: date, by, now: datetime = NOW, **given: str | None) -> DsrDay:
    return actions.enter_scores(
        day=day, figures=whole(**given), seen=shown.last_word(day), by=by, now=now
    )


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


# --- plans --------------------------------------------------------------------------------------


def plan(manager, version: int = 0, due: date = TODAY + timedelta(days=30)) -> ScorePlan:
    return plans.save_plan(
        score=Score.SERVICE,
        target=Decimal("4.82"),
        due_on=due,
        owner=manager,
        version=version,
        by=manager,
        now=NOW,
    )


def lever(manager, text: str = "加晚班", version: int = 0, *, is_done: bool = False):
    return plans.save_lever(
        score=Score.SERVICE,
        lever=Score.DELIVERY,
        text=text,
        owner=None,
        due_on=None,
        is_done=is_done,
        version=version,
        by=manager,
        now=NOW,
    )


def test_a_plan_has_a_target_and_levers_that_get_done(manager):
    plan(manager)
    lever(manager)

    assert lever(manager, version=1, is_done=True).done_at == NOW
    assert queries.plans()["service"].levers.get().text == "加晚班"


def test_plans_that_cannot_be_are_refused(manager):
    with pytest.raises(ScoreRefusedError):
        plan(manager, due=TODAY - timedelta(days=1))
    with pytest.raises(ScoreRefusedError):
        lever(manager)
    plan(manager)
    with pytest.raises(ScoreRefusedError):
        lever(manager, text="  ")


def test_of_two_who_change_a_plan_the_second_is_told(manager):
    plan(manager)
    with pytest.raises(StaleGoodsError):
        plan(manager)
    lever(manager)
    with pytest.raises(StaleGoodsError):
        lever(manager)


# --- checks -------------------------------------------------------------------------------------


def test_the_check_of_scores_fires_when_one_falls_and_closes_when_it_does_not(manager):
    day = TODAY
    assert checks.dsr_against_yesterday(day, NOW).status == "unknown"

    enter(day - timedelta(days=1), manager, goods="4.82", service="4.80", service_industry="4.80")
    enter(day, manager, goods="4.82", service="4.79", service_industry="4.80")
    fired = checks.dsr_against_yesterday(day, NOW)
    enter(day, manager, NOW + timedelta(hours=1), goods="4.82", service="4.80")
    closed = checks.dsr_against_yesterday(day, NOW)

    assert fired.status == "failed"
    assert [one.severity for one in fired.findings] == ["late"]
    assert "4.79" in fired.findings[0].evidence
    assert "4.80" in fired.findings[0].evidence
    assert closed.status == "passed"


def test_without_shown_scores_the_check_goes_by_our_own_ratings():
    for number in range(10):
        starred(f"{number}", at(TODAY - timedelta(days=20)), 5)
    starred("bad", at(TODAY - timedelta(days=1)), 1)
    recount((TODAY - timedelta(days=20)).replace(day=1), TODAY.replace(day=1))

    found = checks.dsr_against_yesterday(TODAY, NOW)

    assert found.status == "failed"
    assert len(found.findings) == 3
    assert checks.dsr_against_yesterday(TODAY + timedelta(days=1), NOW).status == "passed"


def said(day: date, manager, now: datetime = NOW, **given: str) -> None:
    actions.enter_experience(
        day=day,
        said={code: Said(Decimal(value)) for code, value in given.items()},
        seen=shown.last_experience_word(day),
        by=manager,
        now=now,
    )


def test_the_check_of_after_sales_fires_when_it_worsens_and_closes_when_it_does_not(manager):
    assert checks.after_sales_against_yesterday(TODAY, NOW).status == "unknown"
    said(TODAY - timedelta(days=1), manager, refund_rate="0.03", finish_hours="30")

    said(TODAY, manager, refund_rate="0.04", finish_hours="29")
    fired = checks.after_sales_against_yesterday(TODAY, NOW)
    said(TODAY, manager, NOW + timedelta(hours=1), refund_rate="0.03")
    closed = checks.after_sales_against_yesterday(TODAY, NOW)

    assert fired.status == "failed"
    assert len(fired.findings) == 1
    assert "退款率" in fired.findings[0].title
    assert closed.status == "passed"


def test_after_sales_of_our_own_rows_are_judged_from_thirty_orders_on():
    def kept(orders: int, refunds_today: int) -> None:
        ExperienceDay.objects.all().delete()
        for back in range(1, 32):
            day = TODAY - timedelta(days=back)
            for code, part, base in (
                ("orders", orders, orders),
                ("refund_rate", refunds_today if back == 1 else 0, orders),
            ):
                ExperienceDay.objects.create(
                    date=day, code=code, part=part, base=base, computed_at=NOW
                )

    kept(10, 3)
    assert checks.after_sales_against_yesterday(TODAY, NOW).status == "failed"
    kept(10, 0)
    assert checks.after_sales_against_yesterday(TODAY, NOW).status == "passed"
    ExperienceDay.objects.filter(date__lt=TODAY - timedelta(days=2)).delete()
    assert checks.after_sales_against_yesterday(TODAY, NOW).status == "unknown"


# --- pages --------------------------------------------------------------------------------------


def page(person, name: str, query: str = "", **kwargs) -> str:
    response = browser_of(person).get(reverse(name, kwargs=kwargs) + query)
    assert response.status_code == 200
    return response.content.decode()


def real_today() -> date:
    return business_date(datetime.now(UTC))


def test_an_empty_page_says_how_the_first_score_gets_here(manager):
    assert "还没有评分" in page(manager, "analytics:dsr")


def test_the_page_shows_the_score_the_industry_and_the_solvers_answer(manager):
    day = real_today()
    enter(day, manager, datetime.now(UTC), service="4.79", service_industry="4.80")
    for number in range(40):
        starred(f"{number}", at(day - timedelta(days=3)), 5 if number % 4 else 4)
    recount((day - timedelta(days=3)).replace(day=1), day.replace(day=1))
    due = day + timedelta(days=10)
    days = ratings.kept_days(since=day, until=day)["service"]
    fives = rules.fives_for(days, today=day, due=due, target=Decimal("4.85")).fives

    html = page(manager, "analytics:dsr", f"?score=service&target=4.85&due={due}")

    assert "低于行业 0.01" in html
    assert f"{fives} 个 5 分" in html
    assert fives > 0


def test_a_day_of_the_solver_that_is_past_is_said_on_its_field(manager):
    enter(real_today(), manager, datetime.now(UTC), service="4.79")

    html = page(manager, "analytics:dsr", f"?score=service&target=4.85&due={real_today()}")

    assert "再往后，现在来的评分也滚出去了" in html


def test_two_who_enter_the_same_day_see_both_versions(manager):
    day = real_today()
    enter(day, manager, datetime.now(UTC), goods="4.80")

    response = browser_of(manager).post(
        reverse("analytics:dsr"),
        {"part": "enter", "day": day.isoformat(), "version": "0", "goods": "4.70"},
    )

    assert response.status_code == 409
    html = response.content.decode()
    assert "4.80" in html
    assert "4.70" in html


def test_what_was_typed_wrong_comes_back(manager):
    response = browser_of(manager).post(
        reverse("analytics:dsr"), {"part": "enter", "version": "0", "goods": "9", "note": "早上"}
    )

    assert response.status_code == 422
    assert "早上" in response.content.decode()


def test_the_csv_has_a_year(manager):
    enter(real_today(), manager, datetime.now(UTC), goods="4.80")

    response = browser_of(manager).get(reverse("analytics:dsr_csv"))
    content = response.getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))

    assert len(rows) == 366
    assert rows[1][:2] == [real_today().isoformat(), "4.80000"]


def test_the_api_solves_and_takes_a_word_once(manager):
    day = real_today()
    starred("1", at(day - timedelta(days=3)), 4)
    recount((day - timedelta(days=3)).replace(day=1))
    client = browser_of(manager)
    due = day + timedelta(days=5)

    solved = client.get(
        reverse("analytics_api:dsr_solver"),
        {"score": "goods", "target": "4.50", "due": due.isoformat()},
    ).json()
    first, again = (
        client.post(
            reverse("analytics_api:dsr_words"),
            {"date": day.isoformat(), "seen": 0, "goods": "4.80"},
            content_type="application/json",
        )
        for _time in range(2)
    )
    listed = client.get(
        reverse("analytics_api:dsr"), {"since": day.isoformat(), "until": day.isoformat()}
    ).json()

    assert (solved["fives"], solved["left_count"]) == (1, 1)
    assert (first.status_code, again.status_code) == (201, 409)
    assert [one["shown"] for one in listed if one["score"] == "goods"] == ["4.80000"]
