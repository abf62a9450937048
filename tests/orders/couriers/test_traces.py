from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.actions import waybills
from orders.actions.importing import traces
from orders.actions.parcels import parcels_of
from orders.choices import ParcelState, Stage
from orders.importers.trace_list import match, said
from orders.models import Order, Parcel, Shipment, TraceEvent
from tests.factories.orders import NOON, OrderFactory, OrderLineFactory
from tests.orders.importing.harness import bring, dicts, stage, undo

pytestmark = pytest.mark.django_db
NO = "78123450917001"


def shipped(stage=Stage.HANDED_OVER, number=NO, **more):
    order = OrderFactory(stage=stage, paid_at=NOON - timedelta(days=2), handed_over_at=NOON, **more)
    Shipment.objects.create(order=order, waybill_no=number, carrier="中通快递", handed_over_at=NOON)
    return order


def at(hours):
    return (NOON + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")


def trace(hours, status, number=NO, text=""):
    return {"运单号": number, "轨迹时间": at(hours), "状态": status, "地点": "杭州", "描述": text}


def far_from(now=None):
    return NOON + timedelta(days=200)


@pytest.fixture(autouse=True)
def _late(monkeypatch):
    """Files of these tests come after what they tell."""
    from tests.orders.importing import harness

    monkeypatch.setattr(harness, "NOW", NOON + timedelta(days=30))


def times(order):
    order.refresh_from_db()
    row = order.shipments.get()
    return order.stage, order.picked_up_at, row.first_trace_at, row.signed_at, order.last_trace_at


@pytest.mark.parametrize(
    ("headers", "layout"),
    [
        (["运单号", "揽收时间"], "pickup"),
        (["快递单号", "签收时间", "签收人"], "signed"),
        (["物流单号", "轨迹时间", "状态", "地点", "描述"], "trace"),
        (["运单号", "揽收时间", "签收时间"], "pickup+signed"),
    ],
)
def test_pickup_trace_and_signature_files_are_known_by_their_headers(headers, layout):
    assert match(headers).layout == layout


def test_other_lists_with_waybills_are_not_taken_for_traces():
    assert match(["订单编号", "物流单号", "订单状态", "宝贝标题"]) is None
    assert match(["轨迹时间", "揽收时间"]).missing == ("运单号",)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("已揽收", "pickup"),
        ("退回签收", "returned"),
        ("派送失败", "problem"),
        ("正在派件", "delivering"),
        ("离开【杭州转运中心】", "transit"),
    ],
)
def test_the_words_of_carriers_mean_kinds(words, kind):
    assert said(words) == kind


def test_a_way_from_pickup_to_signature_moves_the_order_along():
    order = shipped()

    bring(dicts([trace(2, "已揽收")]))
    assert times(order)[0] == Stage.PICKED_UP
    bring(dicts([trace(9, "运输中")]))
    assert times(order)[0] == Stage.IN_TRANSIT
    bring(dicts([{"运单号": NO, "签收时间": at(40)}]))

    stage, picked, first, signed, last = times(order)
    assert stage == Stage.SIGNED
    assert picked == NOON + timedelta(hours=2)
    assert first == NOON + timedelta(hours=9)
    assert signed == last == NOON + timedelta(hours=40)


def test_an_older_file_never_moves_an_order_back():
    order = shipped()
    bring(dicts([{"运单号": NO, "签收时间": at(40)}]))

    bring(dicts([trace(2, "已揽收"), trace(9, "运输中")]))

    assert times(order)[0] == Stage.SIGNED
    assert order.picked_up_at == NOON + timedelta(hours=2)


FILES = (
    [trace(2, "已揽收")],
    [trace(9, "运输中", text="离开杭州"), trace(20, "派送")],
    [{"运单号": NO, "揽收时间": at(1), "签收时间": at(40)}],
    [trace(30, "问题件", text="地址不详"), trace(2, "已揽收")],
    [trace(9, "运输中", text="离开杭州")],
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(len(FILES))))
def test_files_in_any_order_end_in_one_state(order):
    TraceEvent.objects.all().delete()
    Order.objects.all().delete()
    made = shipped()

    for number in order:
        bring(dicts(FILES[number]))

    assert times(made) == (
        Stage.SIGNED,
        NOON + timedelta(hours=1),
        NOON + timedelta(hours=9),
        NOON + timedelta(hours=40),
        NOON + timedelta(hours=40),
    )


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(gone=st.sets(st.sampled_from(range(4)), max_size=4), order=st.permutations(range(4)))
def test_files_taken_back_leave_what_the_others_say(gone, order):
    def after(numbers, taken):
        TraceEvent.objects.all().delete()
        Order.objects.all().delete()
        made = shipped()
        batches = [(number, bring(dicts(FILES[number]))[0]) for number in numbers]
        for number, batch in reversed(batches):
            if number in taken:
                undo(batch)
        return times(made)[1:], TraceEvent.objects.count()

    assert after(order, gone) == after([one for one in order if one not in gone], set())


