"""One-off lists: which run, how far they are, what is overdue."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Min, Q, QuerySet, When

from shopops.checks.models import Project, ProjectItem, ProjectTemplate
from shopops.staff.models import User

OPEN = ProjectItem.State.OPEN


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project in the list."""

    project: Project
    lines: int
    settled: int
    overdue: int
    next_due: date | None


def projects(*, today: date, is_closed: bool = False) -> list[ProjectRow]:
    """List projects, what is due first at the top; the newest 100 of those closed. One query."""
    rows = Project.objects.filter(closed_at__isnull=not is_closed).select_related("owner")
    counted = rows.annotate(
        lines=Count("items"),
        settled=Count("items", filter=~Q(items__state=OPEN)),
        overdue=Count("items", filter=Q(items__state=OPEN, items__due_on__lt=today)),
        next_due=Min("items__due_on", filter=Q(items__state=OPEN)),
    )
    order = ("-closed_at", "-pk") if is_closed else ("next_due", "pk")
    return [
        ProjectRow(row, row.lines, row.settled, row.overdue, row.next_due)
        for row in counted.order_by(*order)[: 100 if is_closed else None]
    ]


def lines_of(project: Project) -> list[ProjectItem]:
    """Give a project's lines in their order."""
    rows = project.items.select_related("owner", "done_by")
    return list(rows.order_by("position", "pk"))


def templates() -> QuerySet[ProjectTemplate]:
    """Give the templates with how many lines each has."""
    return ProjectTemplate.objects.annotate(lines=Count("items")).order_by("pk")


def overdue_lines(*, today: date) -> QuerySet[ProjectItem]:
    """Give the open lines of running projects whose day has passed, the oldest first."""
    rows = ProjectItem.objects.filter(state=OPEN, due_on__lt=today, project__closed_at__isnull=True)
    return rows.select_related("project", "owner").order_by("due_on", "pk")


def lines_about(subject: str) -> list[ProjectItem]:
    """Give the lines of all lists of a subject, open ones first, what is due first at the top. One query."""
    rows = ProjectItem.objects.filter(project__subject=subject)
    order = Case(When(state=OPEN, then=0), default=1)
    return list(
        rows.select_related("project", "owner", "done_by").order_by(order, "due_on", "pk")[:100]
    )


def my_lines(person: User, *, roles: set[str], today: date) -> QuerySet[ProjectItem]:
    """Give the open lines that are this person's, or their role's while nobody has them."""
    mine = Q(owner=person) | Q(owner__isnull=True, role__in=roles)
    rows = ProjectItem.objects.filter(mine, state=OPEN, project__closed_at__isnull=True)
    return rows.select_related("project", "owner").order_by("due_on", "pk")
