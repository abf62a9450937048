"""Orders racing for the last piece: exactly one wins. And what happens where the lock is taken away.

Two things stand between the last piece and two orders: the level's row lock, and a check constraint of
the table. The control runs take them away one after the other.
"""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection

from products.actions import allocation, locks
from products.models import Allocation, StockLevel
from products.queries.proof import prove
from products.rules.stock import Wanted
from tests.factories.goods import stocked
from tests.times import NOW

pytestmark = pytest.mark.django_db(transaction=True)

CONSTRAINT = "no_more_is_allocated_than_there_is"
WON, SHORT, STOPPED = "won", "short", "stopped by the constraint"


def race(orders):
    """Let so many orders ask for one piece of A at once; say how each fared."""
    fared: list[str] = []
    start = Barrier(orders)
    connection.close()  # the pool holds eight

    def ask(number):
        try:
            start.wait(20)
            short = allocation.allocate([Wanted(f"T{number}", f"L{number}", "A", 1)], now=NOW)
            fared.append(SHORT if short else WON)
        except IntegrityError as error:
            fared.append(STOPPED if CONSTRAINT in str(error) else str(error))
        finally:
            connection.close()

    threads = [Thread(target=ask, args=(number,)) for number in range(orders)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    return sorted(fared)


@pytest.fixture
def without_lock(monkeypatch):
    """Read levels without locking them, and let nobody write before everybody has read."""

    def take_away(orders):
        read = Barrier(orders)

        def unlocked(sku_ids):
            found = {row.sku_id: row for row in StockLevel.objects.filter(sku__in=list(sku_ids))}
            read.wait(20)
            return found

        monkeypatch.setattr(locks, "locked_levels", unlocked)

    return take_away


@pytest.mark.parametrize("orders", [2, 8])
def test_exactly_one_order_gets_the_last_piece(orders):
    stocked("A", 1)

    assert race(orders) == [SHORT] * (orders - 1) + [WON]

    assert Allocation.objects.count() == 1
    assert StockLevel.objects.get().allocated == 1


@pytest.mark.parametrize("orders", [2, 8])
def test_without_the_lock_the_constraint_stops_all_but_one(orders, without_lock):
    stocked("A", 1)
    without_lock(orders)

    assert race(orders) == [STOPPED] * (orders - 1) + [WON]

    assert Allocation.objects.count() == 1


@pytest.mark.parametrize("orders", [2, 8])
def test_without_either_the_last_piece_is_sold_to_everybody(orders, without_lock):
    stocked("A", 1)
    without_lock(orders)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE products_stocklevel DROP CONSTRAINT {CONSTRAINT}")
    try:
        fared = race(orders)
        level = StockLevel.objects.get()
    finally:
        StockLevel.objects.update(allocated=0)
        with connection.cursor() as cursor:
            cursor.execute(
                f"ALTER TABLE products_stocklevel ADD CONSTRAINT {CONSTRAINT}"
                " CHECK (may_be_negative OR on_hand >= allocated)"
            )

    assert fared == [WON] * orders
    assert (level.on_hand, level.allocated) == (1, orders)


def test_a_proof_finds_a_level_that_was_changed_behind_the_ledger(db):
    stocked("A", 5)
    stocked("B", 5)
    StockLevel.objects.filter(sku__code="B").update(on_hand=6)

    proof = prove(open_lines=lambda tids: [])

    assert [(one.sku_code, one.which, one.stored, one.proved) for one in proof.differences] == [
        ("B", "ledger", 6, 5)
    ]
