"""One product on one screen: identity, SKUs, figures, prices, checks, conflicts, what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from products.models import (
    BundlePart,
    CatalogueConflict,
    ListingCheck,
    PriceChange,
    Product,
    ProductDay,
    Sku,
)
from shopops.intake.models import RowChange
from shopops.staff.models import Operation

SPAN = 30
MOST_SKUS, MOST_EVENTS, MOST_PRICES = 300, 40, 20


@dataclass(frozen=True, slots=True)
class ImportEvent:
    """A file that changed the product."""

    at: datetime
    batch_id: int
    file_name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """Another product of the same 货号."""

    id: int
    title: str
    item_no: str
    sku_count: int


@dataclass(frozen=True, slots=True)
class ProductDetail:
    """Everything the page shows. `skus` are the product's own, else those of a product of its style."""

    product: Product
    skus: Sequence[Sku]
    are_of_twin: bool
    twins: Sequence[Twin]
    prices: Sequence[PriceChange]
    check: ListingCheck | None
    conflicts: Sequence[CatalogueConflict]
    operations: Sequence[Operation]
    imports: Sequence[ImportEvent]


def product_detail(*, product_id: int) -> ProductDetail:
    """Collect one product's page. Ten queries, whatever it holds.

    :raises Product.DoesNotExist: if there is none
    """
    product = Product.objects.select_related("changed_by").get(pk=product_id)
    own = _skus(product_id)
    twins = _twins(product)
    borrowed = [] if own or not twins else _skus(*(twin.id for twin in twins))
    ids = [sku.pk for sku in own]
    return ProductDetail(
        product=product,
        skus=own or borrowed,
        are_of_twin=bool(borrowed),
        twins=twins,
        prices=list(
            PriceChange.objects.filter(sku__in=ids)
            .select_related("sku")
            .order_by("-pk")[:MOST_PRICES]
        ),
        check=ListingCheck.objects.filter(product=product).order_by("-checked_at", "-pk").first(),
        conflicts=list(
            CatalogueConflict.objects.filter(decided_at=None)
            .filter(Q(product=product) | Q(sku__in=ids))
            .select_related("sku", "product")
            .order_by("pk")[:100]
        ),
        operations=_operations(product_id, ids),
        imports=_imports(product_id, ids),
    )


def _skus(*product_ids: int) -> list[Sku]:
    rows = Sku.objects.filter(product__in=product_ids).select_related("level")
    return list(rows.order_by("code")[:MOST_SKUS])


def _twins(product: Product) -> list[Twin]:
    if not product.item_code:
        return []
    others = Product.objects.filter(item_code=product.item_code).exclude(pk=product.pk)
    counts: dict[int, int] = {}
    rows = list(others.order_by("pk")[:10])
    for pk in Sku.objects.filter(product__in=rows).values_list("product_id", flat=True):
        counts[pk or 0] = counts.get(pk or 0, 0) + 1
    return [Twin(row.pk, row.title, row.item_no, counts.get(row.pk, 0)) for row in rows]


def _operations(product_id: int, sku_ids: Sequence[int]) -> list[Operation]:
    about = Q(object_type="product", object_key=str(product_id)) | Q(
        object_type="sku", object_key__in=[str(pk) for pk in sku_ids]
    )
    return list(Operation.objects.filter(about).order_by("-pk")[:MOST_EVENTS])


