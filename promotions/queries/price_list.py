"""The list of lowest prices: each SKU with floor, cost, margin and its days ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, QuerySet

from products.models import Sku
from promotions.models import SkuLowest

PAGE = 50
DAYS = 30


def title_of(sku: Sku) -> str:
    """Give the SKU's title, else its product's, with the spec."""
    title = sku.title or (sku.product.title if sku.product else "")
    return f"{title} {sku.spec}".strip()


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One SKU today and ahead. `trend`: the lowest price of each day from today on, as kept."""

    sku: Sku
    today: SkuLowest | None
    trend: tuple[Decimal, ...]

    @property
    def title(self) -> str:
        """Give the SKU's title, else its product's."""
        return title_of(self.sku)

    @property
    def least(self) -> Decimal | None:
        """Give the least of the days ahead."""
        return min(self.trend, default=None)

    @property
    def trend_numbers(self) -> list[float]:
        """Give the trend as a small line is drawn of it."""
        return [float(amount) for amount in self.trend]

    @property
    def margin_rate(self) -> Decimal | None:
        """Give what is left over the cost of goods of the least price, as a part of it."""
        if self.least is None or not self.least or self.sku.cost_amount is None:
            return None
        cost: Decimal = self.sku.cost_amount
        return (self.least - cost) / self.least

    @property
    def is_below_floor(self) -> bool:
        """Tell whether the least price is below the floor."""
        floor = self.sku.floor_amount
        return floor is not None and self.least is not None and self.least < floor

    @property
    def is_below_cost(self) -> bool:
        """Tell whether the least price is below cost."""
        cost = self.sku.cost_amount
        return cost is not None and self.least is not None and self.least < cost


def price_skus(*, view: str, search: str, today: date) -> QuerySet[Sku]:
    """Give the SKUs of a view: `floor` or `cost` (any day ahead below it), `unknown`, else all.

    `cost` is only for those who may see cost: the caller asks.
    """
    rows = Sku.objects.filter(is_on=True).select_related("product")
    if search:
        rows = rows.filter(code__startswith=search)
    ahead = SkuLowest.objects.filter(date__gte=today, date__lt=today + timedelta(days=DAYS))
    if view == "floor":
        rows = rows.filter(
            pk__in=ahead.filter(lowest_amount__lt=F("sku__floor_amount")).values("sku")
        )
    elif view == "cost":
        rows = rows.filter(
            pk__in=ahead.filter(lowest_amount__lt=F("sku__cost_amount")).values("sku")
        )
    elif view == "unknown":
        rows = rows.filter(list_amount__isnull=True)
    return rows


def price_rows(skus: Sequence[Sku], *, today: date) -> list[PriceRow]:
    """Put kept prices beside SKUs. One query."""
    kept: dict[int, list[SkuLowest]] = {}
    rows = SkuLowest.objects.filter(
        sku__in=[sku.pk for sku in skus], date__gte=today, date__lt=today + timedelta(days=DAYS)
    )
    for row in rows.order_by("sku_id", "date"):
        kept.setdefault(row.sku_id, []).append(row)
    found = []
    for sku in skus:
        mine = kept.get(sku.pk, [])
        first = mine[0] if mine and mine[0].date == today else None
        found.append(PriceRow(sku, first, tuple(row.lowest_amount for row in mine)))
    return found
