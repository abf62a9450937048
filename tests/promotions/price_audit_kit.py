"""Orders and the one rule that the tests of the price intercept need."""

from datetime import timedelta
from decimal import Decimal

from orders.actions import audit
from orders.choices import AuditRuleCode
from orders.models import AuditRuleRow, Order
from orders.queries.audit import rules_in_force
from orders.rules.audit_parameters import start_parameters
from shopops.lib.business_time import business_date
from tests.factories.goods import SkuFactory
from tests.factories.orders import OrderFactory, OrderLineFactory


def set_rule(now, **parameters):
    AuditRuleRow.objects.all().delete()
    AuditRuleRow.objects.create(
        code=AuditRuleCode.LOW_PRICE,
        parameters={**start_parameters(AuditRuleCode.LOW_PRICE), **parameters},
        valid_from=business_date(now) - timedelta(days=40),
        changed_at=now,
    )


def sku(code="A", floor="80.00", **values):
    amount = None if floor is None else Decimal(floor)
    return SkuFactory.create(code=code, floor_amount=amount, **values)


def order_of(*lines, postage="0.00", paid=None, **values):
    """Have an order of (code, quantity, paid) lines."""
    total = Decimal(paid) if paid else sum((Decimal(p or 0) for _c, _q, p in lines), Decimal(0))
    total += Decimal(postage)
    order = OrderFactory.create(
        **{
            "paid_amount": total,
            "total_amount": total,
            "postage_amount": Decimal(postage),
            **values,
        }
    )
    for position, (code, quantity, cost) in enumerate(lines, start=1):
        OrderLineFactory.create(
            order=order,
            position=position,
            sku_code=code,
            quantity=quantity,
            list_price_amount=Decimal("100.00"),
            paid_amount=None if cost is None else Decimal(cost),
        )
    return order


def run_audit(now):
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    return audit.audit_orders(ids, rules=rules_in_force(now=now), now=now)


def held(now):
    run_audit(now)
    return [hold.reason for order in Order.objects.order_by("pk") for hold in order.holds.all()]
