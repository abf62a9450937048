"""Purchase orders and suppliers as people read them: what is late, what a supplier's word is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from products.choices import PurchaseState
from products.models import PurchaseLine, PurchaseOrder, Sku, Supplier, SupplierPrice
from shopops.lib.business_time import business_date
from shopops.lib.words import clauses

OPEN_STATES = (PurchaseState.ORDERED, PurchaseState.PAID, PurchaseState.PART_ARRIVED)
PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """One purchase order in a list."""

    number: str
    supplier: str
    supplier_id: int
    state: str
    state_words: str
    pieces: int
    arrived: int
    amount: Decimal | None
    created_at: datetime
    ordered_at: datetime | None
    paid_at: datetime | None
    sent_at: datetime | None
    arrived_at: datetime | None
    expected_on: date | None
    is_late: bool
    is_unsent: bool
    why: str


def purchases(
    *,
    day: date,
    unsent_days: int,
    tab: str = "open",
    supplier_id: int | None = None,
    after: int = 0,
) -> tuple[list[PurchaseRow], int | None]:
    """Give one page of purchase orders, newest first, and the id to go on behind. One query."""
    rows = PurchaseOrder.objects.all()
    if tab == "open":
        rows = rows.exclude(state__in=[PurchaseState.ARRIVED, PurchaseState.CANCELLED])
    elif tab == "late":
        rows = rows.filter(_late(day, unsent_days))
    elif tab == "done":
        rows = rows.filter(state__in=[PurchaseState.ARRIVED, PurchaseState.CANCELLED])
    if supplier_id is not None:
        rows = rows.filter(supplier=supplier_id)
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(_with_sums(rows).order_by("-pk")[: PAGE_ROWS + 1])
    shown = found[:PAGE_ROWS]
    following = shown[-1].pk if len(found) > PAGE_ROWS else None
    return [_row(one, day, unsent_days) for one in shown], following


def tab_counts(*, day: date, unsent_days: int) -> dict[str, int]:
    """Count what is open and what is late; the partial index of open orders carries both."""
    ended = [PurchaseState.ARRIVED, PurchaseState.CANCELLED]
    rows = PurchaseOrder.objects.exclude(state__in=ended)
    return dict(rows.aggregate(open=Count("pk"), late=Count("pk", filter=_late(day, unsent_days))))


def late_purchases(*, day: date, unsent_days: int) -> list[PurchaseRow]:
    """Give the orders that are late, or paid and not sent for too long; the latest first."""
    rows = _with_sums(PurchaseOrder.objects.filter(_late(day, unsent_days)))
    return [_row(one, day, unsent_days) for one in rows.order_by("expected_on", "pk")[:200]]


def purchase_row(purchase: PurchaseOrder, *, day: date, unsent_days: int) -> PurchaseRow:
    """Give one order as a row."""
    one = _with_sums(PurchaseOrder.objects.filter(pk=purchase.pk)).get()
    return _row(one, day, unsent_days)


def _late(day: date, unsent_days: int) -> Q:
    unsent = Q(
        paid_at__isnull=False,
        sent_at__isnull=True,
        paid_at__date__lte=date.fromordinal(day.toordinal() - unsent_days),
    )
    return Q(state__in=OPEN_STATES) & (Q(expected_on__lt=day) | unsent)


def _with_sums(rows: "QuerySet[PurchaseOrder]") -> Any:  # noqa: ANN401 - sums have no type
    return rows.select_related("supplier").annotate(
        pieces=Sum("lines__quantity", default=0),
        arrived=Sum("lines__arrived_quantity", default=0),
        amount=Sum(F("lines__quantity") * F("lines__price_amount")),
    )


def _row(one: Any, day: date, unsent_days: int) -> PurchaseRow:  # noqa: ANN401
    is_open = one.state in OPEN_STATES
    is_late = is_open and one.expected_on is not None and one.expected_on < day
    waits = (day - business_date(one.paid_at)).days if one.paid_at and not one.sent_at else 0
    is_unsent = is_open and waits >= unsent_days and one.paid_at is not None and not one.sent_at
    reasons = []
    if is_late:
        days = (day - one.expected_on).days
        reasons.append(_("说好 %(day)s 到，晚了 %(n)s 天") % {"day": one.expected_on, "n": days})
    if is_unsent:
        reasons.append(_("付款 %(n)s 天还没发出") % {"n": waits})
    return PurchaseRow(
        number=one.number,
        supplier=one.supplier.name,
        supplier_id=one.supplier_id,
        state=one.state,
        state_words=str(PurchaseState(one.state).label),
        pieces=one.pieces,
        arrived=one.arrived,
        amount=one.amount,
        created_at=one.created_at,
        ordered_at=one.ordered_at,
        paid_at=one.paid_at,
        sent_at=one.sent_at,
        arrived_at=one.arrived_at,
        expected_on=one.expected_on,
        is_late=is_late,
        is_unsent=is_unsent,
        why=clauses(reasons),
    )


def purchase_lines(purchase: PurchaseOrder) -> list[PurchaseLine]:
    """Give an order's lines with their SKUs."""
    return list(purchase.lines.select_related("sku").order_by("sku__code", "pk"))


