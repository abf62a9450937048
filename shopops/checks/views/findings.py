"""Issues: the list with its filters and what is done to many at once, and one issue."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shopops.checks.actions import issues as acts
from shopops.checks.errors import ChecksRefusedError, StaleChecksError
from shopops.checks.forms import AssignForm, FilterForm, LookForm, NoteForm
from shopops.checks.models import Issue
from shopops.checks.queries import issues as queries
from shopops.checks.views.acting import (
    Asked,
    Data,
    Sent,
    answer,
    as_sent,
    number_of,
    person_of,
    safe_back,
    show_both,
    with_changes,
)
from shopops.lib import words
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.staff.queries import role_names

TAB_LABELS = {
    "open": gettext_lazy("没解决的"),
    "new": gettext_lazy("还没人看的"),
    "again": gettext_lazy("今天再看"),
    "followed": gettext_lazy("以前留下的"),
    "closed": gettext_lazy("已关闭"),
    "unknown": gettext_lazy("查不出的"),
}
_TAB_TONES = {"followed": "late", "again": "soon"}
SCOPE_LABELS = {
    "mine": gettext_lazy("我的"),
    "role": gettext_lazy("我岗位的"),
    "all": gettext_lazy("全部"),
}
MOST_AT_ONCE = 200
FILTERS = ("severity", "check", "role")


@require_GET
@never_cache
@requires("checks.view")
def findings(request: HttpRequest) -> HttpResponse:
    """List issues: mine, my role's or all; what is open, new, left from before, closed, or not known."""
    now, person = timezone.now(), person_of(request)
    today = business_date(now)
    address = request.GET
    may_assign = person.has_perm("checks.assign")
    tab = address.get("tab", "open")
    scope = address.get("scope", "all" if may_assign else "role")
    if tab not in TAB_LABELS or scope not in SCOPE_LABELS:
        raise Http404(tab)
    form = FilterForm(address, codes=_codes(address.get("check", "")))
    form.is_valid()
    filters = queries.Filters(
        tab=tab,
        scope=scope,
        person=person,
        **{name: form.cleaned_data.get(name, "") for name in FILTERS},
    )
    counts = queries.tab_counts(filters, today=today)
    unknown = queries.unknown_checks(day=today)
    names = role_names()
    context: Data = {
        "now": now,
        "today": today,
        "tab": tab,
        "scope": scope,
        "tabs": _tabs(request, tab, {**counts, "unknown": len(unknown)}),
        "scopes": [
            {"label": label, "url": with_changes(address, scope=code), "current": code == scope}
            for code, label in SCOPE_LABELS.items()
        ],
        "chips": _chips(request, form),
        "filter_form": form,
        "ran_at": queries.last_ran_at(day=today),
        "bulk_bar": _bulk_bar(may_assign=may_assign) if tab not in ("closed", "unknown") else "",
        "rows": [],
    }
    if tab == "unknown":
        context["unknown"] = [(one, names.get(one.owner_role, one.owner_role)) for one in unknown]
    else:
        context |= _rows(request, filters, today, names)
    return render(request, "checks/findings.html", context)


def _codes(chosen: str) -> list[tuple[str, str]]:
    codes = queries.codes_in_use()
    if chosen and chosen not in codes and len(chosen) <= 60:
        codes.append(chosen)
    return [(code, queries.check_name(code)) for code in codes]


def _tabs(request: HttpRequest, tab: str, counts: dict[str, int]) -> list[Data]:
    return [
        {
            "label": label,
            "url": with_changes(request.GET, tab="" if code == "open" else code),
            "count": counts.get(code),
            "tone": _TAB_TONES.get(code, "") if counts.get(code) else "",
            "current": code == tab,
        }
        for code, label in TAB_LABELS.items()
    ]


def _chips(request: HttpRequest, form: FilterForm) -> list[Data]:
    chips = []
    for name in FILTERS:
        value = form.cleaned_data.get(name, "")
        if value:
            field: Any = form.fields[name]
            chips.append(
                {
                    "label": field.label,
                    "value": dict(field.choices).get(value, value),
                    "remove_url": with_changes(request.GET, **{name: ""}),
                }
            )
    return chips


