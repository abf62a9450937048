"""The manager's overview: who signed what in a month, and the templates of the lists."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shopops.checks.actions import lists as acts
from shopops.checks.errors import StaleChecksError
from shopops.checks.forms import RuleForm
from shopops.checks.models import DailyList, ListItemRule
from shopops.checks.queries import lists as queries
from shopops.checks.queries.issues import check_name, check_names, open_by_severity
from shopops.checks.views.acting import (
    Asked,
    Data,
    Sent,
    answer,
    events_of,
    number_of,
    show_both,
    with_errors,
)
from shopops.lib import words
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import initial
from shopops.staff.access import requires
from shopops.staff.queries import role_names


@require_GET
@never_cache
@requires("checks.assign")
def overview(request: HttpRequest) -> HttpResponse:
    """Show who signed which list on which day of a month, and how today stands."""
    now = timezone.now()
    today = business_date(now)
    first = _month(request, today)
    names = role_names()
    rows = queries.month(first=first, today=today)
    days = [cell.day for cell in rows[0].cells] if rows else []
    following = (first + timedelta(days=32)).replace(day=1)
    context = {
        "now": now,
        "today": today,
        "first": first,
        "days": days,
        "rows": [
            {
                "role": names.get(row.role, row.role),
                "cells": [_cell(cell, row.role, today) for cell in row.cells],
                "signed": row.signed,
                "written": row.written,
            }
            for row in rows
        ],
        "todays": [
            {
                "role": names.get(page.daily.role, page.daily.role),
                "url": reverse("checks:list", args=[page.daily.role, today.isoformat()]),
                "daily": page.daily,
                "done": page.done_count,
                "count": len(page.lines),
                "failed": sum(1 for line in page.lines if line.state == "failed"),
                "unknown": sum(1 for line in page.lines if line.state == "unknown"),
            }
            for page in queries.lists_of(day=today)
        ],
        "open": open_by_severity(),
        "before_url": f"?month={first - timedelta(days=1):%Y-%m}",
        "after_url": f"?month={following:%Y-%m}" if following <= today else None,
        "may_set": request.user.has_perm("checks.set_lists"),
    }
    return render(request, "checks/overview.html", context)


def _month(request: HttpRequest, today: date) -> date:
    text = request.GET.get("month", "")
    if not text:
        return today.replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404(text) from error
    if first > today:
        raise Http404(text)
    return first


def _cell(cell: queries.Cell, role: str, today: date) -> Data:
    daily = cell.daily
    if daily is None:
        return {"tone": "", "mark": "", "words": _("没有清单"), "url": ""}
    url = reverse("checks:list", args=[role, cell.day.isoformat()])
    if daily.signed_at:
        who = daily.signed_by.name if daily.signed_by else ""
        missed = _("，%(n)d 项没做") % {"n": cell.missed} if cell.missed else ""
        return {
            "tone": "soon" if cell.missed else "done",
            "mark": initial(who) or "✓",
            "words": _("%(who)s 签了%(missed)s") % {"who": who, "missed": missed},
            "url": url,
        }
    if cell.day == today:
        return {"tone": "us", "mark": "…", "words": _("今天的，还没签"), "url": url}
    return {"tone": "late", "mark": "✗", "words": _("没有签"), "url": url}


# --- templates


@require_http_methods(["GET", "POST"])
@never_cache
@requires("checks.set_lists")
def template(request: HttpRequest, role: str) -> HttpResponse:
    """Show and change the lines of a role's list; changes count from tomorrow."""
    names = role_names()
    if role not in names:
        raise Http404(role)
    back = reverse("checks:template", args=[role])
    sent: RuleForm | None = None
    if request.method == "POST":
        rule = _rule_of(request)
        form = RuleForm(request.POST, more=tuple(rule.checks) if rule else ())
        is_form = request.POST.get("part") == "save"
        sent = form if is_form and not form.is_valid() else None
        parts = {
            "save": ("checks.set_lists", lambda asked: _save(asked, role, form)),
            "end": ("checks.set_lists", _end),
        }
        if sent is None:
            try:
                done = answer(request, parts, back=back)
            except StaleChecksError as stale:
                return _conflict(request, stale, role, form, back)
            if isinstance(done, Sent):
                sent = with_errors(form, done)
            elif done is not None:
                return done
    tomorrow = business_date(timezone.now()) + timedelta(days=1)
    rows = queries.rules_on(tomorrow).filter(role=role).order_by("position", "pk")
    chosen = _rule_of(request)
    context = {
        "now": timezone.now(),
        "role": role,
        "role_name": names[role],
        "roles": [
            {
                "label": names.get(code, code),
                "url": reverse("checks:template", args=[code]),
                "current": code == role,
            }
            for code in _roles(role)
        ],
        "others": [(code, name) for code, name in names.items() if code not in _roles(role)],
        "rows": [_rule(row) for row in rows],
        "form": sent or RuleForm(initial={"position": rows.count() + 1}),
        "is_open": sent is not None,
        "sent_rule": chosen if sent is not None else None,
        "events": events_of("list_template", role),
        "has_lists": DailyList.objects.filter(role=role).exists(),
    }
    return render(request, "checks/template.html", context, status=422 if sent else 200)


