"""What activities that the shop signed up for are expected to do to sales: a factor by SKU and day."""

from collections.abc import Sequence
from datetime import date, timedelta

from promotions.choices import LIVE_STATES
from promotions.models import ActivityItem
from shopops.lib.business_time import business_date, day_bounds


def uplift_of_activities(
    codes: Sequence[str], since: date, until: date
) -> dict[str, dict[date, float]]:
    """Give the factor of each code and day, both ends included. One query.

    Of several activities on a day the strongest counts: they share the same buyers.
    """
    rows = (
        ActivityItem.objects.filter(
            sku__code__in=list(codes),
            activity__state__in=LIVE_STATES,
            activity__starts_at__lt=day_bounds(until)[1],
            activity__ends_at__gt=day_bounds(since)[0],
        )
        .exclude(activity__uplift=1)
        .order_by("sku_id", "activity_id")
        .values_list("sku__code", "activity__starts_at", "activity__ends_at", "activity__uplift")
    )
    found: dict[str, dict[date, float]] = {}
    for code, starts_at, ends_at, factor in rows:
        first = max(business_date(starts_at), since)
        last = min(business_date(ends_at - timedelta(microseconds=1)), until)
        days = found.setdefault(code, {})
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            days[day] = max(days.get(day, float(factor)), float(factor))
    return found
