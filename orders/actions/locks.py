"""The one place that locks orders. Models are locked in the order of docs/architecture.md."""

from collections.abc import Iterable

from django.db import connection

from orders.actions.errors import StaleOrderError
from orders.models import Hold, Order, Parcel


def locked_order(*, tid: str, version: int | None = None) -> Order:
    """Lock one order until the end of the transaction.

    `version` is what the person saw; None for callers that saw nothing (imports, bulk by rule).

    :raises Order.DoesNotExist: if no order has this tid
    :raises StaleOrderError: if the order changed since that version
    """
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    order = Order.objects.select_for_update(of=("self",)).get(tid=tid)
    if version is not None and order.version != version:
        raise StaleOrderError(tid=tid, seen=version, current=order.version)
    return order


def locked_open_hold(order: Order, *, hold_id: int) -> Hold:
    """Lock one open hold of a locked order.

    :raises Hold.DoesNotExist: if the order has no such open hold
    """
    return Hold.objects.select_for_update(of=("self",)).get(
        pk=hold_id, order=order, closed_at__isnull=True
    )


def locked_open_holds(order: Order) -> list[Hold]:
    """Lock all open holds of a locked order."""
    holds = Hold.objects.select_for_update(of=("self",))
    return list(holds.filter(order=order, closed_at__isnull=True).order_by("pk"))


def bump(order: Order, *fields: str) -> None:
    """Save the named fields of a locked order as its next version."""
    order.version += 1
    order.save(update_fields=[*fields, "version"])


def locked_orders(order_ids: Iterable[int]) -> list[Order]:
    """Lock orders until the end of the transaction, in the order of their keys."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = Order.objects.filter(pk__in=list(order_ids)).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def locked_orders_free(*, ids: Iterable[int]) -> list[Order]:
    """Lock those orders that nobody else holds, in the order of their keys; the others are passed over."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = Order.objects.filter(pk__in=list(ids)).order_by("pk")
    return list(rows.select_for_update(of=("self",), skip_locked=True))


def locked_parcels(parcel_ids: Iterable[int]) -> list[Parcel]:
    """Lock parcels whose orders are locked already, in the order of their keys."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = Parcel.objects.filter(pk__in=list(parcel_ids)).order_by("pk")
    return list(rows.select_for_update(of=("self",)))
