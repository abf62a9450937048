"""Tasks that grow out of a page: what somebody is to do about a subject, on a one-off list of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shopops.checks.errors import ChecksRefusedError
from shopops.checks.locks import locked_project, take_subject
from shopops.checks.models import Project, ProjectItem
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff import operations
from shopops.staff.models import User
from shopops.staff.queries import role_names

MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Subject:
    """What tasks are about. `kind`: what the list says it is made of; `url`: the page that tells of it."""

    key: str
    kind: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done about a part of a subject: by a person, or by whoever of the role has time."""

    part: str
    section: str
    text: str
    role: str
    owner: User | None
    due_on: date
    note: str = ""


def give_tasks(
    *, about: Subject, tasks: Sequence[Task], by: User, now: datetime
) -> list[ProjectItem]:
    """Put tasks on the subject's open list, which is made if there is none; all of them or none.

    Needs `checks.assign`. Waits for whoever gives tasks of the same subject.

    :raises ChecksRefusedError: if one is given already, is due in the past, has no words, or nobody could do it
    """
    for task in tasks:
        _refuse(task, now)
    with transaction.atomic():
        take_subject(about.key)
        project = _project(about, by, now)
        return [_give(project, task, by, now) for task in tasks]


def _give(project: Project, task: Task, by: User, now: datetime) -> ProjectItem:
    _refuse_twice(project, task)
    last = project.items.order_by("-position").first()
    item = ProjectItem.objects.create(
        project=project,
        position=(last.position if last else 0) + 1,
        section=task.section[:40],
        subject=task.part,
        text=task.text.strip()[:MOST_WORDS],
        role=task.role,
        owner=task.owner,
        due_on=task.due_on,
        note=task.note.strip(),
    )
    operations.record(
        name="checks.project.changed",
        by=by,
        now=now,
        object_type="project",
        object_key=str(project.pk),
        new={"item": item.text, "assignee": task.owner.name if task.owner else ""},
        reason=item.note,
    )
    return item


def _refuse(task: Task, now: datetime) -> None:
    if not task.text.strip():
        raise ChecksRefusedError(_("写清楚要做什么。"), field="text")
    if task.role not in role_names():
        raise ChecksRefusedError(_("没有这个岗位，换一个。"), field="role")
    owner = task.owner
    if owner is not None and not (owner.is_active and owner.has_perm("checks.view")):
        raise ChecksRefusedError(
            _("%(name)s 已停用或看不到清单，换一个人。") % {"name": owner.name}, field="owner"
        )
    if task.due_on < business_date(now):
        raise ChecksRefusedError(_("这一天已经过去了，选今天或以后。"), field="due_on")


def _project(about: Subject, by: User, now: datetime) -> Project:
    keys = Project.objects.filter(subject=about.key, closed_at__isnull=True).order_by("pk")
    found = locked_project(key) if (key := keys.values_list("pk", flat=True).first()) else None
    if found is not None and found.closed_at is None:
        return found
    project = Project.objects.create(
        template_name=about.kind[:60],
        name=about.name[:80],
        starts_on=business_date(now),
        owner=by,
        created_at=now,
        created_by=by,
        subject=about.key,
        url=about.url,
    )
    operations.record(
        name="checks.project.opened",
        by=by,
        now=now,
        object_type="project",
        object_key=str(project.pk),
        new={"name": project.name},
    )
    return project


def close_done(*, day: date, now: datetime) -> list[Project]:
    """End the lists of subjects whose lines were all settled before a day; a line can be reopened till then.

    Safe to repeat. Locks each list in turn.
    """
    begins = day_bounds(day)[0]
    rows = Project.objects.filter(closed_at__isnull=True).exclude(subject="").order_by("pk")
    closed = []
    for key in rows.values_list("pk", flat=True):
        with transaction.atomic():
            project = locked_project(key)
            items = list(project.items.all())
            is_done = bool(items) and all(
                item.state != ProjectItem.State.OPEN and item.done_at and item.done_at < begins
                for item in items
            )
            if project.closed_at is None and is_done:
                project.closed_at = now
                project.version += 1
                project.save(update_fields=["closed_at", "version"])
                operations.record(
                    name="checks.project.closed",
                    by=None,
                    now=now,
                    object_type="project",
                    object_key=str(project.pk),
                )
                closed.append(project)
    return closed


def _refuse_twice(project: Project, task: Task) -> None:
    same = project.items.filter(
        state=ProjectItem.State.OPEN, subject=task.part, role=task.role, owner=task.owner
    )
    if task.part and same.exists():
        raise ChecksRefusedError(_("已经交过了，还没做完。"))
