"""What keeps the pages of figures quick, words of targets for the log, and their part of the demo."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from analytics.actions import boards
from analytics.demo.boards import fill
from orders import registry
from shopops.staff.operations import name_operations
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled, register_tick


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    register_kind(
        KindSpec(boards.DAILY, _("记下库存与复购"), "quick", boards.perform_daily, "work.view")
    )
    register_kind(
        KindSpec(boards.RETURNS, _("汇总退货原因"), "quick", boards.perform_returns, "work.view")
    )
    # After the values of customers (4:30), whose facts of payment it reads.
    register_scheduled(boards.DAILY, at=time(5, 20), catch_up_days=7)
    register_tick("returns", every=timedelta(minutes=1), run=boards.request_returns)
    name_operations(
        {
            "analytics.targets.set": _("定月目标"),
            "analytics.views.kept": _("改自己的视图"),
        }
    )
    registry.fill_demo_with(fill)
