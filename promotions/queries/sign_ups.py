"""What the platform holds a sign-up price against: the 标价 of the days before, under dated rules."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from products.choices import PriceChangeState, PriceKind
from products.models import PriceChange
from promotions.choices import ActivityKind
from promotions.models import Activity, ActivityItem
from promotions.queries.price_rules import rules_at
from promotions.rules.price_check import SignUp
from shopops.lib.business_time import business_date

# The row that a sign-up falls under, by whose event it is.
RULES: Mapping[str, str] = {
    ActivityKind.PLATFORM: "SU2",
    ActivityKind.FLASH: "SU3",
    ActivityKind.CHANNEL: "SU1",
}


def sign_ups(
    activity: Activity, items: Sequence[ActivityItem], *, now: datetime
) -> dict[int, SignUp]:
    """Give what each SKU's price is held against, by SKU id; empty where no rule in force asks.

    The days end where the activity begins, or now. Prices of earlier activities do not count: they
    are no 标价. Two queries; items come with their SKU.
    """
    until = min(activity.starts_at, now)
    rule = rules_at(activity.starts_at).rows.get(RULES.get(activity.kind, ""))
    if rule is None:
        return {}
    days = int(rule.parameters["days"])
    since = until - timedelta(days=days)
    lows = _lows([item.sku_id for item in items], since, until)
    found = {}
    for item in items:
        usual = item.sku.list_amount
        asked = SignUp(days, item.price_amount or usual, usual, business_date(since))
        low = lows.get(item.sku_id)
        if low is not None and (usual is None or low[0] < usual):
            asked = replace(asked, least=low[0], date=low[1])
        found[item.sku_id] = asked
    return found


def _lows(
    sku_ids: Sequence[int], since: datetime, until: datetime
) -> dict[int, tuple[Decimal, date]]:
    """Give the lowest 标价 that changes of the days speak of, and from which day on it was that.

    What a change replaced was in force when the days began, or since the change before it.
    """
    changes = PriceChange.objects.filter(
        Q(decided_at__isnull=True, asked_at__range=(since, until))
        | Q(decided_at__range=(since, until)),
        sku_id__in=list(sku_ids),
        kind=PriceKind.LIST,
        state=PriceChangeState.APPLIED,
    )
    rows = changes.values_list("sku_id", "old_amount", "new_amount", "asked_at", "decided_at")
    found: dict[int, tuple[Decimal, date]] = {}
    begins: dict[int, datetime] = {}
    for sku_id, old, new, asked_at, decided_at in sorted(
        rows.order_by("pk"), key=lambda row: row[4] or row[3]
    ):
        at = decided_at or asked_at
        for amount, from_when in ((old, begins.get(sku_id, since)), (new, at)):
            if amount is not None and (sku_id not in found or amount < found[sku_id][0]):
                found[sku_id] = (amount, business_date(from_when))
        begins[sku_id] = at
    return found
