"""Search: an order by whatever a person has at hand, and not by what one may not see."""

import pytest

from orders.actions.parcels import parcels_of
from orders.models import Parcel, Shipment
from orders.queries.search import find_orders
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(db):
    buyer = BuyerFactory.create(key="小鹿乱撞07", nick="小鹿乱撞07")
    order = OrderFactory.create(tid="4827339102651184273", buyer=buyer)
    OrderLineFactory.create(order=order, sku_code="MY-ZT60-BL")
    Shipment.objects.create(order=order, waybill_no="SF1234567890123", carrier="顺丰")
    OrderFactory.create(receiver_phone="*******0001")
    return order


@pytest.mark.parametrize(
    "text",
    [
        "4827339102651184273",
        "184273",
        "84273",
        "651184273",
        "SF1234567890123",
        "sf1234567890123",
        "MY-ZT60-BL",
        "小鹿乱撞07",
        "鹿乱撞",
        "小鹿",
        " 184273 ",
        "5552",
    ],
)
def test_an_order_is_found_by(text, order):
    assert find_orders(text=text, may_see_contact=True) == [order.pk]


@pytest.mark.parametrize("text", ["", "  ", "184274", "999184273", "乱鹿撞", "SF123", "9999"])
def test_nothing_is_found_by(text, order):
    assert find_orders(text=text, may_see_contact=True) == []


def test_a_phone_tail_finds_nothing_for_who_may_not_see_contacts(order):
    assert find_orders(text="5552", may_see_contact=False) == []


def test_an_order_is_found_by_the_waybill_of_a_parcel_that_has_not_left(order, now):
    parcel = parcels_of([order], now=now)[order.pk][0]
    Parcel.objects.filter(pk=parcel.pk).update(waybill_no="YT7700012345678")

    assert find_orders(text="yt7700012345678", may_see_contact=True) == [order.pk]
