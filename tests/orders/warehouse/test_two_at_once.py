"""Two people at once, each on a connection of their own; and the same with the locks off, to see that they matter."""

from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import connection

from orders.actions import leaving
from orders.actions.errors import OrderRefusedError
from orders.actions.parcels import parcels_of
from orders.actions.warehouse import building, handing, scanning
from orders.actions.warehouse import locks as warehouse_locks
from orders.choices import Stage
from orders.models import Order, Parcel, Scan, Shipment, Wave
from shopops.staff.models import Operation
from tests.factories.staff import PersonFactory
from tests.factories.warehouse import FITTED, approved_order, build, on_table, stock_the_shelves
from tests.times import NOW

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS, BUILDERS = 60, 4


def at_once(acts):
    """Run each act in a thread with a connection of its own; give what they raised."""
    raised = []

    def run(act):
        try:
            act()
        except Exception as error:  # noqa: BLE001 - told to the test
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def meet_at(barrier):
    """Wait for the others between reading and writing; those who were locked out come alone."""

    def wait(*_args, **_options):
        try:
            barrier.wait(timeout=1.5)
        except BrokenBarrierError:
            return

    return wait


def doubles():
    """Count the parcels that were put into more than one wave."""
    counted = sum(Wave.objects.values_list("parcel_count", flat=True))
    return counted - Parcel.objects.filter(wave__isnull=False).count()


def build_at_once(monkeypatch):
    for _one in range(ORDERS):
        parcels_of([approved_order()], now=NOW)
    monkeypatch.setattr(building, "assign_carriers", meet_at(Barrier(BUILDERS)))
    return at_once([lambda: build(limit=ORDERS // 2)] * BUILDERS)


def test_no_order_gets_into_two_waves(monkeypatch):
    raised = build_at_once(monkeypatch)

    assert not raised
    assert doubles() == 0
    assert Parcel.objects.filter(wave__isnull=False).count() == ORDERS
    assert Operation.objects.filter(name="orders.order.in_wave").count() == ORDERS


def test_without_the_locks_the_same_run_puts_orders_into_two_waves(monkeypatch):
    monkeypatch.setattr(building, "_claimed", lambda orders: {one.pk: one for one in orders})
    monkeypatch.setattr(
        building, "locked_parcels", lambda ids: list(Parcel.objects.filter(pk__in=ids))
    )

    build_at_once(monkeypatch)

    assert doubles() > 0


def test_two_who_scan_one_label_do_not_both_get_the_parcel():
    stock_the_shelves()
    people = [PersonFactory(name=f"打包{n}", role_codes=["warehouse"]) for n in range(2)]
    order = approved_order((FITTED, 1))
    parcel = on_table(order, by=people[0])
    Parcel.objects.filter(pk=parcel.pk).update(locked_by=None)
    Scan.objects.all().delete()

    def scanner(person):
        return lambda: scanning.scan(code=parcel.number, parcel_id=None, by=person, now=NOW)

    assert not at_once([scanner(person) for person in people])

    outcomes = sorted(Scan.objects.values_list("outcome", flat=True))
    assert outcomes == ["parcel", "refused"]


def sheet_with_one_parcel(person):
    order = approved_order((FITTED, 1))
    parcel = parcels_of([order], now=NOW)[order.pk][0]
    Parcel.objects.filter(pk=parcel.pk).update(carrier="中通快递", waybill_no="78123456789012")
    answer = handing.scan_onto_sheet(code=parcel.number, carrier="", by=person, now=NOW)
    assert answer.is_good, answer
    return order, answer.sheet_id


def open_a_refund(order, barrier):
    """Do what an import does: lock the order, mark the refund."""

    def act():
        barrier.wait(timeout=5)
        Order.objects.filter(pk=order.pk).update(has_open_refund=True)

    return act


def race(monkeypatch, person):
    """Let a refund arrive in the midst of signing; the carrier's man waits for nobody."""
    order, sheet_id = sheet_with_one_parcel(person)
    barrier = Barrier(2)
    judged = leaving.why_kept

    def slow(held):
        verdict = judged(held)
        barrier.wait(timeout=5)
        # A refund that is not kept out by a lock is written in this pause.
        meet_at(Barrier(2))()
        return verdict

    monkeypatch.setattr(leaving, "why_kept", slow)

    def sign():
        handing.sign_sheet(sheet_id=sheet_id, name="小王", by=person, now=NOW)

    seen = []
    write = leaving._leave

    def leave(parcels, **options):
        seen.extend(Order.objects.filter(pk=order.pk).values_list("has_open_refund", flat=True))
        write(parcels, **options)

    monkeypatch.setattr(leaving, "_leave", leave)
    assert not at_once([sign, open_a_refund(order, barrier)])
    return order, seen


def test_a_refund_that_arrives_while_a_list_is_signed_comes_before_it_or_after_it(monkeypatch):
    person = PersonFactory(role_codes=["warehouse"])

    order, seen = race(monkeypatch, person)

    assert seen == [False]  # nobody could open it between the look and the hand-over
    assert Order.objects.get(pk=order.pk).stage == Stage.HANDED_OVER


def test_without_the_lock_a_parcel_leaves_although_its_refund_was_open(monkeypatch):
    person = PersonFactory(role_codes=["warehouse"])
    for name, model in (("locked_orders", Order), ("locked_parcels", Parcel)):
        monkeypatch.setattr(
            warehouse_locks,
            name,
            lambda ids, model=model: list(model.objects.filter(pk__in=ids).order_by("pk")),
        )

    order, seen = race(monkeypatch, person)

    assert seen == [True]
    assert Shipment.objects.filter(order=order).exists()


def test_of_two_who_sign_one_list_the_second_is_told():
    person = PersonFactory(role_codes=["warehouse"])
    order, sheet_id = sheet_with_one_parcel(person)

    raised = at_once(
        [lambda: handing.sign_sheet(sheet_id=sheet_id, name="小王", by=person, now=NOW)] * 2
    )

    assert [type(one).__mro__[1] for one in raised] == [OrderRefusedError]
    assert "已经签过" in raised[0].message
    assert Shipment.objects.filter(order=order).count() == 1
