"""Gifts: by hand, and by rules once, in the parcel that the order travels in."""

from typing import Any

import pytest

from orders.actions import audit, gifts, parcels, shipping
from orders.actions.errors import OrderRefusedError
from orders.actions.splitting import SplitOf, Take, split_order
from orders.choices import KeywordAct, KeywordPlace, ParcelState, Stage
from orders.models import GiftLine, KeywordRow, Order, Parcel
from orders.queries.audit import rules_in_force
from products.models import Sku
from shopops.staff.models import Operation
from tests.orders.parcels import assert_conserved, placed

pytestmark = pytest.mark.django_db


def give(order, now, **changes):
    values: dict[str, Any] = {
        "sku_code": "ZP-DAI",
        "quantity": 1,
        "source": "promotion:7",
        "title": "布袋",
    } | changes
    return gifts.add_gift(order_id=order.pk, now=now, **values)


@pytest.fixture
def keyword(now):
    return KeywordRow.objects.create(
        words=["送布袋"],
        unless=[],
        place=KeywordPlace.BOTH,
        act=KeywordAct.GIFT,
        value="ZP-DAI",
        position=1,
        valid_from=now.date(),
        changed_at=now,
    )


def test_a_rule_gives_once_and_another_rule_gives_too(now):
    order = placed()

    assert give(order, now) is not None
    assert give(order, now) is None
    assert give(order, now, source="promotion:8") is not None

    assert GiftLine.objects.count() == 2
    assert Operation.objects.filter(name="orders.order.gift_added").count() == 2


def test_a_gift_goes_into_the_parcel_that_is_there(now):
    order = placed(((2, "20.00"),))
    (parcel,) = parcels.parcels_of([order], now=now)[order.pk]

    give(order, now, quantity=3)

    parcel.refresh_from_db()
    assert (parcel.piece_count, parcel.kind_count) == (5, 2)
    assert_conserved([order])


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"state": ParcelState.PICKED}, "开始拣货"), ({"state": ParcelState.HANDED_OVER}, "开始拣货")],
)
def test_it_is_too_late_when_picking_has_begun(changes, words, now):
    order = placed()
    parcels.parcels_of([order], now=now)
    Parcel.objects.update(**changes)

    with pytest.raises(OrderRefusedError, match=words):
        give(order, now)

    assert not GiftLine.objects.exists()


def test_an_order_that_has_left_gets_no_gift(now):
    with pytest.raises(OrderRefusedError, match="加不进赠品"):
        give(placed(stage=Stage.SIGNED), now)


def test_by_hand_a_gift_is_added_and_taken_off_again(service, now):
    order = placed()
    parcels.parcels_of([order], now=now)
    Sku.objects.create(code="ZP-DAI", title="布袋", changed_at=now)

    gift = gifts.give_gift(
        tid=order.tid, sku_code=" ZP-DAI ", quantity=2, by=service, now=now, version=1
    )

    assert (gift.title, gift.source, Parcel.objects.get().piece_count) == ("布袋", "hand", 3)
    with pytest.raises(OrderRefusedError, match="已经手工加过"):
        gifts.give_gift(tid=order.tid, sku_code="ZP-DAI", quantity=1, by=service, now=now)
    gifts.remove_gift(tid=order.tid, gift_id=gift.pk, by=service, now=now)
    assert (GiftLine.objects.count(), Parcel.objects.get().piece_count) == (0, 1)
    assert_conserved([order])


def test_a_parcel_of_its_own_goes_with_its_gift_and_the_order_does_not_wait_for_it(service, now):
    order = placed()
    gift = gifts.give_gift(tid=order.tid, sku_code="ZP-DAI", quantity=1, by=service, now=now)
    split = SplitOf(tid=order.tid, by=service, now=now)
    split_order(split, parts=[[Take(1, gift_id=gift.pk)]])
    goods = Parcel.objects.get(lines__line__isnull=False)
    Parcel.objects.filter(pk=goods.pk).update(state=ParcelState.HANDED_OVER, handed_over_at=now)

    gifts.remove_gift(tid=order.tid, gift_id=gift.pk, by=service, now=now)

    assert set(Parcel.objects.values_list("state", flat=True)) == {
        ParcelState.HANDED_OVER,
        ParcelState.DROPPED,
    }
    order.refresh_from_db()
    assert (order.stage, order.handed_over_at) == (Stage.HANDED_OVER, now)


@pytest.mark.parametrize(("code", "count"), [("", 1), ("  ", 1), ("ZP", 0)])
def test_a_gift_needs_a_code_and_a_count(code, count, service, now):
    with pytest.raises(OrderRefusedError, match="商家编码和件数"):
        gifts.give_gift(tid=placed().tid, sku_code=code, quantity=count, by=service, now=now)


def test_a_word_in_the_message_gives_its_gift_at_audit_once(keyword, now):
    order = placed(stage=Stage.AWAITING_AUDIT, buyer_message="上次说好送布袋的")
    placed(stage=Stage.AWAITING_AUDIT, buyer_message="谢谢")
    ids = list(Order.objects.values_list("pk", flat=True))

    audit.audit_orders(ids, rules=rules_in_force(now=now), now=now)

    gift = GiftLine.objects.get()
    assert (gift.order, gift.sku_code, gift.source) == (order, "ZP-DAI", f"keyword:{keyword.pk}")
    Order.objects.filter(pk=order.pk).update(stage=Stage.AWAITING_AUDIT)
    audit.audit_orders(ids, rules=rules_in_force(now=now), now=now)
    assert GiftLine.objects.count() == 1
    logged = Operation.objects.get(name="orders.order.gift_added")
    assert (logged.object_key, logged.new["word"]) == (order.tid, "送布袋")


def test_an_approval_by_hand_gives_it_too_and_into_the_parcel(keyword, service, now):
    order = placed(stage=Stage.AWAITING_AUDIT, seller_memo="送布袋")
    parcels.parcels_of([order], now=now)

    shipping.approve_order(tid=order.tid, by=service, now=now)

    assert_conserved([order])
    assert Parcel.objects.get().piece_count == 2


def test_an_order_whose_parcels_are_all_picked_is_approved_without_the_gift(keyword, service, now):
    order = placed(stage=Stage.AWAITING_AUDIT, seller_memo="送布袋")
    parcels.parcels_of([order], now=now)
    Parcel.objects.update(state=ParcelState.PICKED)

    shipping.approve_order(tid=order.tid, by=service, now=now)

    assert not GiftLine.objects.exists()
