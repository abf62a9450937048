"""Plans of scores, their checks, pages and API: what fires and closes, conflicts, words typed wrong."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.actions import plans
from analytics.actions.dsr import ScoreRefusedError
from analytics.checks import dsr as checks
from analytics.models import ExperienceDay, ScorePlan
from analytics.queries import dsr as queries
from analytics.queries import ratings
from analytics.rules import dsr as rules
from analytics.score_choices import Score
from products.actions.errors import StaleGoodsError
from shopops.lib.business_time import business_date
from tests.analytics.dsr_kit import TODAY, at, enter, recount, said, starred
from tests.clients import browser_of
from tests.times import NOW

pytestmark = pytest.mark.django_db


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

    response = browser_of(manager).get(reverse("analytics:dsr_csv", args=["year"]))
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
