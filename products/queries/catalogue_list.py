"""The list of products: one page by key, with what stands beside each row. Six queries, whatever the size."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from products.models import CatalogueConflict, Product, ProductDay, Sku, StockLevel
from products.queries.catalogue_sort import Edge, Sort, sorted_rows

PAGE = 50
TREND_DAYS = 14
_ROW_FIELDS = (
    "id", "item_no", "item_code", "title", "category", "brand", "status", "role", "is_main",
    "image_path", "version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tab:
    """One saved view."""

    code: str
    name: str | Promise
    where: Q | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to."""

    q: str = ""
    status: str = ""
    role: str = ""
    category: str = ""
    brand: str = ""


@dataclass(slots=True)
class ProductRow:
    """One product as the list shows it. None is unknown, never zero."""

    id: int
    item_no: str
    item_code: str
    title: str
    category: str
    brand: str
    status: str
    role: str
    is_main: bool
    image_path: str
    version: int
    sku_count: int = 0
    kept_count: int = 0
    free: int = 0
    prices: tuple[Decimal, Decimal] | None = None
    margin_rate: Decimal | None = None
    is_dear: bool = False
    has_no_cost: bool = False
    out_count: int = 0
    conflict_count: int = 0
    trend: list[int | None] = field(default_factory=list)
    daily_pieces: Decimal | None = None

    @property
    def stock(self) -> int | None:
        """Free pieces of the SKUs whose stock is kept."""
        return self.free if self.kept_count else None

    @property
    def cover_days(self) -> Decimal | None:
        """Days that the free pieces last at the sales of the last two weeks."""
        if self.stock is None or not self.daily_pieces:
            return None
        return Decimal(max(self.stock, 0)) / self.daily_pieces


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of rows with its neighbours' keys (None where there is none)."""

    rows: Sequence[ProductRow]
    before: Edge | None
    after: Edge | None


def _of_product() -> QuerySet[Sku]:
    return Sku.objects.filter(product=OuterRef("pk"))


def _out_of_stock() -> Q:
    levels = StockLevel.objects.filter(on_hand__lte=F("allocated"))
    return Q(pk__in=levels.filter(sku__product__isnull=False).values("sku__product"))


def _in_conflict() -> Q:
    waiting = CatalogueConflict.objects.filter(decided_at=None)
    return Q(pk__in=waiting.filter(product__isnull=False).values("product")) | Q(
        pk__in=waiting.filter(sku__product__isnull=False).values("sku__product")
    )


TABS: dict[str, Tab] = {
    tab.code: tab
    for tab in (
        Tab("all", _("全部"), None),
        Tab("on_shelf", _("在售"), Q(status="on_shelf")),
        Tab("main", _("主推款"), Q(is_main=True)),
        Tab("out", _("缺货"), None),
        Tab("dear", _("成本高于售价"), None),
        Tab("conflict", _("资料冲突"), None),
        Tab("draft", _("草稿"), Q(status="draft")),
    )
}


def narrowed(tab: Tab, filters: Filters) -> QuerySet[Product]:
    """Give the products of a tab that a list is narrowed to."""
    rows = Product.objects.all()
    if tab.where is not None:
        rows = rows.filter(tab.where)
    if tab.code == "out":
        rows = rows.filter(_out_of_stock())
    if tab.code == "conflict":
        rows = rows.filter(_in_conflict())
    if tab.code == "dear":
        rows = rows.filter(Exists(_of_product().filter(cost_amount__gt=F("list_amount"))))
    for name in ("status", "role", "category", "brand"):
        if value := getattr(filters, name):
            rows = rows.filter(**{name: value})
    return rows.filter(pk__in=_found(filters.q)) if filters.q else rows


def _found(text: str) -> QuerySet[Any]:
    """Give the ids of products that a text leads to: a number, a code's beginning, a part of a title.

    Capitals and small letters are the same.

    Three indexes, each asked for itself; joined by OR Postgres would use none of them.
    """
    codes = Sku.objects.filter(product__isnull=False)
    found = [
        Product.objects.filter(title__icontains=text).values("pk"),
        Product.objects.filter(item_code__istartswith=text).values("pk"),
        Product.objects.filter(item_no=text).values("pk"),
        codes.filter(code__istartswith=text).values("product"),
        codes.filter(barcode=text).exclude(barcode="").values("product"),
    ]
    return found[0].union(*found[1:], all=True)


