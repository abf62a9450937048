"""One-off lists: opened from a template, worked through line by line, closed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shopops.checks.actions.pictures import keep_picture
from shopops.checks.errors import ChecksRefusedError, StaleChecksError
from shopops.checks.locks import locked_project, locked_project_item, locked_template
from shopops.checks.models import Project, ProjectItem, ProjectTemplate, ProjectTemplateItem
from shopops.lib import pictures
from shopops.staff import operations
from shopops.staff.models import User
from shopops.staff.queries import roles_of

OBJECT = "project"
State = ProjectItem.State


def open_project(
    *, template_id: int, name: str, starts_on: date, owner: User, by: User, now: datetime
) -> Project:
    """Make a project of a template; its lines are due so many days from its start.

    :raises ProjectTemplate.DoesNotExist: if there is none
    :raises ChecksRefusedError: if it has no name, its template no line, or its owner cannot sign in
    """
    if not name.strip():
        raise ChecksRefusedError(_("起一个名字，比如「双 11 大促」。"), field="name")
    if not owner.is_active:
        raise ChecksRefusedError(_("%(name)s 已停用，换一个人。") % {"name": owner.name})
    with transaction.atomic():
        template = locked_template(template_id)
        lines = list(template.items.order_by("position", "pk"))
        if not lines:
            raise ChecksRefusedError(_("这个模板还没有任何一项。"))
        project = Project.objects.create(
            template_code=template.code,
            template_name=template.name,
            name=name.strip(),
            starts_on=starts_on,
            owner=owner,
            created_at=now,
            created_by=by,
        )
        ProjectItem.objects.bulk_create(
            ProjectItem(
                project=project,
                position=place,
                section=line.section,
                text=line.text,
                role=line.role,
                due_on=starts_on + timedelta(days=line.due_days),
                needs_proof=line.needs_proof,
            )
            for place, line in enumerate(lines, start=1)
        )
        _record("checks.project.opened", project, by, now, new={"name": project.name})
    return project


def close_project(
    *, project_id: int, why: str, by: User, now: datetime, version: int | None = None
) -> Project:
    """End a project: finished, or given up with a reason while lines are open. Locks it.

    :raises Project.DoesNotExist: if there is none
    :raises ChecksRefusedError: if it is closed, or lines are open and nothing says why
    :raises StaleChecksError: if it changed since `version`
    """
    why = why.strip()
    with transaction.atomic():
        project = _open_project(project_id, version)
        left = project.items.filter(state=State.OPEN).count()
        if left and not why:
            raise ChecksRefusedError(
                _("还有 %(n)d 项没做。做完再结束，或者写为什么不做了。") % {"n": left}, field="why"
            )
        project.closed_at, project.closed_by = now, by
        project.given_up = why if left else ""
        _save(project, ["closed_at", "closed_by", "given_up"])
        _record("checks.project.closed", project, by, now, reason=why)
    return project


def finish_line(  # noqa: PLR0913
    *,
    item_id: int,
    note: str,
    proof: bytes = b"",
    is_skipped: bool = False,
    by: User,
    now: datetime,
    version: int | None = None,
) -> ProjectItem:
    """Say that a line is done, or (`is_skipped`) does not apply. Locks project and line.

    :raises ProjectItem.DoesNotExist: if there is none
    :raises ChecksRefusedError: if it is somebody else's or settled, or proof or reason is missing
    :raises StaleChecksError: if it changed since `version`
    """
    note = note.strip()
    if len(note) > 300:
        raise ChecksRefusedError(_("最多 300 字。"), field="note")
    path = keep_picture(proof)
    try:
        with transaction.atomic():
            item = _open_line(item_id, by, version)
            old, item.proof = item.proof, path or item.proof
            _refuse_bare(item, note, is_skipped=is_skipped)
            item.state = State.SKIPPED if is_skipped else State.DONE
            item.note, item.done_at, item.done_by = note or item.note, now, by
            item.version += 1
            item.save(update_fields=["proof", "state", "note", "done_at", "done_by", "version"])
            _record_line("checks.project_item.done", item, by, now, note)
    except BaseException:
        pictures.drop(path)
        raise
    if path and old:
        pictures.drop(old)
    return item


def _refuse_bare(item: ProjectItem, note: str, *, is_skipped: bool) -> None:
    if is_skipped and not note:
        raise ChecksRefusedError(_("写一句为什么不适用。"), field="note")
    if item.needs_proof and not (is_skipped or item.proof):
        raise ChecksRefusedError(_("这一项要附凭证图片。"), field="picture")


def reopen_line(*, item_id: int, by: User, now: datetime) -> ProjectItem:
    """Take back that a line is done. Locks project and line.

    :raises ProjectItem.DoesNotExist: if there is none
    :raises ChecksRefusedError: if it is somebody else's, open, or its project is closed
    """
    with transaction.atomic():
        item = _line(item_id, by)
        if item.state == State.OPEN:
            raise ChecksRefusedError(_("这一项还没有做。"))
        item.state, item.done_at, item.done_by = State.OPEN, None, None
        item.version += 1
        item.save(update_fields=["state", "done_at", "done_by", "version"])
        _record_line("checks.project_item.reopened", item, by, now)
    return item


@dataclass(frozen=True, slots=True)
class LineChange:
    """What a person changes about a line."""

    owner: User | None
    due_on: date
    text: str
    needs_proof: bool


def change_line(
    *, item_id: int, change: LineChange, by: User, now: datetime, version: int | None = None
) -> ProjectItem:
    """Give a line another owner, day, text. Locks project and line. Needs `checks.assign`.

    :raises ProjectItem.DoesNotExist: if there is none
    :raises ChecksRefusedError: if its project is closed, or the owner cannot sign in
    :raises StaleChecksError: if it changed since `version`
    """
    if change.owner is not None and not change.owner.is_active:
        raise ChecksRefusedError(_("%(name)s 已停用，换一个人。") % {"name": change.owner.name})
    if not change.text.strip():
        raise ChecksRefusedError(_("写清楚要做什么。"), field="text")
    with transaction.atomic():
        item = _line(item_id, by, version)
        old = {"assignee": item.owner.name if item.owner else "", "due_on": str(item.due_on)}
        item.owner, item.due_on = change.owner, change.due_on
        item.text, item.needs_proof = change.text.strip(), change.needs_proof
        item.version += 1
        item.save(update_fields=["owner", "due_on", "text", "needs_proof", "version"])
        new = {"assignee": item.owner.name if item.owner else "", "due_on": str(item.due_on)}
        _record(
            "checks.project_item.changed",
            item.project,
            by,
            now,
            old=old,
            new={**new, "item": item.text},
        )
    return item


def add_line(
    *, project_id: int, section: str, role: str, change: LineChange, by: User, now: datetime
) -> ProjectItem:
    """Add a line of one's own to a project. Locks it.

    :raises Project.DoesNotExist: if there is none
    :raises ChecksRefusedError: if it is closed
    """
    with transaction.atomic():
        project = _open_project(project_id, None)
        last = project.items.order_by("-position").first()
        item = ProjectItem.objects.create(
            project=project,
            position=(last.position if last else 0) + 1,
            section=section.strip(),
            text=change.text.strip(),
            role=role,
            owner=change.owner,
            due_on=change.due_on,
            needs_proof=change.needs_proof,
        )
        _record("checks.project.changed", project, by, now, new={"item": item.text})
    return item


def _open_project(project_id: int, version: int | None) -> Project:
    project = locked_project(project_id)
    if version is not None and project.version != version:
        raise StaleChecksError(_("这张专项清单"))
    if project.closed_at is not None:
        raise ChecksRefusedError(_("这张专项清单已经结束了。"))
    return project


def _line(item_id: int, by: User, version: int | None = None) -> ProjectItem:
    project_id = ProjectItem.objects.values_list("project_id", flat=True).get(pk=item_id)
    project = _open_project(project_id, None)
    item = locked_project_item(item_id)
    if version is not None and item.version != version:
        raise StaleChecksError(_("这一项"))
    if not may_settle(item, project, by):
        raise ChecksRefusedError(_("这一项是别人的，只能看。"))
    return item


def _open_line(item_id: int, by: User, version: int | None) -> ProjectItem:
    item = _line(item_id, by, version)
    if item.state != State.OPEN:
        raise ChecksRefusedError(_("这一项刚被同事勾过了。"))
    return item


def may_settle(item: ProjectItem, project: Project, by: User) -> bool:
    """Tell whether a person may work on a line: its owner, its role, the project's owner, who assigns."""
    if by.pk in (item.owner_id, project.owner_id) or by.has_perm("checks.assign"):
        return True
    return item.owner_id is None and item.role in {role.code for role in roles_of(by)}


