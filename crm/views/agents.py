"""Agents' figures: the desk over a span, one agent day by day, a day by hand."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.actions import agents as actions
from crm.forms.service import DayForm
from crm.queries import agents as queries
from crm.queries.agents import LEAD, OWN, Span
from crm.rules import agents as rules
from crm.rules.agents import COUNTS, FIGURES, LESS_IS_BETTER, Day, Total
from crm.service_choices import Measure
from crm.views import service_parts as parts
from crm.views.service_parts import AskedSpan, Data
from crm.wording.service import figure_words, measure_value
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.views.acting import Saved, asked_of, show_both
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import count, money
from shopops.staff.access import requires
from shopops.staff.models import User

SHOWN = ("asked", "inquired", "ordered", "paid")
REVIEWS = ("reviews_good", "reviews_neutral", "reviews_bad")


@require_GET
@requires(OWN)
def agent_list(request: HttpRequest) -> HttpResponse:
    """Show every agent over a span against the span before and the targets; an agent the own row only."""
    now = timezone.now()
    asked = parts.span_of(request, business_date(now))
    is_lead = parts.leads(request)
    only = None if is_lead else request.user.pk
    wide = Span(asked.span.before().since, asked.span.until)
    days = queries.days_of(wide, agent_id=only)
    targets = queries.targets_on(asked.span.until, queries.target_rows())
    people = queries.people(days)
    reach = queries.reach()
    rows = [
        _row(people[key], known, asked, targets)
        for key, known in sorted(days.items(), key=lambda one: people[one[0]].name)
    ]
    team = queries.team(days, asked.span)
    context = {
        "now": now,
        "is_lead": is_lead,
        "is_new": reach is None,
        "rows": rows,
        "team": _cells(team, queries.team(days, asked.span.before()), targets)
        if is_lead and len(rows) > 1
        else None,
        "team_people": _people_cells(team),
        "measures": _heads(targets),
        "chart": _chart(days, people, asked.span, _chosen(request)),
        "measure_links": _measure_links(request, asked),
        "unmapped": queries.unmapped().count() if is_lead else 0,
        "reach": reach,
        "missing": _missing(days, asked.span, people),
        "enterable": list(queries.agents()) if is_lead else [request.user],
        **parts.span_context(asked),
    }
    return render(request, "crm/agents.html", context)


def _heads(targets: Mapping[str, Decimal | None]) -> list[Data]:
    return [
        {
            "code": code,
            "label": label,
            "target": measure_value(code, targets[code]) if targets.get(code) else "",
        }
        for code, label in Measure.choices
    ]


def _row(
    person: User, days: Sequence[Day], asked: AskedSpan, targets: Mapping[str, Decimal | None]
) -> Data:
    before, span = asked.span.before(), asked.span
    total = queries.totals({0: days}, span)[0]
    past = queries.totals({0: days}, before)[0]
    return {
        "name": person.name,
        "is_here": person.is_active,
        "url": f"{reverse('crm:agent', args=[person.pk])}?{asked.query}",
        "people": _people_cells(total),
        "cells": _cells(total, past, targets),
        "days": total.days,
        "length": span.length,
        "reviews": [_count(total.sums[name]) for name in REVIEWS],
    }


def _people_cells(total: Total) -> list[str]:
    return [_count(total.sums[name]) for name in SHOWN]


def _count(value: Any) -> str:  # noqa: ANN401
    return str(_("未知")) if value is None else count(int(value))


def _cells(total: Total, past: Total, targets: Mapping[str, Decimal | None]) -> list[Data]:
    return [
        {
            "label": label,
            "value": measure_value(code, total.measure(code)),
            "misses": rules.meets(code, total.measures[code], targets.get(code)) is False,
            "change": parts.change_of(
                code, total.measure(code), past.measure(code), less=code in LESS_IS_BETTER
            ),
        }
        for code, label in Measure.choices
    ]


def _chosen(request: HttpRequest) -> str:
    code = request.GET.get("measure", "")
    return code if code in Measure.values else Measure.FIRST_RESPONSE


def _measure_links(request: HttpRequest, asked: AskedSpan) -> list[Data]:
    return [
        {
            "label": label,
            "url": f"?{asked.query}&measure={code}",
            "current": code == _chosen(request),
        }
        for code, label in Measure.choices
    ]


def _chart(
    days: Mapping[int, Sequence[Day]], people: Mapping[int, User], span: Span, code: str
) -> Data:
    """Draw one line an agent; an unknown day is a gap."""
    series = []
    for key, known in sorted(days.items(), key=lambda one: people[one[0]].name):
        by_day: dict[date, list[Day]] = {}
        for one in known:
            by_day.setdefault(one.date, []).append(one)
        series.append(
            {
                "name": people[key].name,
                "values": [_point(code, by_day.get(day, [])) for day in span.days],
            }
        )
    labels = [_("%(month)d月%(day)d日") % {"month": d.month, "day": d.day} for d in span.days]
    return {
        "title": str(Measure(code).label),
        "data": {"kind": "lines", "x": labels, "series": series, "unit": ""},
        "columns": [_("日期"), *(one["name"] for one in series)],
        "rows": [
            [day.isoformat(), *(one["values"][place] for one in series)]
            for place, day in reversed(list(enumerate(span.days)))
        ],
    }


def _point(code: str, days: Sequence[Day]) -> float | None:
    value = rules.total(days).measure(code)
    if value is None:
        return None
    return round(float(value) * (100 if code in rules.RATES else 1), 2)


def _missing(
    days: Mapping[int, Sequence[Day]], span: Span, people: Mapping[int, User]
) -> list[Data]:
    """Say of each agent which days of the span are unknown, from their first known day on."""
    found = []
    for key, known in days.items():
        there = {one.date for one in known}
        lacking = [day for day in span.days if day not in there and day > known[0].date]
        if lacking:
            found.append(
                {"name": people[key].name, "days": lacking[:5], "more": max(len(lacking) - 5, 0)}
            )
    return sorted(found, key=lambda one: one["name"])


def _person(request: HttpRequest, agent_id: int) -> User:
    """Give the agent of an address: anybody for the lead, oneself for an agent.

    :raises PermissionDenied: for somebody else's figures
    """
    if not parts.leads(request) and agent_id != request.user.pk:
        raise PermissionDenied(LEAD)
    return get_object_or_404(User, pk=agent_id)


@require_GET
@requires(OWN)
def agent(request: HttpRequest, agent_id: int) -> HttpResponse:
    """Show one agent's days over a span, and all that was said of one day (`?day=`)."""
    person = _person(request, agent_id)
    now = timezone.now()
    asked = parts.span_of(request, business_date(now))
    wide = Span(asked.span.before().since, asked.span.until)
    days = queries.days_of(wide, agent_id=person.pk)
    known = days.get(person.pk, [])
    dated = queries.target_rows()
    targets = queries.targets_on(asked.span.until, dated)
    by_day: dict[date, list[Day]] = {}
    for one in known:
        by_day.setdefault(one.date, []).append(one)
    context = {
        "now": now,
        "person": person,
        "is_lead": parts.leads(request),
        "measures": _heads(targets),
        "cells": _row(person, known, asked, targets),
        "days": [
            _day_row(day, by_day.get(day, []), queries.targets_on(day, dated), asked)
            for day in reversed(asked.span.days)
        ],
        "chart": _chart({person.pk: known}, {person.pk: person}, asked.span, _chosen(request)),
        "measure_links": _measure_links(request, asked),
        "words": _words(person, request.GET.get("day", "")),
        **parts.span_context(asked),
    }
    return render(request, "crm/agent.html", context)


