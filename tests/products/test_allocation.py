"""Pieces for orders: set aside, taken out, let go, brought back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.actions import allocation
from products.actions.allocation import Returned
from products.models import Allocation, StockLevel, StockMove
from products.rules.stock import Shortage, Wanted
from tests.factories.goods import SkuFactory, bundle, stocked

pytestmark = pytest.mark.django_db


def level(sku):
    row = StockLevel.objects.get(sku=sku)
    return row.on_hand, row.allocated


def test_pieces_are_set_aside_and_leave_with_one_line_of_the_ledger_each(now, warehouse):
    sku = stocked("A", 5)
    allocation.allocate([Wanted("T1", "L1", "A", 2), Wanted("T2", "L2", "A", 1)], now=now)
    assert level(sku) == (5, 3)

    assert allocation.consume(["T1", "T2"], by=warehouse, now=now) == 3

    assert level(sku) == (2, 0)
    sales = StockMove.objects.filter(kind="sale").order_by("pk")
    assert [(m.quantity, m.on_hand_after, m.reference) for m in sales] == [
        (-2, 3, "T1"),
        (-1, 2, "T2"),
    ]


def test_the_last_piece_goes_to_the_first_order_and_the_second_is_told_the_figures(now):
    stocked("A", 1)

    short = allocation.allocate([Wanted("T1", "L1", "A", 1), Wanted("T2", "L2", "A", 1)], now=now)

    assert short == [Shortage("T2", "L2", "A", wanted=1, free=0)]


def test_an_order_gets_all_or_nothing(now):
    plenty, none = stocked("A", 9), stocked("B", 0)

    short = allocation.allocate([Wanted("T1", "L1", "A", 1), Wanted("T1", "L2", "B", 1)], now=now)

    assert [one.sku_code for one in short] == ["B"]
    assert level(plenty) == (9, 0)
    assert level(none) == (0, 0)


def test_two_lines_of_an_order_that_want_the_same_are_counted_together(now):
    stocked("A", 3)

    short = allocation.allocate([Wanted("T1", "L1", "A", 2), Wanted("T1", "L2", "A", 2)], now=now)

    assert short == [Shortage("T1", "L1", "A", wanted=4, free=3)]


def test_a_line_is_set_aside_once_however_often_it_is_asked(now):
    sku = stocked("A", 5)

    for _time in range(2):
        assert allocation.allocate([Wanted("T1", "L1", "A", 2)], now=now) == []

    assert level(sku) == (5, 2)


def test_a_released_line_may_be_set_aside_again(now):
    sku = stocked("A", 5)
    allocation.allocate([Wanted("T1", "L1", "A", 2)], now=now)

    assert allocation.release(["T1"], now=now) == 2
    assert level(sku) == (5, 0)
    allocation.allocate([Wanted("T1", "L1", "A", 2)], now=now)

    assert level(sku) == (5, 2)


def test_a_single_line_can_be_let_go(now):
    sku = stocked("A", 5)
    allocation.allocate([Wanted("T1", "L1", "A", 2), Wanted("T1", "L2", "A", 1)], now=now)

    allocation.release(line_keys=["L1"], now=now)

    assert level(sku) == (5, 1)


def test_consuming_twice_takes_out_once(now):
    sku = stocked("A", 5)
    allocation.allocate([Wanted("T1", "L1", "A", 2)], now=now)

    assert allocation.consume(["T1"], by=None, now=now) == 2
    assert allocation.consume(["T1"], by=None, now=now) == 0

    assert level(sku) == (3, 0)


def test_a_bundle_takes_its_parts(now):
    pillow, towel = stocked("A", 5), stocked("B", 5)
    bundle("SET", (pillow, 2), (towel, 1))

    allocation.allocate([Wanted("T1", "L1", "SET", 2)], now=now)

    assert (level(pillow), level(towel)) == ((5, 4), (5, 2))


def test_a_bundle_that_lacks_one_part_takes_none(now):
    pillow, towel = stocked("A", 5), stocked("B", 1)
    bundle("SET", (pillow, 2), (towel, 1))

    short = allocation.allocate([Wanted("T1", "L1", "SET", 2)], now=now)

    assert [(one.sku_code, one.wanted, one.free) for one in short] == [("B", 2, 1)]
    assert level(pillow) == (5, 0)


def test_what_is_not_kept_blocks_nobody(now):
    SkuFactory.create(code="A")

    assert (
        allocation.allocate([Wanted("T1", "L1", "A", 9), Wanted("T1", "L2", "?", 1)], now=now) == []
    )
    assert not Allocation.objects.exists()


def test_a_gift_leaves_as_a_gift(now):
    stocked("A", 5)
    allocation.allocate([Wanted("T1", "gift:7", "A", 1)], now=now)

    allocation.consume(["T1"], by=None, now=now)

    assert StockMove.objects.get(reference="T1").kind == "gift"


def test_what_left_before_the_stock_was_kept_is_not_booked(now):
    sku = stocked("A", 5)
    before = StockLevel.objects.get().kept_since - timedelta(seconds=1)

    allocation.allocate([Wanted("T1", "L1", "A", 1, left_at=before)], now=now)

    assert level(sku) == (5, 0)


def test_a_mistaken_hand_over_puts_the_pieces_back(now, warehouse):
    sku = stocked("A", 5)
    allocation.allocate([Wanted("T1", "L1", "A", 2)], now=now)
    allocation.consume(["T1"], by=warehouse, now=now)

    allocation.reinstate(["T1"], reason="撤回交接", by=warehouse, now=now)

    assert level(sku) == (5, 2)
    back = StockMove.objects.latest("pk")
    assert (back.quantity, back.on_hand_after, back.reason) == (2, 5, "撤回交接")


def test_returned_pieces_come_back_once_and_never_more_than_left(now):
    sku = stocked("A", 5)
    allocation.allocate([Wanted("T1", "L1", "A", 2)], now=now)
    allocation.consume(["T1"], by=None, now=now)

    back = [Returned("T1", "L1", "A", 9, key="R1")]
    assert allocation.return_pieces(back, by=None, now=now) == 2
    assert allocation.return_pieces(back, by=None, now=now) == 0

    assert level(sku) == (5, 0)


def test_what_never_left_does_not_come_back(now):
    sku = stocked("A", 5)

    assert allocation.return_pieces([Returned("T9", "L9", "A", 1, "R1")], by=None, now=now) == 0
    assert level(sku) == (5, 0)


def test_a_thousand_orders_take_as_many_statements_as_two(now):
    skus = [stocked(f"S{n:03d}", 5000) for n in range(30)]

    def counted(first, last):
        wanted = [
            Wanted(f"T{n}", f"L{n}-{m}", skus[(n + m) % 30].code, 1)
            for n in range(first, last)
            for m in range(2)
        ]
        tids = {one.tid for one in wanted}
        with CaptureQueriesContext(connection) as setting:
            assert allocation.allocate(wanted, now=now) == []
        with CaptureQueriesContext(connection) as taking:
            allocation.consume(tids, by=None, now=now)
        return len(setting), len(taking)

    assert counted(0, 2) == counted(2, 1002)
