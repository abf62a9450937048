"""What activities add to the floors below: runs, the clock, what replenishment asks."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from products.registry import register_uplift
from promotions.actions import check, lowest, publishing
from promotions.queries.uplift import uplift_of_activities
from shopops.lib.business_time import business_date
from shopops.work.context import RunContext
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled, register_tick

DAILY = "promotions.daily_check"


def register() -> None:
    """Make it known; called once by `promotions.wiring`."""
    register_kind(
        KindSpec(check.KIND, _("查活动价格"), "quick", check.perform_check, "promotions.view")
    )
    register_kind(KindSpec(DAILY, _("每天查活动价格"), "quick", perform_daily, "promotions.view"))
    # Before the daily checks of 7:30, which tell what these find.
    register_scheduled(DAILY, at=time(5, 50), catch_up_days=1)
    register_tick("activities", every=timedelta(minutes=1), run=publishing.advance_activities)
    register_uplift(uplift_of_activities)


def perform_daily(run: RunContext) -> dict[str, object]:
    """Check all live activities of a morning, as of now."""
    wanted = check.request_live_checks(now=run.now)
    return {"run": wanted.pk, "day": business_date(run.now).isoformat()}


def perform_lowest(run: RunContext) -> dict[str, int]:
    """Work out the lowest prices, then have live activities checked: what moved prices moved them too."""
    done = lowest.perform(run)
    check.request_live_checks(now=run.now)
    return done
