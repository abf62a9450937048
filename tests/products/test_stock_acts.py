"""Stock moved by people: each act a line of the ledger, the level, the log; and what is refused."""

import pytest
from django.db import DatabaseError, transaction

from products.actions import stock
from products.actions.errors import StockRefusedError
from products.models import StockLevel, StockMove
from shopops.staff.models import Operation
from tests.factories.goods import SkuFactory, bundle, stocked

pytestmark = pytest.mark.django_db


def test_the_first_receipt_begins_to_keep_the_stock(now, manager):
    sku = SkuFactory.create(code="MY-ZT60-BL")

    move = stock.receive(sku_id=sku.pk, quantity=40, reference="PO1", by=manager, now=now)

    level = StockLevel.objects.get()
    assert (level.on_hand, level.allocated, level.kept_since) == (40, 0, now)
    assert (move.quantity, move.on_hand_after, move.kind) == (40, 40, "receipt")
    log = Operation.objects.get(name="products.stock.receipt")
    assert (log.object_key, log.old, log.new) == (
        "MY-ZT60-BL",
        {"on_hand": 0},
        {"on_hand": 40, "quantity": 40},
    )


def test_the_ledger_can_be_neither_changed_nor_deleted(now, manager):
    sku = stocked("A", 5)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        StockMove.objects.filter(sku=sku).update(quantity=6)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        StockMove.objects.filter(sku=sku).delete()

    assert StockMove.objects.get().quantity == 5


@pytest.mark.parametrize("act", [stock.adjust, stock.scrap, stock.give])
def test_taking_pieces_out_needs_a_reason(act, now, manager):
    sku = stocked("A", 5)

    with pytest.raises(StockRefusedError, match="原因"):
        act(sku_id=sku.pk, quantity=1, reason="  ", by=manager, now=now)


@pytest.mark.parametrize("act", [stock.receive, stock.scrap, stock.give, stock.bring_back])
def test_a_quantity_must_be_positive(act, now, manager):
    sku = stocked("A", 5)

    with pytest.raises(StockRefusedError):
        act(sku_id=sku.pk, quantity=-1, reason="破", by=manager, now=now)
    with pytest.raises(StockRefusedError):
        act(sku_id=sku.pk, quantity=0, reason="破", by=manager, now=now)


def test_below_zero_needs_the_right(now, manager, warehouse):
    sku = stocked("A", 5)

    with pytest.raises(StockRefusedError, match="少于已占用的 0 件"):
        stock.adjust(sku_id=sku.pk, quantity=-6, reason="找不到", by=warehouse, now=now)
    stock.adjust(sku_id=sku.pk, quantity=-6, reason="找不到", by=manager, now=now)

    level = StockLevel.objects.get()
    assert (level.on_hand, level.may_be_negative) == (-1, True)


def test_above_zero_again_the_exception_is_over(now, manager):
    sku = stocked("A", 5)
    stock.adjust(sku_id=sku.pk, quantity=-6, reason="找不到", by=manager, now=now)

    stock.receive(sku_id=sku.pk, quantity=2, by=manager, now=now)

    level = StockLevel.objects.get()
    assert (level.on_hand, level.may_be_negative) == (1, False)


def test_what_is_set_aside_cannot_be_scrapped_without_the_right(now, warehouse):
    sku = stocked("A", 5)
    StockLevel.objects.update(allocated=4)

    stock.scrap(sku_id=sku.pk, quantity=1, reason="水渍", by=warehouse, now=now)
    with pytest.raises(StockRefusedError, match="只剩 3 件，少于已占用的 4 件"):
        stock.scrap(sku_id=sku.pk, quantity=1, reason="水渍", by=warehouse, now=now)

    assert StockLevel.objects.get().on_hand == 4


def test_a_bundle_has_no_stock_of_its_own(now, manager):
    part = stocked("A", 5)
    both = bundle("A+A", (part, 2))

    with pytest.raises(StockRefusedError, match="套装"):
        stock.receive(sku_id=both.pk, quantity=1, by=manager, now=now)
