"""The shop's rules of stock that are in force."""

from datetime import datetime

from products.models import ReplenishmentRule, StockRule
from shopops.lib.business_time import business_date


def rule_in_force(*, now: datetime) -> StockRule:
    """Give the newest row that has begun; the start values if nobody set any. One query."""
    today = business_date(now)
    row = StockRule.objects.filter(valid_from__lte=today).order_by("-valid_from").first()
    return row or StockRule(valid_from=today, changed_at=now, version=0)


def replenishment_rule(*, now: datetime) -> ReplenishmentRule:
    """Give the newest row that has begun; the start values if nobody set any. One query."""
    today = business_date(now)
    rows = ReplenishmentRule.objects.filter(valid_from__lte=today)
    found = rows.order_by("-valid_from").first()
    return found or ReplenishmentRule(valid_from=today, changed_at=now, version=0)
