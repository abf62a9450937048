import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.actions import courier_rules, couriers
from orders.actions.errors import StaleOrderError
from orders.actions.parcels import parcels_of
from orders.choices import ParcelState, Stage
from orders.models import Carrier, CourierRule, Parcel
from products.models import Sku
from shopops.staff.models import Operation
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db


def parcel_of(now, **order):
    made = OrderFactory(stage=Stage.APPROVED, **order)
    OrderLineFactory(order=made)
    return parcels_of([made], now=now)[made.pk][0]


def rule(by, now, **values):
    empty = dict.fromkeys(courier_rules.CONDITIONS)
    lists = {"provinces": [], "sku_codes": [], "only_if_requested": False}
    return courier_rules.add_rule(values={**empty, **lists, **values}, by=by, now=now)


def test_the_start_rules_send_remote_parcels_by_post_and_others_with_the_main_carrier(now):
    near, far = parcel_of(now), parcel_of(now, receiver_province="西藏自治区")

    assert couriers.assign_carriers([near, far], now=now) == 2

    near.refresh_from_db()
    far.refresh_from_db()
    assert (near.carrier, near.carrier_reason.split("|")[0]) == ("中通快递", "fallback")
    assert (far.carrier, far.carrier_reason.split("|")[-1]) == (
        "邮政快递包裹",
        "province:西藏自治区",
    )
    assert couriers.assign_carriers([near, far], now=now) == 0


def test_a_thousand_parcels_cost_as_many_statements_as_one(now):
    def statements(parcels):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            couriers.assign_carriers(parcels, now=now)
        return len(seen)

    one = statements([parcel_of(now)])
    many = statements([parcel_of(now) for _ in range(30)])

    assert one == many <= 4


def test_a_merged_parcel_goes_by_all_its_weight(now, manager):
    Sku.objects.create(code="MY-ZT60-BL", weight_grams=1600, changed_at=now)
    order = OrderFactory(stage=Stage.APPROVED, requested_courier="")
    OrderLineFactory(order=order, quantity=2)
    rule(manager, now, name="重件", carrier="申通快递", minimum_grams=3000)
    parcel = parcels_of([order], now=now)[order.pk][0]

    couriers.assign_carriers([parcel], now=now)

    assert parcel.carrier_reason.endswith("|重件|weight:3200")


def test_a_new_rule_goes_before_the_fall_back(now, manager):
    made = rule(manager, now, name="贵的", carrier="申通快递", minimum_amount=500)

    names = CourierRule.objects.order_by("position").values_list("name", flat=True)
    assert list(names) == ["买家指定", "偏远地区", "贵的", "其余"]
    assert Operation.objects.filter(name="orders.courier.rule_added").exists()
    assert made.valid_to is None


def test_what_a_person_chose_stays(now, manager):
    parcel = parcel_of(now)

    couriers.choose_by_hand(
        parcel_id=parcel.pk, carrier="申通", reason="买家赶时间", by=manager, now=now
    )
    parcel.refresh_from_db()
    couriers.assign_carriers([parcel], now=now)

    assert (parcel.carrier, parcel.carrier_reason) == ("申通快递", "hand|买家赶时间")
    log = Operation.objects.get(name="orders.parcel.carrier_chosen")
    assert (log.object_key, log.new["parcel"]) == (parcel.order.tid, parcel.number)


def test_choosing_needs_a_reason_a_carrier_of_ours_and_a_parcel_not_yet_in_a_wave(now, manager):
    parcel = parcel_of(now)

    def choose(**values):
        given = {"carrier": "申通", "reason": "x", **values}
        couriers.choose_by_hand(parcel_id=parcel.pk, by=manager, now=now, **given)

    with pytest.raises(couriers.CourierRefusedError, match="写下为什么"):
        choose(reason=" ")
    with pytest.raises(couriers.CourierRefusedError, match="顺丰"):
        choose(carrier="顺丰")
    with pytest.raises(StaleOrderError):
        choose(version=parcel.version + 1)
    Parcel.objects.filter(pk=parcel.pk).update(state=ParcelState.IN_WAVE)
    with pytest.raises(couriers.CourierRefusedError, match="退出波次"):
        choose()


def test_an_edit_ends_the_row_and_begins_another(now, manager):
    row = CourierRule.objects.get(name="其余")
    values = {name: getattr(row, name) for name in courier_rules.CONDITIONS}

    made = courier_rules.change_rule(
        row_id=row.pk,
        values={**values, "carrier": "申通快递"},
        is_on=True,
        version=row.version,
        by=manager,
        now=now,
    )

    row.refresh_from_db()
    assert row.carrier == "中通快递"
    assert row.valid_to < made.valid_from
    with pytest.raises(couriers.CourierRefusedError, match="刚被同事改过"):
        courier_rules.end_rule(row_id=made.pk, version=1, by=manager, now=now)


def test_moving_a_rule_up_lets_it_be_asked_earlier(now, manager):
    row = CourierRule.objects.get(name="其余")

    courier_rules.move_rule(row_id=row.pk, up=True, by=manager, now=now)

    assert list(CourierRule.objects.order_by("position").values_list("name", flat=True)) == [
        "买家指定",
        "其余",
        "偏远地区",
    ]
    parcel = parcel_of(now, receiver_province="西藏自治区")
    couriers.assign_carriers([parcel], now=now)
    assert parcel.carrier == "中通快递"


def test_a_carrier_that_does_not_go_to_a_province_gets_no_parcel_there(now, manager):
    row = Carrier.objects.get(name="邮政快递包裹")
    values = {
        "code": "POSTB",
        "is_on": True,
        "is_for_remote": True,
        "unserved": ["西藏"],
        "note": "",
    }
    courier_rules.save_carrier(values=values, row_id=row.pk, version=1, by=manager, now=now)
    parcel = parcel_of(now, receiver_province="西藏自治区")

    couriers.assign_carriers([parcel], now=now)

    assert parcel.carrier == "中通快递"
