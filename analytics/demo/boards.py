"""Targets of the demo shop, and what its pages of figures read beside the rollup."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from analytics.actions import boards, rollup, targets
from analytics.models import DayRollup
from shopops.lib.business_time import business_date
from shopops.staff.models import User


def fill(by_name: Mapping[str, User], now: datetime) -> None:
    """Sum what the files said, keep the shelf and who came again, and let the manager set targets."""
    while rollup.roll_some(now=now, limit=31):
        pass
    boards.keep_everything(now=now)
    today = business_date(now)
    month_ago = today - timedelta(days=30)
    cells = DayRollup.objects.filter(basis="paid", dim="total", date__gte=month_ago, date__lt=today)
    sold = sum(cell.gross_fen for cell in cells)
    orders = sum(cell.paid_orders for cell in cells)
    if not sold:
        return
    # A little more than the last thirty days brought, in round figures.
    targets.set_targets(
        month=today,
        values={
            "paid_amount": Decimal(-(-sold * 21 // 20 // 1_000_000) * 10_000),
            "paid_orders": Decimal(-(-orders * 21 // 20 // 100) * 100),
            "pay_rate": Decimal("0.036"),
        },
        seen={},
        by=by_name["ning"],
        now=now,
        note="按近 30 天加 5%",
    )