# --- suppliers ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier and what its word is worth. None: nothing arrived yet, so nobody knows."""

    id: int
    name: str
    contact: str
    note: str
    is_on: bool
    version: int
    lead_days: int
    kept_days: Decimal | None
    in_time_rate: Decimal | None
    defect_rate: Decimal | None
    defect_pieces: int
    arrived_pieces: int
    arrived_orders: int
    open_orders: int
    sku_count: int


def suppliers(*, only: int | None = None) -> list[SupplierRow]:
    """Give suppliers with lead time promised and kept, and the share of defect pieces. Four queries."""
    rows = Supplier.objects.order_by("-is_on", "name", "pk")
    if only is not None:
        rows = rows.filter(pk=only)
    found = list(rows)
    ids = [one.pk for one in found]
    times = _times(ids)
    pieces = {
        supplier: (arrived, defect)
        for supplier, arrived, defect in PurchaseLine.objects.filter(purchase__supplier__in=ids)
        .values("purchase__supplier")
        .annotate(
            arrived=Sum("arrived_quantity", default=0), defect=Sum("defect_quantity", default=0)
        )
        .values_list("purchase__supplier", "arrived", "defect")
    }
    counts = {
        pk: (still_open, skus)
        for pk, still_open, skus in Supplier.objects.filter(pk__in=ids)
        .annotate(
            still_open=Count(
                "purchase_orders",
                filter=Q(purchase_orders__state__in=OPEN_STATES),
                distinct=True,
            ),
            skus=Count("prices__sku", distinct=True),
        )
        .values_list("pk", "still_open", "skus")
    }
    return [
        _supplier_row(
            one, times.get(one.pk, []), pieces.get(one.pk, (0, 0)), counts.get(one.pk, (0, 0))
        )
        for one in found
    ]


def _times(ids: Sequence[int]) -> dict[int, list[tuple[int, bool]]]:
    """Give days from order to arrival of finished orders by supplier, and whether each was in time."""
    rows = PurchaseOrder.objects.filter(
        supplier__in=ids, state=PurchaseState.ARRIVED, ordered_at__isnull=False
    ).order_by("pk")
    found: dict[int, list[tuple[int, bool]]] = {}
    for supplier, ordered, arrived, expected in rows.values_list(
        "supplier_id", "ordered_at", "arrived_at", "expected_on"
    ):
        if arrived is None or ordered is None:
            continue
        day = business_date(arrived)
        took = (day - business_date(ordered)).days
        found.setdefault(supplier, []).append((took, expected is None or day <= expected))
    return found


def _supplier_row(
    one: Supplier,
    times: Sequence[tuple[int, bool]],
    pieces: tuple[int, int],
    counts: tuple[int, int],
) -> SupplierRow:
    arrived, defect = pieces
    kept = Decimal(sum(took for took, _in_time in times)) / len(times) if times else None
    in_time = Decimal(sum(in_time for _took, in_time in times)) / len(times) if times else None
    return SupplierRow(
        id=one.pk,
        name=one.name,
        contact=one.contact,
        note=one.note,
        is_on=one.is_on,
        version=one.version,
        lead_days=one.lead_days,
        kept_days=kept.quantize(Decimal("0.1")) if kept is not None else None,
        in_time_rate=in_time,
        defect_rate=Decimal(defect) / arrived if arrived else None,
        defect_pieces=defect,
        arrived_pieces=arrived,
        arrived_orders=len(times),
        open_orders=counts[0],
        sku_count=counts[1],
    )


def price_history(*, supplier_id: int, size: int = 200) -> list[SupplierPrice]:
    """Give what a supplier asked, newest first."""
    rows = SupplierPrice.objects.filter(supplier=supplier_id).select_related("sku")
    return list(rows.order_by("-valid_from", "sku__code", "pk")[:size])


def sku_prices(*, sku_id: int) -> list[SupplierPrice]:
    """Give what all suppliers asked for one SKU, newest first."""
    rows = SupplierPrice.objects.filter(sku=sku_id).select_related("supplier")
    return list(rows.order_by("-valid_from", "pk")[:50])


def sku_by_code(code: str) -> Sku | None:
    """Give the SKU of a merchant code; None if there is none."""
    return Sku.objects.filter(code=code.strip()).first()
