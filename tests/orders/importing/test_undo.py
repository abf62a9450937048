"""Undo of a file under the hands of people: what they worked on stays, whole, and is counted as kept."""

import pytest
from django.db import connection

from orders.actions import audit, parcels
from orders.models import (
    AfterSalesCase,
    BillLine,
    GiftLine,
    Hold,
    Order,
    OrderLine,
    OrderRisk,
    ParcelChange,
    Refund,
    ShipApart,
    Shipment,
    SweepItem,
    TraceEvent,
)
from orders.queries.audit import rules_in_force, waiting_ids
from shopops.staff.models import Operation
from tests.factories.staff import PersonFactory
from tests.orders.importing.harness import NOW, bring, dicts, undo
from tests.orders.importing.test_merging import SENT, item, order, refund

pytestmark = pytest.mark.django_db
CASE = {
    "opened_at": NOW,
    "answer_due_at": NOW,
    "solve_due_at": NOW,
    "due_at": NOW,
    "turn_at": NOW,
    "grade": "slight",  # a person looked at it
    "owner_role": "service",
    "type": "refund_only",
}
TRACE = {"at": NOW, "kind": "pickup"}


def the(tid="1"):
    return Order.objects.get(tid=tid)


def packed(one):
    parcels.parcels_of([one], now=NOW)


def held(one):
    Hold.objects.create(order=one, kind="hand_set", owner_role="service", opened_at=NOW, due_at=NOW)


def complained(one):
    AfterSalesCase.objects.create(order=one, line=one.lines.first(), **CASE)


def swept(one):
    SweepItem.objects.create(
        order=one,
        date=NOW.date(),
        found_at=NOW,
        follow_up_on=NOW.date(),
        kind="missed",
        cause="other",
        owner_role="warehouse_lead",
        version=2,  # a person followed it up
    )


def given(one):
    GiftLine.objects.create(order=one, added_at=NOW, sku_code="ZP", source="hand")


def changed(one):
    ParcelChange.objects.create(kind="split", before=[], after=[], made_at=NOW).orders.set([one])


def set_apart(one):
    first, second = sorted([one, the("2")], key=lambda each: each.pk)
    ShipApart.objects.create(first=first, second=second, made_at=NOW)


def flushed():
    """Let the database look at every foreign key now, as it would at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("work", [packed, held, complained, swept, given, changed, set_apart])
def test_an_order_that_people_worked_on_stays_and_is_counted(work):
    batch, *_ = bring(dicts([order(), order("2")]))
    work(the())

    counts = undo(batch)

    flushed()
    kept = {"1", "2"} if work is set_apart else {"1"}
    assert set(Order.objects.values_list("tid", flat=True)) == kept
    assert counts.unchanged == len(kept)


def judged():
    audit.audit_orders(waiting_ids(), rules=rules_in_force(now=NOW), now=NOW)
    return {one.tid: one.stage for one in Order.objects.all()}


def test_orders_that_the_audit_alone_judged_go_with_their_file():
    batch, *_ = bring(dicts([order(), order("2", 买家留言="一起发，谢谢")]))
    stages = judged()

    counts = undo(batch)

    flushed()
    assert "awaiting_audit" not in stages.values()
    assert not Order.objects.exists()
    assert not Hold.objects.exists()
    assert counts.unchanged == 0


def test_a_judged_order_that_has_lines_of_another_file_stays_as_it_is_judged():
    batch, *_ = bring(dicts([order()]))
    bring(dicts([item()]))
    judged()
    before = (the().stage, the().version, the().holds.count())

    counts = undo(batch)

    assert before[0] != "awaiting_audit"
    assert (the().stage, the().version, the().holds.count()) == before
    assert counts.unchanged == 1


@pytest.mark.parametrize("work", ["a word in the log", "a hold that a person took"])
def test_a_judged_order_that_a_person_was_at_stays_as_it_is(work):
    batch, *_ = bring(dicts([order(), order("2")]))
    judged()
    person = PersonFactory(role_codes=["service"])
    if work == "a word in the log":
        name = "orders.order.note_added"
        Operation.objects.create(
            at=NOW, actor=person, name=name, object_type="order", object_key="1"
        )
    else:
        held(the())
        Hold.objects.update(is_hand_set=False, owner=person)
    before = (the().stage, the().version)

    counts = undo(batch)

    flushed()
    assert list(Order.objects.values_list("tid", flat=True)) == ["1"]
    assert (the().stage, the().version) == before
    assert counts.unchanged == 1


def test_what_an_order_near_its_limit_costs_keeps_no_order():
    batch, *_ = bring(dicts([order()]))
    OrderRisk.objects.create(order=the(), amount=12)

    undo(batch)

    flushed()
    assert not Order.objects.exists()


def test_lines_in_a_parcel_stay_when_their_file_is_taken_back():
    bring(dicts([order(), order("2")]))
    batch, *_ = bring(dicts([item(), item("2")]))
    packed(the())

    counts = undo(batch)

    flushed()
    assert [line.order.tid for line in OrderLine.objects.all()] == ["1"]
    assert (counts.created, counts.unchanged) == (1, 1)


def test_a_case_that_somebody_worked_on_outlives_its_line_and_its_refund():
    bring(dicts([order()]))
    lines, *_ = bring(dicts([item()]))
    refunds, *_ = bring(dicts([refund()]))
    AfterSalesCase.objects.all().delete()  # the one that followed the refund by itself
    AfterSalesCase.objects.create(
        order=the(), line=OrderLine.objects.get(), refund=Refund.objects.get(), **CASE
    )

    undo(refunds)
    undo(lines)

    flushed()
    case = AfterSalesCase.objects.get()
    assert (case.order, case.line, case.refund) == (the(), None, None)


def test_a_parcel_that_the_carrier_told_of_keeps_its_order():
    batch, *_ = bring(dicts([order(**SENT)]))
    shipment = Shipment.objects.get()
    TraceEvent.objects.create(waybill_no=shipment.waybill_no, is_known=True, **TRACE)
    Shipment.objects.update(last_trace_at=NOW)

    counts = undo(batch)

    flushed()
    assert (Order.objects.count(), Shipment.objects.count(), counts.unchanged) == (1, 1, 1)


def test_a_line_of_the_bill_outlives_its_order_and_finds_it_again():
    batch, *_ = bring(dicts([order()]))
    BillLine.objects.create(
        order=the(), tid="1", booked_at=NOW, booked_date=NOW.date(), flow_no="F1"
    )

    undo(batch)

    flushed()
    assert not Order.objects.exists()
    assert BillLine.objects.get().order is None
    bring(dicts([order()]))
    assert BillLine.objects.get().order == the()
