"""The kind of work that works profits out, words of the log, the check of the bill."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from analytics.actions import profit
from analytics.checks import profit as check
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_tick


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    register_kind(KindSpec(profit.KIND, _("重算利润"), "quick", profit.perform, "work.view"))
    register_tick("profit", every=timedelta(minutes=1), run=profit.request_if_needed)
    check.register()
