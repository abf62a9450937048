"""What another cutoff would have done to the orders of the last days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import cast

from django.db.models.functions import Coalesce

from orders.models import Order
from orders.queries import calendar
from orders.rules import plan
from orders.rules.calendar import ShippingDay, with_cutoff
from shopops.lib.business_time import business_date


@dataclass(frozen=True, slots=True)
class WhatIfAnswer:
    """Counts under the calendar as it is and with another cutoff on all shipping weekdays."""

    cutoff: time
    days: int
    counts: plan.WhatIf


def what_if_cutoff(*, cutoff: time, days: int, now: datetime) -> WhatIfAnswer:
    """Judge the paid orders of the last `days` days by another cutoff.

    Presale and closed-before-shipping orders are left out. Cost: one index range over paid dates, two columns.
    """
    today = business_date(now)
    first = today - timedelta(days=days)
    rows = (
        Order.objects.filter(
            paid_date__range=(first, today - timedelta(days=1)),
            promised_date__isnull=True,
        )
        .exclude(stage="cancelled", consigned_at__isnull=True)
        .annotate(left_at=Coalesce("handed_over_at", "consigned_at"))
        .order_by()
        .values_list("paid_at", "left_at")
    )
    rules = calendar.weekday_rules()
    stored = calendar.work_out(first=first, last=today, weekdays=rules)
    tried = calendar.work_out(first=first, last=today, weekdays=with_cutoff(rules, cutoff))
    counts = plan.what_if(
        cast("list[tuple[datetime, datetime | None]]", list(rows)),
        calendar_now=_by_date(stored),
        calendar_then=_by_date(tried),
        now=now,
    )
    return WhatIfAnswer(cutoff=cutoff, days=days, counts=counts)


def _by_date(days: list[ShippingDay]) -> dict[date, ShippingDay]:
    return {day.date: day for day in days}
