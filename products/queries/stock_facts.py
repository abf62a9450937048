"""What is free, and for whom something is set aside already; asked by the thousand."""

from collections.abc import Collection, Iterable

from django.db.models import F, Sum, Value

from products.choices import AllocationState
from products.models import Allocation, BundlePart, Sku, StockLevel
from products.queries.catalogue_of import catalogue_of
from products.rules.stock import Catalogue, Level, Taken, Wanted


def free_pieces(codes: Collection[str]) -> tuple[Catalogue, dict[int, int]]:
    """Give what codes stand for, and the free pieces of those SKUs whose stock is kept. Three queries."""
    catalogue = catalogue_of(codes)
    rows = StockLevel.objects.filter(sku__in=catalogue.sku_ids)
    free = dict(rows.values_list("sku_id", F("on_hand") - F("allocated")))
    return catalogue, free


def free_levels(sku_ids: Collection[int]) -> dict[int, Level]:
    """Give what is free of those SKUs whose stock is kept. One query."""
    rows = StockLevel.objects.filter(sku__in=sku_ids)
    return {
        sku_id: Level(on_hand - allocated, since)
        for sku_id, on_hand, allocated, since in rows.values_list(
            "sku_id", "on_hand", "allocated", "kept_since"
        )
    }


def taken_by(lines: Iterable[Wanted]) -> Taken:
    """Give (line, SKU) of those lines that have their pieces, or had them when they left. One query."""
    rows = Allocation.objects.filter(line_key__in=[line.line_key for line in lines])
    return frozenset(rows.exclude(state=AllocationState.RELEASED).values_list("line_key", "sku_id"))


def served_tids(tids: Collection[str]) -> set[str]:
    """Give those of the orders for which pieces are set aside or went out. One query."""
    rows = Allocation.objects.filter(tid__in=list(tids)).exclude(state=AllocationState.RELEASED)
    return set(rows.values_list("tid", flat=True))


def aside_for(tids: Collection[str]) -> dict[int, int]:
    """Give the pieces by SKU that are set aside for these orders. One query."""
    rows = Allocation.objects.filter(tid__in=list(tids), state=AllocationState.HELD)
    return dict(rows.order_by().values_list("sku_id").annotate(pieces=Sum("quantity")))


def keeps_stock() -> bool:
    """Say whether the shop keeps the stock of anything."""
    return StockLevel.objects.exists()


def may_keep_orders() -> bool:
    """Say whether stock or bundles could keep any order. One query, and most shops begin with no."""
    kept = StockLevel.objects.order_by().values(one=Value(1))
    return kept.union(BundlePart.objects.order_by().values(one=Value(1))).exists()


def has_catalogue() -> bool:
    """Say whether anybody entered a SKU, beyond the codes seen in orders."""
    return Sku.objects.filter(is_draft=False).exists()
