"""What the checks said, what is open because of it, and the lists of roles."""

from shopops.checks.models.issues import Issue, IssueEvent
from shopops.checks.models.lists import DailyItem, DailyList, ListItemRule
from shopops.checks.models.projects import (
    Project,
    ProjectItem,
    ProjectTemplate,
    ProjectTemplateItem,
)
from shopops.checks.models.results import CheckResult

__all__ = [
    "CheckResult",
    "DailyItem",
    "DailyList",
    "Issue",
    "IssueEvent",
    "ListItemRule",
    "Project",
    "ProjectItem",
    "ProjectTemplate",
    "ProjectTemplateItem",
]
