"""Reports: the list, one report that prints well, its files, and what became of each address."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from analytics.actions import report_sending as sending
from analytics.actions import reports as acts
from analytics.figures import figure
from analytics.forms.reports import GiveUpForm
from analytics.models import Report, ReportAddress, ReportSending
from analytics.queries.known import lineage_url
from analytics.rules.reports import DAILY, WEEKLY, span_of
from analytics.views.asking import EXPORT, VIEW, Data
from analytics.views.boards.parts import short
from analytics.wording import reports as wording
from analytics.wording.stats import value_words
from products.views.acting import Asked, answer, page_number
from shopops.lib import vault, words
from shopops.notices.calling import label_of
from shopops.staff.access import requires

MANAGE = "analytics.reports"
SIZE = 31
State = ReportSending.State
TONES = {
    State.WAITING: "wait",
    State.CLAIMED: "us",
    State.SENT: "done",
    State.FAILED: "late",
    State.UNKNOWN: "soon",
    State.LEFT_OUT: "wait",
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def title(row: Report) -> str:
    """Name a report by the days that it tells of."""
    return wording.title_of(row.kind, row.since, row.until)


# --- the list


@require_http_methods(["GET", "POST"])
@requires(VIEW)
def report_list(request: HttpRequest) -> HttpResponse:
    """List the reports, the newest first, with what became of each; a POST has a missing one made."""
    here = reverse("analytics:reports")
    done = answer(request, {"ask": (MANAGE, _ask)}, back=here)
    if done is not None:
        return done
    now, kind = timezone.now(), request.GET.get("kind", "")
    rows = Report.objects.filter(kind=kind) if kind in (DAILY, WEEKLY) else Report.objects.all()
    first = _after(page_number(request, "before"))
    if first is not None:
        rows = rows.filter(business_date__lt=first)
    found = list(rows.defer("facts").order_by("-business_date", "-pk")[: SIZE + 1])
    context: Data = {
        "now": now,
        "rows": _rows(found[:SIZE], can_export=request.user.has_perm(EXPORT)),
        "older_url": f"{here}?kind={kind}&before={found[SIZE - 1].business_date.toordinal()}"
        if len(found) > SIZE
        else "",
        "newer_url": f"{here}?kind={kind}" if first is not None else "",
        "tabs": _tabs(here, kind),
        "missing": _missing(now),
        "addresses": _addresses(),
        "may_manage": request.user.has_perm(MANAGE),
        "url": here,
    }
    return render(request, "analytics/reports.html", context)


def _after(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if 0 < ordinal <= date.max.toordinal() else None


def _tabs(here: str, kind: str) -> list[Data]:
    names = (("", _("全部")), (DAILY, _("日报")), (WEEKLY, _("周报")))
    return [
        {"label": name, "url": f"{here}?kind={code}" if code else here, "current": code == kind}
        for code, name in names
    ]


def _rows(rows: Sequence[Report], *, can_export: bool) -> list[Data]:
    """Give reports with their sendings counted. One query for all of them."""
    of: dict[int, list[ReportSending]] = defaultdict(list)
    sendings = ReportSending.objects.filter(report__in=[row.pk for row in rows])
    for one in sendings.select_related("address").order_by("pk"):
        of[one.report_id].append(one)
    return [
        {
            "title": title(row),
            "kind": row.get_kind_display(),
            "url": reverse("analytics:report", args=[row.pk]),
            "made_at": row.made_at,
            "sheet_url": reverse("analytics:report_sheet", args=[row.pk]) if can_export else "",
            "picture_url": reverse("analytics:report_picture", args=[row.pk])
            if can_export and row.picture
            else "",
            "sent": sum(one.state == State.SENT for one in of[row.pk]),
            "wanted": sum(one.state != State.LEFT_OUT for one in of[row.pk]),
            "bad": [
                {
                    "text": f"{one.address.name} {State(one.state).label}",
                    "tone": TONES[State(one.state)],
                }
                for one in of[row.pk]
                if one.state in (State.FAILED, State.UNKNOWN)
            ],
        }
        for row in rows
    ]


def _missing(now: Any) -> list[Data]:  # noqa: ANN401
    found = []
    for kind, day in acts.missing_reports(now=now):
        span = span_of(kind, day)
        name = wording.title_of(kind, span.since, span.until)
        found.append({"kind": kind, "day": day.isoformat(), "title": name})
    return found


def _addresses() -> list[Data]:
    rows = ReportAddress.objects.filter(removed_at=None).order_by("-is_on", "name")
    return [address_row(row) for row in rows]


def address_row(row: ReportAddress) -> Data:
    """Give an address as lists show it: never the address itself."""
    kinds = [
        name for gets, name in ((row.gets_daily, _("日报")), (row.gets_weekly, _("周报"))) if gets
    ]
    tone = {"taken": "done", "refused": "late", "unknown": "soon", "waiting": "us"}
    return {
        "row": row,
        "service": service_words(row),
        "kinds": words.listed(kinds) or _("都不收"),
        "tested": row.get_tested_display(),
        "tested_tone": tone.get(row.tested, "wait"),
        "tested_words": words.stored(row.tested_words),
    }


def service_words(row: ReportAddress) -> str:
    """Name what an address is of, with what tells two of them apart."""
    label = label_of(row.schema)
    return f"{label} …{row.hint}" if row.hint else label


def _ask(asked: Asked) -> HttpResponse:
    try:
        day = date.fromisoformat(str(asked.data.get("day", "")))
    except ValueError as error:
        raise Http404 from error
    acts.ask_for_report(kind=str(asked.data.get("kind", "")), day=day, by=asked.by, now=asked.now)
    return asked.done(_("排上了，做好会出现在这里。"))


# --- one report


@require_http_methods(["GET", "POST"])
@requires(VIEW)
def report_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """Show one report; a POST decides about what did not go out."""
    row = get_object_or_404(Report, pk=report_id)
    done = answer(
        request,
        {
            "resend": (MANAGE, _resend),
            "confirm": (MANAGE, _confirm),
            "give_up": (MANAGE, _give_up),
        },
        back=reverse("analytics:report", args=[row.pk]),
    )
    if done is not None:
        return done
    facts = row.facts
    may = request.user.has_perm
    context: Data = {
        "now": timezone.now(),
        "row": row,
        "title": title(row),
        "picture_why": words.stored(row.picture_why),
        "limits": wording.limits_of(facts),
        "columns": _columns(row),
        "lines": [_line(row, one) for one in wording.lines_of(row.kind, row.until, facts)],
        "chart": _chart(facts),
        "late": wording.late_words(facts),
        "late_tone": "late" if facts["late"] and facts["late"]["orders"] else "",
        "late_url": _url("orders:queue", "past_due") if may("orders.view") else "",
        "target": wording.target_words(facts),
        "target_url": _url("analytics:targets"),
        "scores": _scores(facts),
        "findings": wording.findings_words(facts),
        "finding_rows": _finding_rows(facts, can_open=may("checks.view")),
        "more": wording.more_findings(facts),
        "findings_url": _url("checks:findings") if may("checks.view") else "",
        "sendings": _sendings(row, may_manage=may(MANAGE)),
        "can_export": may(EXPORT),
        "may_manage": may(MANAGE),
    }
    return render(request, "analytics/report.html", context)


def _url(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _columns(row: Report) -> list[Data]:
    names = [one["name"] for one in row.facts["figures"][0]["against"]]
    first, second = (wording.lines_of(row.kind, row.until, row.facts)[0].against)[: len(names)]
    now = _("昨日") if row.kind == DAILY else _("这一周")
    return [
        {"key": "label", "label": _("指标"), "number": False},
        {"key": "now", "label": now, "number": True},
        {"key": "first", "label": first[0], "number": True},
        {"key": "second", "label": second[0], "number": True},
        {"key": "source", "label": _("来源"), "number": False},
    ]


def _line(row: Report, line: wording.Line) -> Data:
    first, second = line.against[:2]
    return {
        "url": _figure_url(row, line.code),
        "cells": {
            "label": line.label,
            "now": format_html("<b>{}</b>", line.value)
            if line.is_known
            else format_html('<span class="muted">{}</span>', line.value),
            "first": _past(first),
            "second": _past(second),
            "source": words.listed([one for one in (line.source, line.note) if one]),
        },
    }


def _past(one: tuple[str, str, str]) -> SafeString:
    _name, value, moved = one
    return format_html('{} <span class="so-blk xs muted">{}</span>', value, moved or "")


def _figure_url(row: Report, code: str) -> str:
    """Give where a figure is shown: the words about its day, or the days of its week."""
    if row.kind == DAILY:
        return lineage_url(code, row.until)
    base = _url("analytics:trend") or _url("analytics:funnel")
    return f"{base}?since={row.since}&until={row.until}"


def _chart(facts: wording.Facts) -> Data:
    series = facts["series"]
    days = [date.fromisoformat(day) for day in series["days"]]
    amounts = [wording.number(text) for text in series["paid_amount"]]
    label = str(figure("paid_amount").label)
    return {
        "sub": _("%(n)d 天，空着的是未知") % {"n": len(days)},
        "data": {
            "kind": "lines",
            "x": [short(day) for day in days],
            "series": [
                {
                    "name": label,
                    "values": [None if one is None else float(one) for one in amounts],
                    "tone": "us",
                }
            ],
            "unit": _("元"),
        },
        "label": label,
        "columns": [_("日期"), label, *(str(figure(c).label) for c in ("visitors", "pay_rate"))],
        "rows": [
            [
                day.isoformat(),
                value_words(amounts[at], "money"),
                value_words(wording.number(series["visitors"][at]), "people"),
                value_words(wording.number(series["pay_rate"][at]), "rate"),
            ]
            for at, day in enumerate(days)
        ],
    }


def _scores(facts: wording.Facts) -> list[Data]:
    base = _url("analytics:dsr")
    rows = wording.score_rows(facts)
    for one in rows:
        one["url"] = base or (lineage_url(one["code"], one["day"]) if one["day"] else "")
    return rows


def _finding_rows(facts: wording.Facts, *, can_open: bool) -> list[Data]:
    return [
        {**one, "url": _url("checks:finding", one["id"]) if can_open else ""}
        for one in wording.finding_rows(facts)
    ]


def _sendings(row: Report, *, may_manage: bool) -> list[Data]:
    rows = row.sendings.select_related("address").order_by("pk")
    return [
        {
            "row": one,
            "service": service_words(one.address),
            "state": State(one.state).label,
            "tone": TONES[State(one.state)],
            "words": words.stored(one.words),
            "may_resend": may_manage
            and one.state not in (State.WAITING, State.CLAIMED)
            and one.address.is_on,
            "may_confirm": may_manage and one.state == State.UNKNOWN,
            "give_up": GiveUpForm(auto_id=f"id_{one.pk}_%s")
            if may_manage and one.state in (State.FAILED, State.UNKNOWN)
            else None,
        }
        for one in rows
    ]


def _resend(asked: Asked) -> HttpResponse:
    sending.resend(
        sending_id=asked.number("sending"),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("重新排上了，过一会儿看结果。"))


def _confirm(asked: Asked) -> HttpResponse:
    sending.confirm(
        sending_id=asked.number("sending"),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("记下了：对方收到了。"))


def _give_up(asked: Asked) -> HttpResponse:
    form = GiveUpForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    sending.give_up(
        sending_id=asked.number("sending"),
        version=asked.number("version"),
        reason=form.cleaned_data["reason"],
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("记下了：这一份不发了。"))


# --- files


@require_GET
@requires(EXPORT)
def report_sheet(request: HttpRequest, report_id: int) -> HttpResponse:
    """Download the workbook."""
    row = get_object_or_404(Report, pk=report_id)
    return _file(row, row.sheet, XLSX, "xlsx")


@require_GET
@requires(EXPORT)
def report_picture(request: HttpRequest, report_id: int) -> HttpResponse:
    """Download the picture."""
    row = get_object_or_404(Report, pk=report_id)
    return _file(row, row.picture, "image/png", "png")


def _file(row: Report, name: str, kind: str, ending: str) -> HttpResponse:
    if not name:
        raise Http404
    try:
        content = b"".join(vault.chunks(name))
    except vault.VaultBrokenError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = (
        f'attachment; filename="report-{row.kind}-{row.until:%Y%m%d}.{ending}"'
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
