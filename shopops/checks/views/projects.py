"""One-off lists: which run, one with its lines, the templates they are made of."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shopops.checks.actions import projects as acts
from shopops.checks.errors import StaleChecksError
from shopops.checks.forms import (
    AddLineForm,
    CloseForm,
    LineForm,
    OpenProjectForm,
    SettleForm,
    TemplateLineForm,
)
from shopops.checks.models import Project, ProjectItem, ProjectTemplate
from shopops.checks.queries import projects as queries
from shopops.checks.views.acting import (
    Asked,
    Data,
    Sent,
    answer,
    as_sent,
    events_of,
    number_of,
    person_of,
    show_both,
    with_errors,
)
from shopops.lib import pictures, words
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.staff.queries import role_names


@require_http_methods(["GET", "POST"])
@never_cache
@requires("checks.view")
def projects(request: HttpRequest) -> HttpResponse:
    """List one-off lists; a POST opens one from a template."""
    back = reverse("checks:projects")
    now, person = timezone.now(), person_of(request)
    sent: Sent | None = None
    if request.method == "POST":
        done = answer(request, {"open": ("checks.assign", _open)}, back=back)
        if isinstance(done, HttpResponse):
            return done
        sent = done
    today = business_date(now)
    is_closed = request.GET.get("tab") == "closed"
    context = {
        "now": now,
        "today": today,
        "tabs": [
            {
                "label": _("在做的"),
                "url": back,
                "count": None,
                "tone": "",
                "current": not is_closed,
            },
            {
                "label": _("结束的"),
                "url": f"{back}?tab=closed",
                "count": None,
                "tone": "",
                "current": is_closed,
            },
        ],
        "is_closed": is_closed,
        "rows": queries.projects(today=today, is_closed=is_closed),
        "templates": queries.templates(),
        "may_open": person.has_perm("checks.assign"),
        "may_set": person.has_perm("checks.set_lists"),
        "form": as_sent(
            sent, OpenProjectForm(initial={"starts_on": today, "owner": person}), "open"
        )[0],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "checks/projects.html", context, status=status)


def _open(asked: Asked) -> HttpResponse | Sent:
    form = OpenProjectForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    project = acts.open_project(
        template_id=data["template"].pk,
        name=data["name"],
        starts_on=data["starts_on"],
        owner=data["owner"],
        by=asked.by,
        now=asked.now,
    )
    return redirect("checks:project", project_id=project.pk)


@require_http_methods(["GET", "POST"])
@never_cache
@requires("checks.view")
def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show one list with its lines; a POST settles, reopens, changes or adds a line, or ends the list."""
    row = get_object_or_404(Project.objects.select_related("owner", "closed_by"), pk=project_id)
    back = reverse("checks:project", args=[row.pk])
    sent: Sent | None = None
    if request.method == "POST":
        parts = {
            "settle": ("checks.view", lambda asked: _settle(asked, is_skipped=False)),
            "skip": ("checks.view", lambda asked: _settle(asked, is_skipped=True)),
            "reopen": ("checks.view", _reopen),
            "change": ("checks.assign", _change),
            "add": ("checks.assign", lambda asked: _add(asked, row)),
            "close": ("checks.assign", lambda asked: _close(asked, row)),
        }
        try:
            done = answer(request, parts, back=back)
        except StaleChecksError as stale:
            return _conflict(request, stale, row, back)
        if isinstance(done, HttpResponse):
            return done
        sent = done
    now, person = timezone.now(), person_of(request)
    names = role_names()
    lines = queries.lines_of(row)
    may_change = person.has_perm("checks.assign") and row.closed_at is None
    fresh = AddLineForm(initial={"due_on": business_date(now)}, auto_id="id_add_%s")
    add_form, is_adding = as_sent(sent, fresh, "add")
    close_form, is_closing = as_sent(sent, CloseForm(auto_id="id_close_%s"), "close")
    context = {
        "now": now,
        "today": business_date(now),
        "row": row,
        "sections": _sections(lines, row, person, names, sent),
        "done": sum(1 for one in lines if one.state != ProjectItem.State.OPEN),
        "count": len(lines),
        "may_change": may_change,
        "add_form": add_form,
        "is_adding": is_adding,
        "close_form": close_form,
        "is_closing": is_closing,
        "events": events_of(acts.OBJECT, row.pk),
    }
    return render(request, "checks/project.html", context, status=422 if sent else 200)


