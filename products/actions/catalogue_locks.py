"""The only places that lock products and SKUs. Order: products, then SKUs, each by key."""

from collections.abc import Iterable

from products.actions.errors import StaleGoodsError
from products.models import CatalogueConflict, Product, Sku


def locked_product(product_id: int, *, version: int | None = None) -> Product:
    """Lock a product.

    :raises Product.DoesNotExist: if there is none
    :raises StaleGoodsError: if it is another version by now
    """
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    if version is not None and product.version != version:
        raise StaleGoodsError(str(product), seen=version, current=product.version)
    return product


def locked_sku(sku_id: int, *, version: int | None = None) -> Sku:
    """Lock a SKU.

    :raises Sku.DoesNotExist: if there is none
    :raises StaleGoodsError: if it is another version by now
    """
    sku = Sku.objects.select_for_update(no_key=True).get(pk=sku_id)
    if version is not None and sku.version != version:
        raise StaleGoodsError(str(sku), seen=version, current=sku.version)
    return sku


def locked_products(ids: Iterable[int]) -> dict[int, Product]:
    """Lock several products."""
    rows = Product.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {row.pk: row for row in rows}


def locked_skus(ids: Iterable[int]) -> dict[int, Sku]:
    """Lock several SKUs."""
    rows = Sku.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {row.pk: row for row in rows}


def locked_conflicts(ids: Iterable[int]) -> list[CatalogueConflict]:
    """Lock open conflicts, after what they are about."""
    rows = CatalogueConflict.objects.select_for_update(no_key=True)
    return list(rows.filter(pk__in=set(ids), decided_at=None).order_by("pk"))
