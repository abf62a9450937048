"""Stock as people read it: the list, one SKU's ledger, counts, the shelf beside the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from products.choices import AllocationState, CountState, WarningKind
from products.models import (
    Allocation,
    BundlePart,
    CountLine,
    Sku,
    SkuDay,
    StockCount,
    StockLevel,
    StockMove,
    StockWarning,
)
from products.queries.shortage import Coming, coming_of
from products.rules.stock import cover_days

PAGE_ROWS = 50
MOVES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class StockRow:
    """One SKU whose stock is kept."""

    sku_id: int
    code: str
    title: str
    spec: str
    bin_code: str
    on_hand: int
    allocated: int
    free: int
    coming: Coming | None
    sold: int
    cover_days: Decimal | None
    warning: str
    warning_words: str
    is_main: bool


@dataclass(frozen=True, slots=True)
class StockPage:
    """One page of the list, with the codes from which its neighbours go on."""

    rows: list[StockRow]
    before: str
    after: str


def stock_page(
    *,
    today: date,
    sales_days: int,
    tab: str = "all",
    q: str = "",
    after: str = "",
    before: str = "",
) -> StockPage:
    """Give one page of the SKUs whose stock is kept, by code. Four queries, however many there are."""
    rows = Sku.objects.filter(level__isnull=False).select_related("level", "product")
    if tab in WarningKind.values:
        rows = rows.filter(warning__kind=tab)
    elif tab == "short":
        rows = rows.filter(warning__isnull=False)
    if q:
        rows = rows.filter(Q(code__istartswith=q) | Q(barcode=q) | Q(title__icontains=q))
    if before:
        found = list(rows.filter(code__lt=before).order_by("-code")[: PAGE_ROWS + 1])
        more_before, more_after = len(found) > PAGE_ROWS, True
        shown = found[:PAGE_ROWS][::-1]
    else:
        found = list(rows.filter(code__gt=after).order_by("code")[: PAGE_ROWS + 1])
        more_before, more_after = bool(after), len(found) > PAGE_ROWS
        shown = found[:PAGE_ROWS]
    return StockPage(
        rows=_rows(shown, today=today, sales_days=sales_days),
        before=shown[0].code if shown and more_before else "",
        after=shown[-1].code if shown and more_after else "",
    )


def one_row(sku: Sku, *, today: date, sales_days: int) -> StockRow:
    """Give one SKU as a row of the list; one whose stock is not kept has zeros."""
    return _rows([sku], today=today, sales_days=sales_days)[0]


def _rows(skus: Sequence[Sku], *, today: date, sales_days: int) -> list[StockRow]:
    ids = [sku.pk for sku in skus]
    sold = sold_pieces(skus, since=today - timedelta(days=sales_days), before=today)
    coming = coming_of(ids)
    kinds = dict(StockWarning.objects.filter(pk__in=ids).values_list("pk", "kind"))
    return [_row(sku, sold, coming, kinds, sales_days) for sku in skus]


def _row(
    sku: Sku,
    sold: dict[int, int],
    coming: dict[int, Coming],
    kinds: dict[int, str],
    sales_days: int,
) -> StockRow:
    level = getattr(sku, "level", None) or StockLevel()
    free, kind = level.on_hand - level.allocated, kinds.get(sku.pk, "")
    return StockRow(
        sku_id=sku.pk,
        code=sku.code,
        title=sku.title,
        spec=sku.spec,
        bin_code=sku.bin_code,
        on_hand=level.on_hand,
        allocated=level.allocated,
        free=free,
        coming=coming.get(sku.pk),
        sold=sold.get(sku.pk, 0),
        cover_days=cover_days(free=free, sold=sold.get(sku.pk, 0), days=sales_days),
        warning=kind,
        warning_words=str(WarningKind(kind).label) if kind else "",
        is_main=bool(sku.product and sku.product.is_main),
    )


def sold_pieces(skus: Sequence[Sku], *, since: date, before: date) -> dict[int, int]:
    """Give the pieces sold of SKUs, those in bundles included. Two queries over their own days."""
    weights: dict[str, list[tuple[int, int]]] = {sku.code: [(sku.pk, 1)] for sku in skus}
    parts = BundlePart.objects.filter(part__in=[sku.pk for sku in skus])
    for code, part, quantity in parts.values_list("bundle__code", "part_id", "quantity"):
        weights.setdefault(code, []).append((part, quantity))
    days = SkuDay.objects.filter(sku_code__in=weights, date__gte=since, date__lt=before)
    found: dict[int, int] = {}
    for code, pieces in days.values_list("sku_code").annotate(Sum("pieces")).order_by():
        for sku_id, each in weights[code]:
            found[sku_id] = found.get(sku_id, 0) + pieces * each
    return found


def tab_counts() -> dict[str, int]:
    """Give how many SKUs are kept, and how many are short by kind. Two queries."""
    kinds = StockWarning.objects.values_list("kind").annotate(n=Count("pk")).order_by()
    found = {str(kind): number for kind, number in kinds}
    return {"all": StockLevel.objects.count(), "short": sum(found.values()), **found}


# --- one SKU ------------------------------------------------------------------------------------


def moves_of(*, sku_id: int, before: int = 0) -> tuple[list[StockMove], int | None]:
    """Give a page of a SKU's ledger, newest first, and the id to go on behind. One query."""
    rows = StockMove.objects.filter(sku=sku_id).select_related("by")
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: MOVES_SHOWN + 1])
    following = found[MOVES_SHOWN - 1].pk if len(found) > MOVES_SHOWN else None
    return found[:MOVES_SHOWN], following


