"""That reports were made and went out: nothing of them fails quietly."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.actions.report_sending import CHECK
from analytics.actions.reports import missing_reports
from analytics.models import ReportSending
from analytics.rules.reports import DUE_BY, span_of
from analytics.wording.reports import title_of
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check

MOST_NAMED = 20
State = ReportSending.State


def reports_went_out(day: date, now: datetime) -> CheckOutcome:
    """Fail for each report that was not made by its hour, and each address that it did not reach."""
    return outcome_of([*_not_made(now), *_not_sent(now)], most=MOST_NAMED)


def _not_made(now: datetime) -> list[Finding]:
    return [
        Finding(
            title=_("没有做出来：%(report)s") % {"report": _title(kind, on)},
            evidence=_("%(at)s 前应该做好发出去；看后台任务「做日报」「做周报」，或者在报告页补做")
            % {"at": f"{DUE_BY:%H:%M}"},
            severity="late",
            owner_role="manager",
            key=f"made:{kind}:{on.isoformat()}",
            url=reverse("analytics:reports"),
        )
        for kind, on in missing_reports(now=now, past=DUE_BY)
    ]


def _title(kind: str, on: date) -> str:
    span = span_of(kind, on)
    return title_of(kind, span.since, span.until)


def _not_sent(now: datetime) -> list[Finding]:
    rows = ReportSending.objects.filter(state__in=ReportSending.OPEN, due_at__lt=now)
    rows = rows.select_related("report", "address").order_by("due_at", "pk")
    return [_finding(row) for row in rows]


def _finding(row: ReportSending) -> Finding:
    report = row.report
    is_unsure = row.state in (State.UNKNOWN, State.CLAIMED)
    title = (
        _("不知道发到没有：%(report)s → %(to)s")
        if is_unsure
        else _("没有发出去：%(report)s → %(to)s")
    )
    return Finding(
        title=title
        % {"report": title_of(report.kind, report.since, report.until), "to": row.address.name},
        evidence=row.words or _("应该发了还没有发；看后台任务「发报告」"),
        severity="soon" if is_unsure else "late",
        owner_role="manager",
        key=f"sent:{row.pk}",
        url=reverse("analytics:report", args=[report.pk]),
    )


def register() -> None:
    """Register it; called once by `analytics.wiring`."""
    register_check(CHECK, gettext_lazy("报告都做好发出去了"), "manager", reports_went_out)
