"""Orders for tests: paid, waiting for audit, unless told otherwise."""

from datetime import datetime, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from orders.choices import PlatformStatus, Stage
from orders.models import Buyer, Order, OrderLine
from shopops.lib.business_time import SHANGHAI, business_date

NOON = datetime(2026, 9, 17, 12, 0, tzinfo=SHANGHAI)


class BuyerFactory(DjangoModelFactory[Buyer]):
    class Meta:
        model = Buyer

    key = factory.Sequence(lambda n: f"buyer_{n:05d}")
    nick = factory.SelfAttribute("key")


class OrderFactory(DjangoModelFactory[Order]):
    """An order paid at `paid_at` (default: noon of 2026-09-17), due at 19:00 of that day."""

    class Meta:
        model = Order

    tid = factory.Sequence(lambda n: f"48273391{n:011d}")
    buyer = factory.SubFactory(BuyerFactory)
    buyer_nick = factory.LazyAttribute(lambda order: order.buyer.nick if order.buyer else "")
    status = PlatformStatus.WAIT_SELLER_SEND_GOODS
    stage = Stage.AWAITING_AUDIT
    created_at = factory.LazyAttribute(lambda order: (order.paid_at or NOON) - timedelta(minutes=5))
    paid_at = NOON
    created_date = factory.LazyAttribute(lambda order: business_date(order.created_at))
    paid_date = factory.LazyAttribute(
        lambda order: business_date(order.paid_at) if order.paid_at else None
    )
    shop_due_at = factory.LazyAttribute(
        lambda order: order.paid_at and order.paid_at.replace(hour=19, minute=0, second=0)
    )
    platform_due_at = factory.LazyAttribute(
        lambda order: order.paid_at and order.paid_at + timedelta(hours=48)
    )
    ship_due_at = factory.SelfAttribute("shop_due_at")
    due_reason = "before_cutoff|shop|rule|48|16:00"
    goods_amount = Decimal("150.00")
    total_amount = Decimal("150.00")
    paid_amount = Decimal("150.00")
    piece_count = 1
    kind_count = 1
    receiver_name = "张**"
    receiver_phone = "*******5552"
    receiver_province = "浙江省"
    receiver_city = "杭州市"
    title = "枕套 60支长绒棉 一对"


class OrderLineFactory(DjangoModelFactory[OrderLine]):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    position = 1
    line_key = factory.Sequence(lambda n: f"58273391{n:011d}")
    quantity = 1
    list_price_amount = Decimal("150.00")
    paid_amount = Decimal("150.00")
    sku_code = "MY-ZT60-BL"
    title = "枕套 60支长绒棉 一对"
    status = PlatformStatus.WAIT_SELLER_SEND_GOODS