def test_undo_gives_the_stage_back():
    order = shipped()
    first, _, _ = bring(dicts([trace(2, "已揽收")]))
    second, _, _ = bring(dicts([trace(9, "运输中")]))

    undo(second)
    assert times(order)[0] == Stage.PICKED_UP
    undo(first)

    assert times(order) == (Stage.HANDED_OVER, None, None, None, None)
    assert not TraceEvent.objects.exists()


def test_undo_in_the_order_of_coming_leaves_nothing_either():
    order = shipped()
    first, _, _ = bring(dicts([trace(2, "已揽收")]))
    second, _, _ = bring(dicts([trace(9, "运输中")]))

    undo(first)
    undo(second)

    assert times(order) == (Stage.HANDED_OVER, None, None, None, None)


def test_the_same_file_again_changes_nothing():
    order = shipped()
    table = dicts([trace(2, "已揽收"), trace(9, "运输中")])
    bring(table)
    version = Order.objects.get().version

    _, preview, counts = bring(table)

    assert (preview.created, counts.created, counts.unchanged) == (0, 0, 2)
    assert Order.objects.get().version == version
    assert times(order)[0] == Stage.IN_TRANSIT


def test_an_unknown_waybill_is_told_kept_and_joined_when_its_parcel_comes(warehouse, now):
    _, preview, _ = bring(dicts([trace(2, "已揽收")]))
    assert [error.value for error in preview.extra_errors] == [NO]
    assert TraceEvent.objects.get().is_known is False
    order = OrderFactory(stage=Stage.APPROVED, paid_at=NOON - timedelta(hours=1))
    OrderLineFactory(order=order)

    waybills.set_waybill(code=order.tid, waybill_no=NO, carrier="中通", by=warehouse, now=now)

    assert times(order)[0] == Stage.PICKED_UP
    assert TraceEvent.objects.get().is_known


def test_a_shipment_from_an_order_list_is_joined_by_the_tick(now):
    bring(dicts([trace(2, "已揽收")]))
    order = shipped()

    traces.adopt_strays(now)

    assert times(order)[0] == Stage.PICKED_UP


def test_a_number_used_again_tells_nothing_of_the_older_parcel():
    order = shipped()

    bring(dicts([trace(-24 * 400, "已签收")]))

    assert times(order)[0] == Stage.HANDED_OVER


def test_an_order_of_two_parcels_is_as_far_as_the_slower_one():
    order = shipped()
    Shipment.objects.create(order=order, waybill_no="78123450917002", handed_over_at=NOON)

    bring(dicts([trace(2, "已揽收"), trace(40, "已签收")]))
    order.refresh_from_db()
    assert order.stage == Stage.HANDED_OVER
    bring(dicts([trace(3, "已揽收", number="78123450917002")]))

    order.refresh_from_db()
    assert order.stage == Stage.PICKED_UP
    assert order.last_trace_at == NOON + timedelta(hours=3)


def test_a_parcel_that_the_carrier_has_is_out_of_the_house(warehouse, now):
    order = OrderFactory(stage=Stage.CHECKED, paid_at=NOON - timedelta(hours=1))
    OrderLineFactory(order=order)
    parcel = parcels_of([order], now=now)[order.pk][0]
    Parcel.objects.filter(pk=parcel.pk).update(
        state=ParcelState.CHECKED, waybill_no=NO, carrier="中通快递"
    )

    batch, _, _ = bring(dicts([trace(2, "已揽收")]))

    parcel.refresh_from_db()
    assert parcel.state == ParcelState.HANDED_OVER
    assert times(order)[0] == Stage.PICKED_UP
    undo(batch)
    parcel.refresh_from_db()
    order.refresh_from_db()
    assert (parcel.state, order.stage) == (ParcelState.CHECKED, Stage.CHECKED)
    assert not order.shipments.exists()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"运单号": "", "轨迹时间": at(1), "状态": "已揽收"}, "运单号"),
        ({"运单号": "1!", "轨迹时间": at(1), "状态": "已揽收"}, "运单号"),
        ({"运单号": NO, "轨迹时间": "昨天", "状态": "已揽收"}, "轨迹时间"),
        ({"运单号": NO, "轨迹时间": at(1), "状态": "火星"}, "状态"),
        ({"运单号": NO, "轨迹时间": "", "状态": "已揽收"}, "轨迹时间"),
    ],
)
def test_a_bad_row_is_told_and_the_good_ones_go_in(row, column):
    good = {"运单号": NO, "轨迹时间": at(2), "状态": "已揽收"}

    _, _, cleaned = stage(dicts([row, good]), exported_at=NOON)

    assert [error.column for error in cleaned.errors] == [column]
    assert len(cleaned.rows) == 1


def test_a_time_in_the_future_is_told_and_not_kept():
    order = shipped()

    _, preview, _ = bring(dicts([trace(24 * 300, "运输中")]))

    assert [error.reason for error in preview.extra_errors] == ["时间在将来，这个时间没有记"]
    assert times(order)[0] == Stage.HANDED_OVER


def test_phones_and_signers_are_masked_on_the_way_in():
    shipped()

    bring(dicts([trace(40, "已签收", text="快递员李四 13812345678，签收人：王小明，感谢使用")]))

    assert TraceEvent.objects.get().text == "快递员李四 138****78，签收人：***，感谢使用"
