"""Waves: what goes in, what comes out, and that nothing is lost on the way."""

from datetime import timedelta

import pytest

from orders.actions import holds, shipping
from orders.actions.parcel_undo import take_out_order
from orders.actions.parcels import parcels_of
from orders.actions.warehouse import building, checking, locks, waves
from orders.actions.warehouse.locks import WarehouseRefusedError
from orders.choices import HoldKind, ParcelState, PlatformStatus, Stage, WaveShape, WaveState
from orders.models import Order, Parcel, ParcelLine, Wave
from shopops.staff.models import Operation
from tests.factories.orders import OrderFactory
from tests.factories.warehouse import (
    FITTED,
    PILLOW,
    TOWEL,
    approved_order,
    build,
    on_table,
    parcel_of,
    picked,
    scan_all,
    stock_the_shelves,
    wave_of,
)
from tests.times import NOW

pytestmark = pytest.mark.django_db


def stage_of(order):
    return Order.objects.get(pk=order.pk).stage


def test_approved_orders_go_into_waves_by_shape_and_stand_in_them():
    single = approved_order((FITTED, 1))
    same = approved_order((TOWEL, 3))
    mixed = approved_order((FITTED, 1), (PILLOW, 2))

    built = build()

    assert (built.parcels, built.orders) == (3, 3)
    shapes = {wave_of(order).shape for order in (single, same, mixed)}
    assert shapes == set(WaveShape)
    assert {stage_of(order) for order in (single, same, mixed)} == {Stage.IN_WAVE}
    assert {wave.number for wave in built.waves} == {"W0917-01", "W0917-02", "W0917-03"}
    assert Operation.objects.filter(name="orders.order.in_wave").count() == 3
    assert wave_of(mixed).piece_count == 3


@pytest.mark.parametrize(
    "facts",
    [
        {"has_open_refund": True},
        {"stage": Stage.HELD},
        {"stage": Stage.AWAITING_AUDIT},
        {"status": PlatformStatus.PAID_FORBID_CONSIGN},
    ],
)
def test_what_may_not_leave_goes_into_no_wave(facts):
    approved_order(**facts)

    built = build()

    assert (built.waves, built.parcels) == ([], 0)


def test_an_open_hold_keeps_an_order_out_even_if_it_stands_approved(service):
    order = approved_order()
    holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=service, now=NOW)
    Order.objects.filter(pk=order.pk).update(stage=Stage.APPROVED)

    assert build().parcels == 0


def test_a_limit_takes_the_most_urgent_and_a_time_only_what_is_due_before_it():
    late = approved_order(ship_due_at=NOW - timedelta(days=1))
    today = approved_order()
    tomorrow = approved_order(ship_due_at=NOW + timedelta(days=1))

    build(limit=1)
    assert [stage_of(one) for one in (late, today, tomorrow)] == ["in_wave", "approved", "approved"]
    build(until_due=NOW + timedelta(hours=12))
    assert [stage_of(one) for one in (today, tomorrow)] == ["in_wave", "approved"]


def test_only_parcels_of_the_carrier_asked_for_are_taken():
    ours, other = approved_order(), approved_order()
    for order, carrier in ((ours, "中通快递"), (other, "申通快递")):
        parcel = parcels_of([order], now=NOW)[order.pk][0]
        Parcel.objects.filter(pk=parcel.pk).update(carrier=carrier, carrier_reason="hand|")

    build(carrier="中通快递")

    assert (stage_of(ours), stage_of(other)) == (Stage.IN_WAVE, Stage.APPROVED)
    assert wave_of(ours).carrier == "中通快递"


def merged(first, second):
    """Put the pieces of a second order into the parcel of the first."""
    parcels = parcels_of([first, second], now=NOW)
    mine, other = parcels[first.pk][0], parcels[second.pk][0]
    ParcelLine.objects.filter(parcel=other).update(parcel=mine)
    Parcel.objects.filter(pk=other.pk).update(state=ParcelState.DROPPED)
    Parcel.objects.filter(pk=mine.pk).update(order_count=2, piece_count=2, kind_count=2)
    return mine


