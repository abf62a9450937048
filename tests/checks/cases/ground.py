"""Work, calendar, backup, lists, files, figures."""

from datetime import timedelta

from analytics.queries.coverage import EXPECTED
from orders.models import DirtyDay
from shopops.checks.models import DailyItem, DailyList, Project, ProjectItem
from shopops.intake.models import Batch
from shopops.lib.backup.marks import mark_backup
from shopops.lib.business_time import day_bounds
from shopops.staff.models import Shop
from shopops.work import calendar
from shopops.work.choices import RunState
from shopops.work.models import BusinessDay, Run
from tests.checks.cases.case import Case, World


def _doubtful_day(w: World) -> None:
    calendar.seed_business_days()
    BusinessDay.objects.filter(pk=w.day + timedelta(days=9)).update(is_confirmed=False)


def _run(w: World, state: RunState) -> None:
    at = w.now - timedelta(hours=2)
    Run.objects.create(kind="checks.daily", key="x", due_at=at, created_at=at, state=state)


def _runs_end(w: World) -> None:
    Run.objects.update(state=RunState.DONE)


def _old_shop(w: World) -> None:
    Shop.objects.update(created_at=w.now - timedelta(days=3))


def _unsigned(w: World) -> None:
    DailyList.objects.create(
        role="manager", business_date=w.day - timedelta(days=1), written_at=w.now
    )


def _sign(w: World) -> None:
    DailyList.objects.update(frozen_at=w.now, signed_at=w.now, signed_by=w.manager)


def _missed(w: World) -> None:
    daily = DailyList.objects.create(role="service", business_date=w.day, written_at=w.now)
    DailyItem.objects.create(
        daily=daily, key="a", position=1, text="看首页", missed_since=w.day - timedelta(days=1)
    )


def _overdue_line(w: World) -> None:
    project = Project.objects.create(
        template_code="x",
        template_name="大促",
        name="国庆",
        starts_on=w.day,
        owner=w.manager,
        created_at=w.now,
        created_by=w.manager,
    )
    ProjectItem.objects.create(
        project=project, position=1, text="报名", role="promotion", due_on=w.day - timedelta(days=1)
    )


def _files_come(w: World) -> None:
    for kind, *_words in EXPECTED:
        Batch.objects.create(
            kind=kind,
            state="done",
            exported_at=day_bounds(w.day)[0],
            created_at=w.now,
            file_name="a.csv",
            sha256=kind,
            size_bytes=1,
        )


def _old_mark(w: World) -> None:
    DirtyDay.objects.create(basis="paid", date=w.day, marked_at=w.now - timedelta(hours=3))


CASES = {
    "calendar.covers_45_days": Case(
        _doubtful_day, lambda w: BusinessDay.objects.update(is_confirmed=True)
    ),
    "work.nothing_quarantined": Case(lambda w: _run(w, RunState.QUARANTINED), _runs_end),
    "work.runs_are_performed": Case(lambda w: _run(w, RunState.WAITING), _runs_end),
    "work.backup_is_fresh": Case(_old_shop, lambda w: mark_backup(w.folder, made_at=w.now)),
    "checks.lists_are_signed": Case(_unsigned, _sign),
    "checks.missed_lines_are_made_up": Case(
        _missed, lambda w: DailyItem.objects.update(state="done")
    ),
    "checks.projects_are_on_time": Case(
        _overdue_line, lambda w: ProjectItem.objects.update(state="done")
    ),
    "intake.files_came": Case(lambda w: None, _files_come),
    "analytics.figures_are_fresh": Case(_old_mark, lambda w: DirtyDay.objects.all().delete()),
}
