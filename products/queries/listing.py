"""Listing checks as lists and pages show them."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from products.choices import ProductStatus
from products.models import ListingCheck, Product, Violation, WordExemption

PAGE = 50
SHOWS = ("failed", "unknown", "passed", "unchecked")


@dataclass(frozen=True, slots=True)
class CheckList:
    """One page of products with their newest check, worst first; `after` leads to the next page."""

    rows: list[ListingCheck]
    products: list[Product]
    after: str


def check_counts(*, only_main: bool) -> dict[str, int]:
    """Count products by what their newest check says; four counts over a partial index."""
    latest = _latest(only_main=only_main)
    return {
        "failed": latest.filter(failed_count__gt=0).count(),
        "unknown": latest.filter(failed_count=0, unknown_count__gt=0).count(),
        "passed": latest.filter(failed_count=0, unknown_count=0).count(),
        "unchecked": _unchecked(only_main=only_main).count(),
    }


def _latest(*, only_main: bool) -> QuerySet[ListingCheck]:
    rows = ListingCheck.objects.filter(is_latest=True).exclude(product__status=ProductStatus.DRAFT)
    return rows.filter(product__is_main=True) if only_main else rows


def _unchecked(*, only_main: bool) -> QuerySet[Product]:
    rows = Product.objects.exclude(status=ProductStatus.DRAFT).exclude(checks__is_latest=True)
    return rows.filter(is_main=True) if only_main else rows


def check_list(*, show: str, only_main: bool, after: str) -> CheckList:
    """Give one page of a view. Paging by key: failed count and id of the last row.

    :raises ValueError: if `after` is no key of ours
    """
    if show == "unchecked":
        start = int(after or 0)
        products = list(
            _unchecked(only_main=only_main).filter(pk__gt=start).order_by("pk")[: PAGE + 1]
        )
        more = str(products[PAGE - 1].pk) if len(products) > PAGE else ""
        return CheckList([], products[:PAGE], more)
    rows = _latest(only_main=only_main).select_related("product")
    rows = {
        "failed": rows.filter(failed_count__gt=0),
        "unknown": rows.filter(failed_count=0, unknown_count__gt=0),
    }.get(show, rows.filter(failed_count=0, unknown_count=0))
    if after:
        failed, pk = map(int, after.split("."))
        rows = rows.filter(Q(failed_count__lt=failed) | Q(failed_count=failed, pk__gt=pk))
    found = list(rows.order_by("-failed_count", "pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return CheckList(found[:PAGE], [], f"{last.failed_count}.{last.pk}" if last else "")


@dataclass(frozen=True, slots=True)
class ProductChecks:
    """A product's newest check, those before it, its violations and words that were let pass."""

    latest: ListingCheck | None
    history: list[ListingCheck]
    violations: list[Violation]
    exemptions: list[WordExemption]


def product_checks(product: Product) -> ProductChecks:
    """Give what a product's page shows of its checks. Three queries."""
    history = list(product.checks.select_related("checked_by").order_by("-checked_at", "-pk")[:20])
    latest = next((row for row in history if row.is_latest), None)
    return ProductChecks(
        latest,
        history,
        list(product.violations.select_related("owner").order_by("-found_at", "-pk")[:20]),
        list(product.word_exemptions.select_related("by").order_by("pk")),
    )