def test_a_merged_parcel_waits_until_all_its_orders_passed_audit():
    first = approved_order((FITTED, 1))
    second = approved_order((PILLOW, 1), stage=Stage.AWAITING_AUDIT)
    merged(first, second)

    built = build()
    assert (built.parcels, built.left_out, stage_of(first)) == (0, 1, Stage.APPROVED)

    Order.objects.filter(pk=second.pk).update(stage=Stage.APPROVED)
    assert build().parcels == 1
    assert {stage_of(first), stage_of(second)} == {Stage.IN_WAVE}


def test_a_partner_beyond_the_limit_comes_along():
    first = approved_order((FITTED, 1), ship_due_at=NOW)
    second = approved_order((PILLOW, 1), ship_due_at=NOW + timedelta(days=3))
    merged(first, second)

    built = build(limit=1)

    assert (built.parcels, built.orders) == (1, 2)
    assert parcel_of(first).due_at == NOW


def test_an_urgent_order_is_added_by_hand_and_may_change_the_shape(warehouse):
    single = approved_order((FITTED, 1))
    wave = build().waves[0]
    urgent = approved_order((FITTED, 1), (PILLOW, 1))

    waves.add_to_wave(wave_id=wave.pk, tid=urgent.tid, by=warehouse, now=NOW)

    wave.refresh_from_db()
    assert (wave.parcel_count, wave.piece_count, wave.shape) == (2, 3, WaveShape.MIXED)
    assert parcel_of(urgent).wave_position == 2
    assert stage_of(urgent) == Stage.IN_WAVE
    with pytest.raises(WarehouseRefusedError, match="已经在波次里"):
        waves.add_to_wave(wave_id=wave.pk, tid=single.tid, by=warehouse, now=NOW)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"has_open_refund": True}, "正在退款"),
        ({"stage": Stage.AWAITING_AUDIT}, "通过审单以后"),
    ],
)
def test_what_may_not_leave_cannot_be_added_by_hand(facts, words, warehouse):
    approved_order()
    wave = build().waves[0]
    order = approved_order(**facts)

    with pytest.raises(WarehouseRefusedError, match=words):
        waves.add_to_wave(wave_id=wave.pk, tid=order.tid, by=warehouse, now=NOW)

    assert not Parcel.objects.filter(order=order, wave__isnull=False).exists()


def test_another_carriers_parcel_cannot_join(warehouse):
    approved_order()
    wave = build().waves[0]
    order = approved_order()
    parcel = parcels_of([order], now=NOW)[order.pk][0]
    Parcel.objects.filter(pk=parcel.pk).update(carrier="申通快递", carrier_reason="hand|")

    with pytest.raises(WarehouseRefusedError, match="申通快递"):
        waves.add_to_wave(wave_id=wave.pk, tid=order.tid, by=warehouse, now=NOW)


def test_an_order_taken_out_is_approved_again_and_the_reason_stays(warehouse):
    order, other = approved_order(), approved_order()
    build()

    parcel = waves.take_out_of_wave(
        parcel_id=parcel_of(order).pk, reason="买家要改地址", by=warehouse, now=NOW
    )

    assert (stage_of(order), parcel.wave_id, parcel.state) == ("approved", None, "planned")
    assert wave_of(other).parcel_count == 1
    row = Operation.objects.get(name="orders.order.out_of_wave")
    assert (row.object_key, row.reason) == (order.tid, "买家要改地址")
    with pytest.raises(WarehouseRefusedError, match="不在波次里"):
        waves.take_out_of_wave(parcel_id=parcel.pk, reason="再一次", by=warehouse, now=NOW)


def test_taking_out_asks_for_a_reason(warehouse):
    order = approved_order()
    build()

    with pytest.raises(WarehouseRefusedError, match="为什么"):
        waves.take_out_of_wave(parcel_id=parcel_of(order).pk, reason=" ", by=warehouse, now=NOW)


