"""The price intercept at the audit: what is held, why, and that a person is asked once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.actions import holds
from orders.actions.audit_rules import AuditRefusedError, add_rule
from orders.actions.audit_trial import request_trial
from orders.choices import AuditRuleCode, HoldKind, Stage
from orders.models import AuditRuleRow, KeywordRow, Order, OrderLine
from orders.rules.audit_parameters import start_parameters
from orders.wording.audit import reason_words, rule_words
from products.models import Sku
from promotions.models import Benefit, SkuLowest
from shopops.lib.business_time import business_date
from shopops.work.engine import perform_inline
from tests.clients import browser_of
from tests.factories.gifts import gift_rule
from tests.factories.goods import bundle
from tests.factories.promotions import BenefitFactory
from tests.promotions.price_audit_kit import held, order_of, run_audit, set_rule, sku

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_this_rule(db, now):
    AuditRuleRow.objects.all().delete()
    KeywordRow.objects.all().delete()
    set_rule(now)


def test_a_line_below_its_floor_is_held_with_the_figures(now):
    sku()
    order = order_of(("A", 2, "159.97"))

    assert held(now) == ["price_floor|A|2|159.97|80.00|1|2026-09-17"]
    hold = order.holds.get()
    assert (hold.kind, hold.owner_role) == (HoldKind.PRICE_UNDER_FLOOR, "manager")
    words = "A 2 件实付 ¥159.97，低于每件底价 ¥80.00"
    assert reason_words(hold.reason, sees_costs=True) == words
    assert reason_words(hold.reason) == "A 2 件实付 ¥159.97，低于底价"


@pytest.mark.parametrize(
    ("tolerance", "paid", "is_held"),
    [
        ("0.01", "79.99", False),
        ("0.01", "79.98", True),
        ("0.00", "79.99", True),
        ("0.00", "80.00", False),
    ],
)
def test_the_shops_tolerance_is_to_the_fen(tolerance, paid, is_held, now):
    set_rule(now, tolerance=tolerance)
    sku()
    order_of(("A", 1, paid))

    assert bool(held(now)) is is_held


def test_a_line_below_the_lowest_price_of_its_payment_day_is_held(now):
    code = sku()
    for day, lowest in (
        (business_date(now), "95.00"),
        (business_date(now) - timedelta(1), "85.00"),
    ):
        SkuLowest.objects.create(
            sku=code,
            date=day,
            made_at=now,
            list_amount=100,
            one_piece_amount=95,
            lowest_amount=lowest,
        )
    order_of(("A", 1, "90.00"))
    order_of(("A", 1, "90.00"), paid_at=now - timedelta(days=1))

    (reason,) = held(now)

    assert reason == "price_lowest|A|1|90.00|95.00|1|2026-09-17"
    words = "A 1 件实付 ¥90.00，低于 2026-09-17 每件最低到手价 ¥95.00"
    assert reason_words(reason) == words


def kept(code, now, lowest, list_amount="100.00"):
    SkuLowest.objects.create(
        sku=code,
        date=business_date(now),
        made_at=now,
        list_amount=Decimal(list_amount),
        one_piece_amount=Decimal(list_amount),
        lowest_amount=Decimal(lowest),
    )


def coupon(now, **values):
    return BenefitFactory(
        **{
            "kind": "coupon",
            "parameters": {"threshold": "199.00", "off": "20.00", "limit": 1},
            "starts_at": now - timedelta(days=1),
            "ends_at": now + timedelta(days=1),
            **values,
        }
    )


def test_who_crosses_a_threshold_with_several_skus_is_not_held(now):
    kept(sku("A", floor="50.00"), now, "140.00", "150.00")
    kept(sku("B", floor="20.00"), now, "45.00", "49.00")
    coupon(now)
    # 199.00 less 20.00, shared out: 134.92 and 44.08.
    order_of(("A", 1, "134.92"), ("B", 1, "44.08"))
    assert held(now) == []

    order_of(("A", 1, "134.00"), ("B", 1, "45.00"))
    assert held(now) == [f"price_lowest|A|1|134.00|140.00|1|{business_date(now)}"]


def test_what_a_member_pays_less_is_not_held_and_the_floor_still_is(now):
    kept(sku("A", floor="95.00"), now, "100.00")
    coupon(now, kind="item_off", parameters={"off": "3.00"}, audience="member")
    order_of(("A", 1, "97.00"))
    assert held(now) == []

    order_of(("A", 1, "94.00"))
    assert held(now) == [f"price_floor|A|1|94.00|95.00|1|{business_date(now)}"]


def test_without_a_lowest_price_only_the_floor_counts_and_without_both_nothing(now):
    sku()
    sku("B", None)
    order_of(("A", 1, "81.00"))
    order_of(("B", 1, "0.10"))
    order_of(("nobody knows", 1, "0.10"))

    assert held(now) == []


def test_a_bundle_has_the_floor_of_its_parts_unless_it_has_its_own(now):
    parts = sku("P", "30.00"), sku("Q", "20.00")
    bundle("SET", (parts[0], 2), (parts[1], 1))
    own = bundle("OWN", (parts[0], 2))
    Sku.objects.filter(pk=own.pk).update(floor_amount=Decimal("50.00"))
    bundle("HALF", (parts[0], 1), (sku("R", None), 1))
    order_of(("SET", 1, "79.98"))
    order_of(("SET", 1, "80.00"))
    order_of(("OWN", 1, "55.00"))
    order_of(("HALF", 1, "1.00"))

    assert held(now) == ["price_floor|SET|1|79.98|80.00|1|2026-09-17"]


def test_gifts_at_nothing_are_no_sales(now):
    sku()
    sku("B")
    sku("C")
    order = order_of(("A", 1, "0.00"))
    OrderLine.objects.update(list_price_amount=0)
    order_of(("B", 1, "0.00"))
    gift_rule(gift_sku=Sku.objects.get(code="B"))
    order_of(("C", 1, "0.00"))
    span = {"starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=1)}
    Benefit.objects.create(
        kind="gift", code="G", name="G", parameters={"sku": "C"}, changed_at=now, **span
    )

    assert held(now) == []
    assert order.gifts.count() == 1  # it got one all the same


def test_goods_given_away_for_nothing_are_held(now):
    sku()
    order_of(("A", 1, "0.00"))

    assert held(now) == ["price_floor|A|1|0.00|80.00|1|2026-09-17"]


def test_of_a_presale_nothing_is_said_before_the_balance_is_paid(now):
    sku()
    order = order_of(("A", 1, "20.00"), is_presale=True, total_amount=Decimal("100.00"))
    assert held(now) == []
    Order.objects.filter(pk=order.pk).update(
        stage=Stage.AWAITING_AUDIT, total_amount=Decimal("20.00")
    )

    assert len(held(now)) == 1


def test_money_given_back_later_makes_no_line_cheaper_and_a_line_that_stays_is_not_judged(now):
    sku()
    sku("B")
    order_of(("A", 1, "100.00"), refund_amount=Decimal("50.00"))
    order = order_of(("A", 1, "100.00"), ("B", 1, "10.00"))
    order.lines.filter(sku_code="B").update(refund_amount=10, refund_status="SUCCESS")

    assert held(now) == []


def test_where_the_file_does_not_say_lines_share_what_was_paid_without_postage(now):
    sku()
    sku("B", "10.00")
    order_of(("A", 1, None), ("B", 1, None), paid="159.90", postage="12.00")
    order_of(("A", 1, None), ("B", 1, None), paid="160.00", postage="12.00")

    assert held(now) == ["price_floor|A|1|79.95|80.00|1|2026-09-17"]


def test_of_an_order_that_paid_only_postage_the_goods_cost_nothing(now):
    sku()
    order_of(("A", 1, None), postage="8.00")

    assert held(now) == ["price_floor|A|1|0.00|80.00|1|2026-09-17"]


def test_where_nobody_can_tell_the_shops_rule_says(now):
    sku()
    order_of(("A", 1, None), paid="50.00")
    OrderLine.objects.update(list_price_amount=0)
    assert held(now) == []
    Order.objects.update(stage=Stage.AWAITING_AUDIT)
    set_rule(now, hold_unknown=True)

    assert held(now) == ["price_unknown|A"]
    assert reason_words("price_unknown|A") == "看不出 A 实付多少，判断不了价格"


def test_who_settles_it_is_not_asked_again_until_the_lines_figures_change(now, manager):
    sku()
    order = order_of(("A", 1, "70.00"), ("A", 1, "71.00"))
    run_audit(now)
    hold = order.holds.get()
    assert "共 2 行" in reason_words(hold.reason)
    holds.close_hold(tid=order.tid, hold_id=hold.pk, resolution="老客补偿", by=manager, now=now)

    run_audit(now)
    order.refresh_from_db()
    assert order.stage == Stage.APPROVED

    Order.objects.update(stage=Stage.AWAITING_AUDIT)
    Sku.objects.update(floor_amount=Decimal("90.00"))
    run_audit(now)
    assert order.holds.filter(closed_at__isnull=True).count() == 0

    Order.objects.update(stage=Stage.AWAITING_AUDIT)
    OrderLine.objects.filter(paid_amount=70).update(paid_amount=69)
    run_audit(now)
    assert order.holds.filter(closed_at__isnull=True).count() == 1


def test_a_rule_that_is_off_holds_nothing(now):
    AuditRuleRow.objects.update(is_on=False)
    sku()
    order_of(("A", 1, "1.00"))

    assert held(now) == []


def test_the_rule_is_tried_on_past_orders_before_it_is_saved(now, manager):
    sku()
    order = order_of(("A", 1, "1.00"), paid_at=now - timedelta(days=2))
    order_of(("A", 1, "90.00"), paid_at=now - timedelta(days=2))
    parameters = start_parameters(AuditRuleCode.LOW_PRICE)

    run = request_trial(code=AuditRuleCode.LOW_PRICE, parameters=parameters, by=manager, now=now)
    result = perform_inline(run, clock=lambda: now).result

    assert (result["orders"], result["held"]) == (2, 1)
    assert result["sample"][0][0] == order.tid


@pytest.mark.parametrize("tolerance", ["-0.01", "100.01", "viel"])
def test_a_senseless_tolerance_is_refused(tolerance, now, manager):
    values = {**start_parameters(AuditRuleCode.LOW_PRICE), "tolerance": tolerance}

    with pytest.raises(AuditRefusedError):
        add_rule(code=AuditRuleCode.LOW_PRICE, parameters=values, by=manager, now=now)


def test_the_rule_says_what_it_does(now):
    values = {"tolerance": "0.01", "below_lowest": True, "hold_unknown": False}

    words = rule_words(AuditRuleCode.LOW_PRICE, values)

    assert words == "每件实付低于底价、差 ¥0.01 以上的挂起，低于当天最低到手价的也挂起"


def test_floors_are_shown_to_those_who_see_costs_only(now, manager, service):
    sku()
    order = order_of(("A", 1, "70.00"))
    run_audit(now)

    for person, sees in ((manager, True), (service, False)):
        page = browser_of(person).get(f"/orders/o/{order.tid}/", follow=True).content.decode()
        assert "实付 ¥70.00" in page
        assert ("80.00" in page) is sees


def test_the_statements_do_not_grow_with_the_orders(now):
    sku()

    def statements(orders):
        Order.objects.all().delete()
        for _ in range(orders):
            order_of(("A", 1, "70.00"))
        with CaptureQueriesContext(connection) as taken:
            run_audit(now)
        return len(taken)

    few, many = statements(3), statements(40)
    AuditRuleRow.objects.all().delete()

    assert few == many
    assert many - statements(40) <= 12
