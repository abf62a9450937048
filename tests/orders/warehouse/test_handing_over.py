"""Hand-over lists, and the one place where orders leave."""

from datetime import timedelta

import pytest

from orders.actions import locks, shipping
from orders.actions.errors import UnableToHandOverError
from orders.actions.parcels import parcels_of
from orders.actions.warehouse import checking, handing, moving
from orders.actions.warehouse import locks as warehouse_locks
from orders.actions.warehouse.locks import WarehouseRefusedError
from orders.choices import ParcelState, PlatformStatus, Stage
from orders.models import HandOverSheet, Order, Parcel, ParcelLine, Shipment
from orders.queries.warehouse.stopped import stopped_by_wave
from tests.factories.warehouse import (
    FITTED,
    PILLOW,
    approved_order,
    build,
    checked,
    on_table,
    parcel_of,
    scan_all,
    stock_the_shelves,
)
from tests.times import NOW

pytestmark = pytest.mark.django_db
ZTO, STO = "中通快递", "申通快递"


@pytest.fixture(autouse=True)
def shelves(db):
    stock_the_shelves()


def label(parcel, number, carrier=ZTO):
    Parcel.objects.filter(pk=parcel.pk).update(carrier=carrier, waybill_no=number)
    return parcel


def listed(code, by, carrier=""):
    return handing.scan_onto_sheet(code=code, carrier=carrier, by=by, now=NOW)


def sign(sheet_id, by):
    return handing.sign_sheet(sheet_id=sheet_id, name="中通 小王", by=by, now=NOW)


def stage_of(order):
    return Order.objects.get(pk=order.pk).stage


def test_a_checked_parcel_goes_onto_the_list_of_its_carrier_and_leaves_with_the_signature(
    warehouse,
):
    order = approved_order((FITTED, 1))
    parcel = label(checked(order, by=warehouse), "7548220133691")

    answer = listed("7548220133691", warehouse, ZTO)
    assert (answer.is_good, stage_of(order)) == (True, Stage.CHECKED)
    signed = sign(answer.sheet_id, warehouse)

    assert (signed.parcels, signed.sheet.signed_by) == (1, "中通 小王")
    shipment = Shipment.objects.get(order=order)
    assert (shipment.parcel, shipment.waybill_no) == (parcel, "7548220133691")
    order.refresh_from_db()
    assert (order.stage, order.handed_over_at) == (Stage.HANDED_OVER, NOW)


def test_an_unchecked_parcel_of_a_wave_is_refused(warehouse):
    order = approved_order((FITTED, 1))
    parcel = label(on_table(order, by=warehouse), "7548220133691")

    answer = listed(parcel.number, warehouse)

    assert not answer.is_good
    assert "还没验货" in answer.detail


def test_a_shop_without_waves_scans_approved_orders(warehouse):
    order = approved_order((FITTED, 1))
    label(parcels_of([order], now=NOW)[order.pk][0], "7548220133691")

    sign(listed(order.tid, warehouse).sheet_id, warehouse)

    assert stage_of(order) == Stage.HANDED_OVER


@pytest.mark.parametrize(
    ("prepare", "carrier", "words"),
    [
        (lambda order: None, STO, "放到 中通快递 那一堆"),
        (
            lambda order: Order.objects.filter(pk=order.pk).update(has_open_refund=True),
            "",
            "正在退款",
        ),
        (lambda order: Parcel.objects.update(waybill_no=""), "", "先录面单"),
    ],
)
def test_what_may_not_go_is_refused_in_words(prepare, carrier, words, warehouse):
    order = approved_order((FITTED, 1))
    parcel = label(checked(order, by=warehouse), "7548220133691")
    prepare(order)

    answer = listed(parcel.number, warehouse, carrier)

    assert not answer.is_good
    assert words in answer.detail
    assert Parcel.objects.get(pk=parcel.pk).sheet is None