def _imports(product_id: int, sku_ids: Sequence[int]) -> list[ImportEvent]:
    about = Q(table="products_product", row_pk=product_id) | Q(
        table="products_sku", row_pk__in=sku_ids
    )
    events: dict[int, ImportEvent] = {}
    rows = RowChange.objects.filter(about).select_related("batch").order_by("-pk")
    for row in rows[: MOST_EVENTS * 5]:
        if row.batch_id in events:
            continue
        columns = tuple(name for name in row.before if name not in {"version", "said_by"})
        at = row.batch.committed_at or row.batch.created_at
        events[row.batch_id] = ImportEvent(at, row.batch_id, row.batch.file_name, columns)
    return list(events.values())[:MOST_EVENTS]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day; every figure None where no file told it."""

    date: date
    visitors: int | None = None
    views: int | None = None
    favourites: int | None = None
    cart_pieces: int | None = None
    paid_buyers: int | None = None
    paid_pieces: int | None = None
    paid_amount: Decimal | None = None
    refunded_amount: Decimal | None = None
    search_visitors: int | None = None


DAY_NAMES = (
    "visitors", "views", "favourites", "cart_pieces", "paid_buyers", "paid_pieces",
    "paid_amount", "refunded_amount", "search_visitors",
)  # fmt: skip


def figures(*, product_id: int, today: date, days: int = 2 * SPAN) -> list[DayFigures]:
    """Give the days before `today`, oldest first, one row each. One query."""
    first = today - timedelta(days=days)
    rows = ProductDay.objects.filter(product=product_id, date__gte=first, date__lt=today)
    known = {row["date"]: DayFigures(**row) for row in rows.values("date", *DAY_NAMES)}
    span = [first + timedelta(days=n) for n in range(days)]
    return [known.get(day, DayFigures(day)) for day in span]


@dataclass(frozen=True, slots=True)
class SkuDetail:
    """A SKU's page."""

    sku: Sku
    parts: Sequence[BundlePart]
    in_bundles: Sequence[BundlePart]
    conflicts: Sequence[CatalogueConflict]
    prices: Sequence[PriceChange]
    operations: Sequence[Operation]
    imports: Sequence[ImportEvent]


def sku_detail(*, sku_id: int) -> SkuDetail:
    """Collect one SKU's page. Seven queries.

    :raises Sku.DoesNotExist: if there is none
    """
    sku = Sku.objects.select_related("product", "level", "changed_by").get(pk=sku_id)
    waiting = CatalogueConflict.objects.filter(sku=sku, decided_at=None)
    return SkuDetail(
        sku=sku,
        parts=list(sku.parts.select_related("part__level").order_by("part__code")),
        in_bundles=list(sku.in_bundles.select_related("bundle").order_by("bundle__code")[:50]),
        conflicts=list(waiting.select_related("sku", "product").order_by("pk")),
        prices=list(PriceChange.objects.filter(sku=sku).order_by("-pk")[:MOST_PRICES]),
        operations=_operations(0, [sku.pk]),
        imports=_imports(0, [sku.pk]),
    )


@dataclass(frozen=True, slots=True)
class LoosePage:
    """SKUs that belong to no product, or drafts; newest first."""

    rows: Sequence[Sku]
    before: int | None
    after: int | None


def sku_page(
    *, which: str, q: str = "", after: int | None = None, before: int | None = None, size: int = 50
) -> LoosePage:
    """Give a page of SKUs: `which` is loose, draft or all. Two queries."""
    rows = Sku.objects.select_related("product", "level")
    if which == "loose":
        rows = rows.filter(product=None)
    elif which == "draft":
        rows = rows.filter(is_draft=True)
    if q:
        rows = rows.filter(Q(code__startswith=q) | Q(merchant_code=q) | Q(barcode=q) | Q(sku_no=q))
    if before is not None:
        found = list(rows.filter(pk__gt=before).order_by("pk")[: size + 1])
    else:
        newest = rows.filter(pk__lt=after) if after is not None else rows
        found = list(newest.order_by("-pk")[: size + 1])
    has_more, shown = len(found) > size, found[:size]
    if before is not None:
        shown.reverse()
    if not shown:
        return LoosePage([], None, None)
    is_back = before is not None
    return LoosePage(
        shown,
        shown[0].pk if (has_more if is_back else after is not None) else None,
        shown[-1].pk if (is_back or has_more) else None,
    )


def conflict_page(
    *, is_open: bool, field: str = "", after: int | None = None, size: int = 50
) -> tuple[list[CatalogueConflict], int | None]:
    """Give conflicts, newest first, and the key of the next page."""
    rows = CatalogueConflict.objects.select_related("product", "sku__product", "decided_by")
    rows = rows.filter(decided_at__isnull=is_open)
    if field:
        rows = rows.filter(field=field)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: size + 1])
    return found[:size], found[size - 1].pk if len(found) > size else None


def product_names(ids: Sequence[int]) -> dict[int, str]:
    """Give what products are called, by id."""
    return {row.pk: str(row) or row.item_code for row in Product.objects.filter(pk__in=ids)}
