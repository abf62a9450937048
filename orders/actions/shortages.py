"""Shortages that are over: stock arrived, so the hold ends and the order goes back to audit."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import batched

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from orders.actions.locks import locked_orders_free
from orders.choices import BY_ITSELF, SHORTAGES, Stage
from orders.models import Hold, Order
from orders.queries import goods as queries
from products.queries.catalogue_of import catalogue_of
from products.queries.stock_facts import free_levels, taken_by
from products.rules.stock import Level, plan_allocation
from shopops.staff.models import Operation

STEP_ORDERS = 1000


def end_met_shortages(*, now: datetime) -> int:
    """End the shortages of held orders for which there are pieces by now; give how many orders.

    Served in thought by their payment, each wholly or not at all, so that no more orders go back to
    audit than there are pieces for. Nothing is set aside: the approval does that, under the levels'
    locks. The buyer need not be told any more of what is over. Orders that somebody works on are left
    for the next time; one transaction a thousand orders.
    """
    ids = list(_held().order_by("paid_at", "pk").values_list("pk", flat=True))
    spent: dict[int, int] = {}
    return sum(_end_some(some, spent, now=now) for some in batched(ids, STEP_ORDERS, strict=False))


def _held() -> "QuerySet[Order]":
    return Order.objects.filter(Exists(_shortages().filter(order=OuterRef("pk"))), stage=Stage.HELD)


def _shortages() -> "QuerySet[Hold]":
    return Hold.objects.filter(kind__in=SHORTAGES, closed_at__isnull=True, is_hand_set=False)


@transaction.atomic
def _end_some(ids: Sequence[int], spent: dict[int, int], *, now: datetime) -> int:
    orders = {
        order.tid: order for order in locked_orders_free(ids=ids) if order.stage == Stage.HELD
    }
    lines = queries.wanted_of([order.pk for order in orders.values()])
    catalogue = catalogue_of({line.sku_code for line in lines})
    levels = {
        sku_id: Level(level.free - spent.get(sku_id, 0), level.kept_since)
        for sku_id, level in free_levels(catalogue.sku_ids).items()
    }
    plan = plan_allocation(lines, catalogue, levels, taken_by(lines))
    for share in plan.shares:
        spent[share.sku_id] = spent.get(share.sku_id, 0) + share.quantity
    short = {one.tid for one in plan.shortages}
    met = [order for tid, order in orders.items() if tid not in short]
    return _end(met, now=now)


def end_by_themselves(hold_ids: Collection[int], *, now: datetime) -> None:
    """End holds whose cause is gone. A buyer whom nobody told by then need not be told of it any more."""
    rows = Hold.objects.filter(pk__in=hold_ids)
    rows.filter(kind__in=SHORTAGES, told_at__isnull=True).update(must_tell_buyer=False)
    rows.update(closed_at=now, resolution=BY_ITSELF)


def _end(orders: Sequence[Order], *, now: datetime) -> int:
    open_holds = Hold.objects.filter(order__in=orders, closed_at__isnull=True).order_by("pk")
    ending = [hold for hold in open_holds if hold.kind in SHORTAGES and not hold.is_hand_set]
    ended = {hold.pk for hold in ending}
    kept = {hold.order_id for hold in open_holds if hold.pk not in ended}
    end_by_themselves(ended, now=now)
    back = [order.pk for order in orders if order.pk not in kept]
    Order.objects.filter(pk__in=back).update(stage=Stage.AWAITING_AUDIT, version=F("version") + 1)
    tids = {order.pk: order.tid for order in orders}
    Operation.objects.bulk_create(
        Operation(
            at=now,
            name="orders.hold.closed",
            object_type="order",
            object_key=tids[hold.order_id],
            old={"stage": Stage.HELD},
            new={
                "stage": Stage.HELD if hold.order_id in kept else Stage.AWAITING_AUDIT,
                "kind": hold.kind,
                "hold": hold.pk,
            },
        )
        for hold in ending
    )
    return len({hold.order_id for hold in ending})
