"""What an activity came to: its SKUs' sales over its span beside the shop's own weeks before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Sum

from products.models import StockLevel
from promotions.models import Activity, ActivityItem
from promotions.queries.extra_costs import extra_costs
from promotions.queries.lowest import LowestPrice
from promotions.queries.profit import profit_in_force
from promotions.rules.profit import FEN, kept_of
from shopops.lib.business_time import business_date

# With how many stretches of whole weeks before the activity is compared.
WEEKS_BEFORE = 3

_SALES = """
SELECT count(DISTINCT o.id), count(DISTINCT o.buyer_id),
  count(DISTINCT o.buyer_id) FILTER (WHERE b.first_order_at >= %(since)s AND b.first_order_at < %(until)s),
  coalesce(sum(l.quantity), 0), coalesce(sum(l.paid_amount), 0), coalesce(sum(l.refund_amount), 0),
  count(DISTINCT o.id) FILTER (WHERE l.refund_amount > 0)
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
LEFT JOIN orders_buyer b ON b.id = o.buyer_id
WHERE l.sku_code = ANY(%(codes)s) AND o.paid_at >= %(since)s AND o.paid_at < %(until)s
"""
_BY_CODE = """
SELECT l.sku_code, sum(l.quantity), coalesce(sum(l.paid_amount), 0), coalesce(sum(l.refund_amount), 0)
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
WHERE l.sku_code = ANY(%(codes)s) AND o.paid_at >= %(since)s AND o.paid_at < %(until)s
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Sales:
    """What was sold of some SKUs over a stretch; `net_amount` is without what was refunded."""

    orders: int
    buyers: int
    new_buyers: int
    pieces: int
    paid_amount: Decimal
    refund_amount: Decimal
    refunded_orders: int

    @property
    def net_amount(self) -> Decimal:
        """Paid less refunded."""
        return self.paid_amount - self.refund_amount


@dataclass(frozen=True, slots=True)
class ActivityResult:
    """What an activity came to. None is unknown: no cost of a SKU, nothing known of the weeks before."""

    orders: int
    buyers: int
    new_buyers: int
    pieces: int
    paid_amount: Decimal
    refund_amount: Decimal
    refunded_orders: int
    net_amount: Decimal
    # The middle of the stretches before, of the same length and weekdays.
    before_amount: Decimal | None
    before_buyers: Decimal | None
    before_weeks: int
    forecast_amount: Decimal | None
    forecast_buyers: int | None
    cost_amount: Decimal
    profit_amount: Decimal | None
    # SKUs sold whose cost nobody entered: what they earned is not in the profit.
    without_cost: int
    stock_left: int | None


def result_of(activity: Activity, *, now: datetime) -> ActivityResult:
    """Work out what an activity came to until now. About ten queries over its SKUs' orders."""
    items = list(
        ActivityItem.objects.filter(activity=activity).select_related("sku").order_by("pk")
    )
    codes = [item.sku.code for item in items]
    until = min(activity.ends_at, now)
    sales = sales_of(codes, since=activity.starts_at, until=until)
    before = _before(activity, codes, until)
    profit, without_cost = _profit(activity, items, until)
    return ActivityResult(
        orders=sales.orders,
        buyers=sales.buyers,
        new_buyers=sales.new_buyers,
        pieces=sales.pieces,
        paid_amount=sales.paid_amount,
        refund_amount=sales.refund_amount,
        refunded_orders=sales.refunded_orders,
        net_amount=sales.net_amount,
        before_amount=_mean([one.paid_amount for one in before]),
        before_buyers=_mean([Decimal(one.buyers) for one in before]),
        before_weeks=len(before),
        forecast_amount=activity.forecast_amount,
        forecast_buyers=activity.forecast_buyers,
        cost_amount=activity.cost_amount,
        profit_amount=profit,
        without_cost=without_cost,
        stock_left=_stock_left([item.sku_id for item in items]),
    )


def sales_of(codes: Sequence[str], *, since: datetime, until: datetime) -> Sales:
    """Give what was paid for SKUs since a moment (included) until another (not included). One query."""
    if not codes or since >= until:
        return Sales(0, 0, 0, 0, Decimal(0), Decimal(0), 0)
    return Sales(*_rows(_SALES, codes, since, until)[0])


def _before(activity: Activity, codes: Sequence[str], until: datetime) -> list[Sales]:
    """Give stretches as long as the activity, whole weeks earlier; those of which nothing is known left out."""
    length = until - activity.starts_at
    weeks = max(1, -(-length // timedelta(days=7)))
    shifts = [timedelta(days=7 * weeks * n) for n in range(1, WEEKS_BEFORE + 1)]
    found = [sales_of(codes, since=activity.starts_at - s, until=until - s) for s in shifts]
    return [one for one in found if one.orders]


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    return (sum(values, Decimal(0)) / len(values)).quantize(FEN) if values else None


def _profit(
    activity: Activity, items: Sequence[ActivityItem], until: datetime
) -> tuple[Decimal | None, int]:
    """Estimate what was left, cost of the activity taken off; and how many sold SKUs have no cost."""
    skus = {item.sku.code: item.sku for item in items}
    rates = profit_in_force(business_date(activity.starts_at)).rates
    total, unknown, known = Decimal(0), 0, 0
    if activity.starts_at >= until or not skus:
        return None, 0
    sold = list(_rows(_BY_CODE, list(skus), activity.starts_at, until))
    means = {
        skus[code].pk: _at_mean(code, paid / pieces, activity) for code, pieces, paid, _ in sold
    }
    extras = extra_costs(activity, list(skus.values()), means)
    for code, pieces, paid, refunded in sold:
        sku = skus[code]
        extra = extras[sku.pk]
        if sku.cost_amount is None or extra.gift is None:
            unknown += 1
            continue
        known += 1
        kept = kept_of(
            paid / pieces,
            goods=sku.cost_amount,
            rates=rates,
            gift=extra.gift,
            insurance=extra.insurance,
        )
        # What was refunded came back: neither its price nor its cost counts.
        total += kept.margin * pieces * (1 - min(refunded / paid, Decimal(1)) if paid else 1)
    return ((total - activity.cost_amount).quantize(FEN) if known else None), unknown


def _at_mean(code: str, amount: Decimal, activity: Activity) -> LowestPrice:
    """Give what was paid a piece on average as a price that one piece reaches."""
    return LowestPrice(amount, amount, amount, 1, code, activity.starts_at)


def _stock_left(sku_ids: Sequence[int]) -> int | None:
    rows = StockLevel.objects.filter(sku_id__in=sku_ids)
    left: int | None = rows.aggregate(left=Sum(F("on_hand") - F("allocated")))["left"]
    return left


def _rows(
    statement: str, codes: Sequence[str], since: datetime, until: datetime
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"codes": list(codes), "since": since, "until": until})
        return list(cursor.fetchall())