def test_a_cancelled_wave_gives_all_its_orders_back(warehouse):
    orders = [approved_order(), approved_order()]
    wave = build().waves[0]

    waves.cancel_wave(wave_id=wave.pk, reason="快递停运", by=warehouse, now=NOW)

    assert {stage_of(order) for order in orders} == {Stage.APPROVED}
    assert Wave.objects.get(pk=wave.pk).state == WaveState.CANCELLED
    assert build().parcels == 2


def test_a_picked_wave_cannot_be_cancelled_whole(warehouse):
    order = approved_order()
    picked(order, by=warehouse)

    with pytest.raises(WarehouseRefusedError, match="一个一个移出"):
        waves.cancel_wave(wave_id=wave_of(order).pk, reason="x", by=warehouse, now=NOW)


def test_whoever_begins_picks_and_a_second_one_is_told(warehouse, service):
    order = approved_order()
    wave = build().waves[0]

    waves.start_picking(wave_id=wave.pk, by=warehouse, now=NOW)

    wave.refresh_from_db()
    assert (wave.state, wave.picker) == (WaveState.PICKING, warehouse)
    with pytest.raises(WarehouseRefusedError, match="赵大力"):
        waves.start_picking(wave_id=wave.pk, by=service, now=NOW)
    waves.finish_picking(wave_id=wave.pk, by=warehouse, now=NOW)
    assert (stage_of(order), parcel_of(order).state) == (Stage.PICKED, ParcelState.PICKED)


def test_a_wave_is_given_only_to_somebody_who_may_pick(manager, warehouse, service):
    approved_order()
    wave = build().waves[0]

    waves.assign_picker(wave_id=wave.pk, picker=warehouse, by=manager, now=NOW)
    with pytest.raises(WarehouseRefusedError, match="没有拣货的权限"):
        waves.assign_picker(wave_id=wave.pk, picker=service, by=manager, now=NOW)

    wave.refresh_from_db()
    assert wave.picker == warehouse


def test_an_order_refunded_while_it_is_picked_stays_behind_and_comes_along_later(warehouse):
    order, other = approved_order(), approved_order()
    wave = build().waves[0]
    waves.start_picking(wave_id=wave.pk, by=warehouse, now=NOW)
    Order.objects.filter(pk=order.pk).update(has_open_refund=True)

    waves.finish_picking(wave_id=wave.pk, by=warehouse, now=NOW)

    assert parcel_of(order).state == ParcelState.IN_WAVE
    assert parcel_of(other).state == ParcelState.PICKED
    assert stage_of(order) == Stage.IN_WAVE
    Order.objects.filter(pk=order.pk).update(has_open_refund=False)
    waves.finish_picking(wave_id=wave.pk, by=warehouse, now=NOW)
    assert parcel_of(order).state == ParcelState.PICKED


def test_a_cancelled_order_is_put_back_without_waking_up(warehouse):
    order = approved_order()
    build()
    Order.objects.filter(pk=order.pk).update(
        stage=Stage.CANCELLED, status=PlatformStatus.TRADE_CLOSED
    )

    waves.take_out_of_wave(
        parcel_id=parcel_of(order).pk, reason="已退款，放回", by=warehouse, now=NOW
    )

    assert stage_of(order) == Stage.CANCELLED
    assert build().parcels == 0


def test_a_shortage_holds_the_order_and_takes_its_parcel_out(warehouse):
    stock_the_shelves()
    order = approved_order((FITTED, 1), (PILLOW, 2))
    build()
    parcel = parcel_of(order)
    line = parcel.lines.get(sku_code=PILLOW)

    checking.report_short(
        parcel_id=parcel.pk, line_id=line.pk, missing=1, note="", by=warehouse, now=NOW
    )

    hold = order.holds.get()
    assert (hold.kind, stage_of(order)) == (HoldKind.STOCK_SHORT, Stage.HELD)
    assert "A-01-4 少 1 件" in hold.note
    assert parcel_of(order).state == ParcelState.PLANNED
    assert Wave.objects.get().state == WaveState.CANCELLED  # nothing was left in it
    with pytest.raises(WarehouseRefusedError):
        checking.report_short(
            parcel_id=parcel.pk, line_id=line.pk, missing=1, note="", by=warehouse, now=NOW
        )


