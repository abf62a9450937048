"""The bill: an income that no order of ours explains."""

from datetime import timedelta
from decimal import Decimal

from analytics.actions import profit
from orders.models import BillLine
from orders.queries.bill import BILL_KIND
from shopops.lib.business_time import day_bounds
from tests.analytics.test_morning import batch
from tests.checks.cases.case import Case, World


def _loose(w: World) -> None:
    day = w.day - timedelta(days=2)
    batch(BILL_KIND, since=w.day.replace(day=1), until=day)
    BillLine.objects.create(
        booked_at=day_bounds(day)[0],
        booked_date=day,
        income_amount=Decimal("9.90"),
        flow_no="1",
        tid="4286738192837465999",
        kind="payment",
    )
    profit.work_out_now()


def _gone(w: World) -> None:
    BillLine.objects.all().delete()
    profit.work_out_now()


CASES = {"analytics.bill_differs": Case(_loose, _gone)}
