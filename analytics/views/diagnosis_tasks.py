"""Who does what about a figure that is not as usual: proposed from its causes, given, followed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.actions.events import EventRefusedError
from analytics.checks.breaks import CODE as CHECK
from analytics.choices import Verdict
from analytics.figures import figure
from analytics.queries.causes import Branch
from analytics.queries.causes.base import Cause
from analytics.wording.tasks import USUAL
from products.views.acting import Asked, Data
from products.views.panels import Panel, Sent, answer
from shopops.checks.actions.tasks import Subject, Task, give_tasks
from shopops.checks.errors import ChecksRefusedError
from shopops.checks.forms import TaskForm
from shopops.checks.models import Issue, ProjectItem
from shopops.checks.queries.projects import lines_about
from shopops.lib.business_time import business_date
from shopops.lib.words import listed
from shopops.staff.models import User
from shopops.staff.queries import role_names

GIVE = "checks.assign"
# Codes of the forms: everything that is proposed, one of it, one's own.
ALL, QUICK, OWN = "give_all", "give-", "give"
TOMORROW = timedelta(days=1)
MOST_NOTE = 300


class TaskRefusedError(EventRefusedError):
    """A task cannot be given so."""


def subject_of(day: date, code: str) -> Subject:
    """Give what the tasks of a figure's day are about."""
    url = reverse("analytics:diagnosis", kwargs={"day": day.isoformat(), "code": code})
    name = f"{day:%m-%d} {figure(code).label}"
    return Subject(f"break:{day.isoformat()}:{code}", _("波动诊断"), name, url)


def proposed(
    branches: Sequence[Branch], lines: Sequence[ProjectItem], *, is_worse: bool
) -> list[Cause]:
    """Give the causes found true of a figure that hurts, about which nobody was given anything."""
    given = {line.subject for line in lines}
    return [
        cause
        for branch in branches
        for cause in branch.causes
        if is_worse and cause.verdict == Verdict.YES and cause.code not in given
    ]


def panels(
    subject: Subject, causes: Sequence[Cause], open_ones: Sequence[Cause], *, now: datetime, on: str
) -> list[Panel]:
    """Give the forms of the card: one for each proposal, one for all of them, one of one's own.

    :param causes: all causes of the tree; `open_ones`: those that are proposed; `on`: the one asked for
    """
    tomorrow = business_date(now) + TOMORROW
    names = {cause.code: str(cause.label) for cause in causes}
    found = [
        Panel(
            code=f"{QUICK}{cause.code}",
            title=cause.label,
            button=_("交给%(role)s") % {"role": _role(USUAL[cause.code].role)},
            make=forms.Form,
            act=partial(_give_usual, subject, [cause]),
        )
        for cause in open_ones
    ]
    if len(open_ones) > 1:
        found.append(
            Panel(
                code=ALL,
                title=_("全部交出去"),
                button=_("%(n)d 件都交出去") % {"n": len(open_ones)},
                make=forms.Form,
                act=partial(_give_usual, subject, open_ones),
            )
        )
    usual = USUAL.get(on)
    initial: Data = {"due_on": tomorrow}
    if usual is not None:
        initial |= {"about": on, "text": usual.text, "role": usual.role}
    found.append(
        Panel(
            code=OWN,
            title=_("加一件"),
            button=_("交出去"),
            make=partial(TaskForm, parts=list(names.items())),
            act=partial(_give_own, subject, names),
            initial=initial,
            icon="plus",
            is_two=True,
            is_open=usual is not None,
        )
    )
    return found


def _role(code: str) -> str:
    return role_names().get(code, code)


def usual_tasks(causes: Sequence[Cause], *, now: datetime) -> list[Task]:
    """Give the usual task of each cause, due tomorrow, by whoever of its role has time."""
    return [
        Task(
            part=cause.code,
            section=str(cause.label),
            text=str(USUAL[cause.code].text),
            role=USUAL[cause.code].role,
            owner=None,
            due_on=business_date(now) + TOMORROW,
            note=cause.text[:MOST_NOTE],
        )
        for cause in causes
    ]


def _give_usual(subject: Subject, causes: Sequence[Cause], _form: forms.Form, asked: Asked) -> str:
    tasks = usual_tasks(causes, now=asked.now)
    _give(subject, tasks, asked)
    roles = dict.fromkeys(_role(task.role) for task in tasks)
    return _("交给了%(who)s，明天前。") % {"who": listed(roles)}


