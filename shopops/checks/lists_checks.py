"""Checks of the lists themselves: signed, made up for, one-off lists on time."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopops.checks.queries import lists, projects
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.words import listed
from shopops.staff.queries import role_names

MOST_NAMED = 30
_NAMED_LINES = 3


def lists_are_signed(day: date, now: datetime) -> CheckOutcome:
    """Fail for each role whose list of yesterday nobody signed."""
    names, yesterday = role_names(), day - timedelta(days=1)
    return outcome_of(
        [
            Finding(
                title=_("%(role)s昨天的清单没有人签") % {"role": names.get(row.role, row.role)},
                evidence=_("可以补签；没做的已经到了今天的清单上"),
                severity="soon",
                owner_role=row.role,
                key=row.role,
                url=reverse("checks:list", args=[row.role, yesterday.isoformat()]),
            )
            for row in lists.unsigned(day=yesterday)
        ]
    )


def missed_lines_are_made_up(day: date, now: datetime) -> CheckOutcome:
    """Fail for each role that still has not done by hand what it missed before."""
    names = role_names()
    return outcome_of(
        [
            Finding(
                title=_("%(role)s的清单有 %(n)d 项早就该做")
                % {"role": names.get(role, role), "n": len(items)},
                evidence=listed(item.text for item in items[:_NAMED_LINES]),
                severity="soon",
                owner_role=role,
                key=role,
                url=reverse("checks:list", args=[role, day.isoformat()]),
            )
            for role, items in lists.still_missed(day=day).items()
        ]
    )


def projects_are_on_time(day: date, now: datetime) -> CheckOutcome:
    """Fail for each line of a one-off list whose day has passed."""
    return outcome_of(
        [
            Finding(
                title=_("「%(project)s」逾期：%(line)s")
                % {"project": row.project.name, "line": row.text[:60]},
                evidence=_("说好 %(day)s 做完，过了 %(n)d 天")
                % {"day": row.due_on.isoformat(), "n": (day - row.due_on).days},
                severity="soon",
                owner_role=row.role,
                key=str(row.pk),
                person=row.owner_id,
                url=reverse("checks:project", args=[row.project_id]) + f"#line-{row.pk}",
            )
            for row in projects.overdue_lines(today=day)
        ],
        most=MOST_NAMED,
    )


def register() -> None:
    """Register them; called once by the wiring."""
    for code, name, run in (
        ("lists_are_signed", gettext_lazy("昨天的清单都签了"), lists_are_signed),
        (
            "missed_lines_are_made_up",
            gettext_lazy("漏做的清单项都补了"),
            missed_lines_are_made_up,
        ),
        ("projects_are_on_time", gettext_lazy("专项清单没有逾期"), projects_are_on_time),
    ):
        register_check(f"checks.{code}", name, "manager", run)
