"""The one place that locks goods, each by primary key, within the order of docs/architecture.md."""

from collections.abc import Sequence

from django.db import connection

from products.actions.errors import StaleGoodsError
from products.models import ListingCheck, PriceChange, Product, Sku, Violation


def _in_transaction() -> None:
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101


def locked_product(*, product_id: int, version: int | None = None) -> Product:
    """Lock one product. `version` is what the person saw; None for who saw nothing.

    :raises Product.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since that version
    """
    _in_transaction()
    product = Product.objects.select_for_update(of=("self",)).get(pk=product_id)
    if version is not None and product.version != version:
        raise StaleGoodsError(str(product))
    return product


def locked_latest_check(*, product_id: int) -> ListingCheck | None:
    """Lock a product, then its newest check, so that two who check it at once write one after another."""
    _in_transaction()
    Product.objects.select_for_update(of=("self",)).filter(pk=product_id).first()
    checks = ListingCheck.objects.select_for_update(of=("self",))
    return checks.filter(product_id=product_id, is_latest=True).order_by("pk").first()


def locked_sku(*, sku_id: int, version: int | None = None) -> Sku:
    """Lock one SKU.

    :raises Sku.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since that version
    """
    _in_transaction()
    sku = Sku.objects.select_for_update(of=("self",)).get(pk=sku_id)
    if version is not None and sku.version != version:
        raise StaleGoodsError(sku.code)
    return sku


def locked_skus(sku_ids: Sequence[int]) -> list[Sku]:
    """Lock several SKUs in the order of their keys."""
    _in_transaction()
    return list(Sku.objects.select_for_update(of=("self",)).filter(pk__in=sku_ids).order_by("pk"))


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