def _rows(
    request: HttpRequest, filters: queries.Filters, today: date, names: dict[str, str]
) -> Data:
    try:
        page = queries.issue_page(
            filters,
            today=today,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
    except ValueError as error:
        raise Http404 from error
    address = with_changes(request.GET)
    mark = "" if address == "?" else "&"
    return {
        "rows": [row_data(issue, today=today, names=names) for issue in page.rows],
        "newer_url": page.before and f"{address}{mark}before={page.before}",
        "older_url": page.after and f"{address}{mark}after={page.after}",
    }


def row_data(issue: Issue, *, today: date, names: dict[str, str]) -> Data:
    """Give an issue as rows and its own page show it, in the reader's language."""
    days = (today - issue.opened_on).days
    is_open = issue.closed_at is None
    return {
        "issue": issue,
        "url": reverse("checks:finding", args=[issue.pk]),
        "title": words.stored(issue.title, names=True),
        "evidence": words.stored(issue.evidence, names=True),
        "severity": issue.get_severity_display(),
        "check": queries.check_name(issue.code),
        "role": names.get(issue.owner_role, issue.owner_role),
        "owner": issue.assignee.name if issue.assignee else "",
        "days": days + 1,
        "is_followed": days > 0,
        "is_again": is_open and issue.look_on is not None and issue.look_on <= today,
        "can": " ".join(
            code
            for code, able in (
                ("acknowledge", is_open and issue.acknowledged_at is None),
                ("assign", is_open),
                ("take", is_open),
            )
            if able
        ),
    }


def _bulk_bar(*, may_assign: bool) -> SafeString:
    offered: list[Data] = [
        {
            "code": "acknowledge",
            "label": _("知道了"),
            "main": True,
            "form": None,
            "say": _("{n} 条记为知道了"),
            "say_not": _("{n} 条有人看过了"),
        },
        {"code": "take", "label": _("我来"), "main": False, "form": None},
    ]
    if may_assign:
        form = AssignForm(auto_id="id_bulk_%s")
        offered.append({"code": "assign", "label": _("指派"), "main": False, "form": form})
    return render_to_string("components/_bulk.html", {"acts": offered, "unit": _("条")})


@require_POST
@requires("checks.view")
def bulk(request: HttpRequest) -> HttpResponse:
    """Acknowledge, take or assign the chosen issues."""
    by, now, back = (
        person_of(request),
        timezone.now(),
        safe_back(request, reverse("checks:findings")),
    )
    ids = [
        pk
        for pk in (number_of(text) for text in request.POST.getlist("tid")[:MOST_AT_ONCE])
        if pk is not None
    ]
    act = request.POST.get("act", "")
    if not ids:
        messages.error(request, _("先选几条。"))
        return redirect(back)
    try:
        done = _do_many(request, act, ids, by, now)
    except ChecksRefusedError as refusal:
        messages.error(request, refusal.message)
    else:
        if done.changed:
            messages.success(request, _("%(n)d 条已处理。") % {"n": done.changed})
        if done.left:
            messages.info(
                request, _("%(n)d 条没有变：已经关闭，或者本来就是这样。") % {"n": done.left}
            )
    return redirect(back)


def _do_many(request: HttpRequest, act: str, ids: list[int], by: User, now: Any) -> acts.Done:  # noqa: ANN401
    if act == "acknowledge":
        return acts.acknowledge(ids=ids, by=by, now=now)
    if act == "take":
        return acts.assign(ids=ids, to=by, by=by, now=now)
    if act != "assign":
        raise Http404(act)
    if not by.has_perm("checks.assign"):
        raise PermissionDenied("checks.assign")
    form = AssignForm(request.POST)
    if not form.is_valid():
        raise ChecksRefusedError(_("这个人不在名单里，换一个人。"))
    data = form.cleaned_data
    return acts.assign(ids=ids, to=data["to"], reason=data["reason"], by=by, now=now)


# --- one issue


@require_http_methods(["GET", "POST"])
@never_cache
@requires("checks.view")
def finding(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Show one issue with all that happened; a POST acknowledges, takes, assigns, notes or puts it off."""
    issue = get_object_or_404(
        Issue.objects.select_related("assignee", "acknowledged_by"), pk=issue_id
    )
    back = reverse("checks:finding", args=[issue.pk])
    sent: Sent | None = None
    if request.method == "POST":
        parts = {
            "acknowledge": ("checks.view", lambda asked: _acknowledge(asked, issue)),
            "take": ("checks.view", lambda asked: _take(asked, issue)),
            "assign": ("checks.assign", lambda asked: _assign(asked, issue)),
            "note": ("checks.view", lambda asked: _note(asked, issue)),
            "look": ("checks.view", lambda asked: _look(asked, issue)),
        }
        try:
            done = answer(request, parts, back=back)
        except StaleChecksError as stale:
            return _conflict(request, stale, issue, back)
        if isinstance(done, HttpResponse):
            return done
        sent = done
    now = timezone.now()
    fresh = AssignForm(initial={"to": issue.assignee}, auto_id="id_assign_%s")
    row = row_data(issue, today=business_date(now), names=role_names())
    context = {
        "now": now,
        "row": row,
        "issue": issue,
        "events": [
            {
                "text": one.text,
                "detail": words.stored(one.detail, names=True),
                "who": one.who,
                "at": one.at,
                "tone": one.tone,
            }
            for one in queries.timeline(issue)
        ],
        "episodes": queries.episodes(issue),
        "may_assign": request.user.has_perm("checks.assign"),
        "note_form": as_sent(sent, NoteForm(auto_id="id_note_%s"), "note")[0],
        "assign_form": as_sent(sent, fresh, "assign")[0],
        "look_form": as_sent(sent, _look_form(issue), "look")[0],
    }
    return render(request, "checks/finding.html", context, status=422 if sent else 200)


def _acknowledge(asked: Asked, issue: Issue) -> HttpResponse:
    acts.acknowledge(ids=[issue.pk], by=asked.by, now=asked.now, version=asked.number("version"))
    return asked.done(_("记下了：你知道这件事。"))


def _take(asked: Asked, issue: Issue) -> HttpResponse:
    acts.assign(
        ids=[issue.pk], to=asked.by, by=asked.by, now=asked.now, version=asked.number("version")
    )
    return asked.done(_("这件事归你了。"))


def _assign(asked: Asked, issue: Issue) -> HttpResponse | Sent:
    form = AssignForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    acts.assign(
        ids=[issue.pk],
        to=data["to"],
        reason=data["reason"],
        by=asked.by,
        now=asked.now,
        version=asked.number("version"),
    )
    return asked.done(_("已指派。"))


def _note(asked: Asked, issue: Issue) -> HttpResponse:
    text = asked.request.POST.get("text", "")
    acts.note(
        issue_id=issue.pk, text=text, by=asked.by, now=asked.now, version=asked.number("version")
    )
    return asked.done(_("备注已存。"))


def _look_form(issue: Issue) -> LookForm:
    return LookForm(initial={"look_on": issue.look_on}, auto_id="id_look_%s")


def _look(asked: Asked, issue: Issue) -> HttpResponse | Sent:
    form = LookForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    on = form.cleaned_data["look_on"]
    acts.look_again(
        issue_id=issue.pk, on=on, by=asked.by, now=asked.now, version=asked.number("version")
    )
    if on is None:
        return asked.done(_("不用再看了。"))
    return asked.done(_("%(day)s 会在「今天再看」里。") % {"day": on.isoformat()})


def _conflict(
    request: HttpRequest, stale: StaleChecksError, issue: Issue, back: str
) -> HttpResponse:
    issue.refresh_from_db()
    sent = request.POST
    to = User.objects.filter(pk=number_of(sent.get("to", "")) or 0).first()
    if sent.get("part") == "take":
        to = person_of(request)
    rows: list[tuple[object, object, object]] = [
        (_("标题"), words.stored(issue.title, names=True), ""),
        (
            _("谁处理"),
            issue.assignee.name if issue.assignee else _("岗位"),
            to.name if to else "",
        ),
        (_("备注"), issue.note, sent.get("text", "")),
        (
            _("哪天再看"),
            issue.look_on.isoformat() if issue.look_on else "",
            sent.get("look_on", ""),
        ),
    ]
    return show_both(
        request,
        stale,
        key=(acts.OBJECT, str(issue.pk)),
        rows=rows,
        version=issue.version,
        back=back,
    )
