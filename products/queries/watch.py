"""The watch of main products, competitors and violations: what stands out, with its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet, Sum

from products.choices import (
    GoodsRuleCode,
    PriceChangeState,
    PriceKind,
    ProductStatus,
)
from products.models import (
    Competitor,
    CompetitorSnapshot,
    PriceChange,
    Product,
    ProductDay,
    RankSnapshot,
    Sku,
    Violation,
)
from products.queries.goods_rules import parameters
from products.rules.rivals import RivalChange, RivalSeen, changes
from products.rules.watch import Band, RankLoss, Seen, rank_loss, robust_band

BAND_DAYS = 28
RANK_DAYS = 28
RIVAL_NEWS_DAYS = 7
RIVAL_HISTORY_DAYS = 90
# A complaint is answered within three days; so is the platform's.
ANSWERED_IN = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class OffPrice:
    """A SKU that is not sold at the price that was last decided."""

    code: str
    planned: Decimal
    now: Decimal | None


@dataclass(frozen=True, slots=True)
class LostRank:
    """A sudden loss under one keyword and sort."""

    keyword: str
    sort: str
    loss: RankLoss


@dataclass(slots=True)
class Watched:
    """One main product and what stands out. None is unknown, never fine."""

    product: Product
    is_on: bool = True
    off_prices: list[OffPrice] = field(default_factory=list)
    has_plan: bool = False
    stock: int | None = None
    least: int = 0
    sold: int | None = None
    sold_on: date | None = None
    band: Band | None = None
    lost: list[LostRank] = field(default_factory=list)
    ranks: int = 0

    @property
    def sales(self) -> str:
        """Say where sales lie: low, high, usual, or empty where nobody can tell."""
        if self.sold is None or self.band is None:
            return ""
        if self.sold < self.band.low:
            return "low"
        return "high" if self.sold > self.band.high else "usual"

    @property
    def is_short(self) -> bool:
        """Tell whether fewer pieces are free than a main product should have; unknown is not short."""
        return self.stock is not None and (self.stock <= 0 or self.stock < self.least)

    @property
    def faults(self) -> int:
        """Count what somebody must look at."""
        checks = (
            not self.is_on,
            bool(self.off_prices),
            self.is_short,
            self.sales == "low",
            bool(self.lost),
        )
        return sum(checks)


def watched(*, now_date: date) -> list[Watched]:
    """Give all main products with what stands out, the worst first. Seven queries in all."""
    products = list(
        Product.objects.filter(is_main=True).exclude(status=ProductStatus.DRAFT).order_by("pk")
    )
    rows = {product.pk: Watched(product) for product in products}
    settings = parameters(GoodsRuleCode.WATCH, day=now_date)
    for row in rows.values():
        row.is_on = row.product.status == ProductStatus.ON_SHELF
        row.least = int(settings["fewest_pieces"])
    _add_prices(rows)
    _add_stock(rows)
    _add_sales(rows, now_date, width=float(settings["band_width"]))
    _add_ranks(rows, now_date, drop=int(settings["rank_drop"]))
    return sorted(rows.values(), key=lambda row: (-row.faults, row.product.pk))


def _add_prices(rows: Mapping[int, Watched]) -> None:
    """The plan is the last list price that was decided here; without one nobody can tell."""
    skus = list(
        Sku.objects.filter(product_id__in=rows, is_on=True)
        .order_by("pk")
        .values_list("pk", "product_id", "code", "list_amount")
    )
    planned = dict(
        PriceChange.objects.filter(
            sku_id__in=[pk for pk, *_rest in skus],
            kind=PriceKind.LIST,
            state=PriceChangeState.APPLIED,
            batch_id=None,  # what a file tells is what is so, not what was decided
        )
        .order_by("sku_id", "-asked_at", "-pk")
        .distinct("sku_id")
        .values_list("sku_id", "new_amount")
    )
    for pk, product_id, code, amount in skus:
        plan = planned.get(pk)
        if plan is None or product_id is None:
            continue
        rows[product_id].has_plan = True
        if amount != plan:
            rows[product_id].off_prices.append(OffPrice(code, plan, amount))


def _add_stock(rows: Mapping[int, Watched]) -> None:
    sums = (
        Sku.objects.filter(product_id__in=rows, level__isnull=False)
        .values("product_id")
        .annotate(free=Sum("level__on_hand") - Sum("level__allocated"))
        .order_by("product_id")
        .values_list("product_id", "free")
    )
    for product_id, free in sums:
        rows[product_id].stock = free


def sales_by_day(
    product_ids: Sequence[int], *, since: date, until: date
) -> dict[int, dict[date, int | None]]:
    """Give pieces paid by product and day; a day without a row is unknown."""
    found: dict[int, dict[date, int | None]] = {}
    rows = ProductDay.objects.filter(product_id__in=product_ids, date__range=(since, until))
    for product_id, day, pieces in rows.values_list("product_id", "date", "paid_pieces"):
        found.setdefault(product_id, {})[day] = pieces
    return found


def _add_sales(rows: Mapping[int, Watched], today: date, *, width: float) -> None:
    since = today - timedelta(days=BAND_DAYS + 1)
    by_product = sales_by_day(list(rows), since=since, until=today - timedelta(days=1))
    for product_id, by_day in by_product.items():
        row, known = (
            rows[product_id],
            sorted(day for day, sold in by_day.items() if sold is not None),
        )
        if not known:
            continue
        row.sold_on, row.sold = known[-1], by_day[known[-1]]
        row.band = robust_band([by_day[day] for day in known[:-1]], width=width)


def _add_ranks(rows: Mapping[int, Watched], today: date, *, drop: int) -> None:
    for (product_id, keyword, sort), looks in ranks_by_key(list(rows), today=today).items():
        row = rows[product_id]
        row.ranks += 1
        loss = rank_loss([Seen(one.position, one.looked_at) for one in looks], drop=drop)
        if loss is not None:
            row.lost.append(LostRank(keyword, sort, loss))


def ranks_by_key(
    product_ids: Sequence[int], *, today: date
) -> dict[tuple[int, str, str], list[RankSnapshot]]:
    """Give the looks of four weeks by product, keyword and sort, oldest first. One query."""
    found: dict[tuple[int, str, str], list[RankSnapshot]] = {}
    looks = RankSnapshot.objects.filter(
        product_id__in=product_ids, at__date__gte=today - timedelta(days=RANK_DAYS)
    )
    for look in looks.order_by("at", "pk"):
        found.setdefault((look.product_id, look.keyword, look.sort), []).append(look)
    return found


@dataclass(frozen=True, slots=True)
class RivalRow:
    """One competitor with the newest look and what changed lately."""

    competitor: Competitor
    last: CompetitorSnapshot | None
    before: CompetitorSnapshot | None
    changes: list[RivalChange]


def rivals(*, today: date, is_on: bool = True) -> list[RivalRow]:
    """Give the competitors with their changes, those with news first. Two queries."""
    competitors = list(
        Competitor.objects.filter(is_on=is_on).select_related("product").order_by("pk")
    )
    seen: dict[int, list[CompetitorSnapshot]] = {}
    looks = CompetitorSnapshot.objects.filter(
        competitor__in=competitors, date__gte=today - timedelta(days=RIVAL_HISTORY_DAYS)
    )
    for look in looks.order_by("competitor_id", "date"):
        seen.setdefault(look.competitor_id, []).append(look)
    settings = parameters(GoodsRuleCode.RIVAL, day=today)
    rows = [_rival(one, seen.get(one.pk, []), settings) for one in competitors]
    return sorted(rows, key=lambda row: (not _news(row.changes, today), row.competitor.pk))


def _rival(
    competitor: Competitor, looks: list[CompetitorSnapshot], settings: Mapping[str, float]
) -> RivalRow:
    facts = [
        RivalSeen(one.date, one.price_amount, one.monthly_sales, one.activity) for one in looks
    ]
    found = changes(
        facts,
        price_cut_rate=float(settings["price_cut_rate"]),
        sales_leap_rate=float(settings["sales_leap_rate"]),
    )
    last = looks[-1] if looks else None
    return RivalRow(competitor, last, looks[-2] if len(looks) > 1 else None, found)


def _news(found: list[RivalChange], today: date) -> list[RivalChange]:
    return [one for one in found if one.date >= today - timedelta(days=RIVAL_NEWS_DAYS)]


def rival_news(*, today: date) -> list[tuple[Competitor, RivalChange]]:
    """Give the changes of the last seven days with their competitors."""
    return [
        (row.competitor, one) for row in rivals(today=today) for one in _news(row.changes, today)
    ]


def competitor_looks(competitor: Competitor) -> list[CompetitorSnapshot]:
    """Give what was seen of one competitor, oldest first, at most two years of days."""
    newest = competitor.snapshots.order_by("-date")[:730]
    return list(newest)[::-1]


def violations(*, with_ended: bool) -> QuerySet[Violation]:
    """Give violations, those whose appeal ends first on top; ended ones on demand."""
    rows = Violation.objects.select_related("product", "owner")
    return rows if with_ended else rows.filter(ended_at__isnull=True)


def near_deadlines(*, now: datetime, hours: int) -> list[Violation]:
    """Give open violations whose appeal ends within so many hours, or has ended."""
    until = now + timedelta(hours=hours)
    rows = violations(with_ended=False).filter(appeal_until__lte=until, state="open")
    return list(rows.order_by("appeal_until", "pk"))


def silent_violations(*, now: datetime) -> list[Violation]:
    """Give open violations without a deadline that nobody answered within 72 hours."""
    rows = violations(with_ended=False).filter(appeal_until__isnull=True, state="open")
    return list(rows.filter(found_at__lt=now - ANSWERED_IN).order_by("found_at", "pk"))
