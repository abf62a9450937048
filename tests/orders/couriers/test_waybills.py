import pytest

from orders.actions import couriers, waybills
from orders.actions.parcels import parcels_of
from orders.choices import HoldKind, ParcelState, Stage
from orders.models import Hold, Parcel, Shipment
from orders.rules.waybills import look_of, looks_wrong, normal_waybill
from shopops.staff.models import Operation
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db
ZTO = "78123450917001"[:14]


@pytest.fixture
def order(now):
    made = OrderFactory(stage=Stage.APPROVED, approved_at=now)
    OrderLineFactory(order=made)
    return made


@pytest.fixture
def parcel(order, now):
    made = parcels_of([order], now=now)[order.pk][0]
    couriers.assign_carriers([made], now=now)
    return made


def label(code, number, by, now, **more):
    return waybills.set_waybill(code=code, waybill_no=number, by=by, now=now, **more)


@pytest.mark.parametrize(
    "typed",
    [
        "\t78123450917001 ",
        '="78123450917001"',
        "７８１２３４５０９１７００１",
        "No:78123450917001",
        "7812 3450 917001",
    ],
)
def test_a_number_is_stored_as_the_label_says_it(typed):
    assert normal_waybill(typed) == "78123450917001"


def test_patterns_warn_and_never_decide():
    assert look_of("SF1234567890123").codes == ("SF",)
    assert "ZTO" in look_of("78123450917001").codes
    assert looks_wrong("SF1234567890123", code="ZTO")
    assert not looks_wrong("SF1234567890123", code="")


def test_a_scanned_waybill_stands_on_the_parcel_and_on_the_time_line(order, parcel, warehouse, now):
    made = label(parcel.number, " 78123450917001\t", warehouse, now)

    assert (made.parcel.waybill_no, made.warning) == ("78123450917001", "")
    order.refresh_from_db()
    assert order.version == 2
    log = Operation.objects.get(name="orders.parcel.labelled", object_key=order.tid)
    assert log.new["waybill_no"] == "78123450917001"


def test_the_order_number_will_do_while_the_order_is_one_parcel(order, warehouse, now):
    made = label(order.tid, "78123450917001", warehouse, now, carrier="中通")

    assert made.parcel.carrier == "中通快递"
    Parcel.objects.create(order=order, created_at=now)
    with pytest.raises(couriers.CourierRefusedError, match="2 个包裹"):
        label(order.tid, "78123450917002", warehouse, now, carrier="中通")


def test_a_number_that_looks_like_another_carrier_is_taken_with_a_warning(parcel, warehouse, now):
    made = label(parcel.number, "SF1234567890123", warehouse, now)

    assert "不像中通快递" in made.warning
    assert made.parcel.waybill_no == "SF1234567890123"


def test_a_used_number_is_refused_with_the_place_where_it_is_used(parcel, warehouse, now):
    other = OrderFactory(stage=Stage.APPROVED)
    OrderLineFactory(order=other)
    label(other.tid, "78123450917001", warehouse, now, carrier="中通")
    shipped = OrderFactory(stage=Stage.SIGNED)
    Shipment.objects.create(order=shipped, waybill_no="78123450917009")

    with pytest.raises(couriers.CourierRefusedError, match=other.tid):
        label(parcel.number, "78123450917001", warehouse, now)
    with pytest.raises(couriers.CourierRefusedError, match=shipped.tid):
        label(parcel.number, "78123450917009", warehouse, now)


@pytest.mark.parametrize(
    ("number", "words"),
    [("", "是空的"), ("P00000012", "是包裹号"), ("12!4", "不像运单号"), ("A" * 41, "不像运单号")],
)
def test_what_is_no_waybill_is_refused(parcel, warehouse, now, number, words):
    with pytest.raises(couriers.CourierRefusedError, match=words):
        label(parcel.number, number, warehouse, now)


def test_a_strange_code_is_refused(warehouse, now):
    with pytest.raises(couriers.CourierRefusedError, match="没有「P99」"):
        label("P99", "78123450917001", warehouse, now)


def test_a_parcel_in_a_wave_keeps_its_carrier_and_one_handed_over_its_label(parcel, warehouse, now):
    Parcel.objects.filter(pk=parcel.pk).update(state=ParcelState.IN_WAVE)
    with pytest.raises(couriers.CourierRefusedError, match="先退出波次"):
        label(parcel.number, "78123450917001", warehouse, now, carrier="申通")
    assert label(parcel.number, "78123450917001", warehouse, now).parcel.carrier == "中通快递"
    Parcel.objects.filter(pk=parcel.pk).update(state=ParcelState.HANDED_OVER)
    with pytest.raises(couriers.CourierRefusedError, match="不能再改运单"):
        label(parcel.number, "78123450917002", warehouse, now)


def test_a_failed_label_holds_the_order_until_a_waybill_comes(order, parcel, warehouse, now):
    waybills.fail_label(code=parcel.number, words="网点余额不足", by=warehouse, now=now)

    order.refresh_from_db()
    hold = Hold.objects.get(order=order)
    assert (order.stage, hold.kind, hold.owner_role) == (
        Stage.HELD,
        HoldKind.LABEL_FAILED,
        "warehouse_lead",
    )
    label(parcel.number, "78123450917001", warehouse, now)
    order.refresh_from_db()
    hold.refresh_from_db()
    assert order.stage == Stage.APPROVED
    assert hold.resolution == "有运单了：78123450917001"


def test_another_hold_keeps_the_order_when_its_label_is_there(order, parcel, warehouse, now):
    waybills.fail_label(code=parcel.number, words="x", by=warehouse, now=now)
    Hold.objects.create(order=order, kind=HoldKind.HAND_SET, opened_at=now, due_at=now)

    label(parcel.number, "78123450917001", warehouse, now)

    order.refresh_from_db()
    assert order.stage == Stage.HELD


def test_a_voided_label_comes_off(parcel, warehouse, now):
    label(parcel.number, "78123450917001", warehouse, now)

    waybills.clear_waybill(parcel_id=parcel.pk, reason="打错了", by=warehouse, now=now)

    parcel.refresh_from_db()
    assert parcel.waybill_no == ""
    assert label(parcel.number, "78123450917001", warehouse, now).parcel.waybill_no