def _day_row(
    day: date, known: Sequence[Day], targets: Mapping[str, Decimal | None], asked: AskedSpan
) -> Data:
    total = rules.total(known)
    return {
        "day": day,
        "is_known": bool(known),
        "url": f"?{asked.query}&day={day.isoformat()}#words",
        "people": _people_cells(total),
        "cells": _cells(total, rules.total([]), targets),
        "reviews": [_count(total.sums[name]) for name in REVIEWS],
    }


def _words(person: User, text: str) -> Data | None:
    """Give all that was said of a day: what counts, and what came before it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    rows = [
        {
            "by": row.said_by.name if row.said_by else (row.name.name if row.name else ""),
            "is_file": row.batch_id is not None,
            "batch_id": row.batch_id,
            "at": row.said_at,
            "counts": row.is_current,
            "note": row.note,
            "figures": [
                {"label": figure_words(name), "value": _figure(name, getattr(row, name))}
                for name in FIGURES
                if getattr(row, name) is not None
            ],
        }
        for row in queries.words_of(person.pk, day)
    ]
    return {"day": day, "rows": rows}


def _figure(name: str, value: Any) -> str:  # noqa: ANN401
    if name in COUNTS:
        return count(value)
    return money(value) if name.endswith("_amount") else f"{value:.1f}"


@require_http_methods(["GET", "POST"])
@requires(LEAD)
def enter(request: HttpRequest, agent_id: int) -> HttpResponse:
    """Enter an agent's day by hand; what stands already is shown first (`?day=`)."""
    person = get_object_or_404(User, pk=agent_id)
    if request.method == "POST":
        return _enter(request, person)
    today = business_date(timezone.now())
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = Span(today, today).before().until
    last = queries.words_of(person.pk, day).first()
    initial: Data = {"day": day}
    if last is not None:
        initial |= {name: getattr(last, name) for name in FIGURES}
    return _show_form(request, person, DayForm(initial=initial), last.pk if last else 0)


