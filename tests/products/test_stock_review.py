"""Stock acts where two things meet: refunds of one line, counts of one shelf, bundles and deliveries."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from products.actions import allocation, bundles, counts, purchases, stock
from products.actions.allocation import Returned
from products.actions.errors import GoodsRefusedError, PurchaseRefusedError, StockRefusedError
from products.actions.purchases import Arrival, Line
from products.choices import MoveKind
from products.models import PurchaseOrder, StockLevel, SupplierPrice
from products.rules.stock import Wanted
from tests.factories.goods import SkuFactory, SupplierFactory, stocked

pytestmark = pytest.mark.django_db


def on_hand(sku):
    return StockLevel.objects.get(sku=sku).on_hand


def test_two_refunds_of_one_line_bring_back_no_more_than_left(now, warehouse):
    sku = stocked("A", 5)
    allocation.allocate([Wanted("T1", "L1", "A", 2)], now=now)
    allocation.consume(["T1"], by=warehouse, now=now)
    allocation.return_pieces([Returned("T1", "L1", "A", 2, "R1")], by=None, now=now)

    again = allocation.return_pieces([Returned("T1", "L1", "A", 2, "R2")], by=None, now=now)

    assert again == 0
    assert on_hand(sku) == 5


def test_a_second_refund_brings_back_what_the_first_left(now, warehouse):
    sku = stocked("A", 5)
    allocation.allocate([Wanted("T1", "L1", "A", 2)], now=now)
    allocation.consume(["T1"], by=warehouse, now=now)
    allocation.return_pieces([Returned("T1", "L1", "A", 1, "R1")], by=None, now=now)

    allocation.return_pieces([Returned("T1", "L1", "A", 2, "R2")], by=None, now=now)

    assert on_hand(sku) == 5


def test_a_hand_over_is_not_taken_back_for_pieces_that_came_back_already(now, warehouse):
    sku = stocked("A", 5)
    allocation.allocate([Wanted("T1", "L1", "A", 2)], now=now)
    allocation.consume(["T1"], by=warehouse, now=now)
    allocation.return_pieces([Returned("T1", "L1", "A", 1, "R1")], by=None, now=now)

    put_back = allocation.reinstate(["T1"], reason="错交", by=warehouse, now=now)

    level = StockLevel.objects.get(sku=sku)
    assert (put_back, level.on_hand, level.allocated) == (1, 5, 1)


def test_letting_go_of_orders_and_lines_at_once_locks_their_levels_in_one_order(now):
    for code in "AB":
        stocked(code, 5)
    wanted = [Wanted("T1", "L1", "B", 1), Wanted("T2", "L2", "A", 1)]
    allocation.allocate(wanted, now=now)

    with CaptureQueriesContext(
        connection,
    ) as made:
        allocation.release(["T1"], line_keys=["L2"], now=now)

    assert sum("FOR UPDATE" in one["sql"] for one in made) == 1


def test_two_open_counts_of_one_sku_book_its_difference_once(now, warehouse):
    sku = stocked("A", 10)
    first, second = (counts.open_count(note=note, by=warehouse, now=now) for note in "12")
    for minutes, count in ((1, first), (2, second)):
        counts.enter(
            count_id=count.pk,
            lines=["A 8"],
            by=warehouse,
            now=now + timedelta(minutes=minutes),
        )

    for minutes, count in ((3, first), (4, second)):
        count.refresh_from_db()
        counts.book_count(
            count_id=count.pk,
            version=count.version,
            by=warehouse,
            now=now + timedelta(minutes=minutes),
        )

    assert on_hand(sku) == 8


def ordered(sku, now, manager, *, price=None, quantity=10, supplier=None):
    supplier = supplier or SupplierFactory.create()
    made = purchases.create_purchase(
        supplier_id=supplier.pk,
        lines=[Line(sku.pk, quantity, price)],
        by=manager,
        now=now,
    )
    return purchases.order_purchase(
        number=made.number, expected_on=None, version=1, by=manager, now=now
    )


def test_an_agreed_price_keeps_the_suppliers_least_quantity(now, manager):
    sku, supplier = SkuFactory.create(), SupplierFactory.create()
    purchases.set_supplier_price(
        supplier_id=supplier.pk,
        sku_id=sku.pk,
        amount=Decimal(10),
        minimum_quantity=50,
        by=manager,
        now=now - timedelta(days=5),
    )

    ordered(sku, now, manager, price=Decimal(9), quantity=60, supplier=supplier)

    newest = SupplierPrice.objects.latest("valid_from")
    assert (newest.amount, newest.minimum_quantity) == (Decimal(9), 50)


def test_an_arrival_of_a_line_that_is_not_in_the_order_is_refused(now, manager):
    mine, other = SkuFactory.create(), SkuFactory.create()
    purchase, elsewhere = ordered(mine, now, manager), ordered(other, now, manager)

    with pytest.raises(PurchaseRefusedError):
        purchases.arrive(
            number=purchase.number,
            arrivals=[Arrival(elsewhere.lines.get().pk, 3)],
            version=purchase.version,
            by=manager,
            now=now,
        )


def test_an_order_that_is_closed_came_when_its_last_pieces_came(now, manager):
    purchase = ordered(SkuFactory.create(), now, manager)
    came = now + timedelta(days=4)
    purchase = purchases.arrive(
        number=purchase.number,
        arrivals=[Arrival(purchase.lines.get().pk, 3)],
        version=purchase.version,
        by=manager,
        now=came,
    )

    closed = purchases.close_purchase(
        number=purchase.number,
        reason="厂家停产",
        version=purchase.version,
        by=manager,
        now=now + timedelta(days=40),
    )

    assert closed.arrived_at == came


def test_a_sku_that_is_on_its_way_does_not_become_a_bundle(now, manager):
    sku, part = SkuFactory.create(), SkuFactory.create()
    purchase = ordered(sku, now, manager)

    with pytest.raises(GoodsRefusedError, match=purchase.number):
        bundles.set_bundle(sku_id=sku.pk, parts={part.code: 2}, by=manager, now=now)


def test_a_count_begun_before_a_sku_became_a_bundle_books_nothing_onto_it(now, manager):
    sku, part = SkuFactory.create(), stocked("P", 3)
    count = counts.open_count(note="", by=manager, now=now)
    counts.enter(count_id=count.pk, lines=[f"{sku.code} 4"], by=manager, now=now)
    bundles.set_bundle(sku_id=sku.pk, parts={part.code: 2}, by=manager, now=now)
    count.refresh_from_db()

    with pytest.raises(StockRefusedError, match=sku.code):
        counts.book_count(count_id=count.pk, version=count.version, by=manager, now=now)


def test_a_receipt_that_waited_for_a_bundle_to_be_made_is_refused(now, manager):
    sku, part = stocked("A", 0), stocked("P", 3)
    bundles.set_bundle(sku_id=sku.pk, parts={part.code: 2}, by=manager, now=now)

    with pytest.raises(StockRefusedError):
        stock.write(
            [stock.Entry(sku.pk, 3, MoveKind.RECEIPT)], by=manager, now=now, may_go_negative=False
        )


@pytest.mark.django_db(transaction=True)
def test_two_orders_from_two_suppliers_at_once_get_two_numbers(now, manager):
    sku = SkuFactory.create()
    suppliers = [SupplierFactory.create() for _number in range(4)]
    together, failed = threading.Barrier(len(suppliers)), []

    def write(supplier):
        together.wait()
        try:
            purchases.create_purchase(
                supplier_id=supplier.pk, lines=[Line(sku.pk, 1)], by=manager, now=now
            )
        except IntegrityError as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[one]) for one in suppliers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert PurchaseOrder.objects.count() == len(suppliers)
