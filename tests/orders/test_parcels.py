"""Parcels: made when asked for, with everything of the order; orders follow them."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from orders.actions import parcels
from orders.choices import ParcelState, PlatformStatus, Stage
from orders.models import GiftLine, Order, Parcel, ParcelLine
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db


def approved(lines=((1, "150.00"),), **changes):
    order = OrderFactory.create(stage=Stage.APPROVED, **changes)
    for position, (quantity, paid) in enumerate(lines, start=1):
        OrderLineFactory.create(
            order=order, position=position, quantity=quantity, paid_amount=Decimal(paid)
        )
    return order


def test_an_order_gets_one_planned_parcel_with_all_its_lines_and_gifts(now):
    order = approved([(2, "100.00"), (1, "45.00")])
    gift = GiftLine.objects.create(order=order, added_at=now, sku_code="ZP-SHOUBAO", source="hand")

    (parcel,) = parcels.parcels_of([order], now=now)[order.pk]

    assert (parcel.state, parcel.piece_count, parcel.kind_count) == (ParcelState.PLANNED, 4, 2)
    rows = list(parcel.lines.order_by("pk").values_list("quantity", "amount", "gift"))
    assert rows == [
        (2, Decimal("103.45"), None),
        (1, Decimal("46.55"), None),
        (1, Decimal("0.00"), gift.pk),
    ]


def test_asking_twice_makes_nothing_new(now):
    order = approved()

    first = parcels.parcels_of([order], now=now)
    second = parcels.parcels_of([order], now=now)

    assert first == second
    assert (Parcel.objects.count(), ParcelLine.objects.count()) == (1, 1)


def test_a_line_that_the_platform_closed_is_not_packed_and_keeps_its_money(now):
    order = approved([(1, "100.00"), (1, "50.00")])
    order.lines.filter(position=2).update(status=PlatformStatus.TRADE_CLOSED)

    (parcel,) = parcels.parcels_of([order], now=now)[order.pk]

    assert list(parcel.lines.values_list("quantity", "amount")) == [(1, Decimal("100.00"))]


def test_an_order_without_known_lines_has_an_empty_parcel_once(now):
    order = OrderFactory.create(stage=Stage.APPROVED)

    parcels.parcels_of([order], now=now)
    parcels.parcels_of([order], now=now)

    assert list(Parcel.objects.values_list("order", "piece_count")) == [(order.pk, 0)]


def test_two_hundred_orders_cost_as_many_statements_as_two(now, django_assert_num_queries):
    few, many = [approved() for _ in range(2)], [approved() for _ in range(200)]

    with CaptureQueriesContext(connection) as of_few:
        parcels.parcels_of(few, now=now)

    with django_assert_num_queries(len(of_few)):
        found = parcels.parcels_of(many, now=now)
    assert len(found) == 200


@pytest.mark.parametrize(
    ("states", "stage"),
    [
        ([ParcelState.PLANNED], Stage.APPROVED),
        ([ParcelState.CHECKED, ParcelState.IN_WAVE], Stage.IN_WAVE),
        ([ParcelState.PICKED, ParcelState.HANDED_OVER], Stage.PICKED),
        ([ParcelState.DROPPED, ParcelState.CHECKED], Stage.CHECKED),
        ([ParcelState.HANDED_OVER, ParcelState.HANDED_OVER], Stage.HANDED_OVER),
    ],
)
def test_an_order_is_as_far_as_its_least_advanced_parcel(states, stage, now):
    order = approved()
    for state in states:
        Parcel.objects.create(
            order=order,
            created_at=now,
            state=state,
            handed_over_at=now if state == ParcelState.HANDED_OVER else None,
        )

    with transaction.atomic():
        parcels.follow_parcels([order.pk], now=now)

    order.refresh_from_db()
    assert order.stage == stage
    assert order.handed_over_at == (now if stage == Stage.HANDED_OVER else None)


@pytest.mark.parametrize("stage", [Stage.HELD, Stage.AWAITING_AUDIT, Stage.PICKED_UP])
def test_held_orders_and_those_on_the_road_do_not_follow(stage, now):
    order = approved()
    Order.objects.filter(pk=order.pk).update(stage=stage)
    Parcel.objects.create(order=order, created_at=now, state=ParcelState.PICKED)

    assert parcels.follow_parcels([order.pk], now=now) == []

    order.refresh_from_db()
    assert (order.stage, order.version) == (stage, 1)
