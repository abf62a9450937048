"""Training: sheets and who is due, taking a sheet, what came of it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from crm.actions import training as actions
from crm.actions.training import Sheet
from crm.forms.service import ExamForm
from crm.models import Exam, ExamResult
from crm.queries import agents
from crm.queries import training as queries
from crm.queries.agents import LEAD, OWN
from crm.queries.training import Standing
from crm.views import service_parts as parts
from crm.views.service_parts import Data
from products.actions.errors import GoodsRefusedError
from products.views.acting import Asked, asked_of
from products.views.panels import Panel, Sent, answer, shown, version_sent
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

MOST = 100


@require_GET
@requires(OWN)
def training(request: HttpRequest) -> HttpResponse:
    """Show the sheets, who is due, and the newest attempts; an agent the own only."""
    now = timezone.now()
    today = business_date(now)
    is_lead = parts.leads(request)
    exams = list(queries.exams(with_ended=is_lead))
    people = list(agents.agents()) if is_lead else [request.user]
    on = [one for one in exams if one.is_on]
    standings = queries.standings(on, people)  # type: ignore[arg-type]
    rows = queries.results(person_id=None if is_lead else request.user.pk)
    context = {
        "now": now,
        "is_lead": is_lead,
        "exams": [_exam_row(one, standings, today) for one in exams],
        "mine": [_standing(one, today) for one in standings if one.person.pk == request.user.pk],
        "people": _people(standings, on, people, today) if is_lead else [],
        "on": on,
        "results": [_result_row(one) for one in rows.defer("answers")[:MOST]],
    }
    return render(request, "crm/training.html", context)


def _exam_row(one: Exam, standings: list[Standing], today: Any) -> Data:  # noqa: ANN401
    own = [row for row in standings if row.exam.pk == one.pk]
    return {
        "exam": one,
        "url": reverse("crm:exam", args=[one.pk]),
        "edit_url": reverse("crm:exam_edit", args=[one.pk]),
        "count": len(actions.questions_of(one)),
        "due": sum(row.is_due(today) for row in own),
        "people": len(own),
    }


def _standing(one: Standing, today: Any) -> Data:  # noqa: ANN401
    return {
        "exam": one.exam,
        "url": reverse("crm:exam", args=[one.exam.pk]),
        "is_due": one.is_due(today),
        "passed_on": one.passed_on,
        "due_on": one.due_on if one.passed_on else None,
        "last": one.last,
        "last_url": reverse("crm:exam_result", args=[one.last.pk]) if one.last else "",
        "attempts": one.attempts,
    }


def _people(standings: list[Standing], exams: list[Exam], people: list[Any], today: Any) -> Any:  # noqa: ANN401
    by_key = {(one.person.pk, one.exam.pk): _standing(one, today) for one in standings}
    return [
        {"name": person.name, "cells": [by_key[person.pk, exam.pk] for exam in exams]}
        for person in people
    ]


def _result_row(one: ExamResult) -> Data:
    return {"result": one, "url": reverse("crm:exam_result", args=[one.pk])}


@require_http_methods(["GET", "POST"])
@requires(OWN)
def exam(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Take a sheet; what was chosen comes back where an answer lacks."""
    row = get_object_or_404(Exam, pk=exam_id)
    chosen: dict[int, frozenset[int]] = {}
    error = ""
    if request.method == "POST":
        asked = asked_of(request, OWN)
        chosen = _chosen(request, len(actions.questions_of(row)))
        try:
            done = actions.take_exam(
                exam_id=row.pk,
                chosen=chosen,
                version=version_sent(asked),
                by=asked.by,
                now=asked.now,
            )
        except GoodsRefusedError as refusal:
            error = refusal.message
            row.refresh_from_db()
        else:
            return redirect("crm:exam_result", done.pk)
    context = {
        "now": timezone.now(),
        "exam": row,
        "error": error,
        "questions": [
            {
                "number": place + 1,
                "name": f"q{place}",
                "text": one.text,
                "is_many": one.is_many,
                "is_missing": bool(error) and not chosen.get(place),
                "options": [
                    {"place": at, "text": text, "chosen": at in chosen.get(place, frozenset())}
                    for at, text in enumerate(one.options)
                ],
            }
            for place, one in enumerate(actions.questions_of(row))
        ],
    }
    return render(request, "crm/exam.html", context, status=422 if error else 200)


def _chosen(request: HttpRequest, count: int) -> dict[int, frozenset[int]]:
    return {
        place: frozenset(
            int(text)
            for text in request.POST.getlist(f"q{place}")
            if text.isdecimal() and len(text) < 4
        )
        for place in range(count)
    }


@require_GET
@requires(OWN)
def result(request: HttpRequest, result_id: int) -> HttpResponse:
    """Show an attempt with what was right; an agent the own only."""
    row = get_object_or_404(ExamResult.objects.select_related("exam", "person"), pk=result_id)
    if row.person_id != request.user.pk and not parts.leads(request):
        raise PermissionDenied(LEAD)
    context = {
        "now": timezone.now(),
        "row": row,
        "questions": [
            {
                "number": number,
                "text": one["text"],
                "is_right": set(one["right"]) == set(one["chosen"]),
                "options": [
                    {
                        "text": text,
                        "is_right": place in one["right"],
                        "is_chosen": place in one["chosen"],
                    }
                    for place, text in enumerate(one["options"])
                ],
            }
            for number, one in enumerate(row.answers, 1)
        ],
    }
    return render(request, "crm/exam_result.html", context)


@require_http_methods(["GET", "POST"])
@requires(LEAD)
def exam_new(request: HttpRequest) -> HttpResponse:
    """Add a sheet."""
    panel = Panel(
        code="exam",
        title=gettext_lazy("新卷子"),
        button=gettext_lazy("保存"),
        make=ExamForm,
        act=_add,
        is_open=True,
        icon="plus",
    )
    sent = answer(request, [panel], right=LEAD, back=reverse("crm:training"))
    return sent if isinstance(sent, HttpResponse) else _show_edit(request, panel, sent, None)


def _show_edit(
    request: HttpRequest, panel: Panel, sent: Sent | None, row: Exam | None
) -> HttpResponse:
    context = {"now": timezone.now(), "panels": shown([panel], sent), "exam": row}
    return render(request, "crm/exam_edit.html", context, status=422 if sent else 200)


@require_http_methods(["GET", "POST"])
@requires(LEAD)
def exam_edit(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Change a sheet."""
    row = get_object_or_404(Exam, pk=exam_id)
    names = ("title", "text", "pass_mark", "valid_days", "is_on")
    stored = {name: getattr(row, name) for name in names}
    panel = Panel(
        code="exam",
        title=gettext_lazy("改卷子"),
        button=gettext_lazy("保存"),
        make=ExamForm,
        act=lambda form, asked: _change(row.pk, form, asked),
        initial=stored,
        version=row.version,
        stored=stored,
        key=("exam", str(row.pk)),
        is_open=True,
    )
    sent = answer(request, [panel], right=LEAD, back=reverse("crm:training"))
    return sent if isinstance(sent, HttpResponse) else _show_edit(request, panel, sent, row)


def _add(form: ExamForm, asked: Asked) -> str:
    actions.add_exam(sheet=Sheet(**form.cleaned_data), by=asked.by, now=asked.now)
    return _("加上了。")


def _change(exam_id: int, form: ExamForm, asked: Asked) -> str:
    actions.change_exam(
        exam_id=exam_id,
        sheet=Sheet(**form.cleaned_data),
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了。")
