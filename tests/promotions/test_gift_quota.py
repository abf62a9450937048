"""Quotas of gifts: who gets the last ones, and what comes back when an order goes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from orders.actions import gifts as order_gifts
from orders.actions import parcels
from orders.actions.shipping import approve_order, take_back_order
from orders.choices import ParcelState, Stage
from orders.models import AuditRuleRow, GiftLine, KeywordRow, Order, Parcel
from promotions.choices import GrantState
from promotions.models import GiftGrant, GiftRule
from shopops.staff.models import Operation
from tests.factories.gifts import GIFT, gift_rule
from tests.factories.orders import BuyerFactory
from tests.promotions.gift_kit import order_of, run_audit, settle, states, used

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_start_rules(db):
    AuditRuleRow.objects.all().delete()
    KeywordRow.objects.all().delete()


def test_the_quota_goes_to_those_who_paid_first_and_the_others_are_told_on_their_time_line(now):
    gift_rule(quota=1)
    late, first = order_of(paid_at=now), order_of(paid_at=now - timedelta(hours=1))

    tally = run_audit(now)
    run_audit(now)

    assert tally.approved == 2
    assert GiftLine.objects.get().order == first
    missed = Operation.objects.get(name="promotions.gift.missed")
    assert (missed.object_key, missed.reason, missed.new["gift"]) == (
        late.tid,
        "名额用完了",
        "送布袋",
    )
    assert used() == (1, 1)


def test_a_buyer_gets_one(now):
    gift_rule(is_once_per_buyer=True)
    buyer = BuyerFactory.create()
    first, _second = order_of(buyer=buyer), order_of(buyer=buyer)
    run_audit(now)
    order_of(buyer=buyer)
    run_audit(now)

    assert GiftLine.objects.get().order == first


def test_a_buyer_whose_order_was_cancelled_gets_it_with_the_next(now):
    gift_rule(is_once_per_buyer=True, quota=1)
    order = order_of()
    run_audit(now)
    Order.objects.update(stage=Stage.CANCELLED)
    settle(now)
    second = order_of(buyer=order.buyer)

    run_audit(now)

    assert GiftGrant.objects.get(state=GrantState.GIVEN).order == second


def test_an_order_whose_parcels_are_picked_gets_none_and_takes_none_from_the_quota(now, service):
    gift_rule(quota=1)
    order = order_of()
    parcels.parcels_of([order], now=now)
    Parcel.objects.update(state=ParcelState.PICKED)

    approve_order(tid=order.tid, by=service, now=now)

    assert (used(), states()) == ((0, 0), [GrantState.MISSED])
    assert GiftGrant.objects.get().reason == "picking"


def test_what_is_cancelled_before_it_leaves_goes_back_to_the_quota_once(now):
    gift_rule(quota=1)
    order = order_of()
    run_audit(now)
    Order.objects.update(stage=Stage.CANCELLED)

    assert settle(now)["returned"] == 1
    assert settle(now)["returned"] == 0

    assert (used(), states()) == ((0, 0), [GrantState.RETURNED])
    assert Operation.objects.get(name="promotions.gift.returned").object_key == order.tid


def test_what_was_cancelled_after_it_left_stays_given(now):
    gift_rule(quota=1)
    order_of()
    run_audit(now)
    Order.objects.update(stage=Stage.CANCELLED, handed_over_at=now)

    settle(now)

    assert (used(), states()) == ((1, 1), [GrantState.GIVEN])


def test_a_gift_taken_off_by_hand_goes_back_and_is_not_given_again(now, service):
    gift_rule(quota=1)
    order = order_of()
    run_audit(now)
    order_gifts.remove_gift(tid=order.tid, gift_id=GiftLine.objects.get().pk, by=service, now=now)

    settle(now)
    take_back_order(tid=order.tid, reason="改", by=service, now=now)
    run_audit(now)

    assert (used(), states()) == ((0, 0), [GrantState.TAKEN_OFF])
    assert not GiftLine.objects.exists()


def test_an_order_whose_cancellation_was_undone_has_its_gift_again_if_there_is_room(now):
    gift_rule(quota=1)
    order = order_of()
    run_audit(now)
    Order.objects.update(stage=Stage.CANCELLED)
    settle(now)
    Order.objects.update(stage=Stage.APPROVED)

    settle(now)
    assert (used(), states()) == ((1, 1), [GrantState.GIVEN])

    Order.objects.update(stage=Stage.CANCELLED)
    settle(now)
    order_of()
    run_audit(now)
    Order.objects.filter(pk=order.pk).update(stage=Stage.APPROVED)
    settle(now)
    assert (used(), states()) == ((1, 1), [GrantState.RETURNED, GrantState.GIVEN])


def test_hand_given_gifts_stand_apart_and_cost_no_quota(now, service):
    gift_rule(quota=1)
    order = order_of()
    order_gifts.give_gift(tid=order.tid, sku_code=GIFT, quantity=1, by=service, now=now)

    run_audit(now)

    assert sorted(GiftLine.objects.values_list("source", flat=True))[0] == "hand"
    assert (GiftLine.objects.count(), used()) == (2, (1, 1))


def test_the_database_refuses_more_than_the_quota_and_two_for_one_buyer(now):
    rule = gift_rule(quota=1, is_once_per_buyer=True)
    order = order_of()
    values = {"rule": rule, "buyer": order.buyer, "given_at": now, "pieces": 1, "is_only": True}
    GiftGrant.objects.create(order=order, state=GrantState.GIVEN, **values)

    with pytest.raises(IntegrityError, match="a_buyer_gets_the_gift"), transaction.atomic():
        GiftGrant.objects.create(order=order_of(), state=GrantState.GIVEN, **values)
    with pytest.raises(IntegrityError, match="no_more_gifts"), transaction.atomic():
        GiftRule.objects.update(used_pieces=2)
