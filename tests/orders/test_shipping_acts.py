"""From audit to hand-over: what passes, what is refused and why."""

import pytest

from orders.actions import holds, shipping
from orders.actions.errors import StaleOrderError, UnableToApproveError, UnableToHandOverError
from orders.choices import HoldKind, PlatformStatus, Stage
from orders.models import Order, Shipment
from shopops.staff.models import Operation
from tests.factories.orders import OrderFactory

pytestmark = pytest.mark.django_db

WAYBILL = shipping.Waybill("中通快递", "78123456789012")


def test_an_approved_order_waits_for_the_warehouse(service, now):
    order = OrderFactory.create()

    shipping.approve_order(tid=order.tid, by=service, now=now, version=1)

    order.refresh_from_db()
    assert (order.stage, order.approved_at, order.version) == (Stage.APPROVED, now, 2)
    assert Operation.objects.get(name="orders.order.approved").actor == service


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"has_open_refund": True}, "正在退款"),
        ({"stage": Stage.AWAITING_PAYMENT, "paid_at": None}, "这单不能发"),
        ({"status": PlatformStatus.PAID_FORBID_CONSIGN}, "这单不能发"),
        ({"status": PlatformStatus.TRADE_CLOSED}, "这单不能发"),
        ({"stage": Stage.APPROVED}, "不在待审单"),
    ],
)
def test_audit_refuses_what_must_not_ship(changes, words, service, now):
    order = OrderFactory.create(**changes)

    with pytest.raises(UnableToApproveError, match=words):
        shipping.approve_order(tid=order.tid, by=service, now=now)

    assert not Operation.objects.filter(object_key=order.tid).exists()


def test_a_held_order_cannot_be_approved_and_the_refusal_names_the_hold(service, now):
    order = OrderFactory.create()
    holds.hold_order(tid=order.tid, kind=HoldKind.ADDRESS_INCOMPLETE, note="", by=service, now=now)

    with pytest.raises(UnableToApproveError, match="地址不全"):
        shipping.approve_order(tid=order.tid, by=service, now=now)


def test_a_hand_over_keeps_carrier_waybill_and_time(warehouse, now):
    order = OrderFactory.create(stage=Stage.APPROVED)

    shipment = shipping.hand_over_order(tid=order.tid, waybill=WAYBILL, by=warehouse, now=now)

    order.refresh_from_db()
    assert (order.stage, order.handed_over_at) == (Stage.HANDED_OVER, now)
    assert (shipment.carrier, shipment.waybill_no) == ("中通快递", "78123456789012")


def test_an_order_that_was_not_audited_cannot_be_handed_over(warehouse, now):
    order = OrderFactory.create()

    with pytest.raises(UnableToHandOverError, match="先审单通过"):
        shipping.hand_over_order(tid=order.tid, waybill=WAYBILL, by=warehouse, now=now)


def test_a_refund_that_opens_meanwhile_stops_the_parcel(warehouse, now):
    order = OrderFactory.create(stage=Stage.APPROVED)
    Order.objects.filter(pk=order.pk).update(has_open_refund=True)

    with pytest.raises(UnableToHandOverError, match="正在退款"):
        shipping.hand_over_order(tid=order.tid, waybill=WAYBILL, by=warehouse, now=now)

    assert not Shipment.objects.exists()


def test_a_waybill_of_another_order_is_refused_by_name(warehouse, now):
    first = OrderFactory.create(stage=Stage.APPROVED)
    second = OrderFactory.create(stage=Stage.APPROVED)
    shipping.hand_over_order(tid=first.tid, waybill=WAYBILL, by=warehouse, now=now)

    with pytest.raises(UnableToHandOverError, match=first.tid):
        shipping.hand_over_order(tid=second.tid, waybill=WAYBILL, by=warehouse, now=now)


def test_a_mistaken_hand_over_goes_back_to_approved(warehouse, now):
    order = OrderFactory.create(stage=Stage.APPROVED)
    shipping.hand_over_order(tid=order.tid, waybill=WAYBILL, by=warehouse, now=now)

    shipping.take_back_order(tid=order.tid, reason="扫错了", by=warehouse, now=now)

    order.refresh_from_db()
    assert (order.stage, order.handed_over_at) == (Stage.APPROVED, None)
    assert not order.shipments.exists()


def test_nothing_can_be_taken_back_after_the_pickup(warehouse, now):
    order = OrderFactory.create(stage=Stage.PICKED_UP, picked_up_at=now)

    with pytest.raises(UnableToHandOverError, match="没有可以撤回"):
        shipping.take_back_order(tid=order.tid, reason="", by=warehouse, now=now)


def test_a_stale_page_cannot_hand_over(warehouse, service, now):
    order = OrderFactory.create(stage=Stage.APPROVED)
    holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=service, now=now)

    with pytest.raises(StaleOrderError):
        shipping.hand_over_order(
            tid=order.tid, waybill=WAYBILL, by=warehouse, now=now, version=order.version
        )
