"""Price protection (价保): paid orders that could still claim the difference if prices fall."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from orders.choices import PlatformStatus
from orders.models import OrderLine
from promotions.queries.price_rules import rules_at
from shopops.lib.business_time import business_date, day_bounds

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Claim:
    """What the buyer of one line could claim. `ends_on`: the last day of its protection."""

    tid: str
    line_key: str
    sku_code: str
    quantity: int
    paid_at: datetime
    ends_on: date
    paid_amount: Decimal
    new_amount: Decimal

    @property
    def amount(self) -> Decimal:
        """Give the difference; never negative."""
        return max(ZERO, self.paid_amount - self.new_amount)


@dataclass(frozen=True, slots=True)
class Claims:
    """All lines still protected whose buyers paid more, dearest first, with the sum.

    `protected_count` counts lines still protected, those that paid less included. `is_confirmed`:
    somebody read the length of the protection in the event's text; else the default row is assumed.
    """

    rows: tuple[Claim, ...]
    amount: Decimal
    protected_count: int
    days: int
    source: str
    is_confirmed: bool


def protected_claims(new_prices: Mapping[str, Decimal], *, now: datetime) -> Claims:
    """List paid lines still protected against these new prices per piece. Two queries.

    The rule row in force on the claim day (now) counts (R3), not that of the day of payment. Freight
    does not count (R2). What was refunded lowers what was paid.

    :param new_prices: by SKU code, what a piece costs after the cut
    """
    row = rules_at(now).rows.get("PP2")
    days = int(row.parameters.get("days", 0)) if row else 0
    since = day_bounds(business_date(now) - timedelta(days=days))[0]
    lines = (
        OrderLine.objects.filter(
            sku_code__in=list(new_prices), order__paid_at__gte=since, order__paid_at__lte=now
        )
        .exclude(status=PlatformStatus.TRADE_CLOSED)
        .exclude(paid_amount__isnull=True)
        .order_by("pk")
        .values_list(
            "order__tid", "line_key", "sku_code", "quantity", "order__paid_at", "paid_amount",
            "refund_amount",
        )
    )  # fmt: skip
    found, count = [], 0
    for tid, line_key, code, quantity, paid_at, paid, refunded in lines:
        kept = (paid or ZERO) - refunded
        if kept <= 0 or paid_at is None:
            continue
        count += 1
        ends_on = business_date(paid_at) + timedelta(days=days)
        claim = Claim(
            tid, line_key, code, quantity, paid_at, ends_on, kept, new_prices[code] * quantity
        )
        if claim.amount > 0:
            found.append(claim)
    found.sort(key=lambda one: (-one.amount, one.line_key))
    total = sum((one.amount for one in found), ZERO)
    is_confirmed = bool(row and row.parameters.get("is_confirmed"))
    return Claims(tuple(found), total, count, days, row.source if row else "", is_confirmed)