def _roles(current: str) -> list[str]:
    tomorrow = business_date(timezone.now()) + timedelta(days=1)
    return list(dict.fromkeys([*queries.roles_with_lists(day=tomorrow), current]))


def _rule_of(request: HttpRequest) -> ListItemRule | None:
    return ListItemRule.objects.filter(pk=number_of(request.POST.get("rule", "")) or 0).first()


def _rule(row: ListItemRule) -> Data:
    initial = {
        "text": row.text,
        "checks": row.checks,
        "needs_picture": row.needs_picture,
        "position": row.position,
    }
    return {
        "row": row,
        "text": words.stored(row.text),
        "checks": words.listed(check_names(row.checks) or row.checks),
        "form": RuleForm(initial=initial, auto_id=f"id_{row.pk}_%s", more=tuple(row.checks)),
    }


def _save(asked: Asked, role: str, form: RuleForm) -> HttpResponse:
    data: dict[str, Any] = form.cleaned_data
    acts.save_rule(
        rule_id=asked.number("rule"),
        role=role,
        text=data["text"],
        checks=data["checks"],
        needs_picture=data["needs_picture"],
        position=data["position"],
        by=asked.by,
        now=asked.now,
        day=_from(asked.now),
        version=asked.number("version"),
    )
    return asked.done(_("存好了，从明天的清单起算。"))


def _end(asked: Asked) -> HttpResponse:
    acts.end_rule(
        rule_id=asked.number("rule") or 0,
        by=asked.by,
        now=asked.now,
        day=_from(asked.now),
        version=asked.number("version"),
    )
    return asked.done(_("去掉了，从明天的清单起没有这一项。"))


def _from(now: datetime) -> date:
    return acts.day_after(business_date(now))


def _conflict(
    request: HttpRequest, stale: StaleChecksError, role: str, form: RuleForm, back: str
) -> HttpResponse:
    seen = _rule_of(request)
    row = (
        ListItemRule.objects.filter(role=role, key=seen.key, valid_until__isnull=True).first()
        if seen
        else None
    )
    if row is None:
        return show_both(
            request, stale, key=("list_template", role), rows=[], version="", back=back
        )
    data = form.cleaned_data if form.is_valid() else {}
    rows: list[tuple[object, object, object]] = [
        (form.fields["text"].label, row.text, data.get("text", "")),
        (form.fields["position"].label, row.position, data.get("position", "")),
        (
            form.fields["checks"].label,
            words.listed(map(check_name, row.checks)),
            words.listed(map(check_name, data.get("checks", []))),
        ),
    ]
    return show_both(
        request, stale, key=("list_template", role), rows=rows, version=row.version, back=back
    )
