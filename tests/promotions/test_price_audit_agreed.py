"""The price intercept where something else was agreed: approved activities, postage by templates."""

from datetime import timedelta
from decimal import Decimal

import pytest

from orders.models import KeywordRow, Order
from orders.wording.audit import reason_words
from promotions.actions.check import check_activity
from promotions.actions.freight import FreightGiven, create_freight
from promotions.actions.publishing import approve_activity
from promotions.choices import ActivityState, FreightUnit
from promotions.models import ActivityItem
from promotions.rules.freight import AreaGiven
from shopops.lib.business_time import business_date, day_bounds
from tests.factories.promotions import BenefitFactory
from tests.promotions import activity_kit as kit
from tests.promotions.price_audit_kit import held, order_of, run_audit, set_rule, sku

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_this_rule(db, now):
    KeywordRow.objects.all().delete()
    set_rule(now)


def approved_below_the_floor(now, by, *, rechecked=False):
    """Have a running activity at 60.00 below the floor of A, let through by a person's reason."""
    sku("A", floor="80.00", cost_amount=Decimal("20.00"), list_amount=Decimal("100.00"))
    row = kit.activity(by, starts_at=now - timedelta(days=2), ends_at=now + timedelta(days=2))
    kit.put(row, kit.line("A", "60.00"), by=by, now=now)
    check = check_activity(activity_id=row.pk, by=by, now=now)
    approve_activity(activity_id=row.pk, check_id=check.pk, reason="清仓", by=by, now=now)
    if rechecked:
        ActivityItem.objects.update(price_amount=Decimal("55.00"))
        check_activity(activity_id=row.pk, by=by, now=now + timedelta(minutes=1))
    return kit.in_state(row, ActivityState.RUNNING, published_at=now)


def test_what_was_approved_below_the_floor_is_not_held_again_order_by_order(now, manager):
    approved_below_the_floor(now, manager)
    as_approved = order_of(("A", 1, "60.00"), paid_at=now)
    cheaper = order_of(("A", 1, "59.00"), paid_at=now)
    before = order_of(("A", 1, "60.00"), paid_at=now - timedelta(days=9))

    run_audit(now)

    asked = [order.holds.exists() for order in (as_approved, cheaper, before)]
    assert asked == [False, True, True]


def test_an_approval_ends_with_the_activity_at_midnight(now, manager):
    row = approved_below_the_floor(now, manager)
    ends = day_bounds(business_date(now))[1]
    type(row).objects.filter(pk=row.pk).update(ends_at=ends)
    order_of(("A", 1, "60.00"), paid_at=ends - timedelta(minutes=1))
    after = order_of(("A", 1, "60.00"), paid_at=ends)

    run_audit(now)

    assert [order.pk for order in Order.objects.filter(holds__isnull=False)] == [after.pk]


def test_an_approval_that_the_prices_outlived_lets_nothing_through(now, manager):
    approved_below_the_floor(now, manager, rechecked=True)
    order_of(("A", 1, "60.00"), paid_at=now)

    assert [reason.split("|")[0] for reason in held(now)] == ["price_floor"]


def freight(manager, now):
    areas = (
        AreaGiven((), 1, Decimal("8.00"), 1, Decimal("3.00")),
        AreaGiven(("浙江",), 1, Decimal("0.00"), 1, Decimal("0.00")),
    )
    given = FreightGiven(
        name="普通",
        unit=FreightUnit.PIECES,
        areas=areas,
        is_default=True,
        since=now - timedelta(days=30),
    )
    return create_freight(code="T1", given=given, by=manager, now=now)


@pytest.mark.parametrize(
    ("postage", "province", "is_held"),
    [
        ("5.00", "广东省", True),
        ("11.00", "广东省", False),
        ("10.99", "广东省", False),
        ("10.98", "广东省", True),
        ("0.00", "浙江省", False),
        ("0.00", "", False),
    ],
)
def test_postage_below_the_shops_template_is_held_once_the_rule_asks(
    postage, province, is_held, now, manager
):
    freight(manager, now)
    set_rule(now, below_freight=True)
    sku("A")
    order_of(("A", 2, "200.00"), postage=postage, receiver_province=province)

    assert held(now) == ([f"price_freight|{postage}|11.00|广东"] if is_held else [])


def test_the_reason_of_short_postage_is_said_in_words():
    words = "邮费付了 ¥5.00，寄到广东按运费模板是 ¥11.00"
    assert reason_words("price_freight|5.00|11.00|广东") == words


def test_postage_is_not_looked_at_unless_the_rule_asks(now, manager):
    freight(manager, now)
    sku("A")
    order_of(("A", 2, "200.00"), postage="0.00", receiver_province="广东省")

    assert held(now) == []


def test_free_postage_of_an_event_is_no_fault(now, manager):
    freight(manager, now)
    set_rule(now, below_freight=True)
    sku("A")
    BenefitFactory.create(
        kind="postage",
        parameters={"rule": "F6"},
        starts_at=now - timedelta(days=9),
        ends_at=now + timedelta(days=9),
    )
    order_of(("A", 2, "200.00"), postage="0.00", receiver_province="广东省")

    assert held(now) == []
