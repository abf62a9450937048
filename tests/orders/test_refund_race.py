"""A parcel and a refund race for one order: the parcel never leaves after the refund is known.

Each round, one thread hands the order over while another lets a refund open, on connections of
their own. The refund's transaction holds the order's row when it looks at the stage, so what it saw
is what stood when it committed: an order that it saw in the house and that was handed over all the
same left *after* the refund was known.
"""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, transaction

from orders.actions import shipping
from orders.actions.cases.opening import NewCase, open_case
from orders.actions.errors import OrderRefusedError
from orders.actions.importing import after
from orders.actions.importing.refund_list import reach_orders
from orders.choices import CaseType, HoldKind, RefundStatus, Stage
from orders.models import AfterSalesCase, Hold, Order, Refund
from shopops.intake.models import Batch
from tests.factories.orders import OrderFactory
from tests.factories.staff import PersonFactory, ShopFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 40
READY = (Stage.APPROVED, Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED)


def plain_read(*, tid, version=None):
    """Stand in for `locked_order` in the control run: the same question without the lock."""
    del version
    return Order.objects.get(tid=tid)


@pytest.fixture
def people():
    ShopFactory()
    return PersonFactory(role_codes=["warehouse"]), PersonFactory(role_codes=["service"])


def hand_over(order, number, by):
    waybill = shipping.Waybill("中通快递", f"78{number:010d}")
    with suppress(OrderRefusedError):
        shipping.hand_over_order(tid=order.tid, waybill=waybill, by=by, now=NOW)


def _batch():
    return Batch.objects.create(
        file_name="x.csv", sha256="0" * 64, size_bytes=1, source="command", state="merging",
        kind="orders.refund_list", exported_at=NOW, created_at=NOW,
    )  # fmt: skip


def import_refund(order, number):
    """Do what the merge of a refund file does with one order; give the stage that it met."""
    with transaction.atomic(), connection.cursor() as cursor:
        after.lock_orders(cursor, f"SELECT '{order.tid}'")
        Refund.objects.create(
            order=order,
            tid=order.tid,
            refund_no=f"{9_000_000 + number}",
            status=RefundStatus.WAIT_SELLER_AGREE,
            applied_at=NOW,
        )
        reach_orders(cursor, f"SELECT '{order.tid}'", _batch().pk)
        return Order.objects.values_list("stage", flat=True).get(pk=order.pk)


def open_by_hand(order, by):
    """Open a case of money back by hand; give the stage that it met."""
    with transaction.atomic():
        new = NewCase(CaseType.REFUND_ONLY, "不想要了")
        case = open_case(tid=order.tid, new=new, by=by, now=NOW)
        stopped = Hold.objects.filter(order=order, kind=HoldKind.REFUND_OPEN).exists()
        assert case.pk
        return Stage.CHECKED if stopped else Stage.HANDED_OVER


def race(people, let_refund_open):
    """Run the rounds; give how often a parcel left after the refund was known, and how often each won."""
    packer, service = people
    left_after = shipped = stopped = 0
    for number in range(ROUNDS):
        order = OrderFactory(stage=READY[number % len(READY)], approved_at=NOW)
        met = []
        start = threading.Barrier(2)

        def packs(order=order, number=number, start=start):
            start.wait()
            hand_over(order, number, packer)
            connection.close()

        def refunds(order=order, number=number, start=start, met=met):
            start.wait()
            met.append(let_refund_open(order, number, service))
            connection.close()

        threads = [threading.Thread(target=packs), threading.Thread(target=refunds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        order.refresh_from_db()
        has_left = order.stage == Stage.HANDED_OVER or order.handed_over_at is not None
        left_after += has_left and met[0] != Stage.HANDED_OVER
        shipped += has_left
        stopped += not has_left
    close_old_connections()
    return left_after, shipped, stopped


def test_an_order_is_never_handed_over_after_an_import_opened_a_refund(people):
    left_after, shipped, stopped = race(people, lambda o, n, _by: import_refund(o, n))

    assert left_after == 0
    assert shipped + stopped == ROUNDS


def test_an_order_is_never_handed_over_after_a_colleague_opened_a_refund_case(people):
    left_after, shipped, stopped = race(people, lambda o, _n, by: open_by_hand(o, by))

    assert left_after == 0
    assert shipped + stopped == ROUNDS
    assert AfterSalesCase.objects.count() == ROUNDS


def test_control_run_without_the_lock_parcels_leave_after_the_refund(people, monkeypatch):
    monkeypatch.setattr(shipping, "locked_order", plain_read)

    left_after, _shipped, _stopped = race(people, lambda o, n, _by: import_refund(o, n))

    assert left_after > 0, "without the lock the race must show, or this test proves nothing"


@pytest.mark.parametrize("stage", READY)
def test_an_open_refund_stops_the_parcel_at_every_stage_before_the_hand_over(people, stage):
    packer, _service = people
    order = OrderFactory(stage=stage, approved_at=NOW)
    import_refund(order, 1)

    waybill = shipping.Waybill("中通快递", "781234567890")
    with pytest.raises(OrderRefusedError, match="退款"):
        shipping.hand_over_order(
            tid=order.tid, waybill=waybill, by=packer, now=NOW + timedelta(minutes=1)
        )

    order.refresh_from_db()
    assert order.stage == stage
    assert order.handed_over_at is None
