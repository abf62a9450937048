"""What is free, and for whom something is set aside already; asked by the thousand."""

from collections.abc import Collection

from django.db.models import F

from products.choices import AllocationState
from products.models import Allocation, Sku, StockLevel
from products.queries.catalogue_of import catalogue_of
from products.rules.stock import Catalogue


def free_pieces(codes: Collection[str]) -> tuple[Catalogue, dict[int, int]]:
    """Give what codes stand for, and the free pieces of those SKUs whose stock is kept. Three queries."""
    catalogue = catalogue_of(codes)
    rows = StockLevel.objects.filter(sku__in=catalogue.sku_ids)
    free = dict(rows.values_list("sku_id", F("on_hand") - F("allocated")))
    return catalogue, free


def served_tids(tids: Collection[str]) -> set[str]:
    """Give those of the orders for which pieces are set aside or went out. One query."""
    rows = Allocation.objects.filter(tid__in=list(tids)).exclude(state=AllocationState.RELEASED)
    return set(rows.values_list("tid", flat=True))


def keeps_stock() -> bool:
    """Say whether the shop keeps the stock of anything."""
    return StockLevel.objects.exists()


def has_catalogue() -> bool:
    """Say whether anybody entered a SKU, beyond the codes seen in orders."""
    return Sku.objects.filter(is_draft=False).exists()