def _show_form(
    request: HttpRequest, person: User, form: DayForm, seen: int, *, status: int = 200
) -> HttpResponse:
    context = {
        "now": timezone.now(),
        "person": person,
        "form": form,
        "seen": seen,
        "back_url": reverse("crm:agent", args=[person.pk]),
    }
    return render(request, "crm/agent_enter.html", context, status=status)


def _enter(request: HttpRequest, person: User) -> HttpResponse:
    back = reverse("crm:agent", args=[person.pk])
    asked, form = asked_of(request, LEAD, back=back), DayForm(request.POST)
    if not form.is_valid():
        return _show_form(request, person, form, asked.number("seen"), status=422)
    values = dict(form.cleaned_data)
    day, note = values.pop("day"), values.pop("note")
    # Another day than the one that the page was opened for: nothing of it was seen.
    seen = asked.number("seen")
    try:
        actions.enter_day(
            agent=person, day=day, figures=values, seen=seen, by=asked.by, now=asked.now, note=note
        )
    except StaleGoodsError as stale:
        return _show_both(request, person, form, stale)
    except GoodsRefusedError as refusal:
        for name, words in refusal.errors.items():
            form.add_error(name if name in form.fields else None, words)
        return _show_form(request, person, form, seen, status=422)
    return redirect(f"{back}?since={day}&until={day}&day={day}#words")


def _show_both(
    request: HttpRequest, person: User, form: DayForm, stale: StaleGoodsError
) -> HttpResponse:
    """Show what was said of the day beside what was sent; sent again it carries the newest word."""
    day = form.cleaned_data["day"]
    last = queries.words_of(person.pk, day).first()
    if last is None:
        raise Http404
    stored = {name: getattr(last, name) for name in FIGURES}
    saved = Saved(
        what=stale.what,
        version=last.pk,
        by=last.said_by.name if last.said_by else "",
        at=last.said_at,
        rows=[
            (figure_words(name), stored[name] if stored[name] is not None else "", value or "")
            for name in FIGURES
            if (value := form.cleaned_data[name]) is not None or stored[name] is not None
        ],
    )
    post = request.POST.copy()
    post.pop("seen", None)
    post["seen"] = str(last.pk)
    request.POST = post  # type: ignore[assignment]
    return show_both(
        request, saved, back=reverse("crm:agent", args=[person.pk]), now=timezone.now()
    )