def test_the_other_order_of_a_short_parcel_waits_approved(warehouse):
    first, second = approved_order((FITTED, 1)), approved_order((PILLOW, 1))
    parcel = merged(first, second)
    build()

    line = parcel.lines.get(sku_code=PILLOW)
    checking.report_short(
        parcel_id=parcel.pk, line_id=line.pk, missing=1, note="", by=warehouse, now=NOW
    )

    assert (stage_of(first), stage_of(second)) == (Stage.APPROVED, Stage.HELD)
    assert build().left_out == 1


def test_an_order_that_passes_audit_again_stands_where_its_parcel_is(warehouse, service):
    order = approved_order()
    picked(order, by=warehouse)
    hold = holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=service, now=NOW)
    assert stage_of(order) == Stage.HELD
    holds.close_hold(tid=order.tid, hold_id=hold.pk, resolution="好了", by=service, now=NOW)

    shipping.approve_order(tid=order.tid, by=service, now=NOW)

    assert stage_of(order) == Stage.PICKED


def test_a_number_that_makes_no_sense_is_refused():
    with pytest.raises(WarehouseRefusedError):
        build(limit=0)
    with pytest.raises(WarehouseRefusedError):
        build(max_parcels_per_wave=0)


def test_building_takes_the_same_number_of_statements_for_more_orders(
    django_assert_max_num_queries,
):
    for _one in range(40):
        approved_order()

    with django_assert_max_num_queries(45):
        assert (
            building.build_waves(now=NOW, by=None, limit=100, max_parcels_per_wave=50).parcels == 40
        )


def test_orders_of_the_factory_have_no_parcel_until_a_wave_takes_them():
    OrderFactory.create(stage=Stage.APPROVED)

    assert not Parcel.objects.exists()


def test_of_one_carrier_the_most_urgent_go_first_whichever_parcel_is_older():
    late = approved_order((FITTED, 1), ship_due_at=NOW + timedelta(hours=9))
    soon = approved_order((FITTED, 1), ship_due_at=NOW + timedelta(hours=1))
    for order in (late, soon):
        parcel = parcels_of([order], now=NOW)[order.pk][0]
        Parcel.objects.filter(pk=parcel.pk).update(carrier="中通快递", carrier_reason="hand|试")

    build(carrier="中通快递", limit=1)

    assert (stage_of(soon), stage_of(late)) == (Stage.IN_WAVE, Stage.APPROVED)


def test_a_wave_is_not_cancelled_over_an_order_added_this_moment(warehouse, monkeypatch):
    first = approved_order((FITTED, 1))
    build()
    wave, late = wave_of(first), approved_order((FITTED, 1))
    lock = locks.locked_wave

    def added_meanwhile(pk):
        parcel = parcels_of([late], now=NOW)[late.pk][0]
        Parcel.objects.filter(pk=parcel.pk).update(wave=pk, state=ParcelState.IN_WAVE)
        return lock(pk)

    monkeypatch.setattr(waves, "locked_wave", added_meanwhile)
    with pytest.raises(WarehouseRefusedError, match="刚有订单加进"):
        waves.cancel_wave(wave_id=wave.pk, reason="不拣了", by=warehouse, now=NOW)

    assert Wave.objects.get(pk=wave.pk).state == WaveState.OPEN


def test_a_wave_ends_when_the_last_parcel_that_it_waits_for_is_closed_and_put_back(warehouse):
    done, closed = approved_order((FITTED, 1)), approved_order((FITTED, 1))
    parcel = on_table(done, by=warehouse)
    scan_all(parcel, by=warehouse)
    checking.finish_check(parcel_id=parcel.pk, accepts_weight=False, by=warehouse, now=NOW)
    Order.objects.filter(pk=closed.pk).update(stage=Stage.CANCELLED)
    wave = wave_of(done)

    take_out_order(tid=closed.tid, by=warehouse, now=NOW)

    wave.refresh_from_db()
    assert (wave.state, wave.ended_at, wave.parcel_count) == (WaveState.DONE, NOW, 1)
