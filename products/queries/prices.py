"""Prices: what a SKU costs and is sold at, what waits for the manager, how it came to be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from products.choices import (
    SECRET_KINDS,
    GoodsRuleCode,
    PriceChangeState,
    PriceKind,
    ProductStatus,
)
from products.models import CompetitorSnapshot, PriceChange, QualityRecord, Sku, StockLevel
from products.queries.goods_rules import parameters
from products.rules.prices import Prices, SkuTrade, Suggestion, season_is_over, suggestions

MOST_SUGGESTIONS = 200
RIVAL_DAYS = 14
# Sales older than so many days say nothing of today.
KNOWN_DAYS = 14


def activity_amounts(sku_ids: Sequence[int]) -> dict[int, Decimal]:
    """Give the activity price in force by SKU id: the newest change of that kind. One query."""
    rows = (
        PriceChange.objects.filter(
            sku_id__in=sku_ids, kind=PriceKind.ACTIVITY, state=PriceChangeState.APPLIED
        )
        .order_by("sku_id", "-asked_at", "-pk")
        .distinct("sku_id")
        .values_list("sku_id", "new_amount")
    )
    return {sku_id: amount for sku_id, amount in rows if amount is not None}


def prices_of(sku: Sku, activities: Mapping[int, Decimal]) -> Prices:
    """Put a SKU's prices together. No query."""
    return Prices(sku.cost_amount, sku.floor_amount, sku.list_amount, activities.get(sku.pk))


def current_prices(sku: Sku) -> Prices:
    """Give a SKU's prices. One query."""
    return prices_of(sku, activity_amounts([sku.pk]))


def changes(*, with_cost: bool) -> QuerySet[PriceChange]:
    """Give price changes with their SKU and people; costs and floors only to whoever may see cost."""
    rows = PriceChange.objects.select_related("sku__product", "asked_by", "decided_by")
    return rows if with_cost else rows.exclude(kind__in=SECRET_KINDS)


def waiting_count() -> int:
    """Count what waits for the manager; the partial index carries it."""
    return PriceChange.objects.filter(state=PriceChangeState.WAITING).count()


def price_history(sku: Sku, *, with_cost: bool) -> list[PriceChange]:
    """Give the changes of one SKU, newest first."""
    return list(changes(with_cost=with_cost).filter(sku=sku).order_by("-asked_at", "-pk")[:500])


def daily_pieces(sku_ids: Sequence[int], *, today: date) -> dict[int, float]:
    """Give pieces sold a day by SKU id, from the newest day on which quality was worked out.

    That day knows all sales of its period: a SKU without a row sold nothing. Nothing is known where the
    newest day is older than two weeks, or there is none. Two queries.
    """
    newest = _day_of_sales(today)
    if newest is None:
        return {}
    rows = QualityRecord.objects.filter(date=newest, sku_id__in=sku_ids, days__gt=0)
    sold = {
        pk: pieces / days for pk, pieces, days in rows.values_list("sku_id", "sold_pieces", "days")
    }
    return {sku_id: sold.get(sku_id, 0.0) for sku_id in sku_ids}


def _day_of_sales(today: date) -> date | None:
    return (
        QualityRecord.objects.filter(date__gte=today - timedelta(days=KNOWN_DAYS))
        .order_by("-date")
        .values_list("date", flat=True)
        .first()
    )


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion with the SKU that it is about."""

    sku: Sku
    suggestion: Suggestion


def price_suggestions(*, today: date) -> list[Suggested]:
    """Give prices that might be worth a thought, with their figures; at most 200, largest cut first.

    Cost: nine queries; reads the SKUs on the shelf that are slow, out of season or dearer elsewhere.
    """
    settings, rivals = parameters(GoodsRuleCode.PRICE, day=today), _rivals(today)
    skus = list(_worth_a_look(rivals, int(settings["slow_days"]), today=today))
    ids = [sku.pk for sku in skus]
    stock = dict(StockLevel.objects.filter(sku_id__in=ids).values_list("sku_id", "on_hand"))
    sold, activities = daily_pieces(ids, today=today), activity_amounts(ids)
    found = []
    for sku in skus:
        title, amount = rivals.get(sku.product_id or 0, ("", None))
        trade = SkuTrade(
            code=sku.code,
            prices=prices_of(sku, activities),
            season=sku.product.season if sku.product else "",
            on_hand=stock.get(sku.pk),
            daily_pieces=sold.get(sku.pk),
            rival_title=title,
            rival_amount=amount,
        )
        found += [Suggested(sku, one) for one in suggestions(trade, settings, today=today)]
    found.sort(key=lambda one: one.suggestion.amount - one.suggestion.now_amount)
    return found[:MOST_SUGGESTIONS]


def _worth_a_look(rivals: Iterable[int], slow_days: int, *, today: date) -> QuerySet[Sku]:
    """Give the SKUs on the shelf of which a rule could say anything: the rules judge them."""
    skus = Sku.objects.filter(
        product__status=ProductStatus.ON_SHELF, is_on=True, list_amount__isnull=False
    )
    seasons = skus.exclude(product__season="").values_list("product__season", flat=True).distinct()
    over = [season for season in seasons if season_is_over(season, today)]
    in_stock = Q(product__season__in=over)
    newest = _day_of_sales(today)
    if newest is not None:
        sells = QualityRecord.objects.filter(
            sku=OuterRef("pk"),
            date=newest,
            days__gt=0,
            sold_pieces__gt=0,
            sold_pieces__gte=OuterRef("level__on_hand") * F("days") / float(slow_days),
        )
        in_stock |= Q(~Exists(sells))
    wanted = Q(product__in=list(rivals)) | Q(level__on_hand__gt=0) & in_stock
    return skus.filter(wanted).select_related("product").order_by("pk")


def _rivals(today: date) -> dict[int, tuple[str, Decimal]]:
    """Give the lowest price that a watched competitor was seen at lately, by our product's id."""
    rows = (
        CompetitorSnapshot.objects.filter(
            competitor__is_on=True,
            competitor__product__isnull=False,
            price_amount__isnull=False,
            date__gte=today - timedelta(days=RIVAL_DAYS),
        )
        .order_by("competitor_id", "-date")
        .distinct("competitor_id")
        .values_list(
            "competitor__product_id", "competitor__shop", "competitor__title", "price_amount"
        )
    )
    lowest: dict[int, tuple[str, Decimal]] = {}
    for product_id, shop, title, amount in rows:
        if product_id not in lowest or amount < lowest[product_id][1]:
            lowest[product_id] = (f"{shop} {title}", amount)
    return lowest