def test_a_parcel_twice_and_an_unknown_code_are_refused(warehouse):
    parcel = label(checked(approved_order((FITTED, 1)), by=warehouse), "7548220133691")
    answer = listed(parcel.number, warehouse)

    assert "已经在这张交接单上" in listed(parcel.number, warehouse).detail
    assert listed("1234", warehouse).title == "不认识的条码"
    sign(answer.sheet_id, warehouse)
    assert "已经交接过" in listed(parcel.number, warehouse).detail


def test_a_parcel_can_be_taken_off_before_the_signature_and_not_after(warehouse):
    first, second = (approved_order((FITTED, 1)) for _one in range(2))
    build()
    parcels, sheet_id = [], 0
    for number, order in enumerate((first, second)):
        on_sheet = parcel_of(order)
        Parcel.objects.filter(pk=on_sheet.pk).update(state=ParcelState.CHECKED)
        Order.objects.filter(pk=order.pk).update(stage=Stage.CHECKED)
        parcels.append(label(on_sheet, f"75482201336{number}"))
        sheet_id = listed(on_sheet.number, warehouse).sheet_id

    handing.take_off_sheet(parcel_id=parcels[0].pk, by=warehouse, now=NOW)
    assert HandOverSheet.objects.get(pk=sheet_id).parcel_count == 1
    sign(sheet_id, warehouse)

    assert (stage_of(first), stage_of(second)) == (Stage.CHECKED, Stage.HANDED_OVER)
    with pytest.raises(WarehouseRefusedError):
        handing.take_off_sheet(parcel_id=parcels[1].pk, by=warehouse, now=NOW)


def test_what_was_refunded_after_the_scan_stays_behind_by_name(warehouse):
    order = approved_order((FITTED, 1))
    parcel = label(checked(order, by=warehouse), "7548220133691")
    sheet_id = listed(parcel.number, warehouse).sheet_id
    Order.objects.filter(pk=order.pk).update(has_open_refund=True)

    signed = sign(sheet_id, warehouse)

    assert (signed.parcels, signed.sheet.signed_at) == (0, None)
    assert [(one.parcel, one.tid) for one in signed.kept] == [(parcel, order.tid)]
    assert stage_of(order) == Stage.CHECKED
    assert not Shipment.objects.exists()


def test_a_list_asks_for_the_name_and_for_parcels(warehouse):
    sheet = HandOverSheet.objects.create(carrier=ZTO, created_at=NOW)

    with pytest.raises(WarehouseRefusedError, match="名字"):
        handing.sign_sheet(sheet_id=sheet.pk, name=" ", by=warehouse, now=NOW)
    with pytest.raises(WarehouseRefusedError, match="没有包裹"):
        sign(sheet.pk, warehouse)


def merged_parcel():
    first, second = approved_order((FITTED, 1)), approved_order((PILLOW, 1))
    parcels = parcels_of([first, second], now=NOW)
    mine, other = parcels[first.pk][0], parcels[second.pk][0]
    ParcelLine.objects.filter(parcel=other).update(parcel=mine)
    Parcel.objects.filter(pk=other.pk).update(state=ParcelState.DROPPED)
    return first, second, label(mine, "7548220133691")


def test_a_merged_parcel_takes_all_its_orders_along_and_back(warehouse):
    first, second, _parcel = merged_parcel()

    waybill = shipping.Waybill(ZTO, "7548220133691")
    shipping.hand_over_order(tid=second.tid, waybill=waybill, by=warehouse, now=NOW)

    assert {stage_of(first), stage_of(second)} == {Stage.HANDED_OVER}
    assert Shipment.objects.filter(waybill_no="7548220133691").count() == 2
    shipping.take_back_order(tid=first.tid, reason="扫错了", by=warehouse, now=NOW)
    assert {stage_of(first), stage_of(second)} == {Stage.APPROVED}
    assert not Shipment.objects.exists()


def test_a_refund_on_one_order_stops_the_whole_parcel(warehouse):
    first, second, parcel = merged_parcel()
    Order.objects.filter(pk=second.pk).update(has_open_refund=True)

    named = f"同包裹的订单 {second.tid}：买家正在退款"
    assert named in listed(parcel.number, warehouse).detail
    waybill = shipping.Waybill(ZTO, "7548220133691")
    with pytest.raises(UnableToHandOverError, match=named):
        shipping.hand_over_order(tid=first.tid, waybill=waybill, by=warehouse, now=NOW)
    with pytest.raises(UnableToHandOverError, match=r"^买家正在退款"):
        shipping.hand_over_order(tid=second.tid, waybill=waybill, by=warehouse, now=NOW)


