"""What suppliers ask for SKUs today. Loaded by pages, so without pandas."""

from collections.abc import Collection
from datetime import date

from products.models import SupplierPrice


def newest_offers(sku_ids: Collection[int], *, today: date) -> dict[int, SupplierPrice]:
    """Give the price that began last of each SKU, among suppliers that are on. One query.

    Its supplier (joined) is whom the SKU is bought from.
    """
    rows = SupplierPrice.objects.filter(
        sku__in=sku_ids, valid_from__lte=today, supplier__is_on=True
    ).select_related("supplier")
    return {price.sku_id: price for price in rows.order_by("sku", "valid_from", "pk")}
