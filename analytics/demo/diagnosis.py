"""The demo shop's tasks of a diagnosis: what hurt yesterday was given out, one is done already."""

from datetime import date, datetime, timedelta

from analytics.queries import breaks
from analytics.queries.causes import tree
from analytics.queries.causes.base import Asked, Cause
from analytics.views.diagnosis_tasks import proposed, subject_of, usual_tasks
from shopops.checks.actions import projects
from shopops.checks.actions.tasks import give_tasks
from shopops.checks.models import Project
from shopops.lib.business_time import business_date
from shopops.staff.models import User

WEEK = timedelta(days=7)
MOST_DAYS = 7
MOST_TASKS = 3


def fill(*, by: User, now: datetime) -> None:
    """Give what the newest bad figure of the last days asks for. Safe to repeat."""
    if Project.objects.exclude(subject="").exists():
        return
    today = business_date(now)
    for back in range(1, MOST_DAYS + 1):
        day = today - timedelta(days=back)
        for seen in breaks.breaks_on(day):
            branches = tree(Asked(seen.code, day, day - WEEK, seen.side, today))
            if causes := proposed(branches, [], is_worse=seen.is_worse):
                _give(day, seen.code, causes[:MOST_TASKS], by, now)
                return


def _give(day: date, code: str, causes: list[Cause], by: User, now: datetime) -> None:
    tasks = usual_tasks(causes, now=now)
    first, *others = give_tasks(about=subject_of(day, code), tasks=tasks, by=by, now=now)
    if others:
        projects.finish_line(item_id=first.pk, note="查过了，已经改好", by=by, now=now)