def _sections(
    lines: list[ProjectItem],
    row: Project,
    person: User,
    names: dict[str, str],
    sent: Sent | None,
) -> list[tuple[str, list[Data]]]:
    found: dict[str, list[Data]] = {}
    may_change = person.has_perm("checks.assign") and row.closed_at is None
    for item in lines:
        can = row.closed_at is None and acts.may_settle(item, row, person)
        found.setdefault(item.section, []).append(
            _line(item, names, can=can, may=may_change, sent=sent)
        )
    return [(words.stored(name), rows) for name, rows in found.items()]


def _line(
    item: ProjectItem, names: dict[str, str], *, can: bool, may: bool, sent: Sent | None
) -> Data:
    initial = {
        "text": item.text,
        "owner": item.owner,
        "due_on": item.due_on,
        "needs_proof": item.needs_proof,
    }
    is_open = item.state == ProjectItem.State.OPEN
    fresh = SettleForm(auto_id=f"id_s{item.pk}_%s", initial={"note": item.note})
    settle_form, is_settling = as_sent(sent, fresh, "settle", "skip", row=item.pk)
    change_form, is_changing = as_sent(
        sent, LineForm(auto_id=f"id_c{item.pk}_%s", initial=initial), "change", row=item.pk
    )
    return {
        "item": item,
        "text": words.stored(item.text),
        "owner": item.owner.name if item.owner else names.get(item.role, item.role),
        "is_open": is_open,
        "can_settle": can,
        "is_quick": can and is_open and not (item.needs_proof and not item.proof),
        "settle_form": settle_form,
        "change_form": change_form if may else None,
        "is_back": is_settling or is_changing,
        "proof_url": reverse("checks:proof", args=[item.pk]) if item.proof else "",
    }


def _settle(asked: Asked, *, is_skipped: bool) -> HttpResponse | Sent:
    form = SettleForm(asked.request.POST, asked.request.FILES)
    if not form.is_valid():
        return asked.say_errors(form)
    file = form.cleaned_data["picture"]
    item = acts.finish_line(
        item_id=asked.number("item") or 0,
        note=form.cleaned_data["note"],
        proof=bytes(file.read(pictures.MOST_BYTES + 1)) if file else b"",
        is_skipped=is_skipped,
        by=asked.by,
        now=asked.now,
        version=asked.number("version"),
    )
    return asked.done(_("记下了：%(line)s") % {"line": words.stored(item.text)})


def _reopen(asked: Asked) -> HttpResponse:
    acts.reopen_line(item_id=asked.number("item") or 0, by=asked.by, now=asked.now)
    return asked.done(_("重新打开了。"))


def _change(asked: Asked) -> HttpResponse | Sent:
    form = LineForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    acts.change_line(
        item_id=asked.number("item") or 0,
        change=_change_of(form.cleaned_data),
        by=asked.by,
        now=asked.now,
        version=asked.number("version"),
    )
    return asked.done(_("存好了。"))


def _add(asked: Asked, row: Project) -> HttpResponse | Sent:
    form = AddLineForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    acts.add_line(
        project_id=row.pk,
        section=data["section"],
        role=data["role"],
        change=_change_of(data),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("加了一项。"))


def _change_of(data: dict[str, Any]) -> acts.LineChange:
    return acts.LineChange(data["owner"], data["due_on"], data["text"], data["needs_proof"])


def _close(asked: Asked, row: Project) -> HttpResponse | Sent:
    form = CloseForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    acts.close_project(
        project_id=row.pk,
        why=form.cleaned_data["why"],
        by=asked.by,
        now=asked.now,
        version=asked.number("version"),
    )
    return asked.done(_("这张专项清单结束了。"))


