"""Orders with lines for tests of parcels, and what may never change about them."""

from collections import Counter
from decimal import Decimal

from orders.choices import ParcelState, Stage
from orders.models import GiftLine, OrderLine, ParcelLine
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory

HOME = {"receiver_district": "西湖区", "receiver_address": "文三路***"}
OFFICE = {"receiver_district": "滨江区", "receiver_address": "江南大道***"}


def placed(lines=((1, "150.00"),), *, address=HOME, **changes):
    """Give an approved order with these lines (quantity, paid), all of one SKU each."""
    paid = sum(Decimal(amount) for _quantity, amount in lines)
    values = {"stage": Stage.APPROVED, "paid_amount": paid, "total_amount": paid} | address
    order = OrderFactory.create(**(values | changes))
    for position, (quantity, amount) in enumerate(lines, start=1):
        OrderLineFactory.create(
            order=order,
            position=position,
            quantity=quantity,
            paid_amount=Decimal(amount),
            sku_code=f"SKU-{position}",
        )
    return order


def pair(**changes):
    """Give two approved orders of one buyer to one address."""
    buyer = BuyerFactory.create()
    return placed(buyer=buyer, **changes), placed(((2, "60.01"), (1, "20.00")), buyer=buyer)


def pieces(orders):
    """Give the pieces of these orders over all living parcels, by line and gift."""
    rows = ParcelLine.objects.filter(order__in=orders).exclude(parcel__state=ParcelState.DROPPED)
    found = Counter()
    for row in rows:
        found[row.line_id, row.gift_id] += row.quantity
    return found


def wanted_pieces(orders):
    """Give the pieces that the orders themselves say."""
    lines = OrderLine.objects.filter(order__in=orders)
    gifts = GiftLine.objects.filter(order__in=orders)
    return Counter(
        {(line.pk, None): line.quantity for line in lines}
        | {(None, gift.pk): gift.quantity for gift in gifts}
    )


def amounts(order):
    """Give the money of one order over all its parcels."""
    rows = ParcelLine.objects.filter(order=order)
    return sum((row.amount for row in rows), Decimal(0))


def assert_conserved(orders):
    """No piece and no fen of these orders was lost, none was made, and parcels count rightly."""
    assert pieces(orders) == wanted_pieces(orders)
    for order in orders:
        assert amounts(order) == order.paid_amount
    rows = ParcelLine.objects.filter(order__in=orders).select_related("parcel")
    for parcel in {row.parcel for row in rows}:
        inside = list(parcel.lines.all())
        assert parcel.state != ParcelState.DROPPED
        assert parcel.piece_count == sum(row.quantity for row in inside)
        assert parcel.order_count == len({row.order_id for row in inside})
        assert parcel.order_id in {row.order_id for row in inside}
