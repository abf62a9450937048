"""What is open, of whom, since when; and all there is about one issue."""

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from shopops.checks.models import CheckResult, Issue, IssueEvent
from shopops.checks.registry import checks, find_check
from shopops.checks.rules import codes_of
from shopops.lib.paging import Page
from shopops.lib.words import clauses
from shopops.staff.models import Operation, User
from shopops.staff.operations import name_of
from shopops.staff.queries import roles_of

SIZE = 50
TABS = ("open", "new", "again", "followed", "closed", "unknown")
SCOPES = ("mine", "role", "all")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a page of issues is narrowed to. `scope` and `person` go together."""

    tab: str = "open"
    scope: str = "all"
    person: User | None = None
    severity: str = ""
    check: str = ""
    role: str = ""
    assignee: int | None = None


def issues(filters: Filters, *, today: date) -> QuerySet[Issue]:
    """Give the issues of a filter, unordered."""
    rows = Issue.objects.filter(_of_tab(filters.tab, today))
    if filters.severity:
        rows = rows.filter(severity=filters.severity)
    if filters.check:
        rows = rows.filter(code=filters.check)
    if filters.role:
        rows = rows.filter(owner_role=filters.role)
    if filters.assignee:
        rows = rows.filter(assignee=filters.assignee)
    return rows.filter(_of_scope(filters))


def _of_tab(tab: str, today: date) -> Q:
    """`followed`: open at the end of an earlier day, so that it is followed all of this one.

    `again`: open, and somebody wanted to look again today or before.
    """
    is_open = Q(closed_at__isnull=True)
    if tab == "closed":
        return Q(closed_at__isnull=False)
    if tab == "followed":
        return Q(opened_on__lt=today) & (is_open | Q(closed_on=today))
    if tab == "new":
        return is_open & Q(acknowledged_at__isnull=True)
    if tab == "again":
        return is_open & Q(look_on__lte=today)
    return is_open


def _of_scope(filters: Filters) -> Q:
    person = filters.person
    if person is None or filters.scope == "all":
        return Q()
    mine = Q(assignee=person)
    if filters.scope == "mine":
        return mine
    roles = [role.code for role in roles_of(person)]
    return mine | Q(assignee__isnull=True, owner_role__in=roles)


# --- one page


type Place = tuple[int, datetime, int]


def encode_place(issue: Issue, *, is_closed: bool) -> str:
    """Write where an issue stands in its list, as an opaque parameter of the address."""
    at = issue.closed_at if is_closed else issue.opened_at
    assert at is not None  # noqa: S101
    text = json.dumps([issue.rank, at.isoformat(), issue.pk])
    return base64.urlsafe_b64encode(text.encode()).decode()


def decode_place(text: str) -> Place:
    """Read what `encode_place` wrote.

    :raises ValueError: if the text was not written by it
    """
    try:
        rank, at, pk = json.loads(base64.urlsafe_b64decode(text.encode()))
        return int(rank), datetime.fromisoformat(at), int(pk)
    except (ValueError, TypeError) as error:
        raise ValueError("not a place in the list") from error


def issue_page(
    filters: Filters, *, today: date, after: str = "", before: str = "", size: int = SIZE
) -> Page[Issue]:
    """Give one page, the worst and oldest first; of closed ones the newest first. One query.

    :raises ValueError: if a place is damaged
    """
    rows = issues(filters, today=today).select_related("assignee", "acknowledged_by")
    is_closed, backwards = filters.tab == "closed", bool(before)
    if after or before:
        place = decode_place(before or after)
        rows = rows.filter(_beyond(place, is_closed=is_closed, backwards=backwards))
    order: tuple[str, ...] = ("-closed_at", "-pk") if is_closed else ("rank", "opened_at", "pk")
    if backwards:
        order = tuple(one[1:] if one.startswith("-") else f"-{one}" for one in order)
    found = list(rows.order_by(*order)[: size + 1])
    shown = found[:size][::-1] if backwards else found[:size]
    has_more, came_from = len(found) > size, bool(after or before)
    if not shown:
        return Page([], None, None)
    first, last = (encode_place(one, is_closed=is_closed) for one in (shown[0], shown[-1]))
    return Page(
        shown,
        before=first if (has_more if backwards else came_from) else None,
        after=last if (came_from if backwards else has_more) else None,
    )


def _beyond(place: Place, *, is_closed: bool, backwards: bool) -> Q:
    rank, at, pk = place
    if is_closed:
        how = "gt" if backwards else "lt"
        return Q(**{f"closed_at__{how}": at}) | Q(closed_at=at, **{f"pk__{how}": pk})
    how = "lt" if backwards else "gt"
    later = Q(**{f"opened_at__{how}": at}) | Q(opened_at=at, **{f"pk__{how}": pk})
    return Q(**{f"rank__{how}": rank}) | (Q(rank=rank) & later)


def tab_counts(filters: Filters, *, today: date) -> dict[str, int]:
    """Count the tabs of a scope over what is open. Two queries."""
    wide = replace(filters, tab="open")
    followed = issues(replace(filters, tab="followed"), today=today).count()
    row = issues(wide, today=today).aggregate(
        open=Count("pk"),
        new=Count("pk", filter=Q(acknowledged_at__isnull=True)),
        again=Count("pk", filter=Q(look_on__lte=today)),
    )
    return {**row, "followed": followed}


def open_by_severity() -> dict[str, int]:
    """Count what is open by severity. One query."""
    rows = Issue.objects.filter(closed_at__isnull=True).values("severity")
    return {row["severity"]: row["n"] for row in rows.annotate(n=Count("pk")).order_by("severity")}


def to_look_at_again(person: User, *, today: date, most: int = 20) -> list[Issue]:
    """Give what is this person's or their role's to look at again today, the worst first. Two queries."""
    mine = Filters(tab="again", scope="role", person=person)
    return list(issues(mine, today=today).order_by("rank", "opened_at", "pk")[:most])


def codes_in_use() -> list[str]:
    """Give the checks of which something is open."""
    rows = Issue.objects.filter(closed_at__isnull=True).values_list("code", flat=True)
    return list(rows.order_by("code").distinct())


def check_names(wanted: Sequence[str]) -> list[str]:
    """Give the names of the checks that a line of a list is computed from, as far as there are any."""
    return [check_name(code) for code in codes_of(wanted, [check.code for check in checks()])]


def check_name(code: str) -> str:
    """Give a check's name; its code if this release no longer has it."""
    check = find_check(code)
    return str(check.name) if check else code


