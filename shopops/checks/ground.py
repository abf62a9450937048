"""Checks of the ground floor itself: the calendar ahead, and work that waits for a person."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.work import calendar
from shopops.work.choices import RunState
from shopops.work.models import Run

CALENDAR_AHEAD = timedelta(days=45)


def calendar_ahead(day: date, now: datetime) -> CheckOutcome:
    """Fail when the next 45 days are not all confirmed by the State Council's notice."""
    until = calendar.confirmed_until(since=day)
    if until is not None and until >= day + CALENDAR_AHEAD:
        return outcome_of([])
    shown = until.isoformat() if until else _("今天起就没有")
    return outcome_of(
        [
            Finding(
                title=_("节假日安排还没有确认，承诺发货时间可能不准"),
                evidence=_("已确认到：%(until)s；应至少确认到 %(wanted)s")
                % {"until": shown, "wanted": (day + CALENDAR_AHEAD).isoformat()},
                severity="soon",
                owner_role="administrator",
            )
        ]
    )


def nothing_quarantined(day: date, now: datetime) -> CheckOutcome:
    """Fail while runs stand in quarantine: what they should have done is not done."""
    stuck = Run.objects.filter(state=RunState.QUARANTINED).count()
    if not stuck:
        return outcome_of([])
    title = _("有 %(count)s 个后台任务被隔离，等人处理") % {"count": stuck}
    return outcome_of(
        [
            Finding(
                title=title,
                evidence=_("三次都没有成功，系统不再自动重试"),
                severity="us",
                owner_role="administrator",
                url=reverse("work:runs") + "?state=quarantined",
            )
        ]
    )


def register() -> None:
    """Register them; called once by `ChecksConfig.ready`."""
    register_check(
        "calendar.covers_45_days",
        gettext_lazy("节假日安排已确认未来 45 天"),
        "administrator",
        calendar_ahead,
    )
    register_check(
        "work.nothing_quarantined",
        gettext_lazy("没有被隔离的后台任务"),
        "administrator",
        nothing_quarantined,
    )
