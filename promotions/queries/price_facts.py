"""The facts of a price check: every figure about every SKU of an activity, in a dozen queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.db.models import F, Sum

from products.models import PurchaseLine, QualityRecord, Sku, SkuDay
from products.queries.shortage import COMING
from products.queries.stock import sold_pieces
from products.queries.stock_facts import free_pieces
from promotions.models import Activity, ActivityItem
from promotions.queries.baskets import CheapestBasket, cheapest_in_baskets
from promotions.queries.deals import WEEK, deal_window, last_deals, lowest_deals, trades
from promotions.queries.extra_costs import Extras, extra_costs, platform_bears
from promotions.queries.lowest import LowestPrice, lowest_prices
from promotions.queries.overlaps import overlaps
from promotions.queries.profit import profit_in_force
from promotions.queries.sign_ups import sign_ups
from promotions.rules.price_check import InBasket, SignUp, SkuFacts
from promotions.rules.profit import Rates
from shopops.lib.business_time import SHANGHAI, business_date

# Days of sales from which what an activity will sell is expected.
SALES_DAYS = 28
# A longer activity is checked on so many of its days: the first ones, and the last.
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    """What a check looks at, and the rates by which it judges."""

    facts: tuple[SkuFacts, ...]
    rates: Rates
    # Item ids and lowest prices by SKU code, for what is kept on the item.
    item_ids: Mapping[str, int]
    # The cheapest baskets by SKU code, with their sums.
    baskets: Mapping[str, CheapestBasket]


def price_facts(
    activity: Activity, *, now: datetime, sku_ids: Collection[int] | None = None
) -> ActivityFacts:
    """Gather the facts of an activity's SKUs, by code; of some of them where `sku_ids` says so.

    Cost: about fifteen queries and one computation of lowest prices, however many items there are.
    """
    rows = ActivityItem.objects.filter(activity=activity)
    if sku_ids is not None:
        rows = rows.filter(sku_id__in=list(sku_ids))
    items = list(rows.select_related("sku").order_by("sku__code"))
    rates = profit_in_force(business_date(activity.starts_at)).rates
    gathered = _Gathered.of(activity, items, rates, now)
    return ActivityFacts(
        tuple(gathered.facts(item) for item in items),
        rates,
        {item.sku.code: item.pk for item in items},
        {item.sku.code: found for item in items if (found := gathered.baskets.get(item.sku_id))},
    )


def days_of(activity: Activity, *, now: datetime) -> list[date]:
    """Give the Shanghai dates of an activity from today on, at most `MOST_DAYS`, the last one included."""
    first = business_date(activity.starts_at)
    last = business_date(activity.ends_at - timedelta(microseconds=1))
    first = min(max(first, business_date(now)), last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return days if len(days) <= MOST_DAYS else [*days[: MOST_DAYS - 1], last]


@dataclass(frozen=True, slots=True)
class _Gathered:
    """All that was read, by SKU id or code."""

    activity: Activity
    until: datetime
    lowest: Mapping[int, LowestPrice]
    baskets: Mapping[int, CheapestBasket]
    shares: Mapping[str, Decimal]
    overlaps: Mapping[int, Sequence[Any]]
    week: Mapping[str, Any]
    last: Mapping[str, Any]
    trade: Mapping[str, Any]
    free: Mapping[str, int]
    coming: Mapping[int, int]
    sold: Mapping[int, int] | None
    left_days: int
    returns: Mapping[int, Decimal]
    extras: Mapping[int, Extras]
    signups: Mapping[int, SignUp]

    @classmethod
    def of(
        cls, activity: Activity, items: Sequence[ActivityItem], rates: Rates, now: datetime
    ) -> "_Gathered":
        """Read everything."""
        skus = [item.sku for item in items]
        ids, codes = [sku.pk for sku in skus], [sku.code for sku in skus]
        until = min(activity.starts_at, now)
        week = lowest_deals(codes, since=activity.starts_at - WEEK, until=until)
        quiet = [item.sku.code for item in items if item.was_amount and item.sku.code not in week]
        lowest = _lowest(activity, ids, now)
        return cls(
            activity=activity,
            until=until,
            lowest=lowest,
            baskets=_baskets(activity, skus, lowest, rates, now),
            shares=platform_bears(activity),
            overlaps=overlaps(activity, {i.sku_id: i.price_amount is not None for i in items}),
            week=week,
            last=last_deals(quiet, until=until),
            trade=trades(codes, until=until),
            free=_free(codes),
            coming=_coming(ids, by=business_date(max(activity.starts_at, now))),
            sold=_sold(skus, now),
            left_days=len(days_of(activity, now=now)),
            returns=_returns(ids, rates),
            extras=extra_costs(activity, skus, lowest),
            signups=sign_ups(activity, items, now=now),
        )

    def facts(self, item: ActivityItem) -> SkuFacts:
        """Put the facts of one item together."""
        sku, lowest = item.sku, self.lowest.get(item.sku_id)
        extras = self.extras[sku.pk]
        since, until = deal_window(self.activity.starts_at)
        return SkuFacts(
            sku=sku.code,
            lowest=lowest.amount if lowest else None,
            quantity=lowest.quantity if lowest else 1,
            floor=sku.floor_amount,
            cost=sku.cost_amount,
            gift=extras.gift,
            insurance=extras.insurance,
            borne=extras.borne,
            return_rate=self.returns.get(sku.pk),
            basket=self._basket(sku.pk),
            was=item.was_amount,
            week_deal=self.week.get(sku.code),
            last_deal=self.last.get(sku.code),
            week_since=since,
            week_until=until,
            signup=self.signups.get(sku.pk),
            overlaps=tuple(self.overlaps.get(sku.pk, ())),
            free=self.free.get(sku.code),
            coming=self.coming.get(sku.pk, 0),
            expected=self._expected(sku.pk),
            promised=item.promised_quantity,
            trade=self.trade.get(sku.code),
        )

    def _basket(self, sku_id: int) -> InBasket | None:
        found = self.baskets.get(sku_id)
        if found is None:
            return None
        at = found.at.astimezone(SHANGHAI).isoformat(timespec="minutes")
        return InBasket(found.amount, found.text, at, found.pieces, found.borne(self.shares))

    def _expected(self, sku_id: int) -> int | None:
        if self.sold is None:
            return None
        usual = Decimal(self.sold.get(sku_id, 0)) / SALES_DAYS
        return int((usual * self.activity.uplift * self.left_days).to_integral_value(ROUND_CEILING))


def _lowest(activity: Activity, ids: Sequence[int], now: datetime) -> dict[int, LowestPrice]:
    """Give the lowest price of each SKU over the activity's days."""
    found: dict[int, LowestPrice] = {}
    prices = lowest_prices(ids, days_of(activity, now=now), now=now, with_activity=activity.pk)
    for (sku_id, _day), price in sorted(prices.items(), key=lambda one: one[0]):
        if sku_id not in found or price.amount < found[sku_id].amount:
            found[sku_id] = price
    return found