def product_page(  # noqa: PLR0913
    *,
    tab: Tab,
    filters: Filters,
    today: date,
    sort: Sort | None = None,
    after: Edge | None = None,
    before: Edge | None = None,
    size: int | None = None,
) -> ListPage:
    """Give one page, newest first or sorted. `after` and `before` are the edges of a neighbour."""
    size = size or PAGE
    rows = sorted_rows(narrowed(tab, filters), sort, after=after, before=before)
    names = [*_ROW_FIELDS, *([f"figures__{sort.field}"] if sort else [])]
    found = list(rows.values(*names)[: size + 1])
    has_more, shown = len(found) > size, found[:size]
    if before is not None:
        shown.reverse()
    edges = [Edge(row["id"], _figure(row.pop(names[-1])) if sort else None) for row in shown]
    made = [ProductRow(**row) for row in shown]
    fill(made, today=today)
    if not made:
        return ListPage([], None, None)
    is_back = before is not None
    return ListPage(
        made,
        edges[0] if (has_more if is_back else after is not None) else None,
        edges[-1] if (is_back or has_more) else None,
    )


def _figure(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def fill(rows: Sequence[ProductRow], *, today: date) -> None:
    """Add SKUs, stock, conflicts and sales to rows. Four queries."""
    by_id = {row.id: row for row in rows}
    if not by_id:
        return
    _fill_skus(by_id)
    _fill_conflicts(by_id)
    _fill_days(by_id, today)


def _fill_skus(by_id: dict[int, ProductRow]) -> None:
    skus = Sku.objects.filter(product__in=by_id).order_by("pk")
    for product, price, cost, on_hand, allocated in skus.values_list(
        "product_id", "list_amount", "cost_amount", "level__on_hand", "level__allocated"
    ):
        row = by_id[product]
        row.sku_count += 1
        if on_hand is not None:
            row.kept_count += 1
            row.free += on_hand - allocated
            row.out_count += on_hand <= allocated
        _add_price(row, price, cost)


def _add_price(row: ProductRow, price: Decimal | None, cost: Decimal | None) -> None:
    if cost is None:
        row.has_no_cost = True
    if price is None:
        return
    low, high = row.prices or (price, price)
    row.prices = (min(low, price), max(high, price))
    if cost is None or price <= 0:
        return
    rate = (price - cost) / price
    row.margin_rate = rate if row.margin_rate is None else min(row.margin_rate, rate)
    row.is_dear = row.is_dear or cost > price


def _fill_conflicts(by_id: dict[int, ProductRow]) -> None:
    waiting = CatalogueConflict.objects.filter(decided_at=None)
    own = waiting.filter(product__in=by_id).values_list("product_id", flat=True)
    of_skus = waiting.filter(sku__product__in=by_id).values_list("sku__product_id", flat=True)
    for product in own.union(of_skus, all=True):
        by_id[product].conflict_count += 1


def trend_span(today: date) -> list[date]:
    """Give the last two weeks up to yesterday."""
    return [today - timedelta(days=n) for n in range(TREND_DAYS, 0, -1)]


def _fill_days(by_id: dict[int, ProductRow], today: date) -> None:
    span = trend_span(today)
    place = {day: number for number, day in enumerate(span)}
    for row in by_id.values():
        row.trend = [None] * len(span)
    days = ProductDay.objects.filter(product__in=by_id, date__gte=span[0], date__lte=span[-1])
    for product, day, pieces in days.values_list("product_id", "date", "paid_pieces"):
        by_id[product].trend[place[day]] = pieces
    for row in by_id.values():
        known = [pieces for pieces in row.trend if pieces is not None]
        row.daily_pieces = Decimal(sum(known)) / len(known) if known else None


def open_conflict_count(*, most: int = 1000) -> int:
    """Count open conflicts, up to `most`."""
    return CatalogueConflict.objects.filter(decided_at=None)[:most].count()


def brands(*, most: int = 60) -> list[str]:
    """Give the brands there are."""
    rows = Product.objects.exclude(brand="").order_by("brand").values_list("brand", flat=True)
    return list(rows.distinct()[:most])