def _save(project: Project, fields: list[str]) -> None:
    project.version += 1
    project.save(update_fields=[*fields, "version"])


def _record_line(name: str, item: ProjectItem, by: User, now: datetime, reason: str = "") -> None:
    _record(name, item.project, by, now, new={"item": item.text}, reason=reason)


def _record(  # noqa: PLR0913
    name: str,
    project: Project,
    by: User,
    now: datetime,
    *,
    old: dict[str, str] | None = None,
    new: dict[str, str] | None = None,
    reason: str = "",
) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type=OBJECT,
        object_key=str(project.pk),
        old=old,
        new=new,
        reason=reason,
    )


# --- templates


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One line of a template as a person writes it."""

    section: str
    text: str
    role: str
    due_days: int
    needs_proof: bool


def save_template_line(
    *,
    template_id: int,
    line_id: int | None,
    line: TemplateLine,
    by: User,
    now: datetime,
    version: int | None = None,
) -> ProjectTemplateItem:
    """Change or add (`line_id` None) a line; projects that run stay as they are. Locks the template.

    :raises ProjectTemplate.DoesNotExist: if there is none
    :raises StaleChecksError: if it changed since `version`
    """
    with transaction.atomic():
        template = _template(template_id, version)
        last = template.items.order_by("-position").first()
        row = (
            template.items.get(pk=line_id)
            if line_id
            else ProjectTemplateItem(template=template, position=(last.position if last else 0) + 1)
        )
        old = row.text
        row.section, row.text, row.role = line.section.strip(), line.text.strip(), line.role
        row.due_days, row.needs_proof = line.due_days, line.needs_proof
        row.save()
        _record_template(template, by, now, old={"item": old}, new={"item": row.text})
    return row


def drop_template_line(
    *, template_id: int, line_id: int, by: User, now: datetime, version: int | None = None
) -> None:
    """Take a line off a template. Locks it.

    :raises ProjectTemplateItem.DoesNotExist: if there is no such line
    :raises StaleChecksError: if it changed since `version`
    """
    with transaction.atomic():
        template = _template(template_id, version)
        row = template.items.get(pk=line_id)
        _record_template(template, by, now, old={"item": row.text}, new={})
        row.delete()


def _template(template_id: int, version: int | None) -> ProjectTemplate:
    template = locked_template(template_id)
    if version is not None and template.version != version:
        raise StaleChecksError(_("这个模板"))
    template.version += 1
    template.save(update_fields=["version"])
    return template


def _record_template(
    template: ProjectTemplate, by: User, now: datetime, *, old: dict[str, str], new: dict[str, str]
) -> None:
    operations.record(
        name="checks.project_template.changed",
        by=by,
        now=now,
        object_type="project_template",
        object_key=template.code,
        old=old,
        new=new,
    )
