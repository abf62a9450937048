"""Stock warnings as people read them: figures, evidence, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Case, F, IntegerField, Q, QuerySet, When
from django.utils.translation import gettext as _

from products.choices import PurchaseState, WarningAct, WarningKind
from products.models import PurchaseLine, StockWarning
from shopops.lib.words import clauses

_URGENT = (WarningKind.OVERSOLD, WarningKind.OUT)
COMING = (PurchaseState.ORDERED, PurchaseState.PAID, PurchaseState.PART_ARRIVED)


@dataclass(frozen=True, slots=True)
class Coming:
    """What is on its way of a SKU: pieces, and the purchase order that should be here first."""

    pieces: int
    number: str
    expected_on: date | None
    is_paid: bool


@dataclass(frozen=True, slots=True)
class WarningRow:
    """One short SKU."""

    sku_id: int
    code: str
    title: str
    kind: str
    kind_words: str
    evidence: str
    is_urgent: bool
    is_main: bool
    free: int
    sold: int
    cover_days: Decimal | None
    threshold: int
    wanted_days: int
    since: datetime
    shelf_quantity: int | None
    coming: Coming | None
    is_late: bool
    act: str
    act_words: str
    acted_at: datetime | None
    acted_by: str


def warnings(*, today: date, kind: str = "", main_only: bool = False) -> list[WarningRow]:
    """Give all short SKUs, worst and main ones first. Two queries."""
    rows = _ordered()
    if kind:
        rows = rows.filter(kind=kind)
    if main_only:
        rows = rows.filter(is_main=True)
    found = list(rows[:500])
    coming = coming_of([row.sku_id for row in found])
    return [_row(row, coming.get(row.sku_id), today) for row in found]


def counts() -> dict[str, int]:
    """Give how many are short by kind; one query over the short ones."""
    found: dict[str, int] = {}
    for kind in StockWarning.objects.values_list("kind", flat=True):
        found[kind] = found.get(kind, 0) + 1
    return found


def untouched_warnings(*, size: int) -> tuple[list[WarningRow], int]:
    """Give the first short SKUs about which nobody did anything, and how many there are. Three queries."""
    rows = _ordered().filter(act="")
    found = list(rows[:size])
    coming = coming_of([row.sku_id for row in found])
    today = found[0].looked_at.date() if found else date.min
    return [_row(row, coming.get(row.sku_id), today) for row in found], rows.count()


def _ordered() -> "QuerySet[StockWarning]":
    ranks = [When(kind=kind, then=place) for place, kind in enumerate(WarningKind.values)]
    rank = Case(*ranks, default=9, output_field=IntegerField())
    rows = StockWarning.objects.select_related("sku", "acted_by")
    return rows.annotate(rank=rank).order_by(
        "-is_main", "rank", F("cover_days").asc(nulls_last=True), "-sold", "pk"
    )


def coming_of(sku_ids: Iterable[int]) -> dict[int, Coming]:
    """Give what is on its way by SKU. One query over open purchase orders."""
    lines = PurchaseLine.objects.filter(
        Q(quantity__gt=F("arrived_quantity")),
        sku__in=list(sku_ids),
        purchase__state__in=COMING,
    ).order_by(F("purchase__expected_on").asc(nulls_last=True), "pk")
    found: dict[int, Coming] = {}
    for sku_id, pieces, number, expected, paid in lines.values_list(
        "sku_id",
        F("quantity") - F("arrived_quantity"),
        "purchase__number",
        "purchase__expected_on",
        "purchase__paid_at",
    ):
        first = found.get(sku_id)
        found[sku_id] = (
            Coming(first.pieces + pieces, first.number, first.expected_on, first.is_paid)
            if first
            else Coming(pieces, number, expected, paid is not None)
        )
    return found


def _row(row: StockWarning, coming: Coming | None, today: date) -> WarningRow:
    is_late = bool(coming and coming.expected_on and coming.expected_on < today)
    return WarningRow(
        sku_id=row.sku_id,
        code=row.sku.code,
        title=row.sku.title,
        kind=row.kind,
        kind_words=str(WarningKind(row.kind).label),
        evidence=_evidence(row, coming, is_late=is_late),
        is_urgent=row.kind in _URGENT,
        is_main=row.is_main,
        free=row.free,
        sold=row.sold,
        cover_days=row.cover_days,
        threshold=row.threshold,
        wanted_days=row.wanted_days,
        since=row.since,
        shelf_quantity=row.sku.shelf_quantity,
        coming=coming,
        is_late=is_late,
        act=row.act,
        act_words=str(WarningAct(row.act).label) if row.act else "",
        acted_at=row.acted_at,
        acted_by=row.acted_by.name if row.acted_by else "",
    )


def _evidence(row: StockWarning, coming: Coming | None, *, is_late: bool) -> str:
    parts = [
        _("可用 %(free)s 件，警戒线 %(threshold)s") % {"free": row.free, "threshold": row.threshold}
    ]
    if row.cover_days is not None:
        parts.append(
            _("还够卖 %(days)s 天，要够 %(wanted)s 天")
            % {"days": row.cover_days.normalize().to_eng_string(), "wanted": row.wanted_days}
        )
    if coming and is_late:
        parts.append(_("采购单 %(number)s 过期没到") % {"number": coming.number})
    elif coming:
        parts.append(_("在途 %(pieces)s 件") % {"pieces": coming.pieces})
    else:
        parts.append(_("没有在途"))
    return clauses(parts)
