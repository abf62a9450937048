"""Rows that only one transaction may hold.

Order: the turn of a check, issues, the turn of a role's lists, lists, lines, templates, the turn of a subject,
projects, their lines.
"""

from collections.abc import Iterable
from zlib import crc32

from shopops.checks.models import (
    DailyItem,
    DailyList,
    Issue,
    Project,
    ProjectItem,
    ProjectTemplate,
)
from shopops.staff.locks import hold

# First keys of advisory locks; the second is made of a code.
_CHECK, _LISTS, _SUBJECT = 7_401, 7_402, 7_403


def take_turn(code: str) -> None:
    """Wait until nobody else runs this check: who looked later must also write later."""
    hold(_CHECK, crc32(code.encode()) - (1 << 31))


def take_lists(role: str) -> None:
    """Wait until nobody else writes or changes the lists of a role."""
    hold(_LISTS, crc32(role.encode()) - (1 << 31))


def take_subject(subject: str) -> None:
    """Wait until nobody else gives tasks of a subject: it has one open project."""
    hold(_SUBJECT, crc32(subject.encode()) - (1 << 31))


def locked_issues(pks: Iterable[int]) -> list[Issue]:
    """Lock some issues, in order of key."""
    return list(Issue.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk"))


def locked_open_issues(code: str) -> list[Issue]:
    """Lock all open issues of a check, in order of key."""
    rows = Issue.objects.select_for_update().filter(code=code, closed_at__isnull=True)
    return list(rows.order_by("pk"))


def locked_list(pk: int) -> DailyList:
    """Lock one list.

    :raises DailyList.DoesNotExist: if there is none
    """
    return DailyList.objects.select_for_update().get(pk=pk)


def locked_item(pk: int) -> DailyItem:
    """Lock one line; its list must be locked.

    :raises DailyItem.DoesNotExist: if there is none
    """
    return DailyItem.objects.select_for_update().get(pk=pk)


def locked_template(pk: int) -> ProjectTemplate:
    """Lock one template of one-off lists.

    :raises ProjectTemplate.DoesNotExist: if there is none
    """
    return ProjectTemplate.objects.select_for_update().get(pk=pk)


def locked_project(pk: int) -> Project:
    """Lock one project.

    :raises Project.DoesNotExist: if there is none
    """
    return Project.objects.select_for_update().get(pk=pk)


def locked_project_item(pk: int) -> ProjectItem:
    """Lock one line of a project; its project must be locked.

    :raises ProjectItem.DoesNotExist: if there is none
    """
    return ProjectItem.objects.select_for_update().get(pk=pk)
