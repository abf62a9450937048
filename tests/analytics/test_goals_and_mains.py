"""Main products that sell worse than usual, targets behind their pace, plans of scores that are forgotten."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.checks import breaks as breaks_checks
from analytics.checks import goals
from analytics.models import DayRollup, PlanLever, ScorePlan, Target
from products.actions.goods_rules import change_rule
from products.choices import GoodsRuleCode
from products.models import Product, ProductDay
from products.queries.goods_rules import rule_in_force
from tests.analytics.dsr_kit import enter
from tests.analytics.test_breaks import WEEK, paid
from tests.clients import browser_of
from tests.factories.goods import ProductFactory
from tests.factories.staff import PersonFactory
from tests.times import NOW

DAY = NOW.date()
YESTERDAY = DAY - timedelta(days=1)

pytestmark = pytest.mark.django_db


# --- main products


def main(*, weeks: int = 12, buyers: int = 20, **values) -> Product:
    """Have a main product about 4 %, and so many buyers of 1,000 visitors yesterday."""
    product = ProductFactory(is_main=True, **values)
    for number in range(weeks + 1):
        ProductDay.objects.create(
            product=product,
            date=YESTERDAY - WEEK * number,
            visitors=1_000,
            paid_buyers=40 + number % 3 if number else buyers,
        )
    return product


def mains():
    return breaks_checks.mains_convert(DAY, NOW)


def test_a_main_product_below_its_usual_rate_is_told_with_its_figures_and_its_trend():
    weak, _well = main(title="枕套"), main(buyers=41)

    outcome = mains()

    (found,) = outcome.findings
    assert (found.key, found.owner_role, found.severity) == (str(weak.pk), "editor", "soon")
    assert found.title == "主推款「枕套」支付转化率 2.00%，低于平常"
    assert "平常 " in found.evidence
    assert f"{YESTERDAY} 访客 1,000，支付买家 20" in found.evidence
    assert found.url == reverse("products:product", args=[weak.pk])


def test_a_rate_that_stays_low_is_red():
    weak = main(title="枕套")
    before = YESTERDAY - timedelta(days=1)
    for number in range(13):
        ProductDay.objects.create(
            product=weak, date=before - WEEK * number, visitors=1_000, paid_buyers=40 if number else 15
        )  # fmt: skip

    (found,) = mains().findings

    assert found.severity == "late"
    assert "连续 2 天低于平常" in found.evidence


def test_above_the_usual_others_and_those_off_the_shelf_are_no_finding():
    main(buyers=70)
    main(status="off_shelf")
    Product.objects.filter(pk=main().pk).update(is_main=False)

    outcome = mains()

    assert (outcome.status, list(outcome.findings)) == ("passed", [])


@pytest.mark.parametrize("weeks", [0, 3])
def test_without_the_file_or_enough_weeks_nobody_can_tell(weeks):
    main(weeks=weeks)

    assert mains().status == "unknown"


def test_a_shop_without_product_files_or_main_products_cannot_tell():
    assert mains().status == "unknown"
    ProductFactory(is_main=True)
    assert mains().status == "unknown"


def test_a_main_product_whose_file_did_not_come_neither_opens_nor_closes():
    main(buyers=41)
    untold = main()
    ProductDay.objects.filter(product=untold, date=YESTERDAY).delete()

    outcome = mains()

    assert (outcome.status, outcome.lasting) == ("passed", {str(untold.pk)})


# --- targets


def target(value: int, *, figure: str = "paid_amount", day: date = DAY) -> Target:
    return Target.objects.create(
        figure=figure, month=day.replace(day=1), version=1, value=Decimal(value), set_at=NOW,
        set_by=PersonFactory(),
    )  # fmt: skip


def sold(fen: int, *, days: int = 16, skip: int = 0) -> None:
    for number in range(1 + skip, days + 1):
        paid(DAY - timedelta(days=number), buyers=400, fen=fen)


def pace(day: date = DAY):
    return goals.targets_on_pace(day, NOW)


def test_a_target_ten_percent_behind_its_pace_is_told_with_what_is_left():
    target(2_000_000)
    sold(5_000_000)

    (found,) = pace().findings

    assert found.title == "2026-09 的目标「支付金额」落后"
    assert found.evidence.startswith(
        "照这样月底 ¥1,500,000.00，目标 ¥2,000,000.00，到 75.0%；还剩 14 天，平均每天要 ¥85,714.00"
    )
    assert (found.owner_role, found.key) == ("manager", "2026-09:paid_amount")
    assert found.url == f"{reverse('analytics:targets')}?month=2026-09"


@pytest.mark.parametrize(("fen", "told"), [(6_000_000, 0), (5_990_000, 1), (7_000_000, 0)])
def test_at_the_share_of_the_rule_it_is_on_pace_and_just_below_it_is_not(fen, told):
    target(2_000_000)
    sold(fen)

    assert len(pace().findings) == told


def test_the_share_is_the_shops_own(manager):
    target(2_000_000)
    sold(5_000_000)
    rule = rule_in_force(GoodsRuleCode.TARGET, day=DAY)

    change_rule(
        code=GoodsRuleCode.TARGET,
        parameters=rule.parameters | {"behind_rate": 0.3},
        version=rule.version,
        by=manager,
        now=NOW,
    )

    assert pace().status == "passed"


def test_the_first_four_days_of_a_month_say_nothing():
    fourth, fifth = date(2026, 9, 4), date(2026, 9, 5)
    target(2_000_000)
    for number in range(1, 5):
        paid(date(2026, 9, number), buyers=4, fen=100)

    assert pace(fourth).status == "passed"
    assert len(pace(fifth).findings) == 1


def test_without_a_target_there_is_nothing_to_be_behind():
    assert pace().status == "passed"


def test_a_month_of_which_too_few_days_are_known_is_unknown_and_one_of_two_lasts():
    target(2_000_000)
    sold(5_000_000, skip=9)
    assert pace().status == "unknown"

    target(1_000, figure="visitors")
    DayRollup.objects.all().delete()
    sold(5_000_000)

    outcome = pace()
    assert [one.key for one in outcome.findings] == ["2026-09:paid_amount"]
    assert outcome.lasting == {"2026-09:visitors"}


def test_days_that_are_not_known_are_said_and_not_taken_for_nothing():
    target(2_000_000)
    sold(5_000_000, skip=3)

    (found,) = pace().findings

    assert "照这样月底 ¥1,500,000.00" in found.evidence
    assert "有 3 天还不知道，没算进去" in found.evidence


def test_a_target_of_margin_gives_no_figure_away():
    target(2_000_000, figure="gross_margin")
    sold(5_000_000)
    DayRollup.objects.update(kept_pieces=1, costed_pieces=1, costed_fen=900, cost_fen=400)

    (found,) = pace().findings

    assert found.evidence == "看目标页"


# --- plans of scores


def plan(*, due: int = -2, **values) -> ScorePlan:
    return ScorePlan.objects.create(
        score=values.pop("score", "goods"),
        target=Decimal("4.85"),
        due_on=DAY + timedelta(days=due),
        changed_at=NOW,
        **values,
    )


def plans():
    return goals.score_plan_on_time(DAY, NOW)


def test_a_lever_past_its_day_is_told_to_who_has_it():
    person = PersonFactory(username="cang", role_codes=["warehouse_lead"])
    row = plan(due=20)
    PlanLever.objects.create(
        plan=row, lever="delivery", text="当天发完", due_on=YESTERDAY, owner=person
    )
    PlanLever.objects.create(plan=row, lever="goods", text="换面料", due_on=DAY)
    PlanLever.objects.create(plan=row, lever="service", text="话术")

    (found,) = plans().findings

    assert found.title == "「描述相符」的计划过期没做：物流"
    assert found.evidence == f"当天发完；说好 {YESTERDAY} 做完，过了 1 天"
    assert (found.key, found.owner_role, found.person) == (
        "goods:delivery",
        "warehouse_lead",
        person.pk,
    )
    assert found.url == f"{reverse('analytics:dsr')}?score=goods#h-plan"


def test_a_plan_whose_day_passed_without_its_score_is_told(manager):
    plan()
    enter(YESTERDAY, manager, goods="4.80")

    (found,) = plans().findings

    assert found.title == "「描述相符」的计划到期，没到目标"
    assert f"说好 {DAY - timedelta(days=2)} 前到 4.85；现在是 4.80 分" in found.evidence
    assert found.severity == "soon"


@pytest.mark.parametrize(("then", "now"), [("4.85", "4.80"), ("4.80", "4.846"), ("4.85", "4.85")])
def test_a_goal_that_was_met_on_its_day_or_is_by_now_is_no_finding(then, now, manager):
    row = plan()
    enter(row.due_on, manager, goods=then)
    enter(DAY, manager, goods=now)

    assert plans().status == "passed"


def test_a_plan_that_nobody_can_judge_is_told_as_such_and_red_after_a_week():
    plan(due=-7)

    (found,) = plans().findings

    assert "不知道现在多少分" in found.evidence
    assert found.severity == "late"


def test_a_plan_on_its_own_day_and_a_shop_without_plans_are_on_time():
    assert plans().status == "passed"
    plan(due=0)
    assert plans().status == "passed"


def test_the_rule_stands_among_the_others(manager):
    page = browser_of(manager).get(reverse("products:goods_rules")).content.decode()

    assert "月目标进度" in page
    assert "照这样月底比目标少几成提醒（0–1） 0.1" in page
