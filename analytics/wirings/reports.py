"""Reports: their runs, when they are asked for, their files, words for the log."""

from datetime import date, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics.actions import report_addresses, report_sending, reports
from analytics.rules.reports import ASKED_AT, CATCH_UP_DAYS, DAILY, WEEKLY
from analytics.wording.reports import name_the_log
from shopops.intake.registry import keep_files
from shopops.work.models import Run
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled, register_tick

# A little after the hour by which reports must have gone out.
WATCHED_AT = time(9, 35)
_HOUR = timedelta(minutes=10)


def _page(run: Run) -> str:
    made = run.result.get("report")
    return reverse("analytics:report", args=[made]) if made else reverse("analytics:reports")


def _weekly_key(day: date) -> str:
    return reports.key_of(WEEKLY, day)


def _watch_key(day: date) -> str:
    # Another key than that of the acts, which ask again and again on a day.
    return f"hour:{day.isoformat()}"


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    for kind, label in ((DAILY, _("做日报")), (WEEKLY, _("做周报"))):
        register_kind(
            KindSpec(
                code=reports.RUNS[kind],
                label=label,
                queue="quick",
                perform=reports.perform_making,
                right="analytics.view",
                time_limit=_HOUR,
                in_order=True,
                link=_page,
            )
        )
    register_kind(
        KindSpec(
            code=report_sending.KIND,
            label=_("发报告"),
            queue="quick",
            perform=report_sending.perform_sending,
            right="analytics.reports",
            time_limit=_HOUR,
            in_order=True,
        )
    )
    register_kind(
        KindSpec(report_sending.WATCH, _("看报告发出去没有"), "quick", report_sending.perform_watch)
    )
    register_kind(
        KindSpec(
            report_addresses.TEST,
            _("试推送地址"),
            "quick",
            report_addresses.perform_test,
            "analytics.reports",
        )
    )
    register_scheduled(reports.RUNS[DAILY], at=ASKED_AT[DAILY], catch_up_days=CATCH_UP_DAYS)
    register_scheduled(
        reports.RUNS[WEEKLY], at=ASKED_AT[WEEKLY], key=_weekly_key, catch_up_days=CATCH_UP_DAYS
    )
    register_scheduled(report_sending.WATCH, at=WATCHED_AT, key=_watch_key, catch_up_days=0)
    register_tick("reports", every=timedelta(minutes=1), run=reports.request_missing)
    keep_files(reports.kept_names)
    name_the_log()
