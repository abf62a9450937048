"""The daily checks of figures."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.queries import coverage
from orders.models import DirtyDay
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check

FILES = "intake.files_came"
FIGURES = "analytics.figures_are_fresh"
# A rollup that waits longer than this has not been performed by anybody.
STALE = timedelta(hours=1)


def files_came(day: date, now: datetime) -> CheckOutcome:
    """Fail for each kind of file that does not cover the day before `day`."""
    yesterday = day - timedelta(days=1)
    absent = coverage.missing(coverage.file_states(day=yesterday))
    return outcome_of(
        [
            Finding(
                title=_("%(kind)s文件没来，%(day)s 还没有数据")
                % {"kind": state.label, "day": yesterday.isoformat()},
                evidence=str(state.without),
                severity="late" if state.kind == coverage.ORDERS else "soon",
                owner_role="manager",
                key=state.kind,
                url="/imports/",
            )
            for state in absent
        ]
    )


def figures_are_fresh(day: date, now: datetime) -> CheckOutcome:
    """Fail while days stay marked for recomputation for over an hour."""
    stale = DirtyDay.objects.filter(marked_at__lt=now - STALE).count()
    if not stale:
        return outcome_of([])
    return outcome_of(
        [
            Finding(
                title=_("有 %(count)s 天的数字等了一个多小时还没重算") % {"count": stale},
                evidence=_("数字页显示的是旧的；看后台任务「重算数字」"),
                severity="soon",
                owner_role="administrator",
                url=reverse("work:runs"),
            )
        ]
    )


def register() -> None:
    """Register them; called once by `AnalyticsConfig.ready`."""
    register_check(FILES, gettext_lazy("昨天的文件都来了"), "manager", files_came)
    register_check(FIGURES, gettext_lazy("数字都重算过了"), "administrator", figures_are_fresh)
