"""Any sequence of merges, splits and undos keeps every piece and every fen; two people cannot both win."""

import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from orders.actions import gifts, merging, parcels
from orders.actions.errors import OrderRefusedError
from orders.actions.parcel_undo import take_out_order, undo_change
from orders.actions.splitting import SplitOf, Take, split_by_weight, split_order
from orders.choices import ConsentChannel, Stage
from orders.models import Order, Parcel, ParcelChange, ParcelLine
from products.models import Sku
from tests.factories.orders import BuyerFactory
from tests.factories.staff import PersonFactory, ShopFactory
from tests.orders.parcels import HOME, OFFICE, assert_conserved, placed
from tests.times import NOW

CONSENT = merging.Consent(ConsentChannel.PHONE, "好的")
LINES = st.lists(
    st.tuples(
        st.integers(1, 4), st.integers(0, 99_999).map(lambda fen: str(Decimal(fen).scaleb(-2)))
    ),
    min_size=1,
    max_size=3,
)


class Warehouse(RuleBasedStateMachine):
    """Four orders of two buyers to two addresses, and everything that may be done to their parcels."""

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.orders = []
        self.refused = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(lines=st.tuples(LINES, LINES, LINES, LINES))
    def begin(self, lines):
        self.by = PersonFactory(role_codes=["service"])
        self.now = NOW
        one, other = BuyerFactory.create(), BuyerFactory.create()
        places = ((one, HOME), (one, HOME), (one, OFFICE), (other, HOME))
        self.orders = [
            placed(tuple(found), buyer=buyer, address=address)
            for found, (buyer, address) in zip(lines, places, strict=True)
        ]
        for code, grams in (("SKU-1", 300), ("SKU-2", 500), ("SKU-3", 200)):
            Sku.objects.create(code=code, weight_grams=grams, changed_at=NOW)
        parcels.parcels_of(self.orders, now=self.now)

    def attempt(self, act):
        self.now += timedelta(seconds=1)
        try:
            with transaction.atomic():
                act()
        except OrderRefusedError:
            self.refused += 1

    @rule(chosen=st.lists(st.integers(0, 3), min_size=2, max_size=4, unique=True))
    def merge(self, chosen):
        tids = [self.orders[at].tid for at in chosen]
        self.attempt(
            lambda: merging.merge_orders(
                tids=tids, address_of=tids[0], consent=CONSENT, by=self.by, now=self.now
            )
        )

    def _split_of(self, at, which):
        order = Order.objects.get(pk=self.orders[at].pk)
        found = parcels.parcels_of([order], now=self.now)[order.pk]
        parcel = found[which % len(found)]
        return parcel, SplitOf(tid=order.tid, by=self.by, now=self.now, parcel_id=parcel.pk)

    @rule(at=st.integers(0, 3), which=st.integers(0, 5), data=st.data())
    def split(self, at, which, data):
        parcel, split = self._split_of(at, which)
        rows = list(parcel.lines.order_by("pk"))
        counts = [data.draw(st.integers(0, row.quantity)) for row in rows]
        takes = [
            Take(count, row.line_id, row.gift_id) for row, count in zip(rows, counts, strict=True)
        ]
        self.attempt(lambda: split_order(split, parts=[takes]))

    @rule(at=st.integers(0, 3), which=st.integers(0, 5), most=st.integers(400, 2500))
    def split_by_weight(self, at, which, most):
        _parcel, split = self._split_of(at, which)
        self.attempt(lambda: split_by_weight(split, most_grams=most))

    @rule(at=st.integers(0, 3))
    def take_out(self, at):
        self.attempt(lambda: take_out_order(tid=self.orders[at].tid, by=self.by, now=self.now))

    @rule(at=st.integers(0, 3), code=st.sampled_from(["SKU-1", "SKU-2"]))
    def gift(self, at, code):
        self.attempt(
            lambda: gifts.give_gift(
                tid=self.orders[at].tid, sku_code=code, quantity=2, by=self.by, now=self.now
            )
        )

    @precondition(lambda self: ParcelChange.objects.exists())
    @rule(data=st.data())
    def undo(self, data):
        ids = list(ParcelChange.objects.order_by("-pk").values_list("pk", flat=True))
        chosen = data.draw(st.sampled_from(ids))
        self.attempt(lambda: undo_change(change_id=chosen, by=self.by, now=self.now))

    @invariant()
    def nothing_is_lost(self):
        if self.orders:
            assert_conserved(self.orders)

    @invariant()
    def orders_stay_where_they_are(self):
        for order in self.orders:
            order.refresh_from_db()
            assert order.stage == Stage.APPROVED


