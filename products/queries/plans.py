"""What to order, as people read it: the plans of the last forecast run beside what happened since.

A plan counts what was on its way when it was made. Drafts, and orders placed after it, are not in it:
they are `Covered`, read live, so that the same need is never ordered twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, When

from products.choices import PurchaseState
from products.models import PurchaseLine, ReplenishmentPlan, Sku, Supplier
from products.queries.offers import newest_offers
from products.rules.replenishment import in_packs

PAGE_ROWS = 50
WEEK = timedelta(days=6)
# After so long a plan is not of last night.
STALE = timedelta(hours=30)
TABS = ("now", "week", "all", "bare", "unknown")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which plans: a tab of TABS, a supplier, part of a code or title."""

    tab: str = "now"
    supplier: int = 0
    q: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """Pieces of a SKU that a plan does not know of yet, and the purchase orders that bring them."""

    pieces: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One SKU's plan. `free` None: its stock is not kept; `error` None: its history is too short.

    `to_order`: what is still missing of the suggestion, in whole packs, after what is covered.
    """

    sku_id: int
    product_id: int | None
    code: str
    title: str
    spec: str
    image_path: str
    is_main: bool
    made_at: datetime
    sold_weeks: list[int]
    back_test: list[list[Any]]
    kind: str
    model: str
    daily_demand: Decimal
    uplift_pieces: Decimal
    error: Decimal | None
    naive_error: Decimal | None
    bias: Decimal | None
    free: int | None
    on_the_way: int
    safety_stock: int
    reorder_point: int
    cover_days: int | None
    runs_out_on: date | None
    order_by: date | None
    lead_days: int
    suggested_quantity: int
    covered: Covered
    to_order: int
    supplier_id: int | None
    supplier: str
    pack_size: int
    minimum_quantity: int
    price_amount: Decimal | None

    @property
    def better_rate(self) -> Decimal | None:
        """Give by which share the forecast missed less than the naive one; negative: more."""
        if self.error is None or not self.naive_error:
            return None
        return 1 - self.error / self.naive_error


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One page, and the key from which the next goes on ("" where there is none)."""

    rows: list[PlanRow]
    after: str


def plan_page(*, filters: Filters, today: date, after: str = "", size: int = PAGE_ROWS) -> PlanPage:
    """Give one page of plans by last order date, then SKU; without a date last. Five queries.

    :raises ValueError: if `after` is not a key that a page gave
    """
    rows = _plans(filters, today)
    if after:
        rows = rows.filter(_behind(after))
    found = list(_joined(rows)[: size + 1])
    shown = found[:size]
    following = _key(shown[-1]) if len(found) > size else ""
    return PlanPage(_rows(shown, today), following)


def plans_of(sku_ids: Collection[int], *, today: date) -> dict[int, PlanRow]:
    """Give the plans of SKUs by id; one without a plan is left out. Four queries."""
    rows = _joined(ReplenishmentPlan.objects.filter(pk__in=sku_ids))
    return {row.sku_id: row for row in _rows(list(rows), today)}


def ids_to_order(*, filters: Filters, today: date, most: int) -> list[int]:
    """Give the SKUs of a filter of which something is still to be ordered, at most so many."""
    rows = _plans(filters, today).filter(_wanting())
    return list(_in_order(rows).values_list("pk", flat=True)[:most])


def to_order_count(*, filters: Filters, today: date) -> int:
    """Count the SKUs of a filter of which something is still to be ordered."""
    return _plans(filters, today).filter(_wanting()).count()


def tab_counts(*, today: date) -> dict[str, int]:
    """Count the plans of each tab. Three queries."""
    wants = _wanting()
    return dict(
        ReplenishmentPlan.objects.aggregate(
            now=Count("pk", filter=wants & Q(order_by__lte=today)),
            week=Count("pk", filter=wants & Q(order_by__lte=today + WEEK)),
            all=Count("pk"),
            bare=Count("pk", filter=Q(supplier__isnull=True)),
            unknown=Count("pk", filter=Q(free__isnull=True)),
        )
    )


def suppliers_of_plans() -> list[tuple[int, str]]:
    """Give the suppliers that plans name, by name. One query."""
    used = ReplenishmentPlan.objects.filter(supplier__isnull=False).values("supplier")
    rows = Supplier.objects.filter(pk__in=used).order_by("name", "pk")
    return list(rows.values_list("pk", "name"))


def made_at() -> datetime | None:
    """Give when the newest plan was made; None before the first run. One query."""
    found: datetime | None = ReplenishmentPlan.objects.aggregate(at=Max("made_at"))["at"]
    return found


