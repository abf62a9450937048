"""Bonus sheets: boundaries of the rule, computing again, appeals, closing, what is carried."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse

from crm.actions import bonus as actions
from crm.actions.bonus_month import compute_ended
from crm.actions.service_errors import BonusRefusedError
from crm.models import AgentDay, BonusLine, BonusSheet
from crm.queries import bonus as queries
from crm.rules import bonus as rules
from crm.rules.bonus import Facts, Measured, Review, Rule
from crm.service_choices import SheetState
from products.actions.errors import StaleGoodsError
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.staff import PersonFactory

MONTH = date(2026, 8, 1)
NEXT = date(2026, 9, 1)
NOW = datetime(2026, 9, 17, 4, tzinfo=UTC)


def facts(**given):
    return Facts(month=MONTH, asked=100, **given)


def amounts(**given):
    return [(one.kind, one.amount_fen) for one in rules.lines(facts(**given), Rule())]


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        ("4.70", "4.79", []),
        ("4.70", "4.80", [("score_up", 10_000)]),
        ("4.70", "4.90", [("score_up", 20_000)]),
        ("4.80", "4.71", []),
        ("4.80", "4.70", [("score_down", -20_000)]),
        ("4.80", "4.80", []),
    ],
)
def test_the_score_counts_by_whole_tenths(before, after, outcome):
    found = amounts(score_before=(date(2026, 7, 31), Decimal(before)),
                    score_after=(date(2026, 8, 31), Decimal(after)))  # fmt: skip

    assert found == outcome


@pytest.mark.parametrize(
    ("paid", "outcome"),
    [
        (299, []),
        (300, []),
        (309, []),
        (310, [("conversion", 5_000)]),
        (320, [("conversion", 10_000)]),
    ],
)
def test_conversion_counts_by_whole_points_above_the_target(paid, outcome):
    assert amounts(conversion=Measured(Fraction(paid, 1000), Decimal("0.30"))) == outcome


def test_with_too_few_people_rates_bring_no_line():
    few = Facts(month=MONTH, asked=29, conversion=Measured(Fraction(1), Decimal("0.30")))
    enough = Facts(month=MONTH, asked=30, conversion=Measured(Fraction(1), Decimal("0.30")))

    assert (rules.lines(few, Rule()), len(rules.lines(enough, Rule()))) == ([], 1)


def test_a_neutral_review_costs_100_and_a_bad_one_300():
    day = date(2026, 8, 3)

    assert amounts(neutral=[Review(day)], bad=[Review(day, 2)]) == [
        ("neutral", -10_000),
        ("bad", -60_000),
    ]


@pytest.mark.parametrize(
    ("base", "off", "paid"), [(40_000, -40_001, 0), (40_000, -40_000, 0), (40_000, -39_999, 1)]
)
def test_a_bonus_is_never_below_nought(base, off, paid):
    assert rules.paid_of(base, [off]) == paid


@pytest.fixture
def agent(db):
    return PersonFactory(username="kf1", name="小禾", role_codes=["service"])


@pytest.fixture
def lead(db):
    return PersonFactory(username="zg", name="小岑", role_codes=["service_lead"])


@pytest.fixture
def rule(lead):
    actions.change_rule(month=MONTH, rule=Rule(base=50_000), version="0", by=lead, now=NOW)


def a_day(agent, day=date(2026, 8, 3), **figures):
    return AgentDay.objects.create(agent=agent, date=day, said_at=NOW, is_current=True, **figures)


def computed(agent, lead, month=MONTH):
    actions.compute_month(month=month, by=lead, now=NOW)
    return BonusSheet.objects.filter(agent=agent, month=month).first()


def moved(sheet, to, lead, now=NOW):
    sheet.refresh_from_db()
    return actions.move_sheet(sheet_id=sheet.pk, to=to, version=sheet.version, by=lead, now=now)


def closed(agent, lead):
    sheet = computed(agent, lead)
    moved(sheet, SheetState.PUBLISHED, lead)
    return moved(sheet, SheetState.CLOSED, lead)


def test_computing_again_changes_nothing_and_writes_nothing(agent, lead, rule):
    a_day(agent, reviews_neutral=1, reviews_bad=1)
    sheet = computed(agent, lead)
    written = Operation.objects.count()

    again = actions.compute_month(month=MONTH, by=lead, now=NOW)

    assert (sheet.total_fen, again, Operation.objects.count()) == (10_000, 0, written)
    assert [one.running_fen for one in queries.read_sheets([sheet])[0].rows] == [40_000, 10_000]


def test_a_struck_line_stays_struck_when_the_month_is_computed_again(agent, lead, rule):
    a_day(agent, reviews_bad=1)
    sheet = moved(computed(agent, lead), SheetState.PUBLISHED, lead)
    line = BonusLine.objects.get()
    line = actions.appeal(line_id=line.pk, words="是快递的错", version=1, by=agent, now=NOW)
    actions.decide_line(line_id=line.pk, strike=True, reason="核实了", version=2, by=lead, now=NOW)

    actions.compute_month(month=MONTH, by=lead, now=NOW)

    sheet.refresh_from_db()
    assert sheet.total_fen == 50_000
    assert Operation.objects.get(name="crm.bonus_line.struck").reason == "核实了"


def test_a_closed_sheet_stands_and_the_difference_is_a_line_of_next_month(agent, lead, rule):
    a_day(agent, reviews_bad=1)
    sheet = closed(agent, lead)
    a_day(agent, date(2026, 8, 5), reviews_neutral=1)
    a_day(agent, date(2026, 9, 1), asked=5)

    actions.compute_month(month=MONTH, by=lead, now=NOW)
    following = computed(agent, lead, NEXT)
    actions.compute_month(month=NEXT, by=lead, now=NOW)

    sheet.refresh_from_db()
    assert sheet.total_fen == 20_000
    assert [(one.key, one.amount_fen) for one in following.lines.all()] == [
        ("carried:2026-08", -10_000)
    ]
    assert following.total_fen == 40_000


def test_a_sheet_with_an_open_appeal_is_not_closed(agent, lead, rule):
    a_day(agent, reviews_bad=1)
    sheet = moved(computed(agent, lead), SheetState.PUBLISHED, lead)
    actions.appeal(line_id=BonusLine.objects.get().pk, words="不是我", version=1, by=agent, now=NOW)

    with pytest.raises(BonusRefusedError):
        moved(sheet, SheetState.CLOSED, lead)


def test_a_month_that_is_not_over_is_not_closed(agent, lead, rule):
    a_day(agent, date(2026, 9, 2), reviews_bad=1)
    sheet = moved(computed(agent, lead, NEXT), SheetState.PUBLISHED, lead)

    with pytest.raises(BonusRefusedError):
        moved(sheet, SheetState.CLOSED, lead)


def test_a_draft_cannot_be_appealed_nor_closed(agent, lead, rule):
    a_day(agent, reviews_bad=1)
    sheet = computed(agent, lead)

    with pytest.raises(BonusRefusedError):
        actions.appeal(
            line_id=BonusLine.objects.get().pk, words="不是我", version=1, by=agent, now=NOW
        )
    with pytest.raises(BonusRefusedError):
        moved(sheet, SheetState.CLOSED, lead)


def test_somebody_elses_line_cannot_be_appealed(agent, lead, rule):
    a_day(agent, reviews_bad=1)
    moved(computed(agent, lead), SheetState.PUBLISHED, lead)

    with pytest.raises(BonusLine.DoesNotExist):
        actions.appeal(line_id=BonusLine.objects.get().pk, words="x", version=1, by=lead, now=NOW)


def test_of_two_who_decide_one_line_the_second_is_told(agent, lead, rule):
    a_day(agent, reviews_bad=1)
    computed(agent, lead)
    line = BonusLine.objects.get()
    actions.decide_line(line_id=line.pk, strike=True, reason="好", version=1, by=lead, now=NOW)

    with pytest.raises(StaleGoodsError):
        actions.decide_line(line_id=line.pk, strike=True, reason="好", version=1, by=lead, now=NOW)


def test_a_rule_of_a_closed_month_is_not_changed(agent, lead, rule):
    a_day(agent, reviews_bad=1)
    closed(agent, lead)

    with pytest.raises(BonusRefusedError):
        actions.change_rule(
            month=MONTH, rule=Rule(), version=actions.rule_version(MONTH), by=lead, now=NOW
        )


def test_an_agent_sees_the_own_published_sheet_and_nobody_elses(shop, agent, lead, rule):
    other = PersonFactory(username="kf2", name="小满", role_codes=["service"])
    a_day(agent, reviews_bad=1)
    a_day(other, reviews_bad=1)
    mine, theirs = computed(agent, lead), computed(other, lead)
    page = browser_of(agent)
    url = reverse("crm:bonus_sheet", args=[mine.pk])
    draft = page.get(url).status_code
    moved(mine, SheetState.PUBLISHED, lead)
    moved(theirs, SheetState.PUBLISHED, lead)

    sent = page.post(
        url, {"part": f"appeal{mine.lines.get().pk}", "version": "1", "words": "物流的错"}
    )

    assert (draft, page.get(url).status_code, sent.status_code) == (403, 200, 302)
    assert page.get(reverse("crm:bonus_sheet", args=[theirs.pk])).status_code == 403
    assert page.get(reverse("crm:bonus_export", args=[mine.pk])).status_code == 200
    assert page.get(reverse("crm:agent", args=[other.pk])).status_code == 403
    assert "小满" not in page.get(reverse("crm:agents")).content.decode()
    assert mine.lines.get().appeal_words == "物流的错"


def test_the_month_that_ended_is_worked_out_by_itself_and_anew_for_some_days(agent, lead, rule):
    a_day(agent, reviews_bad=1)
    first_day = datetime(2026, 9, 1, 1, tzinfo=UTC)

    compute_ended(now=first_day)
    first = BonusSheet.objects.get().total_fen
    a_day(agent, date(2026, 8, 31), reviews_neutral=1)
    compute_ended(now=datetime(2026, 9, 3, 1, tzinfo=UTC))
    sheet = BonusSheet.objects.get()
    a_day(agent, date(2026, 8, 30), reviews_neutral=1)
    late = compute_ended(now=datetime(2026, 9, 8, 1, tzinfo=UTC))

    assert (first, sheet.total_fen, sheet.state, late) == (20_000, 10_000, "draft", 0)
    assert BonusSheet.objects.get().total_fen == 10_000


def test_a_published_sheet_waits_for_a_person(agent, lead, rule):
    a_day(agent, reviews_bad=1)
    sheet = moved(computed(agent, lead), SheetState.PUBLISHED, lead)
    a_day(agent, date(2026, 8, 31), reviews_neutral=1)

    compute_ended(now=datetime(2026, 9, 2, 1, tzinfo=UTC))

    assert BonusSheet.objects.get(pk=sheet.pk).total_fen == sheet.total_fen
