"""Kept figures against the orders: a total that somebody spoiled."""

from datetime import datetime, timedelta

from analytics.actions import rollup
from analytics.models import DayRollup
from shopops.lib.business_time import SHANGHAI
from tests.checks.cases.case import Case, World
from tests.factories.orders import OrderFactory


def _spoiled(w: World) -> None:
    paid_at = datetime.combine(w.day - timedelta(days=1), datetime.min.time(), SHANGHAI)
    OrderFactory(paid_at=paid_at, created_at=paid_at)
    rollup.mark_days(since=None, until=None, now=w.now)
    while rollup.roll_some(now=w.now, limit=30):
        pass
    DayRollup.objects.filter(basis="paid", dim="total").update(gross_fen=1)


def _right(w: World) -> None:
    rollup.mark_days(since=None, until=None, now=w.now)
    while rollup.roll_some(now=w.now, limit=30):
        pass


CASES = {"analytics.figures_are_right": Case(_spoiled, _right)}