def covered_of(sku_ids: Collection[int] | None = None) -> dict[int, Covered]:
    """Give what purchase orders bring that plans do not know of: drafts, and what was ordered since.

    One query over the open orders and those since the plans. Of an order that ended, what came counts.
    """
    came = Case(
        When(purchase__state=PurchaseState.ARRIVED, then=F("arrived_quantity")),
        default=F("quantity"),
        output_field=IntegerField(),
    )
    lines = _uncounted_lines().annotate(pieces=came).filter(pieces__gt=0)
    if sku_ids is not None:
        lines = lines.filter(sku__in=sku_ids)
    found: dict[int, Covered] = {}
    rows = lines.order_by("sku", "purchase").values_list("sku_id", "pieces", "purchase__number")
    for sku_id, pieces, number in rows:
        old = found.get(sku_id, Covered(0, ()))
        found[sku_id] = Covered(old.pieces + pieces, (*old.numbers, number))
    return found


def _uncounted_lines() -> "QuerySet[PurchaseLine]":
    since = Q(purchase__ordered_at__gt=F("sku__replenishment__made_at"))
    lines = PurchaseLine.objects.filter(Q(purchase__state=PurchaseState.DRAFT) | since)
    return lines.exclude(purchase__state=PurchaseState.CANCELLED)


def _wanting() -> Q:
    """Give those of whose suggestion something is left. Two queries, over what is covered only."""
    covered = covered_of()
    plans = ReplenishmentPlan.objects.filter(pk__in=covered, suggested_quantity__gt=0)
    done = [
        pk
        for pk, suggested in plans.values_list("pk", "suggested_quantity")
        if covered[pk].pieces >= suggested
    ]
    return Q(suggested_quantity__gt=0) & ~Q(pk__in=done)


def _plans(filters: Filters, today: date) -> "QuerySet[ReplenishmentPlan]":
    rows = ReplenishmentPlan.objects.all()
    if filters.tab in {"now", "week"}:
        last = today if filters.tab == "now" else today + WEEK
        rows = rows.filter(_wanting(), order_by__lte=last)
    elif filters.tab == "bare":
        rows = rows.filter(supplier__isnull=True)
    elif filters.tab == "unknown":
        rows = rows.filter(free__isnull=True)
    if filters.supplier:
        rows = rows.filter(supplier=filters.supplier)
    if q := filters.q.strip():
        title = Q(sku__title__icontains=q) | Q(sku__product__title__icontains=q)
        rows = rows.filter(Q(sku__code__icontains=q) | title)
    return rows


def _in_order(rows: "QuerySet[ReplenishmentPlan]") -> "QuerySet[ReplenishmentPlan]":
    return rows.order_by(F("order_by").asc(nulls_last=True), "pk")


def _joined(rows: "QuerySet[ReplenishmentPlan]") -> "QuerySet[ReplenishmentPlan]":
    return _in_order(rows).select_related("sku", "sku__product")


def _key(plan: ReplenishmentPlan) -> str:
    return f"{plan.order_by.isoformat() if plan.order_by else ''}_{plan.pk}"


def _behind(key: str) -> Q:
    day, _under, pk = key.partition("_")
    if not pk.isdecimal() or len(pk) > 18:
        raise ValueError("not a page key")
    last = Q(order_by__isnull=True)
    if not day:
        return last & Q(pk__gt=int(pk))
    at = date.fromisoformat(day)
    return Q(order_by__gt=at) | Q(order_by=at, pk__gt=int(pk)) | last


def _rows(plans: Sequence[ReplenishmentPlan], today: date) -> list[PlanRow]:
    ids = [plan.pk for plan in plans]
    covered, offers = covered_of(ids), newest_offers(ids, today=today)
    return [_row(plan, covered.get(plan.pk, Covered(0, ())), offers.get(plan.pk)) for plan in plans]


def _row(plan: ReplenishmentPlan, covered: Covered, offer: Any) -> PlanRow:  # noqa: ANN401
    sku: Sku = plan.sku
    product = sku.product
    least = offer.minimum_quantity if offer else 1
    missing = plan.suggested_quantity - covered.pieces
    return PlanRow(
        sku_id=plan.pk,
        product_id=sku.product_id,
        code=sku.code,
        title=(product.title if product else "") or sku.title,
        spec=sku.spec or (sku.title if product and product.title else ""),
        image_path=product.image_path if product else "",
        is_main=bool(product and product.is_main),
        made_at=plan.made_at,
        sold_weeks=plan.sold_weeks,
        back_test=plan.back_test,
        kind=plan.kind,
        model=plan.model,
        daily_demand=plan.daily_demand,
        uplift_pieces=plan.uplift_pieces,
        error=plan.error,
        naive_error=plan.naive_error,
        bias=plan.bias,
        free=plan.free,
        on_the_way=plan.on_the_way,
        safety_stock=plan.safety_stock,
        reorder_point=plan.reorder_point,
        cover_days=plan.cover_days,
        runs_out_on=plan.runs_out_on,
        order_by=plan.order_by,
        lead_days=plan.lead_days,
        suggested_quantity=plan.suggested_quantity,
        covered=covered,
        to_order=in_packs(missing, pack_size=sku.pack_size, minimum_quantity=least),
        supplier_id=offer.supplier_id if offer else None,
        supplier=offer.supplier.name if offer else "",
        pack_size=sku.pack_size,
        minimum_quantity=least,
        price_amount=offer.amount if offer else None,
    )