def _conflict(
    request: HttpRequest, stale: StaleChecksError, row: Project, back: str
) -> HttpResponse:
    sent = request.POST
    item = row.items.select_related("owner").filter(pk=number_of(sent.get("item", "")) or 0).first()
    rows: list[tuple[object, object, object]] = []
    version = row.version
    if item is not None:
        to = User.objects.filter(pk=number_of(sent.get("owner", "")) or 0).first()
        version = item.version
        rows = [
            (_("做什么"), item.text, sent.get("text", item.text)),
            (_("谁做"), item.owner.name if item.owner else "", to.name if to else ""),
            (_("哪天前"), item.due_on, sent.get("due_on", item.due_on)),
            (_("状态"), item.get_state_display(), ""),
            (_("备注"), item.note, sent.get("note", "")),
        ]
    return show_both(
        request, stale, key=(acts.OBJECT, str(row.pk)), rows=rows, version=version, back=back
    )


@require_GET
@requires("checks.view")
def proof(request: HttpRequest, item_id: int) -> HttpResponse:
    """Give the picture that proves a line."""
    return pictures.served(request, get_object_or_404(ProjectItem, pk=item_id).proof)


# --- templates


@require_http_methods(["GET", "POST"])
@never_cache
@requires("checks.set_lists")
def project_template(request: HttpRequest, code: str) -> HttpResponse:
    """Show and change the lines of a template; lists that run stay as they are."""
    row = get_object_or_404(ProjectTemplate, code=code)
    back = reverse("checks:project_template", args=[row.code])
    sent: TemplateLineForm | None = None
    if request.method == "POST":
        form = TemplateLineForm(request.POST)
        sent = form if request.POST.get("part") == "save" and not form.is_valid() else None
        if sent is None:
            parts = {
                "save": ("checks.set_lists", lambda asked: _save_line(asked, row, form)),
                "drop": ("checks.set_lists", lambda asked: _drop_line(asked, row)),
            }
            try:
                done = answer(request, parts, back=back)
            except StaleChecksError as stale:
                row.refresh_from_db()
                return show_both(
                    request,
                    stale,
                    key=("project_template", row.code),
                    rows=[(_("做什么"), "", request.POST.get("text", ""))],
                    version=row.version,
                    back=back,
                )
            if isinstance(done, Sent):
                sent = with_errors(form, done)
            elif done is not None:
                return done
    names = role_names()
    context = {
        "now": timezone.now(),
        "row": row,
        "name": words.stored(row.name),
        "lines": [
            {
                "line": line,
                "text": words.stored(line.text),
                "section": words.stored(line.section),
                "role": names.get(line.role, line.role),
                "form": TemplateLineForm(
                    auto_id=f"id_{line.pk}_%s",
                    initial={
                        "section": line.section,
                        "text": line.text,
                        "role": line.role,
                        "due_days": line.due_days,
                        "needs_proof": line.needs_proof,
                    },
                ),
            }
            for line in row.items.order_by("position", "pk")
        ],
        "form": sent or TemplateLineForm(initial={"due_days": 1}, auto_id="id_new_%s"),
        "is_open": sent is not None,
        "sent_line": number_of(request.POST.get("line", "")) if sent else None,
        "events": events_of("project_template", row.code),
    }
    return render(request, "checks/project_template.html", context, status=422 if sent else 200)


def _save_line(asked: Asked, row: ProjectTemplate, form: TemplateLineForm) -> HttpResponse:
    data = form.cleaned_data
    line = acts.TemplateLine(
        data["section"], data["text"], data["role"], data["due_days"], data["needs_proof"]
    )
    acts.save_template_line(
        template_id=row.pk,
        line_id=asked.number("line"),
        line=line,
        by=asked.by,
        now=asked.now,
        version=asked.number("version"),
    )
    return asked.done(_("存好了，下次开的清单按这个来。"))


def _drop_line(asked: Asked, row: ProjectTemplate) -> HttpResponse:
    acts.drop_template_line(
        template_id=row.pk,
        line_id=asked.number("line") or 0,
        by=asked.by,
        now=asked.now,
        version=asked.number("version"),
    )
    return asked.done(_("去掉了。"))
