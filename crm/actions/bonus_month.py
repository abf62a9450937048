"""The bonus month that has just ended, worked out by itself: a run at the beginning of each month."""

from datetime import datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from crm.actions.bonus import compute_month
from crm.queries.bonus import month_of
from shopops.lib.business_time import business_date
from shopops.work.context import RunContext
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled

KIND = "crm.bonus_month"
# The last days' figures and reviews come in the first days of the next month.
LATE_DAYS = 7


def perform_month(run: RunContext) -> dict[str, Any]:
    """Work out the month that ended, while its last figures still come in. Safe to repeat."""
    with run.step(text=gettext_noop("算上个月的奖金")):
        return {"changed": compute_ended(now=run.now)}


def compute_ended(*, now: datetime) -> int:
    """Work out last month's sheets in the first days of a month; give how many changed.

    Drafts only: a sheet that was published is changed by a person, who then tells whom it is about.
    """
    today = business_date(now)
    if today.day > LATE_DAYS:
        return 0
    ended = month_of(month_of(today) - timedelta(days=1))
    return compute_month(month=ended, by=None, now=now, drafts_only=True)


def register() -> None:
    """Make the run known; called once, when the apps are ready."""
    register_kind(KindSpec(KIND, _("算上个月的奖金"), "quick", perform_month, "crm.lead_service"))
    # After the night's figures and before the lead begins.
    register_scheduled(KIND, at=time(7, 30), catch_up_days=LATE_DAYS)
