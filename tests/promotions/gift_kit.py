"""Orders and audits as the tests of gifts need them."""

from decimal import Decimal

from orders.actions import audit
from orders.models import Order
from orders.queries.audit import rules_in_force
from promotions.actions import gift_settling
from promotions.models import GiftGrant, GiftRule
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline
from tests.factories.orders import OrderFactory, OrderLineFactory


def order_of(*codes, paid="150.00", **values):
    order = OrderFactory.create(
        paid_amount=Decimal(paid), total_amount=Decimal(paid), goods_amount=Decimal(paid), **values
    )
    for position, code in enumerate(codes or ("A",), start=1):
        OrderLineFactory.create(
            order=order,
            position=position,
            sku_code=code,
            paid_amount=Decimal(paid) / len(codes or "A"),
        )
    return order


def run_audit(now, *orders):
    ids = [one.pk for one in orders] or list(
        Order.objects.order_by("pk").values_list("pk", flat=True)
    )
    return audit.audit_orders(ids, rules=rules_in_force(now=now), now=now)


def settle(now):
    run = request_run(kind=gift_settling.KIND, key=gift_settling.KEY, now=now, again=True)
    return perform_inline(run, clock=lambda: now).result


def used():
    rule = GiftRule.objects.get()
    return rule.used_pieces, rule.used_orders


def states():
    return list(GiftGrant.objects.order_by("order").values_list("state", flat=True))