def _give_own(subject: Subject, names: dict[str, str], form: TaskForm, asked: Asked) -> str:
    data = form.cleaned_data
    owner: User | None = data["owner"]
    task = Task(
        part=data["about"],
        section=names.get(data["about"], ""),
        text=data["text"],
        role=data["role"],
        owner=owner,
        due_on=data["due_on"],
        note=data["note"],
    )
    _give(subject, [task], asked)
    return _("交给了%(who)s。") % {"who": owner.name if owner else _role(data["role"])}


def _give(subject: Subject, tasks: Sequence[Task], asked: Asked) -> None:
    try:
        give_tasks(about=subject, tasks=tasks, by=asked.by, now=asked.now)
    except ChecksRefusedError as refusal:
        raise TaskRefusedError(refusal.message, field=refusal.field) from refusal


# --- what stands on the page


def lines_of(subject: Subject) -> list[ProjectItem]:
    """Give what was given because of a figure's day."""
    return lines_about(subject.key)


def given_row(line: ProjectItem, *, today: date, names: dict[str, str]) -> Data:
    """Give a task as the card shows it."""
    is_open = line.state == ProjectItem.State.OPEN
    role = names.get(line.role, line.role)
    who = line.owner.name if line.owner else role
    return {
        "text": line.text,
        "who": who,
        "mark": who[:1],
        "role": role if line.owner else "",
        "section": line.section,
        "note": line.note,
        "is_open": is_open,
        "state": line.get_state_display(),
        "done_by": line.done_by.name if line.done_by else "",
        "done_at": line.done_at,
        "due_on": line.due_on,
        "is_late": is_open and line.due_on < today,
        "url": f"{reverse('checks:project', args=[line.project_id])}#line-{line.pk}",
    }


def finding_of(request: HttpRequest, code: str, day: date) -> Data | None:
    """Give the finding of the morning check about this figure's day, for whoever may see findings."""
    if not request.user.has_perm("checks.view"):
        return None
    # The check of a morning speaks of the day before.
    rows = Issue.objects.filter(code=CHECK, key=code, opened_on__lte=day + TOMORROW)
    issue = rows.select_related("assignee").order_by("-episode").first()
    if issue is None or issue.seen_on < day + TOMORROW:
        return None
    names = role_names()
    return {
        "url": reverse("checks:finding", args=[issue.pk]),
        "is_open": issue.closed_at is None,
        "closed_at": issue.closed_at,
        "who": issue.assignee.name if issue.assignee else names.get(issue.owner_role, ""),
        "is_assigned": issue.assignee is not None,
        "is_seen": issue.acknowledged_at is not None,
        "severity": issue.severity,
        "opened_on": issue.opened_on,
        "note": issue.note,
    }


def card(
    request: HttpRequest,
    subject: Subject,
    lines: Sequence[ProjectItem],
    parts: Sequence[Data],
    open_ones: Sequence[Cause],
    *,
    now: datetime,
) -> Data:
    """Give the card: what was given, what is proposed with its forms, the form of one's own.

    :param parts: the forms as they are shown; none for whoever may not give anything
    """
    names, forms_by_code = role_names(), {str(one["code"]): one for one in parts}
    today = business_date(now)
    given = [given_row(line, today=today, names=names) for line in lines]
    return {
        "given": given,
        "open": sum(one["is_open"] for one in given),
        "proposed": [
            {
                "text": USUAL[cause.code].text,
                "label": cause.label,
                "role": names.get(USUAL[cause.code].role, ""),
                "panel": forms_by_code.get(f"{QUICK}{cause.code}"),
            }
            for cause in open_ones
        ],
        "all": forms_by_code.get(ALL),
        "own": forms_by_code.get(OWN),
        "list_url": reverse("checks:project", args=[lines[0].project_id])
        if lines and request.user.has_perm("checks.view")
        else "",
        "tomorrow": today + TOMORROW,
    }


def answered(
    request: HttpRequest, panels: Sequence[Panel], *, back: str
) -> HttpResponse | Sent | None:
    """Do what was sent; a refusal of one click is said above the page, that of a form comes back in it."""
    sent = answer(request, panels, right=GIVE, back=back)
    if isinstance(sent, Sent) and sent.code != OWN:
        for words in sent.form.non_field_errors():
            messages.error(request, str(words))
        return redirect(back)
    return sent
