"""Old customers given out, exams taken, the demo's desk, and the daily checks over it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.actions import handing, training
from crm.actions.service_errors import ExamRefusedError, ServiceRefusedError
from crm.actions.training import Sheet
from crm.checks import service as checks
from crm.demo import service as demo
from crm.models import BonusSheet, Customer, CustomerStat, ExamResult, Keeping
from crm.queries import handing as queries
from crm.queries import training as standings
from crm.queries.handing import Wanted
from crm.rules.training import BadSheetError, mark, parse_sheet
from crm.service_choices import HandOutRule
from products.actions.errors import StaleGoodsError
from shopops.checks.models import CheckResult
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.staff import PersonFactory

NOW = datetime(2026, 9, 17, 4, tzinfo=UTC)
TEXT = "1. 先看哪里\n* 订单\n- 猜\n\n2. 哪些不能说\n* 返现\n* 红包\n- 你好"


@pytest.fixture
def desk(shop):
    return [
        PersonFactory(username=code, name=name, role_codes=[role])
        for code, name, role in (
            ("cen", "小岑", "service_lead"),
            ("he", "小禾", "service"),
            ("man", "小满", "service"),
        )
    ]


def customers(count, **given):
    rows = [Customer.objects.create(name=f"买家{n}", created_at=NOW, **given) for n in range(count)]
    for row in rows:
        CustomerStat.objects.create(
            customer=row, paid_orders=2, paid_fen=9_900, last_paid_date=date(2026, 9, 1)
        )
    return rows


def give(wanted, by, mark_=None, now=NOW):
    plan = queries.plan(handing.check(wanted), today=business_date(now))
    sent = handing.mark_of(plan) if mark_ is None else mark_
    return handing.give_customers(wanted=wanted, mark=sent, by=by, now=now)


def to(*people, of=None, rule=HandOutRule.ROUND_ROBIN):
    return Wanted(of_agent=of, to=tuple(one.pk for one in people), rule=rule)


def test_customers_are_given_in_turns_and_the_log_says_how_many(desk):
    lead, he, man = desk
    customers(5)

    give(to(he, man), lead)

    assert sorted(Customer.objects.filter(agent=one).count() for one in (he, man)) == [2, 3]
    assert Keeping.objects.filter(until_at__isnull=True).count() == 5
    assert Operation.objects.filter(name="crm.customers.handed_out").count() == 2


def test_those_of_an_agent_who_leaves_are_handed_over_and_come_back_to_the_last_one(desk):
    lead, he, man = desk
    customers(4)
    give(to(he), lead)
    give(to(man, of=he.pk), lead, now=NOW + timedelta(hours=1))

    give(to(he, lead, of=man.pk, rule=HandOutRule.LAST_AGENT), lead, now=NOW + timedelta(hours=2))

    assert Customer.objects.filter(agent=he).count() == 4
    assert Keeping.objects.count() == 12


def test_what_changed_since_the_preview_is_not_done(desk):
    lead, he, _man = desk
    customers(2)
    seen = handing.mark_of(queries.plan(to(he), today=date(2026, 9, 17)))
    customers(1)

    with pytest.raises(StaleGoodsError):
        give(to(he), lead, mark_=seen)


def test_nobody_is_given_to_somebody_who_is_not_at_the_desk(desk, manager):
    customers(1)

    with pytest.raises(ServiceRefusedError):
        give(to(manager), desk[0], mark_="x")


def test_customers_are_not_handed_to_the_same_agent(desk):
    lead, he, _man = desk
    customers(1, agent=he)

    with pytest.raises(ServiceRefusedError):
        give(to(he, of=he.pk), lead, mark_="x")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  ", "empty"),
        ("题", "no_options"),
        ("题\n* 对", "no_options"),
        ("题\n- 错\n- 也错", "no_right"),
        ("题\n* 对\n* 也对", "all_right"),
        ("题\n* 对\n- 对", "twice"),
        ("题\n* 对\n错", "odd_line"),
    ],
)
def test_a_sheet_that_cannot_be_asked_is_refused(text, code):
    with pytest.raises(BadSheetError) as refusal:
        parse_sheet(text)

    assert refusal.value.code == code


@pytest.mark.parametrize(("pass_mark", "passed"), [(66, True), (67, False)])
def test_two_of_three_are_66(pass_mark, passed):
    questions = parse_sheet("a\n* 1\n- 2\n\nb\n* 1\n- 2\n\nc\n* 1\n- 2")
    right = frozenset({0})

    done = mark(questions, {0: right, 1: right, 2: frozenset({1})}, pass_mark=pass_mark)

    assert (done.mark, done.has_passed) == (66, passed)


def test_a_failed_exam_is_retaken_and_a_pass_is_due_again_after_its_days(desk):
    lead, he, _man = desk
    exam = training.add_exam(
        sheet=Sheet(title="规则", text=TEXT, pass_mark=80, valid_days=30), by=lead, now=NOW
    )

    def take(*second):
        return training.take_exam(
            exam_id=exam.pk, chosen={0: frozenset({0}), 1: frozenset(second)},
            version=1, by=he, now=NOW,
        )  # fmt: skip

    first, second = take(0), take(0, 1)
    [standing] = standings.standings([exam], [he])

    assert (first.has_passed, second.has_passed, standing.attempts) == (False, True, 2)
    assert standing.due_on == date(2026, 10, 17)
    assert not standing.is_due(date(2026, 10, 16))
    assert standing.is_due(date(2026, 10, 17))


def test_an_exam_with_an_open_question_is_not_kept(desk):
    lead, he, _man = desk
    exam = training.add_exam(
        sheet=Sheet(title="规则", text=TEXT, pass_mark=80, valid_days=None), by=lead, now=NOW
    )
    url = reverse("crm:exam", args=[exam.pk])

    page = browser_of(he).post(url, {"version": "1", "q0": "0"})

    assert (page.status_code, ExamResult.objects.count()) == (422, 0)
    assert "第 2 题还没答" in page.content.decode()
    assert 'value="0" checked' in page.content.decode()


def test_two_exams_of_one_title_are_refused(desk):
    sheet = Sheet(title="规则", text=TEXT, pass_mark=80, valid_days=None)
    training.add_exam(sheet=sheet, by=desk[0], now=NOW)

    with pytest.raises(ExamRefusedError):
        training.add_exam(sheet=sheet, by=desk[0], now=NOW)


def test_the_demo_desk_is_filled_once_and_every_page_of_it_opens(desk, manager):
    lead, he, _man = desk
    now = timezone.now()
    people = {"cen": lead, "he": he, "ning": manager}

    filled = demo.fill(by_name=people, now=now)
    again = demo.fill(by_name=people, now=now)
    customers(3, agent=he)
    browser = browser_of(lead)
    sheet = BonusSheet.objects.filter(agent=he, state="published").get()
    pages = [
        reverse("crm:agents"),
        reverse("crm:agent", args=[he.pk]) + f"?days=30&day={business_date(now) - timedelta(1)}",
        reverse("crm:agent_enter", args=[he.pk]),
        reverse("crm:service_settings"),
        reverse("crm:bonus"),
        reverse("crm:bonus_rule"),
        reverse("crm:bonus_sheet", args=[sheet.pk]),
        reverse("crm:bonus_export", args=[sheet.pk]),
        reverse("crm:training"),
        reverse("crm:exam_result", args=[ExamResult.objects.first().pk]),
        reverse("crm:agent_customers")
        + f"?of={he.pk}&try=1&to={lead.pk}&rule=round_robin&least_orders=1&days=0",
        "/api/service/agents/",
        "/api/service/bonus/",
        "/api/service/exams/results/",
    ]

    assert (filled, again) == (True, False)
    assert [url for url in pages if browser.get(url).status_code != 200] == []
    today = business_date(now)
    assert checks.figures_are_there(today, now).status in {"passed", "failed"}
    assert checks.exams_are_taken(today, now).status == CheckResult.Status.FAILED
    checks.targets_are_met(today, now)
    checks.appeals_are_answered(today, now)
    checks.customers_are_kept(today, now)


def test_without_any_figures_the_checks_do_not_claim_to_have_passed(desk):
    assert checks.figures_are_there(date(2026, 9, 17), NOW).status == CheckResult.Status.UNKNOWN
    assert checks.targets_are_met(date(2026, 9, 17), NOW).status == CheckResult.Status.UNKNOWN
