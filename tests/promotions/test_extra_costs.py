"""What gifts and the platform's part of a discount do to the margin of a price check."""

from decimal import Decimal

import pytest

from promotions.actions.check import KIND, check_activity
from promotions.actions.gift_rules import switch_rule
from promotions.choices import ActivityState, BenefitKind
from promotions.models import Benefit
from promotions.queries.activity_result import result_of
from promotions.wording.activities import point_words
from shopops.work.models import Run
from tests.factories.gifts import GIFT, gift_rule
from tests.factories.promotions import BenefitFactory
from tests.promotions import activity_kit as kit

pytestmark = pytest.mark.django_db
SPAN = {"starts_at": kit.STARTS, "ends_at": kit.ENDS}


@pytest.fixture
def row(manager):
    kit.sku()
    found = kit.activity(manager)
    kit.put(found, kit.line(), by=manager)
    return found


@pytest.fixture
def bag(db):
    return kit.sku(GIFT, cost_amount=Decimal("6.00"), list_amount=None, floor_amount=None)


def checked(activity, code="cost"):
    activity.refresh_from_db()
    check = check_activity(activity_id=activity.pk, by=None, now=kit.NOW)
    return next(point for point in check.points if point["code"] == code)


def margin(activity) -> Decimal:
    checked(activity)
    return activity.items.get().margin_amount


@pytest.mark.parametrize(
    ("values", "cost"),
    [
        ({}, "6.00"),
        ({"pieces": 2}, "12.00"),
        ({"every_pieces": 2}, "3.00"),
        # 98.00 a piece: three pieces to reach it.
        ({"from_amount": Decimal("200.00")}, "2.00"),
        ({"from_amount": Decimal("196.00")}, "3.00"),
    ],
)
def test_a_gift_of_the_order_audit_costs_margin(row, bag, values, cost):
    before = margin(row)

    gift_rule(**SPAN, **values)

    assert before - margin(row) == Decimal(cost)


def test_gifts_for_other_goods_other_days_or_switched_off_cost_nothing(row, bag):
    before = margin(row)

    gift_rule(kit.sku("OTHER"), **SPAN)
    gift_rule(starts_at=kit.ENDS, ends_at=kit.ENDS + kit.HOUR)
    gift_rule(**SPAN, is_on=False)

    assert margin(row) == before


def test_a_gift_of_the_activity_itself_counts_before_it_runs_and_one_of_a_cancelled_one_does_not(
    row, bag, manager
):
    before = margin(row)
    gone = kit.in_state(kit.activity(manager, name="取消的"), ActivityState.CANCELLED)
    gift_rule(**SPAN, activity=gone)
    assert margin(row) == before

    gift_rule(**SPAN, activity=row)

    assert before - margin(row) == Decimal("6.00")


def test_a_promised_gift_and_the_rule_that_gives_it_are_one_gift(row, bag):
    before = margin(row)
    gift_rule(**SPAN)

    BenefitFactory(**SPAN, kind=BenefitKind.GIFT, parameters={"sku": GIFT, "quantity": 1})

    assert before - margin(row) == Decimal("6.00")


def test_a_gift_without_a_cost_leaves_the_margin_unknown(row):
    gift_rule(**SPAN)

    point = checked(row)

    assert point["outcome"] == "unknown"
    assert point_words(point["evidence"]) == "到手价 ¥98.00，赠品没有成本，没法核对。"
    assert "98" not in point_words(point["evidence"], with_cost=False)


def test_a_changed_gift_rule_has_live_activities_checked_again(row, bag, manager):
    rule = gift_rule(**SPAN)
    Run.objects.all().delete()

    switch_rule(rule_id=rule.pk, on=False, version=rule.version, by=manager, now=kit.NOW)

    assert Run.objects.filter(kind=KIND, key="live").exists()


def test_what_the_platform_bears_of_a_discount_is_no_loss_of_the_shop(row):
    off = BenefitFactory(**SPAN, parameters={"off": "20.00"})
    alone = margin(row)

    Benefit.objects.filter(pk=off.pk).update(shop_share=Decimal("0.4"))

    assert margin(row) - alone == Decimal("12.00")
    assert "平台补 ¥12.00" in point_words(checked(row)["evidence"])


def test_the_result_of_an_activity_counts_its_gifts(row, bag):
    kit.sold("MY-ZT60-BL", "98.00", kit.STARTS + kit.HOUR)
    before = result_of(row, now=kit.ENDS).profit_amount

    gift_rule(**SPAN)

    assert before - result_of(row, now=kit.ENDS).profit_amount == Decimal("6.00")
