"""The preparation list: what ShopOps sees ticks itself, the rest a person ticks."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from promotions.actions.activity_locks import (
    ActivityRefusedError,
    locked_activity,
    locked_tasks,
)
from promotions.models import Activity, ActivityTask
from promotions.queries.preparation import evidence_of
from promotions.rules.activities import BY_ITSELF, ENDED, PREPARATION, seen_done
from promotions.wording.activities import task_name
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


def make_tasks(activity: Activity) -> None:
    """Write the preparation list of a new activity; all is due the day before it starts."""
    due_on = business_date(activity.starts_at) - timedelta(days=1)
    ActivityTask.objects.bulk_create(
        ActivityTask(
            activity=activity,
            position=place,
            code=task.code,
            name=task_name(task.code, task.code),
            due_on=due_on,
            owner_id=activity.owner_id,
        )
        for place, task in enumerate(PREPARATION, start=1)
    )


def undone_tasks(activity: Activity) -> list[str]:
    """Name what is needed and not done yet. One query."""
    rows = ActivityTask.objects.filter(activity=activity, is_needed=True, done_at__isnull=True)
    return [
        task_name(code, name)
        for code, name in rows.order_by("position", "pk").values_list("code", "name")
    ]


def tick_by_evidence(activity: Activity, *, now: datetime) -> None:
    """Tick what ShopOps sees of a (locked) activity, and untick what is no longer so. Locks its tasks."""
    seen = seen_done(evidence_of(activity))
    changed = []
    for task in locked_tasks(activity).values():
        if task.code not in seen or seen[task.code] == (task.done_at is not None):
            continue
        task.done_at = now if seen[task.code] else None
        task.done_by, task.version = None, task.version + 1
        changed.append(task)
    ActivityTask.objects.bulk_update(changed, ["done_at", "done_by", "version"])


@transaction.atomic
def tick_task(
    *, task_id: int, done: bool, note: str, version: int, by: User, now: datetime
) -> ActivityTask:
    """Tick a point of the preparation, or take the tick away. Locks the activity, then its tasks.

    :raises ActivityTask.DoesNotExist: if there is none
    :raises ActivityRefusedError: if ShopOps sees it by itself, a colleague changed it, or all is over
    """
    activity, task = _locked(task_id, version)
    if task.code in BY_ITSELF:
        raise ActivityRefusedError(
            _("「%(task)s」由系统按检查结果打勾。") % {"task": task_name(task.code, task.name)}
        )
    task.done_at, task.done_by = (now, by) if done else (None, None)
    task.note = note.strip()[:200] or task.note
    _save(task, "done_at", "done_by", "note")
    _record("ticked" if done else "unticked", activity, task, by, now)
    return task


@transaction.atomic
def plan_task(  # noqa: PLR0913
    *,
    task_id: int,
    owner_id: int | None,
    due_on: date | None,
    is_needed: bool,
    note: str,
    version: int,
    by: User,
    now: datetime,
) -> ActivityTask:
    """Say who does a point, until when, and whether it is needed at all. Locks as `tick_task`.

    :raises ActivityRefusedError: if a point that is not needed has no reason, or it is one that always is
    """
    activity, task = _locked(task_id, version)
    if not is_needed and task.code in BY_ITSELF:
        raise ActivityRefusedError(
            _("「%(task)s」每个活动都要。") % {"task": task_name(task.code, task.name)}
        )
    if not is_needed and not note.strip():
        raise ActivityRefusedError(_("写下为什么不需要。"), field="note")
    task.owner_id, task.due_on, task.is_needed = owner_id, due_on, is_needed
    task.note = note.strip()[:200]
    _save(task, "owner", "due_on", "is_needed", "note")
    _record("planned", activity, task, by, now)
    return task


@transaction.atomic
def add_task(
    *,
    activity_id: int,
    name: str,
    owner_id: int | None,
    due_on: date | None,
    by: User,
    now: datetime,
) -> ActivityTask:
    """Add a point of one's own to the preparation. Locks the activity.

    :raises ActivityRefusedError: without a name, or if all is over
    """
    activity = locked_activity(activity_id)
    _refuse_over(activity)
    if not name.strip():
        raise ActivityRefusedError(_("写下要准备什么。"), field="name")
    task = ActivityTask.objects.create(
        activity=activity,
        name=name.strip()[:80],
        owner_id=owner_id,
        due_on=due_on,
        position=activity.tasks.count() + 1,
    )
    _record("added", activity, task, by, now)
    return task


def _locked(task_id: int, version: int) -> tuple[Activity, ActivityTask]:
    activity = locked_activity(ActivityTask.objects.get(pk=task_id).activity_id)
    _refuse_over(activity)
    task = locked_tasks(activity)[task_id]
    if task.version != version:
        raise ActivityRefusedError(_("这一项刚被同事改过，看一下现在的再改。"))
    return activity, task


def _refuse_over(activity: Activity) -> None:
    if activity.state in ENDED:
        raise ActivityRefusedError(
            _("活动%(state)s，不能再改。") % {"state": activity.get_state_display()}
        )


def _save(task: ActivityTask, *fields: str) -> None:
    task.version += 1
    task.save(update_fields=[*fields, "version"])


def _record(what: str, activity: Activity, task: ActivityTask, by: User, now: datetime) -> None:
    operations.record(
        name=f"promotions.task.{what}",
        by=by,
        now=now,
        object_type="activity",
        object_key=str(activity.pk),
        new={"activity": activity.name, "task": task.code or task.name},
        reason=task.note,
    )
