"""The one place that locks goods: levels by SKU, then allocations, then purchase orders."""

from collections.abc import Collection

from django.db import connection

from products.models import PurchaseOrder, StockCount, StockLevel, StockRule, Supplier


def locked_levels(sku_ids: Collection[int]) -> dict[int, StockLevel]:
    """Lock the levels of SKUs until the end of the transaction, in the order of their ids.

    A SKU whose stock is not kept has none and is left out.
    """
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = StockLevel.objects.select_for_update(of=("self",)).filter(sku__in=list(sku_ids))
    return {row.sku_id: row for row in rows.order_by("pk")}


def locked_count(*, count_id: int) -> StockCount:
    """Lock one stock count.

    :raises StockCount.DoesNotExist: if there is none
    """
    return StockCount.objects.select_for_update(of=("self",)).get(pk=count_id)


def locked_purchase(*, number: str) -> PurchaseOrder:
    """Lock one purchase order.

    :raises PurchaseOrder.DoesNotExist: if no order has this number
    """
    rows = PurchaseOrder.objects.select_for_update(of=("self",)).select_related("supplier")
    return rows.get(number=number)


def locked_supplier(*, supplier_id: int) -> Supplier:
    """Lock one supplier.

    :raises Supplier.DoesNotExist: if there is none
    """
    return Supplier.objects.select_for_update(of=("self",)).get(pk=supplier_id)


def locked_rule() -> StockRule | None:
    """Lock the newest row of the shop's stock rules; None if nobody changed them yet."""
    return StockRule.objects.select_for_update(of=("self",)).order_by("-valid_from").first()
