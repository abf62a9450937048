"""Checks of the ground floor itself: the calendar ahead, work that nobody finished, the backup."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.backup.marks import last_backup
from shopops.lib.business_time import business_date
from shopops.staff.queries import current_shop
from shopops.work import calendar
from shopops.work.choices import DUE_STATES, RunState
from shopops.work.models import Run
from shopops.work.registry import find_kind

CALENDAR_AHEAD = timedelta(days=45)
# A due run that nobody took for so long: no worker works, or it is stuck behind another.
WAITS = timedelta(hours=1)
BACKUP_EVERY = timedelta(days=1)
MOST_NAMED = 20


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
    """Fail for each run that stands in quarantine: what it should have done is not done."""
    stuck = Run.objects.filter(state=RunState.QUARANTINED).order_by("-pk")
    return outcome_of(
        [
            _about_run(
                run,
                title=_("后台任务没有做成：%(name)s"),
                evidence=_("三次都没有成功，系统不再自动重试"),
            )
            for run in stuck
        ],
        most=MOST_NAMED,
    )


def runs_are_performed(day: date, now: datetime) -> CheckOutcome:
    """Fail for each run that should have begun over an hour ago."""
    late = Run.objects.filter(state__in=DUE_STATES, due_at__lt=now - WAITS).order_by("due_at", "pk")
    return outcome_of(
        [
            _about_run(
                run,
                title=_("后台任务没有人做：%(name)s"),
                evidence=_("早该开始，等了 %(hours)d 小时；看工作进程在不在")
                % {"hours": (now - run.due_at).total_seconds() // 3600},
            )
            for run in late
        ],
        most=MOST_NAMED,
    )


def _about_run(run: Run, *, title: str, evidence: str) -> Finding:
    kind = find_kind(run.kind)
    return Finding(
        title=title % {"name": kind.label if kind else run.kind},
        evidence=evidence,
        severity="late",
        owner_role="administrator",
        key=str(run.pk),
        url=reverse("work:run", args=[run.pk]),
    )


def backup_is_fresh(day: date, now: datetime) -> CheckOutcome:
    """Fail while the newest backup is older than a day, or there is none of a shop older than that."""
    last, shop = last_backup(), current_shop()
    since = last.made_at if last else (shop.created_at if shop else now)
    if now - since <= BACKUP_EVERY:
        return outcome_of([])
    return outcome_of(
        [
            Finding(
                title=_("一天以上没有备份了") if last else _("还没有备份过"),
                evidence=_("最近一次：%(day)s。运行 manage.py backup，放到别的机器上")
                % {"day": business_date(last.made_at).isoformat() if last else "—"},
                severity="late",
                owner_role="administrator",
            )
        ]
    )


def register() -> None:
    """Register them; called once by `ChecksConfig.ready`."""
    for code, name, run in (
        ("calendar.covers_45_days", gettext_lazy("节假日安排已确认未来 45 天"), calendar_ahead),
        ("work.nothing_quarantined", gettext_lazy("没有被隔离的后台任务"), nothing_quarantined),
        ("work.runs_are_performed", gettext_lazy("后台任务都有人做"), runs_are_performed),
        ("work.backup_is_fresh", gettext_lazy("备份不超过一天"), backup_is_fresh),
    ):
        register_check(code, name, "administrator", run)
