"""What the price intercept asks: lines with what was paid, floors, and the lowest price of the day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F

from orders.models import Order
from products.models import BundlePart, Sku
from promotions.choices import ActivityState, BenefitKind
from promotions.models import ActivityItem, Benefit, GiftRule, SkuLowest
from promotions.queries.gifts import sold_lines
from promotions.rules.low_price import PaidOrder, PriceLimits
from promotions.rules.price_check import figures
from shopops.lib.business_time import business_date, day_bounds
from shopops.lib.money import to_fen

# States of an activity whose prices buyers have paid.
RAN = (ActivityState.RUNNING, ActivityState.ENDED, ActivityState.SUMMED_UP)


@dataclass(frozen=True, slots=True)
class PaidThen:
    """An order, the Shanghai date of its payment, and what its postage is judged by.

    `moments`: when it was placed and when it was paid; a template may have changed between.
    """

    order: PaidOrder
    day: date
    postage_cents: int = 0
    province: str = ""
    moments: tuple[datetime, ...] = ()


def paid_orders(tids: Sequence[str]) -> list[PaidThen]:
    """Give orders as the intercept sees them. Two queries."""
    columns = (
        "pk", "tid", "paid_date", "paid_amount", "total_amount", "postage_amount", "is_presale",
        "receiver_province", "created_at", "paid_at",
    )  # fmt: skip
    rows = Order.objects.filter(tid__in=list(tids), paid_date__isnull=False).order_by("pk")
    orders = list(rows.values_list(*columns))
    lines = sold_lines([row[0] for row in orders])
    return [
        PaidThen(
            PaidOrder(
                tid=tid,
                goods_cents=max(to_fen(paid) - to_fen(postage), 0),
                lines=lines.get(pk, ()),
                is_deposit=presale and paid < total,
            ),
            day,
            to_fen(postage),
            province,
            tuple(at for at in (created_at, paid_at) if at),
        )
        for (
            pk,
            tid,
            day,
            paid,
            total,
            postage,
            presale,
            province,
            created_at,
            paid_at,
        ) in orders
        if day is not None
    ]


def price_limits(
    codes: Collection[str], days: Collection[date]
) -> dict[date, dict[str, PriceLimits]]:
    """Give the limits of merchant codes by day of payment. Four queries.

    A bundle without a floor of its own has that of its parts, if all of them have one. Where somebody let
    an activity run below the floor, its approved price takes the floor's place on the activity's days:
    who decided once is not asked again for each order.
    """
    skus = {
        pk: (code, floor)
        for pk, code, floor in Sku.objects.filter(code__in=list(codes))
        .order_by("pk")
        .values_list("pk", "code", "floor_amount")
    }
    of_parts = _floors_of_bundles([pk for pk, (_code, floor) in skus.items() if floor is None])
    floors = {
        code: to_fen(floor) if floor is not None else of_parts.get(pk)
        for pk, (code, floor) in skus.items()
    }
    approved = _approved(list(skus), days)
    found = {
        day: {
            code: PriceLimits(_lower(floors[code], approved.get((pk, day))))
            for pk, (code, _floor) in skus.items()
        }
        for day in days
    }
    rows = SkuLowest.objects.filter(sku__in=list(skus), date__in=list(days))
    for pk, day, lowest in rows.values_list("sku_id", "date", "lowest_amount"):
        code = skus[pk][0]
        found[day][code] = PriceLimits(found[day][code].floor_cents, to_fen(lowest))
    return found


def _lower(floor: int | None, approved: int | None) -> int | None:
    return floor if floor is None or approved is None else min(floor, approved)


def _approved(sku_ids: Sequence[int], days: Collection[date]) -> dict[tuple[int, date], int]:
    """Give what a piece may cost by SKU and day where an approval holds for the activity's latest check.

    The least of the price alone and in the cheapest basket: both stood before the eyes of who approved.
    """
    first, last = day_bounds(min(days))[0], day_bounds(max(days))[1]
    rows = ActivityItem.objects.filter(
        sku__in=sku_ids,
        lowest_amount__isnull=False,
        activity__state__in=RAN,
        activity__starts_at__lt=last,
        activity__ends_at__gt=first,
        activity__checks__is_latest=True,
        activity__approvals__check_made__facts_hash=F("activity__checks__facts_hash"),
    ).distinct()
    found: dict[tuple[int, date], int] = {}
    for item in rows.select_related("activity"):
        prices = [to_fen(item.lowest_amount), *_in_basket(item.points)]
        since = business_date(item.activity.starts_at)
        # One that ends at midnight does not hold on the day that begins then.
        until = business_date(item.activity.ends_at - timedelta(microseconds=1))
        for day in days:
            if since <= day <= until:
                key = (item.sku_id, day)
                found[key] = min([*prices, *([found[key]] if key in found else [])])
    return found


def _in_basket(points: Sequence[Mapping[str, str]]) -> list[int]:
    named = (figures(one["evidence"]) for one in points if one["code"] == "basket")
    return [to_fen(Decimal(one["lowest"])) for one in named if "lowest" in one]


def _floors_of_bundles(sku_ids: Sequence[int]) -> Mapping[int, int | None]:
    floors: dict[int, int | None] = {}
    rows = BundlePart.objects.filter(bundle__in=sku_ids).order_by("pk")
    for bundle, floor, quantity in rows.values_list("bundle_id", "part__floor_amount", "quantity"):
        floors[bundle] = _plus(floors.get(bundle, 0), floor, quantity)
    return floors


def _plus(sum_cents: int | None, floor: Decimal | None, quantity: int) -> int | None:
    return None if sum_cents is None or floor is None else sum_cents + to_fen(floor) * quantity


def gift_codes(days: Collection[date]) -> frozenset[str]:
    """Give the codes of goods that somebody promised as gifts around these days. Two queries.

    Roughly: a promise that touches the span of the days. Such a code at 0.00 is no sale.
    """
    first, last = min(days), max(days)
    rules = GiftRule.objects.filter(starts_at__date__lte=last, ends_at__date__gte=first)
    benefits = Benefit.objects.filter(
        kind=BenefitKind.GIFT, starts_at__date__lte=last, ends_at__date__gte=first
    )
    promised = (row.get("sku") for row in benefits.values_list("parameters", flat=True))
    return frozenset(rules.values_list("gift_sku__code", flat=True)) | {
        str(code) for code in promised if code
    }