@dataclass(frozen=True, slots=True)
class Unknown:
    """A check that could not tell, and why where it broke."""

    code: str
    name: str
    owner_role: str
    why: str
    ran_at: datetime


def unknown_checks(*, day: date) -> list[Unknown]:
    """Give the checks that cannot tell about a day. One query."""
    rows = CheckResult.objects.filter(business_date=day, status=CheckResult.Status.UNKNOWN)
    found = []
    for row in rows.order_by("code"):
        check = find_check(row.code)
        why = clauses(one["evidence"] for one in row.findings)
        role = check.owner_role if check else "administrator"
        found.append(Unknown(row.code, check_name(row.code), role, why, row.ran_at))
    return found


def last_ran_at(*, day: date) -> datetime | None:
    """Give when the checks of a day last spoke; None if they have not."""
    rows = CheckResult.objects.filter(business_date=day).order_by("-ran_at")
    return rows.values_list("ran_at", flat=True).first()


# --- the morning page


@dataclass(frozen=True, slots=True)
class ToDo:
    """The first issues to see to, and how many more there are by severity."""

    shown: Sequence[Issue]
    rest: dict[str, int]


def to_do(*, per_check: int, most: int, but: Collection[str]) -> ToDo:
    """Give what is open, the worst first, a few of each check, some checks left out. Two queries."""
    rows = Issue.objects.filter(closed_at__isnull=True).exclude(code__in=but)
    place = Window(RowNumber(), partition_by=F("code"), order_by=["rank", "opened_at", "pk"])
    first = rows.annotate(place=place).filter(place__lte=per_check).select_related("assignee")
    shown = list(first.order_by("rank", "opened_at", "pk")[:most])
    counted = rows.values("severity").annotate(n=Count("pk")).order_by("rank")
    rest = {row["severity"]: row["n"] for row in counted}
    for issue in shown:
        rest[issue.severity] -= 1
    return ToDo(shown, {severity: n for severity, n in rest.items() if n})


# --- one issue


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an issue."""

    at: datetime
    text: str
    detail: str
    who: str
    tone: str


_TONES = {"opened": "soon", "worse": "late", "closed": "done"}


def timeline(issue: Issue) -> Sequence[Event]:
    """Give what the check and people did, the newest first. Two queries."""
    events = [
        Event(
            one.at,
            str(IssueEvent.Kind(one.kind).label),
            one.words,
            "",
            _TONES.get(one.kind, "us"),
        )
        for one in issue.events.order_by("-at", "-pk")[:200]
    ]
    acts = Operation.objects.filter(object_type="issue", object_key=str(issue.pk))
    events += [
        Event(one.at, str(name_of(one.name)), _detail(one), one.actor_name, "us")
        for one in acts.order_by("-at", "-pk")[:200]
    ]
    return sorted(events, key=lambda one: one.at, reverse=True)


def _detail(one: Operation) -> str:
    to = one.new.get("assignee") or one.new.get("look_on")
    return " · ".join(part for part in (str(to) if to else "", one.reason) if part)


def episodes(issue: Issue) -> list[Issue]:
    """Give the other episodes of the same subject, the newest first. One query."""
    rows = Issue.objects.filter(code=issue.code, key=issue.key).exclude(pk=issue.pk)
    return list(rows.order_by("-episode")[:20])
