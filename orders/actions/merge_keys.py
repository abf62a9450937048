"""`Order.merge_key`: who could travel together, worked out for all open orders in one statement."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import combinations

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orders.actions.errors import StaleOrderError, UnableToMergeError
from orders.actions.locks import locked_orders
from orders.choices import BY_ITSELF, OPEN_STAGES, HoldKind, Stage
from orders.models import Hold, Order, ShipApart
from orders.queries.mergeable import (
    OF_SEVERAL_SQL,
    PARTNERS_SQL,
    WAITING_SQL,
    companions,
    partners_of,
)
from shopops.staff import operations
from shopops.staff.models import User

# Only what changes is written, and only what nobody works on: the next run, seconds later, takes it.
_REFRESH_SQL = f"""
WITH w AS MATERIALIZED ({WAITING_SQL}),
paired AS MATERIALIZED (SELECT DISTINCT pair.id, pair.key FROM ({PARTNERS_SQL}) pair),
changed AS MATERIALIZED (
  SELECT o.id, paired.key FROM orders_order o LEFT JOIN paired ON paired.id = o.id
  WHERE o.stage = ANY(%(open)s) AND o.merge_key IS DISTINCT FROM paired.key),
free AS MATERIALIZED (
  SELECT o.id FROM orders_order o WHERE o.id IN (SELECT id FROM changed)
  ORDER BY o.id FOR NO KEY UPDATE SKIP LOCKED)
UPDATE orders_order o SET merge_key = changed.key FROM changed, free
WHERE free.id = o.id AND changed.id = o.id
"""


def refresh_merge_keys() -> int:
    """Give every open order that has a partner its merge key, take it from the others; give the changes.

    A key is worked out, not decided: versions stay. Runs with each count of the queues, which every
    import and act asks for. Cost: one statement over the open orders.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _REFRESH_SQL.replace("{narrow}", OF_SEVERAL_SQL),
            {"open": [str(one) for one in OPEN_STAGES]},
        )
        return int(cursor.rowcount)


def settle_partners(orders: Sequence[Order], *, now: datetime) -> None:
    """Set right at once the merge keys of these locked orders, and end their waiting where nobody is left.

    The last hold that ends sends its order back to audit.
    """
    left = partners_of(orders)
    alone = [order for order in orders if not left.get(order.pk)]
    Order.objects.filter(pk__in=[order.pk for order in alone]).update(merge_key=None)
    end_waiting(alone, by=None, resolution=BY_ITSELF, now=now)


def end_waiting(
    orders: Iterable[Order], *, by: User | None, resolution: str, now: datetime
) -> None:
    """End the open holds of these locked orders that wait for a merge."""
    ids = [order.pk for order in orders]
    waiting = Hold.objects.select_for_update(of=("self",)).filter(
        order__in=ids, kind=HoldKind.WAITING_TO_MERGE, closed_at__isnull=True
    )
    held = {hold.order_id: hold for hold in waiting.order_by("pk")}
    for hold in held.values():
        hold.closed_at, hold.closed_by, hold.resolution = now, by, resolution[:300]
        hold.save(update_fields=["closed_at", "closed_by", "resolution"])
    still_held = set(
        Hold.objects.filter(order__in=held, closed_at__isnull=True).values_list(
            "order_id", flat=True
        )
    )
    free = [pk for pk in held if pk not in still_held]
    Order.objects.filter(pk__in=free, stage=Stage.HELD).update(stage=Stage.AWAITING_AUDIT)


@transaction.atomic
def ship_apart(
    *,
    tids: Sequence[str],
    reason: str,
    by: User,
    now: datetime,
    versions: dict[str, int] | None = None,
) -> list[Order]:
    """Settle that these orders are not merged with one another; none of them waits for the others again.

    A third partner that comes later is a new question. Locks the orders.

    :raises Order.DoesNotExist: if one of them does not exist
    :raises UnableToMergeError: if fewer than two are named
    :raises StaleOrderError: if one changed since its version
    """
    orders = lock_by_tid(tids, versions=versions)
    if len(orders) < 2:
        raise UnableToMergeError(_("分开发至少要选两单。"))
    ShipApart.objects.bulk_create(
        [
            ShipApart(first=first, second=second, made_at=now, made_by=by, reason=reason[:200])
            for first, second in combinations(orders, 2)
            if second.pk not in companions([first.pk])
        ],
        ignore_conflicts=True,
    )
    end_waiting(orders, by=by, resolution=reason.strip() or _("分开发"), now=now)
    settle_partners(orders, now=now)
    for order in orders:
        others = [other.tid for other in orders if other.pk != order.pk]
        operations.record(
            name="orders.parcel.set_apart",
            by=by,
            now=now,
            object_type="order",
            object_key=order.tid,
            new={"with": others},
            reason=reason.strip(),
        )
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(version=F("version") + 1)
    return orders


def lock_by_tid(tids: Sequence[str], *, versions: dict[str, int] | None) -> list[Order]:
    """Lock orders by their tids, in the order of their keys.

    :raises Order.DoesNotExist: if one of them does not exist
    :raises StaleOrderError: if one changed since its version
    """
    wanted = sorted(set(tids))
    ids = list(Order.objects.filter(tid__in=wanted).values_list("pk", flat=True))
    if len(ids) < len(wanted):
        raise Order.DoesNotExist
    orders = locked_orders(ids)
    require_versions(orders, versions)
    return orders


def require_versions(orders: Iterable[Order], versions: dict[str, int] | None) -> None:
    """Refuse if one of these locked orders is no longer as the person saw it.

    :raises StaleOrderError: naming the first of them
    """
    for order in orders:
        seen = (versions or {}).get(order.tid)
        if seen is not None and seen != order.version:
            raise StaleOrderError(tid=order.tid, seen=seen, current=order.version)
