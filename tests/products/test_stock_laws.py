"""Whatever happens to stock, the sums hold: on hand is the ledger, allocated is what open orders have.

Every rule runs the real acts against the real Postgres. The model beside it is a dict of open orders.
"""

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from products.actions import allocation, stock
from products.actions.allocation import Returned
from products.actions.errors import StockRefusedError
from products.models import Allocation, StockLevel
from products.queries.proof import prove
from products.rules.stock import Wanted
from shopops.staff.models import User
from tests.factories.goods import bundle, stocked
from tests.factories.staff import PersonFactory
from tests.times import NOW

CODES = ("A", "B", "C", "SET")
MADE_OF = {"A": {"A": 1}, "B": {"B": 1}, "C": {}, "SET": {"A": 2, "B": 1}}  # C is not kept
pieces = st.integers(min_value=1, max_value=6)
codes = st.sampled_from(CODES)


class Shop(RuleBasedStateMachine):
    """A shop that sells three codes and a set, as its people and its files might."""

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()

    def teardown(self):
        """Leave nothing to the next example."""
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize(a=st.integers(0, 12), b=st.integers(0, 12))
    def open(self, a, b):
        self.skus = {"A": stocked("A", a), "B": stocked("B", b)}
        bundle("SET", (self.skus["A"], 2), (self.skus["B"], 1))
        self.lead: User = PersonFactory(username="zhuguan", role_codes=["manager"])
        self.hand: User = PersonFactory(username="cangku", role_codes=["warehouse"])
        self.on_hand = {"A": a, "B": b}
        self.open_orders: dict[str, dict[str, int]] = {}
        self.lines: dict[str, list[Wanted]] = {}
        self.gone: list[str] = []
        self.count = 0

    def _free(self, code):
        held = sum(parts.get(code, 0) for parts in self.open_orders.values())
        return self.on_hand[code] - held

    @rule(wishes=st.lists(st.tuples(codes, pieces), min_size=1, max_size=3))
    def an_order_comes(self, wishes):
        self.count += 1
        tid = f"T{self.count}"
        lines = [Wanted(tid, f"{tid}-{n}", code, q) for n, (code, q) in enumerate(wishes)]
        parts: dict[str, int] = {}
        for code, quantity in wishes:
            for part, each in MADE_OF[code].items():
                parts[part] = parts.get(part, 0) + each * quantity
        can = all(self._free(part) >= wanted for part, wanted in parts.items())

        short = allocation.allocate(lines, now=NOW)

        assert bool(short) == (not can)
        if can:
            self.open_orders[tid], self.lines[tid] = parts, lines

    @rule(place=st.integers(0, 99))
    def somebody_asks_twice(self, place):
        if self.open_orders:
            tid = sorted(self.open_orders)[place % len(self.open_orders)]
            assert allocation.allocate(self.lines[tid], now=NOW) == []

    @rule(place=st.integers(0, 99))
    def an_order_leaves(self, place):
        if self.open_orders:
            tid = sorted(self.open_orders)[place % len(self.open_orders)]
            parts = self.open_orders.pop(tid)
            assert allocation.consume([tid], by=self.hand, now=NOW) == sum(parts.values())
            for part, quantity in parts.items():
                self.on_hand[part] -= quantity
            self.gone.append(tid)

    @rule(place=st.integers(0, 99))
    def an_order_is_cancelled(self, place):
        if self.open_orders:
            tid = sorted(self.open_orders)[place % len(self.open_orders)]
            parts = self.open_orders.pop(tid)
            assert allocation.release([tid], now=NOW) == sum(parts.values())

    @rule(place=st.integers(0, 99))
    def a_buyer_sends_back(self, place):
        if self.gone:
            tid = self.gone.pop(place % len(self.gone))
            for number, line in enumerate(self.lines[tid]):
                back = [
                    Returned(tid, line.line_key, line.sku_code, line.quantity, f"R{tid}-{number}")
                ]
                allocation.return_pieces(back, by=self.hand, now=NOW)
                allocation.return_pieces(back, by=self.hand, now=NOW)
                for part, each in MADE_OF[line.sku_code].items():
                    self.on_hand[part] += each * line.quantity

    @rule(place=st.integers(0, 99))
    def a_hand_over_is_taken_back(self, place):
        if self.gone:
            tid = self.gone.pop(place % len(self.gone))
            allocation.reinstate([tid], reason="撤回交接", by=self.hand, now=NOW)
            parts: dict[str, int] = {}
            for line in self.lines[tid]:
                for part, each in MADE_OF[line.sku_code].items():
                    parts[part] = parts.get(part, 0) + each * line.quantity
            for part, quantity in parts.items():
                self.on_hand[part] += quantity
            self.open_orders[tid] = parts

    @rule(code=st.sampled_from(("A", "B")), quantity=pieces)
    def goods_arrive(self, code, quantity):
        stock.receive(sku_id=self.skus[code].pk, quantity=quantity, by=self.hand, now=NOW)
        self.on_hand[code] += quantity

    @rule(code=st.sampled_from(("A", "B")), quantity=st.integers(-9, 9), is_lead=st.booleans())
    def somebody_corrects(self, code, quantity, is_lead):
        by = self.lead if is_lead else self.hand
        is_refused = quantity == 0 or (
            quantity < 0 and not is_lead and self._free(code) + quantity < 0
        )
        try:
            stock.adjust(
                sku_id=self.skus[code].pk, quantity=quantity, reason="核对", by=by, now=NOW
            )
        except StockRefusedError:
            assert is_refused
        else:
            assert not is_refused
            self.on_hand[code] += quantity

    @invariant()
    def the_sums_hold(self):
        if not hasattr(self, "skus"):
            return
        wanted = [line for tid in self.open_orders for line in self.lines[tid]]
        proof = prove(open_lines=lambda tids: [one for one in wanted if one.tid in set(tids)])

        assert proof.differences == []
        for code, sku in self.skus.items():
            level = StockLevel.objects.get(sku=sku)
            held = sum(parts.get(code, 0) for parts in self.open_orders.values())
            assert (level.on_hand, level.allocated) == (self.on_hand[code], held)
        assert Allocation.objects.filter(state="held").count() == sum(
            len(MADE_OF[line.sku_code]) for line in wanted
        )


@pytest.mark.django_db
def test_on_hand_is_the_ledger_and_allocated_is_what_open_orders_have():
    run_state_machine_as_test(
        Shop, settings=settings(max_examples=25, stateful_step_count=30, deadline=None)
    )
