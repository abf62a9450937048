"""Where goods are locked but products and SKUs themselves: these are `catalogue_locks`, and come first.

Order: products with their checks and violations, SKUs with their prices, plans by SKU, suppliers,
then a count or a purchase order, then levels by SKU, last the day's numbers. Allocations change under
their levels' locks only.
"""

from collections.abc import Collection

from django.db import connection

from products.actions.errors import StaleGoodsError
from products.models import (
    ListingCheck,
    PriceChange,
    Product,
    PurchaseOrder,
    ReplenishmentPlan,
    ReplenishmentRule,
    StockCount,
    StockLevel,
    StockRule,
    Supplier,
    Violation,
)

# Advisory locks: what has no row of its own to lock.
_PURCHASE_NUMBERS = 7_203_051
_REPLENISHMENT_RULES = 7_203_052


def _in_transaction() -> None:
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101


def locked_levels(sku_ids: Collection[int]) -> dict[int, StockLevel]:
    """Lock the levels of SKUs until the end of the transaction, in the order of their ids.

    A SKU whose stock is not kept has none and is left out.
    """
    _in_transaction()
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


def locked_suppliers(supplier_ids: Collection[int]) -> dict[int, Supplier]:
    """Lock suppliers by id, in the order of their ids."""
    _in_transaction()
    rows = Supplier.objects.select_for_update(of=("self",)).filter(pk__in=list(supplier_ids))
    return {row.pk: row for row in rows.order_by("pk")}


def locked_plans(sku_ids: Collection[int]) -> dict[int, ReplenishmentPlan]:
    """Lock the plans of SKUs until the end of the transaction, in the order of their ids."""
    _in_transaction()
    rows = ReplenishmentPlan.objects.select_for_update(of=("self",)).filter(pk__in=list(sku_ids))
    return {row.pk: row for row in rows.order_by("pk")}


def hold_purchase_numbers() -> None:
    """Wait until nobody else gives a purchase order its number; held until the transaction ends."""
    _hold(_PURCHASE_NUMBERS)


def locked_replenishment_rule() -> ReplenishmentRule | None:
    """Lock the newest rule of replenishment, and the right to write the first; None if there is none."""
    _hold(_REPLENISHMENT_RULES)
    rows = ReplenishmentRule.objects.select_for_update(of=("self",))
    return rows.order_by("-valid_from", "pk").first()


def _hold(lock: int) -> None:
    _in_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


def locked_rule() -> StockRule | None:
    """Lock the newest row of the shop's stock rules; None if nobody changed them yet."""
    return StockRule.objects.select_for_update(of=("self",)).order_by("-valid_from").first()


def locked_latest_check(*, product_id: int) -> ListingCheck | None:
    """Lock a product, then its newest check, so that two who check it at once write one after another."""
    _in_transaction()
    Product.objects.select_for_update(of=("self",)).filter(pk=product_id).first()
    checks = ListingCheck.objects.select_for_update(of=("self",))
    return checks.filter(product_id=product_id, is_latest=True).order_by("pk").first()


def locked_price_change(*, change_id: int) -> PriceChange:
    """Lock one price change; its SKU is locked first.

    :raises PriceChange.DoesNotExist: if there is none
    """
    _in_transaction()
    return PriceChange.objects.select_for_update(of=("self",)).get(pk=change_id)


def locked_violation(*, violation_id: int, version: int | None = None) -> Violation:
    """Lock one violation; its product is locked first where it changes.

    :raises Violation.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since that version
    """
    _in_transaction()
    row = Violation.objects.select_for_update(of=("self",)).get(pk=violation_id)
    if version is not None and row.version != version:
        raise StaleGoodsError(row.kind)
    return row