def _baskets(
    activity: Activity,
    skus: Sequence[Sku],
    lowest: Mapping[int, LowestPrice],
    rates: Rates,
    now: datetime,
) -> dict[int, CheapestBasket]:
    """Give the basket in which each SKU is cheaper than alone, over the activity's days.

    Looked for thoroughly where it could fall below floor, or below goods, fees and what a return costs.
    """
    fees = rates.commission_rate + rates.points_rate + rates.service_rate
    matters = {
        sku.pk: max(
            sku.floor_amount or Decimal(0),
            ((sku.cost_amount or Decimal(0)) + rates.postage_amount + rates.packing_amount)
            / max(1 - fees, Decimal("0.01")),
        )
        for sku in skus
    }
    days = days_of(activity, now=now)
    return cheapest_in_baskets(lowest, days, matters=matters, with_activity=activity.pk)


def _free(codes: Sequence[str]) -> dict[str, int]:
    """Give the free pieces by code; a bundle has as many as its scarcest part gives."""
    catalogue, free = free_pieces(codes)
    found: dict[str, int] = {}
    for code, parts in catalogue.parts.items():
        there = [free[p.sku_id] // p.quantity for p in parts if p.sku_id in free]
        if len(there) == len(parts):
            found[code] = min(there)
    return found


def _coming(ids: Sequence[int], *, by: date) -> dict[int, int]:
    """Give the pieces that should be here by a date."""
    rows = PurchaseLine.objects.filter(
        sku__in=ids, purchase__state__in=COMING, purchase__expected_on__lte=by
    )
    sums = (
        rows.order_by().values_list("sku_id").annotate(n=Sum(F("quantity") - F("arrived_quantity")))
    )
    return {sku_id: max(pieces, 0) for sku_id, pieces in sums}


def _sold(skus: Sequence[Sku], now: datetime) -> dict[int, int] | None:
    """Give the pieces sold by SKU over the last weeks; None where nothing at all is known of them."""
    today = business_date(now)
    since = today - timedelta(days=SALES_DAYS)
    if not SkuDay.objects.filter(date__gte=since, date__lt=today).exists():
        return None
    return sold_pieces(skus, since=since, before=today)


def _returns(ids: Sequence[int], rates: Rates) -> dict[int, Decimal]:
    """Give each SKU's own return rate where enough of it was sold to know one."""
    rows = (
        QualityRecord.objects.filter(sku_id__in=ids, sold_pieces__gte=int(rates.return_pieces))
        .order_by("sku_id", "-date")
        .distinct("sku_id")
        .values_list("sku_id", "returned", "sold_pieces")
    )
    return {
        sku_id: min(Decimal(back) / sold, Decimal(1)).quantize(Decimal("0.0001"))
        for sku_id, back, sold in rows
    }
