"""Orders: traces, cases, the sweep, holds, refunds, contacts, what left."""

from datetime import timedelta

from orders.choices import Stage
from orders.models import AfterSalesCase, Hold, Order, OrderContact, QueueCount, Refund, SweepItem
from products.models import StockLevel
from shopops.lib.sealing import seal
from tests.checks.cases.case import Case, World
from tests.factories.goods import stocked
from tests.factories.orders import OrderFactory, OrderLineFactory


def _late_queue(w: World) -> None:
    QueueCount.objects.create(code="past_due", count=3, counted_at=w.now)


def _hold(w: World) -> None:
    Hold.objects.create(
        order=OrderFactory(stage=Stage.HELD),
        kind="address_incomplete",
        owner_role="service",
        opened_at=w.now - timedelta(days=1),
        due_at=w.now - timedelta(hours=1),
        must_tell_buyer=False,
    )


def _refund(w: World) -> None:
    Refund.objects.create(
        refund_no="1",
        tid="1",
        status="WAIT_SELLER_AGREE",
        applied_at=w.now - timedelta(hours=30),
        timeout_at=w.now - timedelta(hours=1),
    )


def _case(w: World) -> None:
    at = w.now - timedelta(days=4)
    AfterSalesCase.objects.create(
        order=OrderFactory(),
        opened_at=at,
        answer_due_at=at + timedelta(days=1),
        solve_due_at=at + timedelta(days=2),
        turn_at=at,
        due_at=at + timedelta(days=1),
        owner_role="service",
        type="quality",
        is_complaint=True,
    )


def _sweep(w: World) -> None:
    SweepItem.objects.create(
        order=OrderFactory(),
        date=w.day - timedelta(days=2),
        found_at=w.now,
        follow_up_on=w.day - timedelta(days=1),
        kind="missed",
        cause="unknown",
        owner_role="warehouse_lead",
    )


def _stalled(w: World) -> None:
    OrderFactory(stage=Stage.IN_TRANSIT, last_trace_at=w.now - timedelta(days=20))


def _unpicked(w: World) -> None:
    OrderFactory(stage=Stage.HANDED_OVER, handed_over_at=w.now - timedelta(days=5))


def _old_contact(w: World) -> None:
    at = w.now - timedelta(days=900)
    order = OrderFactory(stage=Stage.SIGNED, paid_at=at, ended_at=at, status="TRADE_FINISHED")
    OrderContact.objects.create(order=order, sealed=seal(b"{}"))


def _left(w: World) -> None:
    stocked("MY-1", 0)
    StockLevel.objects.update(kept_since=w.now - timedelta(days=9))
    order = OrderFactory(
        stage=Stage.SIGNED, paid_at=w.now - timedelta(days=2), status="TRADE_FINISHED"
    )
    OrderLineFactory(order=order, sku_code="MY-1")


CASES = {
    "orders.nothing_is_late": Case(_late_queue, lambda w: QueueCount.objects.update(count=0)),
    "orders.holds_are_handled": Case(_hold, lambda w: Hold.objects.update(closed_at=w.now)),
    "orders.refunds_are_decided": Case(_refund, lambda w: Refund.objects.update(status="SUCCESS")),
    "orders.cases_are_answered": Case(
        _case, lambda w: AfterSalesCase.objects.update(closed_at=w.now, state="closed")
    ),
    "orders.sweep_is_followed": Case(
        _sweep, lambda w: SweepItem.objects.update(settled_at=w.now, outcome="shipped")
    ),
    "orders.trace_stalled": Case(
        _stalled, lambda w: Order.objects.update(last_trace_at=w.now - timedelta(minutes=5))
    ),
    "orders.parcels_unpicked": Case(
        _unpicked, lambda w: Order.objects.update(stage=Stage.PICKED_UP)
    ),
    "orders.contacts_are_erased": Case(_old_contact, lambda w: Order.objects.all().delete()),
    "orders.left_orders_are_booked": Case(_left, lambda w: Order.objects.all().delete()),
}
