"""A shortage ends by itself when stock arrives, whether or not somebody told the buyer: oldest payment first."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from orders import goods
from orders.actions import audit, holds, shortages
from orders.choices import HoldKind, Stage
from orders.models import AuditRuleRow, GiftLine, KeywordRow, Order
from orders.queries.audit import rules_in_force
from products.actions import stock
from products.choices import AllocateAt
from products.models import StockLevel, StockRule
from shopops.staff.models import Operation
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline
from tests.factories.goods import stocked
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_start_rules(db):
    AuditRuleRow.objects.all().delete()
    KeywordRow.objects.all().delete()


def order_of(code="A", quantity=1, **values):
    order = OrderFactory.create(**values)
    OrderLineFactory.create(order=order, sku_code=code, quantity=quantity)
    return order


def run_audit(now):
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    return audit.audit_orders(ids, rules=rules_in_force(now=now), now=now)


def settle(now):
    run = request_run(kind=goods.KIND, key=goods.KEY, now=now, again=True)
    return perform_inline(run, clock=lambda: now).result


def stages():
    return dict(Order.objects.values_list("tid", "stage"))


def test_an_untold_shortage_ends_in_the_next_audit_once_stock_is_there(now, manager):
    sku = stocked("A", 0)
    order = order_of()
    run_audit(now)
    stock.receive(sku_id=sku.pk, quantity=1, by=manager, now=now)

    run_audit(now)

    order.refresh_from_db()
    hold = order.holds.get()
    assert order.stage == Stage.APPROVED
    assert (hold.resolution, hold.told_at, hold.must_tell_buyer) == ("auto", None, False)
    assert StockLevel.objects.get().allocated == 1


def test_the_run_of_goods_ends_shortages_and_sends_the_orders_back_to_audit(now, manager):
    sku = stocked("A", 0)
    order = order_of()
    run_audit(now)
    before = Order.objects.get().version
    stock.receive(sku_id=sku.pk, quantity=1, by=manager, now=now)

    result = settle(now)

    order.refresh_from_db()
    assert result["met"] == 1
    assert (order.stage, order.version) == (Stage.AWAITING_AUDIT, before + 1)
    logged = Operation.objects.get(name="orders.hold.closed")
    assert logged.new == {
        "stage": "awaiting_audit",
        "kind": "stock_short",
        "hold": order.holds.get().pk,
    }
    assert settle(now)["met"] == 0


def test_the_oldest_payment_comes_first_and_the_others_stay_held(now, manager):
    sku = stocked("A", 0)
    late = order_of(paid_at=now)
    big = order_of(quantity=5, paid_at=now - timedelta(hours=3))
    first = order_of(paid_at=now - timedelta(hours=2))
    run_audit(now)
    stock.receive(sku_id=sku.pk, quantity=1, by=manager, now=now)

    assert settle(now)["met"] == 1

    assert stages() == {
        first.tid: Stage.AWAITING_AUDIT,
        late.tid: Stage.HELD,
        big.tid: Stage.HELD,
    }


def test_another_hold_keeps_the_order_and_a_hold_set_by_hand_stays(now, manager, service):
    sku = stocked("A", 0)
    kept, by_hand = order_of(), order_of(code="B")
    run_audit(now)
    Order.objects.filter(pk=by_hand.pk).update(stage=Stage.AWAITING_AUDIT)
    for order, kind in ((kept, HoldKind.BUYER_MESSAGE), (by_hand, HoldKind.STOCK_SHORT)):
        holds.hold_order(tid=order.tid, kind=kind, note="看", by=service, now=now)
    stock.receive(sku_id=sku.pk, quantity=9, by=manager, now=now)

    settle(now)

    assert set(stages().values()) == {Stage.HELD}
    assert [one.kind for one in kept.holds.filter(closed_at=None)] == ["buyer_message"]
    assert by_hand.holds.filter(closed_at=None).exists()


def test_a_gift_that_came_ends_its_shortage_too(now, manager):
    stocked("A", 5)
    gift = stocked("G", 0)
    order = order_of()
    GiftLine.objects.create(
        order=order, sku_code="G", title="赠", quantity=1, source="test:1", added_at=now
    )
    run_audit(now)
    assert order.holds.get().kind == "gift_out_of_stock"
    stock.receive(sku_id=gift.pk, quantity=1, by=manager, now=now)

    assert settle(now)["met"] == 1


def test_where_pieces_are_set_aside_at_payment_a_held_order_that_got_them_goes_on(now, manager):
    StockRule.objects.create(valid_from=now.date(), changed_at=now, allocate_at=AllocateAt.PAYMENT)
    sku = stocked("A", 0)
    order = order_of()
    run_audit(now)
    stock.receive(sku_id=sku.pk, quantity=1, by=manager, now=now)

    assert settle(now)["met"] == 1

    order.refresh_from_db()
    assert order.stage == Stage.AWAITING_AUDIT
    assert StockLevel.objects.get().allocated == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_audits_that_race_for_the_last_piece_one_order_wins(now, manager):
    AuditRuleRow.objects.all().delete()
    sku = stocked("A", 0)
    orders = [order_of(), order_of()]
    run_audit(now)
    stock.receive(sku_id=sku.pk, quantity=1, by=manager, now=now)
    rules, start = rules_in_force(now=now), threading.Barrier(2)

    def one(order_id):
        start.wait()
        try:
            audit.audit_orders([order_id], rules=rules, now=now)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(order.pk,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(stages().values()) == [Stage.APPROVED, Stage.HELD]
    level = StockLevel.objects.get()
    assert (level.on_hand, level.allocated) == (1, 1)
    assert shortages.end_met_shortages(now=now) == 0