@pytest.mark.django_db
def test_no_sequence_of_merges_splits_and_undos_loses_a_piece_or_a_fen():
    ShopFactory()

    run_state_machine_as_test(
        Warehouse,
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_undoing_everything_in_turn_leads_back_to_the_beginning(service, now):
    orders = [placed(((3, "10.00"), (2, "0.05")), buyer=(buyer := BuyerFactory.create()))]
    orders.append(placed(((1, "7.77"),), buyer=buyer))
    before = {o: [p.pk for p in ps] for o, ps in parcels.parcels_of(orders, now=now).items()}
    rows = Counter(ParcelLine.objects.values_list("parcel", "line", "quantity", "amount"))
    merging.merge_orders(
        tids=[one.tid for one in orders],
        address_of=orders[1].tid,
        consent=None,
        by=service,
        now=now,
    )
    line = orders[0].lines.get(position=1).pk
    split_order(SplitOf(tid=orders[0].tid, by=service, now=now), parts=[[Take(2, line)]])

    for change in ParcelChange.objects.order_by("-pk"):
        undo_change(change_id=change.pk, by=service, now=now)

    found = parcels.parcels_of(orders, now=now)
    assert {o: [p.pk for p in ps] for o, ps in found.items()} == before
    assert Counter(ParcelLine.objects.values_list("parcel", "line", "quantity", "amount")) == rows


def at_once(*acts):
    """Do these acts in threads that start together; give what each came to."""
    barrier = threading.Barrier(len(acts))
    outcomes = [""] * len(acts)

    def run(place, act):
        barrier.wait()
        try:
            act()
            outcomes[place] = "done"
        except OrderRefusedError as refusal:
            outcomes[place] = refusal.message
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("with_versions", [True, False])
def test_of_two_people_who_merge_one_order_at_once_one_wins_and_the_other_reads_why(
    with_versions,
):
    ShopFactory()
    by = PersonFactory(role_codes=["service"])
    buyer = BuyerFactory.create()
    orders = [placed(((2, "10.01"),), buyer=buyer) for _ in range(3)]

    def merge(*chosen):
        tids = [one.tid for one in chosen]
        versions = dict.fromkeys(tids, 1) if with_versions else None
        merging.merge_orders(
            tids=tids, address_of=tids[0], consent=None, by=by, now=NOW, versions=versions
        )

    outcomes = at_once(
        lambda: merge(orders[0], orders[1]),
        lambda: merge(orders[2], orders[0]),
    )

    assert outcomes.count("done") == 1
    (refusal,) = [one for one in outcomes if one != "done"]
    assert any(words in refusal for words in ("被改过", "已经和", "刚刚改了"))
    assert Parcel.objects.filter(order_count=2).count() == 1
    parcels.parcels_of(orders, now=NOW)
    assert_conserved(orders)


@pytest.mark.django_db(transaction=True)
def test_a_split_and_a_merge_at_once_lose_nothing():
    ShopFactory()
    by = PersonFactory(role_codes=["service"])
    buyer = BuyerFactory.create()
    first, second = (placed(((3, "10.01"),), buyer=buyer) for _ in range(2))
    line = first.lines.get().pk

    at_once(
        lambda: split_order(SplitOf(tid=first.tid, by=by, now=NOW), parts=[[Take(1, line)]]),
        lambda: merging.merge_orders(
            tids=[first.tid, second.tid], address_of=first.tid, consent=None, by=by, now=NOW
        ),
    )

    parcels.parcels_of([first, second], now=NOW)
    assert_conserved([first, second])