def split_order():
    order = approved_order((FITTED, 1), (PILLOW, 1))
    one = parcels_of([order], now=NOW)[order.pk][0]
    other = Parcel.objects.create(order=order, created_at=NOW, piece_count=1, kind_count=1)
    ParcelLine.objects.filter(parcel=one, sku_code=PILLOW).update(parcel=other)
    return order, label(one, "75482201336911"), label(other, "75482201336912")


def test_a_split_order_is_handed_over_with_its_last_parcel(warehouse):
    order, one, other = split_order()

    sign(listed(one.number, warehouse).sheet_id, warehouse)
    assert stage_of(order) == Stage.APPROVED
    sign(listed(other.number, warehouse).sheet_id, warehouse)

    assert stage_of(order) == Stage.HANDED_OVER
    assert order.shipments.count() == 2


def test_one_order_of_several_parcels_leaves_by_the_waybill_that_is_named(warehouse):
    order, one, _other = split_order()

    with pytest.raises(UnableToHandOverError, match="拆成 2 个包裹"):
        shipping.hand_over_order(
            tid=order.tid, waybill=shipping.Waybill(ZTO, "999"), by=warehouse, now=NOW
        )
    shipping.hand_over_order(
        tid=order.tid, waybill=shipping.Waybill(ZTO, one.waybill_no or "75482201336911"),
        by=warehouse, now=NOW,
    )  # fmt: skip

    assert Parcel.objects.get(pk=one.pk).state == ParcelState.HANDED_OVER
    assert stage_of(order) == Stage.APPROVED


def test_an_order_in_a_wave_cannot_be_handed_over_past_the_check(warehouse):
    order = approved_order((FITTED, 1))
    build()

    waybill = shipping.Waybill(ZTO, "7548220133691")
    with pytest.raises(UnableToHandOverError, match="先验完"):
        shipping.hand_over_order(tid=order.tid, waybill=waybill, by=warehouse, now=NOW)


def test_a_list_is_not_signed_over_a_parcel_scanned_onto_it_this_moment(warehouse, monkeypatch):
    first, late = (
        label(checked(approved_order((FITTED, 1)), by=warehouse), f"754822013369{n}")
        for n in (1, 2)
    )
    sheet_id = listed(first.number, warehouse).sheet_id
    lock = warehouse_locks.locked_sheet

    def scanned_meanwhile(pk):
        Parcel.objects.filter(pk=late.pk).update(sheet=pk)
        return lock(pk)

    with monkeypatch.context() as patch:
        patch.setattr(handing, "locked_sheet", scanned_meanwhile)
        with pytest.raises(WarehouseRefusedError, match="再签一次"):
            sign(sheet_id, warehouse)
    Parcel.objects.filter(pk=late.pk).update(sheet=sheet_id)

    assert sign(sheet_id, warehouse).parcels == 2
    assert not Parcel.objects.filter(state=ParcelState.CHECKED).exists()


def test_what_the_carrier_has_in_part_is_not_taken_back(warehouse):
    order, one, other = split_order()
    for parcel in (one, other):
        sign(listed(parcel.number, warehouse).sheet_id, warehouse)
    Shipment.objects.filter(parcel=one).update(picked_up_at=NOW, last_trace_at=NOW)

    with pytest.raises(UnableToHandOverError, match="已经揽收"):
        shipping.take_back_order(tid=order.tid, reason="弄错", by=warehouse, now=NOW)

    states = set(Parcel.objects.values_list("state", flat=True))
    assert states == {ParcelState.HANDED_OVER}


