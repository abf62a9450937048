"""What the platform holds a sign-up price against: the 标价 of the days before, under dated rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from operator import itemgetter

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
    days = int(rule.parameters.get("days") or 0)
    if not days:
        return {}
    since = until - timedelta(days=days)
    changes = _changes([item.sku_id for item in items], since)
    found = {}
    for item in items:
        moves = changes.get(item.sku_id, [])
        spans = _in_force(item.sku.list_amount, moves, since, until)
        least, from_when = min(
            ((amount, at) for amount, at in spans if amount is not None), default=(None, since)
        )
        price = item.price_amount or spans[-1][0]
        found[item.sku_id] = SignUp(days, price, least, business_date(from_when))
    return found


type _Move = tuple[datetime, Decimal | None, Decimal | None]


def _in_force(
    today: Decimal | None, moves: Sequence[_Move], since: datetime, until: datetime
) -> list[tuple[Decimal | None, datetime]]:
    """Give the 标价 of the days and from when each was so, the oldest first.

    What a change replaced was in force before it; without any change it is that of today.
    """
    spans = [(moves[0][1] if moves else today, since)]
    spans += [(new, at) for at, _old, new in moves if at < until]
    return spans


def _changes(sku_ids: Sequence[int], since: datetime) -> dict[int, list[_Move]]:
    """Give the changes of the 标价 from a moment on, in order, by SKU id. One query.

    Those after the days count too: they tell what it was when the days ended.
    """
    rows = PriceChange.objects.filter(
        Q(decided_at__isnull=True, asked_at__gte=since) | Q(decided_at__gte=since),
        sku_id__in=list(sku_ids),
        kind=PriceKind.LIST,
        state=PriceChangeState.APPLIED,
    )
    found: dict[int, list[_Move]] = {}
    for sku_id, old, new, asked_at, decided_at in rows.order_by("pk").values_list(
        "sku_id", "old_amount", "new_amount", "asked_at", "decided_at"
    ):
        found.setdefault(sku_id, []).append((decided_at or asked_at, old, new))
    return {sku_id: sorted(moves, key=itemgetter(0)) for sku_id, moves in found.items()}
