"""What the warehouse does reaches the ledger; what it enters of a SKU is a person's word."""

import pytest
from django.db import transaction

from orders import goods
from orders.actions import leaving, shipping
from orders.actions.parcels import parcels_of
from orders.actions.warehouse.goods import SkuFacts, save_skus
from orders.actions.warehouse.locks import LockedParcel
from orders.models import Order, Parcel, ParcelLine
from products.actions import allocation
from products.models import Sku, StockLevel
from products.queries.proof import prove
from products.registry import open_lines
from products.rules.stock import Wanted
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline
from tests.factories.goods import stocked
from tests.factories.warehouse import FITTED, PILLOW, approved_order
from tests.times import NOW

pytestmark = pytest.mark.django_db
ZTO = "中通快递"


def levels():
    rows = StockLevel.objects.order_by("sku__code")
    return {one.sku.code: (one.on_hand, one.allocated) for one in rows.select_related("sku")}


def split_in_two():
    order = approved_order((FITTED, 1), (PILLOW, 1))
    lines = order.lines.order_by("position")
    allocation.allocate([Wanted(order.tid, x.line_key, x.sku_code, 1) for x in lines], now=NOW)
    one = parcels_of([order], now=NOW)[order.pk][0]
    other = Parcel.objects.create(order=order, created_at=NOW, piece_count=1, kind_count=1)
    ParcelLine.objects.filter(parcel=one, sku_code=PILLOW).update(parcel=other)
    for parcel, number in ((one, "75482201336911"), (other, "75482201336912")):
        Parcel.objects.filter(pk=parcel.pk).update(carrier=ZTO, waybill_no=number)
    return order


def hand_over(order, number, by):
    waybill = shipping.Waybill(ZTO, number)
    shipping.hand_over_order(tid=order.tid, waybill=waybill, by=by, now=NOW)


def proved():
    return prove(open_lines=open_lines).differences == []


def test_the_pieces_of_each_parcel_of_a_split_order_leave_with_it(warehouse):
    stocked(FITTED, 5)
    stocked(PILLOW, 5)
    order = split_in_two()

    hand_over(order, "75482201336911", warehouse)
    assert levels() == {FITTED: (4, 0), PILLOW: (5, 1)}
    assert proved()
    hand_over(order, "75482201336912", warehouse)
    assert levels() == {FITTED: (4, 0), PILLOW: (4, 0)}
    assert proved()

    shipping.take_back_order(tid=order.tid, reason="扫错了", by=warehouse, now=NOW)
    assert levels() == {FITTED: (5, 1), PILLOW: (5, 1)}
    assert proved()


def brought_back(order, number, by):
    parcel = Parcel.objects.get(waybill_no=number)
    with transaction.atomic():
        held = LockedParcel(parcel, list(Order.objects.filter(pk=order.pk)))
        leaving.bring_back([held], by=by, now=NOW, reason="扫错了")


def test_a_parcel_that_comes_back_brings_its_own_pieces_and_not_those_still_out(warehouse):
    stocked(FITTED, 5)
    stocked(PILLOW, 5)
    order = split_in_two()
    hand_over(order, "75482201336911", warehouse)
    hand_over(order, "75482201336912", warehouse)

    brought_back(order, "75482201336912", warehouse)

    assert levels() == {FITTED: (4, 0), PILLOW: (5, 1)}
    assert proved()


def test_a_line_that_lies_in_two_parcels_leaves_with_the_second(warehouse):
    stocked(FITTED, 5)
    order = approved_order((FITTED, 3))
    line = order.lines.get()
    allocation.allocate([Wanted(order.tid, line.line_key, FITTED, 3)], now=NOW)
    one = parcels_of([order], now=NOW)[order.pk][0]
    other = Parcel.objects.create(order=order, created_at=NOW, piece_count=1, kind_count=1)
    ParcelLine.objects.filter(parcel=one).update(quantity=2)
    ParcelLine.objects.create(parcel=other, order=order, line=line, quantity=1, sku_code=FITTED)
    for parcel, number in ((one, "75482201336911"), (other, "75482201336912")):
        Parcel.objects.filter(pk=parcel.pk).update(carrier=ZTO, waybill_no=number)

    hand_over(order, "75482201336911", warehouse)
    assert (levels(), proved()) == ({FITTED: (5, 3)}, True)
    hand_over(order, "75482201336912", warehouse)
    assert (levels(), proved()) == ({FITTED: (2, 0)}, True)


def test_of_an_order_whose_rest_is_cancelled_what_left_stays_out(warehouse):
    stocked(FITTED, 5)
    stocked(PILLOW, 5)
    order = split_in_two()
    hand_over(order, "75482201336911", warehouse)
    Order.objects.filter(pk=order.pk).update(stage="cancelled")

    run = request_run(kind=goods.KIND, key=goods.KEY, now=NOW, again=True)
    perform_inline(run, clock=lambda: NOW)

    assert levels() == {FITTED: (4, 0), PILLOW: (5, 0)}
    assert proved()


def test_what_the_warehouse_changes_of_a_sku_belongs_to_no_file_any_more(warehouse):
    said = dict.fromkeys(("barcode", "title"), "products.shop_products|2026-09-01T00:00:00+08:00")
    Sku.objects.create(
        code="A", barcode="1", title="枕套", is_draft=True, said_by=said, changed_at=NOW
    )

    save_skus(rows=[SkuFacts("A", "A-01-2", "2", 300, "枕套")], by=warehouse, now=NOW)

    sku = Sku.objects.get()
    assert (sku.barcode, sku.bin_code, sku.weight_grams, sku.is_draft) == (
        "2",
        "A-01-2",
        300,
        False,
    )
    assert set(sku.said_by) == {"title"}