def test_an_order_taken_into_a_wave_this_moment_does_not_leave_past_the_check(
    warehouse, monkeypatch
):
    order = approved_order((FITTED, 1))
    lock = locks.locked_order

    def built_meanwhile(**which):
        build()
        return lock(**which)

    monkeypatch.setattr(shipping, "locked_order", built_meanwhile)
    waybill = shipping.Waybill(ZTO, "7548220133691")
    with pytest.raises(UnableToHandOverError, match="同事刚刚改了"):
        shipping.hand_over_order(tid=order.tid, waybill=waybill, by=warehouse, now=NOW)

    assert not Shipment.objects.filter(order=order).exists()


def test_of_a_split_order_the_part_that_is_still_here_is_found_by_the_order_number(warehouse):
    order, one, other = split_order()
    sign(listed(one.number, warehouse).sheet_id, warehouse)

    answer = listed(order.tid, warehouse)

    assert (answer.is_good, answer.parcel_id) == (True, other.pk)


def test_a_waybill_that_a_colleague_used_this_moment_is_refused(warehouse, monkeypatch):
    order, other = approved_order((FITTED, 1)), approved_order((FITTED, 1))
    parcels = parcels_of([order, other], now=NOW)
    save = moving.save_parcel

    def labelled_meanwhile(parcel, *fields):
        label(parcels[other.pk][0], "7548220133691")
        save(parcel, *fields)

    monkeypatch.setattr(shipping, "save_parcel", labelled_meanwhile)
    waybill = shipping.Waybill(ZTO, "7548220133691")
    with pytest.raises(UnableToHandOverError, match="已经用在包裹"):
        shipping.hand_over_order(tid=order.tid, waybill=waybill, by=warehouse, now=NOW)


@pytest.mark.parametrize("stage", [Stage.SIGNED, Stage.AWAITING_AUDIT, Stage.CANCELLED])
def test_scanning_an_order_that_may_not_leave_makes_no_parcel_of_it(stage, warehouse):
    order = approved_order((FITTED, 1), stage=stage)

    answer = listed(order.tid, warehouse)

    assert (answer.is_good, answer.title) == (False, f"不能交：{order.tid}")
    assert not Parcel.objects.exists()


def test_a_parcel_that_a_colleague_merges_this_moment_is_answered_in_words(warehouse, monkeypatch):
    parcel = label(checked(approved_order((FITTED, 1)), by=warehouse), "7548220133691")

    def changed(_pk):
        raise WarehouseRefusedError("同事正好在合单")

    monkeypatch.setattr(handing, "locked_parcel", changed)

    assert listed(parcel.number, warehouse).detail == "同事正好在合单"


def clicked(order):
    """Let a file say that the platform calls the order shipped."""
    status = PlatformStatus.WAIT_BUYER_CONFIRM_GOODS
    before = NOW - timedelta(hours=3)
    Order.objects.filter(pk=order.pk).update(
        stage=Stage.HANDED_OVER, status=status, handed_over_at=before
    )


def test_a_parcel_in_its_wave_is_checked_and_leaves_although_the_platform_calls_it_shipped(
    warehouse,
):
    order = approved_order((FITTED, 1))
    parcel = label(on_table(order, by=warehouse), "7548220133691")
    clicked(order)

    scan_all(parcel, by=warehouse)
    checking.finish_check(parcel_id=parcel.pk, accepts_weight=False, by=warehouse, now=NOW)
    assert stopped_by_wave([parcel.wave_id]) == {}
    signed = sign(listed(parcel.number, warehouse).sheet_id, warehouse)

    assert (signed.parcels, signed.kept) == (1, [])
    order.refresh_from_db()
    assert (order.stage, order.handed_over_at) == (Stage.HANDED_OVER, NOW)
    assert Shipment.objects.get(order=order).parcel_id == parcel.pk


def test_a_refund_stops_it_all_the_same(warehouse):
    order = approved_order((FITTED, 1))
    parcel = label(checked(order, by=warehouse), "7548220133691")
    clicked(order)
    Order.objects.filter(pk=order.pk).update(has_open_refund=True)

    assert not listed(parcel.number, warehouse).is_good
    assert stopped_by_wave([parcel.wave_id]) == {parcel.wave_id: 1}
