"""Activities that have a SKU in common on the same days."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import Count

from promotions.choices import ActivityState
from promotions.models import Activity, ActivityItem
from promotions.rules.activities import BINDING, Side, may_meet
from promotions.rules.price_check import Overlap
from shopops.lib.business_time import business_date


def overlaps(activity: Activity, prices: Mapping[int, bool]) -> dict[int, list[Overlap]]:
    """Give what else binds these SKUs on the activity's days. One query.

    :param prices: SKU ids, and whether this activity sets a price for each
    """
    rows = _others(activity.pk, activity.starts_at, activity.ends_at, prices)
    found: dict[int, list[Overlap]] = {}
    for row in rows:
        other = row.activity
        meets = may_meet(
            Side(activity.kind, prices[row.sku_id]), Side(other.kind, row.price_amount is not None)
        )
        since = business_date(max(activity.starts_at, other.starts_at))
        until = business_date(min(activity.ends_at, other.ends_at))
        found.setdefault(row.sku_id, []).append(Overlap(other.name, since, until, meets))
    return found


def also_in(activity: Activity, prices: Mapping[int, bool]) -> tuple[tuple[str, int], ...]:
    """Name other activities that have some of these SKUs on the same days, with how many. One query.

    Ideas count too: they bind nobody yet, and whoever puts a SKU in should know of them.
    """
    rows = (
        ActivityItem.objects.filter(
            sku_id__in=list(prices),
            activity__state__in=(*BINDING, ActivityState.IDEA),
            activity__starts_at__lt=activity.ends_at,
            activity__ends_at__gt=activity.starts_at,
        )
        .exclude(activity_id=activity.pk)
        .order_by("activity__starts_at", "activity_id")
        .values_list("activity_id", "activity__name")
        .annotate(n=Count("pk"))
    )
    return tuple((name, n) for _pk, name, n in rows)


def taken(
    activity: Activity, sku_ids: Collection[int], *, starts_at: datetime, ends_at: datetime
) -> dict[tuple[int, bool], tuple[str, date, date]]:
    """Give who has these SKUs on a span in a way that must not meet, by SKU and whether we set a price."""
    rows = _others(activity.pk, starts_at, ends_at, sku_ids)
    found: dict[tuple[int, bool], tuple[str, date, date]] = {}
    for row in rows:
        other = row.activity
        theirs = Side(other.kind, row.price_amount is not None)
        since = business_date(max(starts_at, other.starts_at))
        until = business_date(min(ends_at, other.ends_at))
        for sets_price in (True, False):
            if not may_meet(Side(activity.kind, sets_price), theirs):
                found.setdefault((row.sku_id, sets_price), (other.name, since, until))
    return found


def _others(
    pk: int, starts_at: datetime, ends_at: datetime, sku_ids: Collection[int]
) -> list[ActivityItem]:
    return list(
        ActivityItem.objects.filter(
            sku_id__in=list(sku_ids),
            activity__state__in=BINDING,
            activity__starts_at__lt=ends_at,
            activity__ends_at__gt=starts_at,
        )
        .exclude(activity_id=pk)
        .select_related("activity")
        .only(
            "sku_id", "price_amount", "activity__name", "activity__kind", "activity__starts_at",
            "activity__ends_at",
        )
        .order_by("activity__starts_at", "activity_id", "pk")
    )  # fmt: skip
