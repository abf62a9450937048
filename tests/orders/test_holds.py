"""Holds: who may not ship and how it ends."""

from datetime import timedelta

import pytest
from django.urls import reverse

from orders.actions import holds
from orders.actions.errors import StaleOrderError, UnableToHoldError
from orders.choices import BuyerAnswer, HoldKind, Stage, ToldChannel
from orders.models import Order
from shopops.staff.models import Operation
from tests.factories.orders import OrderFactory

pytestmark = pytest.mark.django_db

TOLD = holds.Told(ToldChannel.WANGWANG, "枕套缺一件，周五到货，等吗", BuyerAnswer.WAIT)


def test_a_held_order_has_an_owner_and_a_deadline(service, now):
    order = OrderFactory.create()

    hold = holds.hold_order(
        tid=order.tid, kind=HoldKind.STOCK_SHORT, note="差 1 件", by=service, now=now
    )

    order.refresh_from_db()
    assert (order.stage, order.version) == (Stage.HELD, 2)
    assert (hold.owner_role, hold.must_tell_buyer) == ("warehouse_lead", True)
    assert hold.due_at == now + timedelta(hours=24)
    log = Operation.objects.get(name="orders.order.held")
    assert (log.object_key, log.old, log.reason) == (
        order.tid,
        {"stage": "awaiting_audit"},
        "差 1 件",
    )


def test_a_second_hold_of_the_same_kind_is_refused(service, now):
    order = OrderFactory.create()
    holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=service, now=now)

    with pytest.raises(UnableToHoldError, match="已经有一个没结束的"):
        holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=service, now=now)


@pytest.mark.parametrize("stage", [Stage.HANDED_OVER, Stage.SIGNED, Stage.CANCELLED])
def test_an_order_that_left_or_ended_cannot_be_held(stage, service, now):
    order = OrderFactory.create(stage=stage)

    with pytest.raises(UnableToHoldError, match="还没交接"):
        holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=service, now=now)

    assert not Operation.objects.filter(name="orders.order.held").exists()


def test_a_shortage_cannot_close_before_the_buyer_was_told(service, now):
    order = OrderFactory.create()
    hold = holds.hold_order(tid=order.tid, kind=HoldKind.STOCK_SHORT, note="", by=service, now=now)

    with pytest.raises(UnableToHoldError, match="先告诉买家"):
        holds.close_hold(tid=order.tid, hold_id=hold.pk, resolution="到货", by=service, now=now)

    holds.tell_buyer(tid=order.tid, hold_id=hold.pk, told=TOLD, by=service, now=now)
    order = holds.close_hold(tid=order.tid, hold_id=hold.pk, resolution="到货", by=service, now=now)
    assert order.stage == Stage.AWAITING_AUDIT


def test_telling_the_buyer_without_words_is_refused(service, now):
    order = OrderFactory.create()
    hold = holds.hold_order(tid=order.tid, kind=HoldKind.STOCK_SHORT, note="", by=service, now=now)

    with pytest.raises(UnableToHoldError, match="写下告诉买家的话"):
        holds.tell_buyer(
            tid=order.tid,
            hold_id=hold.pk,
            told=holds.Told(ToldChannel.PHONE, "  "),
            by=service,
            now=now,
        )


def test_the_order_stays_held_until_its_last_hold_ends(service, now):
    order = OrderFactory.create()
    first = holds.hold_order(
        tid=order.tid, kind=HoldKind.BUYER_MESSAGE, note="", by=service, now=now
    )
    holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=service, now=now)

    order = holds.close_hold(
        tid=order.tid, hold_id=first.pk, resolution="看过", by=service, now=now
    )

    assert order.stage == Stage.HELD


def test_a_stale_page_cannot_hold_an_order(service, warehouse, now):
    order = OrderFactory.create()
    holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=warehouse, now=now)

    with pytest.raises(StaleOrderError, match="没有保存"):
        holds.hold_order(
            tid=order.tid,
            kind=HoldKind.BUYER_MESSAGE,
            note="",
            by=service,
            now=now,
            version=order.version,
        )


# --- whose they are ---


def listed(client, **conditions):
    page = client.get(reverse("orders:queue", args=["held"]), conditions).content.decode()
    return [
        order.tid for order in Order.objects.order_by("pk") if f'data-tid="{order.tid}"' in page
    ]


def test_the_desk_shows_mine_and_what_my_role_has_not_taken_yet(as_service, service, manager, now):
    orders = [OrderFactory.create() for _ in range(3)]
    for order, kind in zip(
        orders, ("buyer_message", "buyer_message", "amount_too_large"), strict=True
    ):
        holds.hold_order(tid=order.tid, kind=HoldKind(kind), note="", by=manager, now=now)
    first = orders[0].holds.get()

    holds.pass_hold_on(
        tid=orders[0].tid, hold_id=first.pk, to=service, note="你熟", by=manager, now=now
    )

    assert listed(as_service, whose="mine") == [orders[0].tid]
    assert listed(as_service, whose="role") == [orders[1].tid]
    assert listed(as_service) == [order.tid for order in orders]
    log = Operation.objects.get(name="orders.hold.passed_on")
    assert (log.object_key, log.new["name"], log.reason) == (
        orders[0].tid,
        service.name,
        "你熟",
    )


def test_the_desk_shows_whose_buyer_was_not_told(as_service, service, now):
    told, untold = OrderFactory.create(), OrderFactory.create()
    for order in (told, untold):
        holds.hold_order(tid=order.tid, kind=HoldKind.STOCK_SHORT, note="", by=service, now=now)
    holds.tell_buyer(tid=told.tid, hold_id=told.holds.get().pk, told=TOLD, by=service, now=now)

    assert listed(as_service, untold="on") == [untold.tid]


def test_a_hold_is_not_passed_on_to_who_has_it_or_left(service, manager, now):
    order = OrderFactory.create()
    hold = holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=manager, now=now)
    given = {"tid": order.tid, "hold_id": hold.pk, "note": "", "by": manager, "now": now}
    holds.pass_hold_on(to=service, **given)
    with pytest.raises(UnableToHoldError, match="已经是"):
        holds.pass_hold_on(to=service, **given)
    service.is_active = False
    service.save()

    with pytest.raises(UnableToHoldError, match="停用"):
        holds.pass_hold_on(to=service, **given)


def test_a_hold_is_passed_on_from_the_orders_page(as_service, service, manager, now):
    order = OrderFactory.create()
    hold = holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=manager, now=now)

    as_service.post(
        reverse("orders:act", args=[order.tid, "pass_on"]),
        {"to": manager.pk, "note": "", "hold": hold.pk, "version": 2},
    )

    hold.refresh_from_db()
    assert hold.owner == manager


def test_whoever_holds_may_set_the_deadline_but_none_that_has_passed(as_service, service, now):
    order = OrderFactory.create()
    url = reverse("orders:act", args=[order.tid, "hold"])

    as_service.post(url, {"kind": "hand_set", "due_at": "2020-01-01T10:00"})
    assert not order.holds.exists()

    as_service.post(url, {"kind": "hand_set", "due_at": "2090-01-01T10:00"})
    assert (
        order.holds.get().due_at.astimezone(now.tzinfo).isoformat() == "2090-01-01T10:00:00+08:00"
    )