def held_of(*, sku_id: int, size: int = 100) -> list[Allocation]:
    """Give for which orders pieces of a SKU are set aside, the longest first."""
    rows = Allocation.objects.filter(sku=sku_id, state=AllocationState.HELD)
    return list(rows.order_by("made_at", "pk")[:size])


# --- counts -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CountRow:
    """One count in the list."""

    id: int
    state: str
    state_words: str
    note: str
    opened_at: object
    opened_by: str
    booked_at: object
    line_count: int
    difference_count: int
    missing: int
    surplus: int


def counts(*, size: int = 60) -> list[CountRow]:
    """Give the newest counts with what they found. One query."""
    differs = ~Q(lines__counted=F("lines__on_hand"))
    less = Q(lines__counted__lt=F("lines__on_hand"))
    more = Q(lines__counted__gt=F("lines__on_hand"))
    rows = (
        StockCount.objects.select_related("opened_by")
        .annotate(
            line_count=Count("lines"),
            difference_count=Count("lines", filter=differs),
            missing=Sum(F("lines__on_hand") - F("lines__counted"), filter=less, default=0),
            surplus=Sum(F("lines__counted") - F("lines__on_hand"), filter=more, default=0),
        )
        .order_by("-pk")[:size]
    )
    return [
        CountRow(
            id=row.pk,
            state=row.state,
            state_words=str(CountState(row.state).label),
            note=row.note,
            opened_at=row.opened_at,
            opened_by=row.opened_by.name if row.opened_by else "",
            booked_at=row.booked_at,
            line_count=row.line_count,
            difference_count=row.difference_count,
            missing=row.missing,
            surplus=row.surplus,
        )
        for row in rows
    ]


def count_lines(*, count_id: int, only_different: bool, size: int = 500) -> list[CountLine]:
    """Give what was counted, beside what the ledger said; differences first, newest first."""
    rows: QuerySet[CountLine] = CountLine.objects.filter(count=count_id).select_related("sku")
    if only_different:
        rows = rows.exclude(counted=F("on_hand"))
    return list(rows.order_by("-counted_at", "-pk")[:size])


@dataclass(frozen=True, slots=True)
class CountSums:
    """What a count found as a whole."""

    lines: int
    differences: int
    missing: int
    surplus: int


def count_sums(*, count_id: int) -> CountSums:
    """Sum a count up. One query."""
    rows = CountLine.objects.filter(count=count_id).aggregate(
        lines=Count("pk"),
        differences=Count("pk", filter=~Q(counted=F("on_hand"))),
        missing=Sum(F("on_hand") - F("counted"), filter=Q(counted__lt=F("on_hand")), default=0),
        surplus=Sum(F("counted") - F("on_hand"), filter=Q(counted__gt=F("on_hand")), default=0),
    )
    return CountSums(**rows)


# --- shelf against ledger -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """What the platform's shelf offers of a SKU, beside what is free here."""

    sku_id: int
    code: str
    title: str
    shelf: int
    free: int
    shelf_at: object

    @property
    def difference(self) -> int:
        """Pieces that the shelf offers too many (positive) or too few."""
        return self.shelf - self.free


def shelf_differences(*, size: int | None = 200) -> list[ShelfRow]:
    """Give the SKUs whose shelf and ledger disagree, what is oversold first. One query."""
    rows = (
        Sku.objects.filter(level__isnull=False, shelf_quantity__isnull=False)
        .annotate(
            free=F("level__on_hand") - F("level__allocated"),
            difference=F("shelf_quantity") - F("level__on_hand") + F("level__allocated"),
        )
        .exclude(difference=0)
        .order_by("-difference", "code")
    )
    found = rows if size is None else rows[:size]
    return [
        ShelfRow(pk, code, title, shelf or 0, free, at)
        for pk, code, title, shelf, free, at in found.values_list(
            "pk", "code", "title", "shelf_quantity", "free", "shelf_at"
        )
    ]


def shelf_counts() -> dict[str, int]:
    """Give how many SKUs can be compared, how many differ, and how many offer too much. One query."""
    free = F("level__on_hand") - F("level__allocated")
    return dict(
        Sku.objects.filter(level__isnull=False, shelf_quantity__isnull=False).aggregate(
            compared=Count("pk"),
            different=Count("pk", filter=~Q(shelf_quantity=free)),
            oversold=Count("pk", filter=Q(shelf_quantity__gt=free)),
        )
    )
