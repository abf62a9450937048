"""Orders and stock: what audit holds, who gets the last piece, what stages and files do to the ledger."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders import goods
from orders.actions import audit, holds
from orders.actions.errors import UnableToApproveError
from orders.actions.shipping import (
    Waybill,
    approve_order,
    force_approve_order,
    hand_over_order,
    take_back_order,
)
from orders.choices import BuyerAnswer, HoldKind, Stage, ToldChannel
from orders.models import AuditRuleRow, GiftLine, KeywordRow, Order, Refund
from orders.queries.audit import rules_in_force
from orders.wording.audit import reason_words
from products import registry
from products.actions import bundles, stock
from products.models import Allocation, StockLevel, StockMove, StockRule
from products.queries.proof import prove
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline
from tests.factories.goods import SkuFactory, bundle, stocked
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


def level():
    row = StockLevel.objects.get()
    return row.on_hand, row.allocated


def test_an_order_that_passes_has_its_pieces_set_aside(now):
    stocked("A", 5)
    order = order_of(quantity=2)

    run_audit(now)

    order.refresh_from_db()
    assert order.stage == Stage.APPROVED
    assert level() == (5, 2)


def test_a_short_order_is_held_with_the_figures(now):
    stocked("A", 1)
    order = order_of(quantity=2)

    run_audit(now)

    hold = order.holds.get()
    assert (hold.kind, hold.reason) == ("stock_short", "stock_short|A|2|1")
    assert reason_words(hold.reason) == "A 要 2 件，可用 1 件"
    assert level() == (1, 0)


def test_of_two_orders_in_one_audit_the_one_paid_first_gets_the_last_piece(now):
    stocked("A", 1)
    later = order_of(paid_at=now)
    first = order_of(paid_at=now - timedelta(hours=1))

    tally = run_audit(now)

    stages = dict(Order.objects.values_list("tid", "stage"))
    assert stages == {first.tid: Stage.APPROVED, later.tid: Stage.HELD}
    assert later.holds.get().reason == "stock_short|A|1|0"
    assert (tally.approved, tally.held) == (1, 1)


def test_when_stock_arrives_a_told_hold_ends_by_itself_and_the_order_passes(now, service, manager):
    sku = stocked("A", 0)
    order = order_of()
    run_audit(now)
    told = holds.Told(ToldChannel.WANGWANG, "要等两天", BuyerAnswer.WAIT)
    holds.tell_buyer(tid=order.tid, hold_id=order.holds.get().pk, told=told, by=service, now=now)

    stock.receive(sku_id=sku.pk, quantity=3, by=manager, now=now)
    run_audit(now)

    order.refresh_from_db()
    assert order.stage == Stage.APPROVED
    assert level() == (3, 1)


def test_a_shortage_that_a_person_settled_stops_the_order_no_more(now, service):
    stocked("A", 0)
    order = order_of()
    run_audit(now)
    hold = order.holds.get()
    told = holds.Told(ToldChannel.WANGWANG, "补发", BuyerAnswer.WAIT)
    holds.tell_buyer(tid=order.tid, hold_id=hold.pk, told=told, by=service, now=now)
    holds.close_hold(tid=order.tid, hold_id=hold.pk, resolution="门店调货", by=service, now=now)

    run_audit(now)
    run_audit(now)

    order.refresh_from_db()
    assert order.stage == Stage.APPROVED
    assert order.holds.filter(closed_at__isnull=True).count() == 0
    assert level() == (0, 0)


def test_a_person_cannot_approve_what_is_short_and_hears_why(now, service):
    stocked("A", 1)
    order = order_of(quantity=2)

    with pytest.raises(UnableToApproveError, match="A 要 2 件，可用 1 件"):
        approve_order(tid=order.tid, by=service, now=now)

    order.refresh_from_db()
    assert order.stage == Stage.AWAITING_AUDIT


def test_forced_through_it_passes_without_pieces(now, manager):
    stocked("A", 1)
    order = order_of(quantity=2)

    force_approve_order(tid=order.tid, reason="门店调货", by=manager, now=now)

    assert level() == (1, 0)


def test_without_stock_keeping_nothing_is_held(now):
    SkuFactory.create(code="A")
    order_of()
    order_of(code="?")

    assert run_audit(now).approved == 2


def test_a_bundle_with_an_unknown_part_is_held(now):
    draft = SkuFactory.create(code="B", is_draft=True)
    bundle("SET", (draft, 1))
    order = order_of(code="SET")

    run_audit(now)

    assert order.holds.get().reason == "part_unknown|SET|B"


def test_unknown_codes_are_held_only_if_the_shop_says_so(now):
    SkuFactory.create(code="A")
    order = order_of(code="?")
    StockRule.objects.create(valid_from=now.date(), changed_at=now, holds_unknown=True)

    run_audit(now)

    assert order.holds.get().kind == HoldKind.UNKNOWN_CODE


def test_a_gift_that_is_out_of_stock_holds_as_a_gift(now):
    stocked("A", 1)
    stocked("GIFT", 0)
    order = order_of()
    GiftLine.objects.create(order=order, sku_code="GIFT", source="rule", added_at=now)

    run_audit(now)

    hold = order.holds.get()
    assert (hold.kind, hold.reason) == ("gift_out_of_stock", "gift_short|GIFT|1|0")


def test_the_hand_over_consumes_and_taking_it_back_puts_back(now, warehouse):
    stocked("A", 5)
    order = order_of(quantity=2)
    run_audit(now)

    hand_over_order(tid=order.tid, waybill=Waybill("中通快递", "ZT1"), by=warehouse, now=now)
    assert level() == (3, 0)
    assert StockMove.objects.get(kind="sale").by == warehouse
    take_back_order(tid=order.tid, reason="扫错了", by=warehouse, now=now)
    assert level() == (5, 2)
    take_back_order(tid=order.tid, reason="还要改", by=warehouse, now=now)

    assert level() == (5, 0)


def test_with_allocation_at_payment_held_orders_keep_their_pieces(now):
    StockRule.objects.create(valid_from=now.date(), changed_at=now, allocate_at="payment")
    stocked("A", 1)
    order = order_of(stage=Stage.HELD)
    order_of()

    assert settle(now)["set_aside"] == 1

    assert level() == (1, 1)
    assert Allocation.objects.get().tid == order.tid


def test_what_a_file_says_of_orders_is_settled(now):
    stocked("A", 9)
    shipped, cancelled, refunded_line = order_of(quantity=2), order_of(quantity=3), order_of()
    run_audit(now)
    assert level() == (9, 6)

    Order.objects.filter(pk=shipped.pk).update(stage=Stage.HANDED_OVER)
    Order.objects.filter(pk=cancelled.pk).update(stage=Stage.CANCELLED)
    refunded_line.lines.update(status="TRADE_CLOSED")
    done = settle(now)

    assert (done["consumed"], done["released"]) == (2, 4)
    assert level() == (7, 0)


def test_an_order_shipped_elsewhere_is_booked_out_once(now):
    stocked("A", 9)
    order_of(stage=Stage.HANDED_OVER, handed_over_at=now, paid_at=now)
    order_of(stage=Stage.HANDED_OVER, handed_over_at=now - timedelta(days=9))

    assert settle(now)["left"] == 1
    assert settle(now)["left"] == 0

    assert level() == (8, 0)


def test_what_left_and_could_not_be_booked_out_is_a_finding(now):
    stocked("A", 1)
    order = order_of(quantity=2, stage=Stage.HANDED_OVER, handed_over_at=now, paid_at=now)
    assert settle(now)["left"] == 0

    outcome = goods.left_orders_are_booked(now.date(), now)

    assert [one.title for one in outcome.findings] == ["有 1 单发出了，库存流水里没有"]
    assert order.tid in outcome.findings[0].evidence
    assert level() == (1, 0)


def test_a_refunded_return_brings_the_pieces_back_once(now, warehouse):
    stocked("A", 5)
    order = order_of(quantity=2)
    run_audit(now)
    hand_over_order(tid=order.tid, waybill=Waybill("中通快递", "ZT1"), by=warehouse, now=now)
    Refund.objects.create(
        order=order,
        tid=order.tid,
        refund_no="R1",
        status="SUCCESS",
        type="return_and_refund",
        finished_at=now,
        is_full=True,
    )

    assert settle(now)["returned"] == 2
    assert settle(now)["returned"] == 0

    assert level() == (5, 0)


def test_an_audit_of_many_orders_asks_as_little_as_of_few(now):
    stocked("A", 10_000)

    def counted(number):
        Order.objects.all().update(stage=Stage.SIGNED)
        for _each in range(number):
            order_of()
        ids = list(Order.objects.awaiting_audit().values_list("pk", flat=True))
        rules = rules_in_force(now=now)
        with CaptureQueriesContext(connection) as asked:
            assert audit.audit_orders(ids, rules=rules, now=now).approved == number
        return len(asked)

    assert counted(2) == counted(40)


def test_a_split_by_stock_counts_what_is_free_and_what_is_the_orders_own(now):
    a, b = stocked("A", 5), stocked("B", 1)
    bundle("AB", (a, 2), (b, 1))
    mine, other = order_of("A", 3), order_of("B", 1)
    run_audit(now)

    assert goods.pieces_at_hand(["A", "B", "AB", "NOT-KEPT"], [mine.pk]) == {
        "A": 5,
        "B": 0,
        "AB": 0,
        "NOT-KEPT": 1_000_000,
    }
    assert goods.pieces_at_hand(["A", "B"], [other.pk]) == {"A": 2, "B": 1}


def test_a_shop_without_stock_splits_nothing_by_it(now):
    order = order_of("A", 3)

    assert goods.pieces_at_hand(["A"], [order.pk]) is None


def test_open_orders_of_a_bundle_take_its_new_parts_when_these_change(now, manager):
    pillow, cover, towel = stocked("P", 5), stocked("C", 5), stocked("T", 1)
    suit = bundle("SUIT", (pillow, 2), (cover, 1))
    for _number in range(2):
        order_of("SUIT")
    run_audit(now)

    bundles.set_bundle(sku_id=suit.pk, parts={"P": 1, "T": 1}, by=manager, now=now)

    aside = dict(StockLevel.objects.values_list("sku__code", "allocated"))
    assert aside == {"P": 1, "C": 0, "T": 1}
    assert prove(open_lines=registry.open_lines).differences == []
    assert towel.level.on_hand == 1
