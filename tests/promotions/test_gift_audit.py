"""Gifts at the audit: once, with the goods, within stock, and whom a rule lets wait."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders import goods
from orders.actions import holds, parcels
from orders.actions.errors import UnableToApproveError
from orders.actions.merging import Consent, merge_orders
from orders.actions.shipping import approve_order, force_approve_order, take_back_order
from orders.actions.splitting import SplitOf, Take, split_order
from orders.choices import BuyerAnswer, ConsentChannel, HoldKind, Stage, ToldChannel
from orders.models import AuditRuleRow, GiftLine, KeywordRow, Parcel
from orders.wording.audit import reason_words
from products.models import Allocation, StockLevel
from promotions.choices import ActivityState, GiftShortage, GrantState
from promotions.models import Activity, GiftGrant, GiftRule
from shopops.staff.models import Operation
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline
from tests.factories.gifts import GIFT, gift_rule
from tests.factories.goods import ProductFactory, SkuFactory, stocked
from tests.factories.orders import BuyerFactory
from tests.orders.parcels import assert_conserved
from tests.promotions.gift_kit import order_of, run_audit, states, used

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_start_rules(db):
    AuditRuleRow.objects.all().delete()
    KeywordRow.objects.all().delete()


def test_an_order_that_passes_has_its_gift_once_however_often_it_is_audited(now, service):
    rule = gift_rule(quota=10)
    order = order_of()

    run_audit(now)
    take_back_order(tid=order.tid, reason="看错", by=service, now=now)
    run_audit(now)

    gift = GiftLine.objects.get()
    assert (gift.order, gift.sku_code, gift.source) == (order, GIFT, f"promotion:{rule.pk}")
    assert gift.title == "布袋"
    assert used() == (1, 1)
    grant = GiftGrant.objects.get()
    assert (grant.state, grant.pieces, grant.buyer) == (GrantState.GIVEN, 1, order.buyer)
    assert Operation.objects.filter(name="orders.order.gift_added").count() == 1


def test_an_approval_by_hand_gives_it_too_and_into_the_parcel(now, service):
    gift_rule()
    order = order_of()
    parcels.parcels_of([order], now=now)

    approve_order(tid=order.tid, by=service, now=now)

    assert Parcel.objects.get().piece_count == 2
    assert_conserved([order])


def test_only_orders_with_the_goods_and_the_amount_get_it(now):
    product = ProductFactory.create()
    SkuFactory.create(code="B", product=product)
    gift_rule(SkuFactory.create(code="A"), product, from_amount=Decimal("100.00"))
    gets = [
        order_of("A", paid="100.00"),
        order_of("B", paid="100.00"),
        order_of("A", "B", paid="100.00"),
    ]
    order_of("A", paid="99.99")
    order_of("C", paid="500.00")
    order_of("A", "C", paid="199.98")

    run_audit(now)

    assert set(GiftLine.objects.values_list("order", flat=True)) == {one.pk for one in gets}


def test_postage_is_no_goods_and_what_went_back_neither(now):
    gift_rule(from_amount=Decimal("100.00"))
    order_of(paid="109.99", postage_amount=Decimal("10.00"))
    order_of(paid="150.00", refund_amount=Decimal("50.01"))
    gets = order_of(paid="110.00", postage_amount=Decimal("10.00"))

    run_audit(now)

    assert GiftLine.objects.get().order == gets


@pytest.mark.parametrize(
    "values",
    [{"is_on": False}, {"starts_at": None}, {"ends_at": None}],
    ids=["off", "not begun", "over"],
)
def test_a_rule_that_is_not_in_force_gives_nothing(values, now):
    rule = gift_rule()
    order = order_of(paid_at=now - timedelta(hours=1))
    changes = {"starts_at": now, "ends_at": order.paid_at}
    GiftRule.objects.update(**{name: changes.get(name, value) for name, value in values.items()})

    run_audit(now)

    assert not rule.grants.exists()


@pytest.mark.parametrize(
    ("state", "gives"),
    [
        (ActivityState.PREPARED, False),
        (ActivityState.CANCELLED, False),
        (ActivityState.RUNNING, True),
        (ActivityState.ENDED, True),
    ],
)
def test_a_rule_of_an_activity_gives_once_that_runs(state, gives, now):
    span = {"starts_at": now - timedelta(days=3), "ends_at": now + timedelta(days=3)}
    activity = Activity.objects.create(
        name="双11", kind="shop", state=state, changed_at=now, **span
    )
    gift_rule(activity=activity)
    order_of()

    run_audit(now)

    assert GiftLine.objects.exists() is gives


def test_without_stock_the_order_leaves_without_and_the_pieces_of_those_who_get_it_are_set_aside(
    now,
):
    stocked(GIFT, 1)
    gift_rule()
    first, second = order_of(paid_at=now - timedelta(hours=1)), order_of(paid_at=now)

    tally = run_audit(now)

    assert tally.approved == 2
    assert GiftLine.objects.get().order == first
    assert Allocation.objects.get().tid == first.tid
    assert Operation.objects.get(name="promotions.gift.missed").object_key == second.tid


def test_what_an_order_bought_itself_comes_before_gifts(now):
    stocked(GIFT, 1)
    gift_rule()
    buys = order_of(GIFT, paid_at=now - timedelta(hours=1))
    order_of(paid_at=now)

    tally = run_audit(now)

    assert (tally.approved, tally.held) == (2, 0)
    assert Allocation.objects.get().tid == buys.tid
    assert not GiftLine.objects.exists()


def test_an_order_short_of_its_own_goods_takes_no_gift_from_others(now):
    stocked("A", 0)
    gift_rule(quota=1)
    short, whole = order_of("A", paid_at=now - timedelta(hours=1)), order_of("B", paid_at=now)

    run_audit(now)

    short.refresh_from_db()
    assert short.stage == Stage.HELD
    assert GiftLine.objects.get().order == whole


def test_a_rule_that_holds_keeps_the_order_until_stock_comes(now, service):
    stocked(GIFT, 0)
    gift_rule(when_out=GiftShortage.HOLD)
    order = order_of()

    run_audit(now)
    run_audit(now)

    hold = order.holds.get()
    assert (hold.kind, hold.owner_role) == (HoldKind.GIFT_OUT_OF_STOCK, "promotion")
    assert reason_words(hold.reason) == "赠品 ZP-DAI 要 1 件，没有货了"
    told = holds.Told(ToldChannel.WANGWANG, "晚一天发", BuyerAnswer.WAIT)
    holds.tell_buyer(tid=order.tid, hold_id=hold.pk, told=told, by=service, now=now)
    run_audit(now)
    assert order.holds.get().closed_at is None
    StockLevel.objects.update(on_hand=1)
    run_audit(now)
    order.refresh_from_db()
    assert (order.stage, GiftLine.objects.get().order) == (Stage.APPROVED, order)
    assert states() == [GrantState.GIVEN]


def test_of_two_in_one_audit_the_second_is_held_by_the_rule_that_holds(now):
    gift_rule(quota=1, when_out=GiftShortage.HOLD)
    order_of(paid_at=now - timedelta(hours=1))
    second = order_of(paid_at=now)

    tally = run_audit(now)

    assert (tally.approved, tally.held) == (1, 1)
    assert second.holds.get().reason == "gift_quota_out|ZP-DAI|1"


def test_who_settles_it_lets_the_order_go_without(now, service):
    gift_rule(quota=1, used_pieces=1, used_orders=1, when_out=GiftShortage.HOLD)
    order = order_of()
    run_audit(now)
    hold = order.holds.get()
    told = holds.Told(ToldChannel.WANGWANG, "没有了", BuyerAnswer.WAIT)
    holds.tell_buyer(tid=order.tid, hold_id=hold.pk, told=told, by=service, now=now)
    holds.close_hold(tid=order.tid, hold_id=hold.pk, resolution="不送了", by=service, now=now)

    run_audit(now)

    order.refresh_from_db()
    assert order.stage == Stage.APPROVED
    assert states() == [GrantState.MISSED]


def test_a_person_cannot_approve_what_waits_for_its_gift_and_hears_why(now, service, manager):
    gift_rule(quota=1, used_pieces=1, used_orders=1, when_out=GiftShortage.HOLD)
    order = order_of()

    with pytest.raises(UnableToApproveError, match="名额用完了"):
        approve_order(tid=order.tid, by=service, now=now)
    force_approve_order(tid=order.tid, reason="不等了", by=manager, now=now)

    order.refresh_from_db()
    assert (order.stage, GiftLine.objects.count()) == (Stage.APPROVED, 0)


def test_merged_and_split_orders_keep_one_gift_each(now, service):
    gift_rule()
    buyer = BuyerFactory.create()
    one, two = order_of(buyer=buyer), order_of(buyer=buyer)
    run_audit(now)
    consent = Consent(ConsentChannel.WANGWANG, "合一起发")
    merge_orders(tids=[one.tid, two.tid], address_of=one.tid, consent=consent, by=service, now=now)
    take_back_order(tid=one.tid, reason="看", by=service, now=now)

    run_audit(now)

    assert GiftLine.objects.count() == 2
    assert_conserved([one, two])
    third = order_of()
    run_audit(now, third)
    gift = GiftLine.objects.get(order=third)
    split_order(SplitOf(tid=third.tid, by=service, now=now), parts=[[Take(1, gift_id=gift.pk)]])
    take_back_order(tid=third.tid, reason="看", by=service, now=now)
    run_audit(now, third)
    assert GiftLine.objects.filter(order=third).count() == 1


def statements(now, orders):
    made = [order_of() for _ in range(orders)]
    with CaptureQueriesContext(connection) as taken:
        run_audit(now, *made)
    return len(taken)


def test_the_statements_of_an_audit_do_not_grow_with_its_orders(now):
    without = statements(now, 3)
    stocked(GIFT, 1000)
    stocked("A", 1000)
    gift_rule(SkuFactory.create(code="X"))
    earned_none = statements(now, 3)
    gift_rule(is_once_per_buyer=True, quota=100)

    few, many = statements(now, 3), statements(now, 40)

    assert few == many
    # Three of them look up what shared merchant codes mean, for goods and for gifts.
    assert many - without <= 45
    assert earned_none - without <= 25


def test_goods_and_gifts_agree_after_all_of_it(now):
    stocked(GIFT, 3)
    gift_rule(quota=5)
    for _ in range(6):
        order_of()

    run_audit(now)
    perform_inline(
        request_run(kind=goods.KIND, key=goods.KEY, now=now, again=True), clock=lambda: now
    )

    assert GiftLine.objects.count() == 3
    assert used() == (3, 3)
    assert StockLevel.objects.get().allocated == 3
