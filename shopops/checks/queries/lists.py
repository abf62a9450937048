"""The daily lists: whose they are, how each line stands, who signed what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from shopops.checks.models import CheckResult, DailyItem, DailyList, Issue, ListItemRule
from shopops.checks.registry import checks
from shopops.checks.rules import DONE_STATES, Standing, codes_of, standing
from shopops.staff.models import User
from shopops.staff.queries import roles_of

# Who else may tick and sign the list of a role.
ALSO = {"warehouse": ("warehouse_lead",), "manager": ("administrator",)}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list as it stands now."""

    item: DailyItem
    is_computed: bool
    state: str
    issues: int
    codes: tuple[str, ...]

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is left to do about it."""
        return self.state in DONE_STATES


@dataclass(frozen=True, slots=True)
class Page:
    """A list with its lines."""

    daily: DailyList
    lines: tuple[Line, ...]

    @property
    def missed(self) -> list[Line]:
        """Give what is not settled: it stands on tomorrow's list."""
        return [line for line in self.lines if not line.is_settled]

    @property
    def done_count(self) -> int:
        """Count what is settled."""
        return len(self.lines) - len(self.missed)


def may_work(person: User, role: str) -> bool:
    """Tell whether a person ticks and signs the list of a role."""
    own = {one.code for one in roles_of(person)}
    return not own.isdisjoint({role, *ALSO.get(role, ())})


def roles_with_lists(*, day: date) -> list[str]:
    """Give the roles whose template has a line on a day, in the order of their first line."""
    rows = rules_on(day).values_list("role", flat=True).order_by("pk")
    return list(dict.fromkeys(rows))


def rules_on(day: date) -> QuerySet[ListItemRule]:
    """Give the lines of all templates that stand on a day."""
    return ListItemRule.objects.filter(valid_from__lte=day).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day)
    )


def lists_of(*, day: date, roles: Iterable[str] | None = None) -> list[Page]:
    """Give the lists of a day with how each line stands. Four queries, however many lists."""
    rows = DailyList.objects.filter(business_date=day).select_related("signed_by")
    if roles is not None:
        rows = rows.filter(role__in=list(roles))
    return pages_of(list(rows.order_by("pk")))


def pages_of(rows: Sequence[DailyList]) -> list[Page]:
    """Give lists with their lines; frozen ones as they were frozen."""
    items: dict[int, list[DailyItem]] = {row.pk: [] for row in rows}
    found = DailyItem.objects.filter(daily__in=rows).select_related("ticked_by")
    for item in found.order_by("position", "pk"):
        items[item.daily_id].append(item)
    days = {row.business_date for row in rows if row.frozen_at is None}
    now = {day: Standings.of(day) for day in days}
    return [
        Page(
            row,
            tuple(
                line_of(item, now.get(row.business_date) if row.frozen_at is None else None)
                for item in items[row.pk]
            ),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Standings:
    """What the checks said about a day, and what is open."""

    said: Mapping[str, str]
    open_issues: Mapping[str, int]
    known: tuple[str, ...]

    @classmethod
    def of(cls, day: date) -> "Standings":
        """Read them. Two queries."""
        said = CheckResult.objects.filter(business_date=day).values_list("code", "status")
        issues = Issue.objects.filter(closed_at__isnull=True).values("code")
        counted = issues.annotate(n=Count("pk")).order_by()
        return cls(
            dict(said),
            {row["code"]: row["n"] for row in counted},
            tuple(check.code for check in checks()),
        )

    def standing(self, wanted: Sequence[str]) -> tuple[Standing, tuple[str, ...]]:
        """Give how a computed line stands, and by which checks."""
        codes = tuple(codes_of(wanted, self.known))
        return standing(codes, said=dict(self.said), open_issues=dict(self.open_issues)), codes


def line_of(item: DailyItem, now: Standings | None) -> Line:
    """Give one line as it stands; without `now` as it was frozen."""
    is_computed = bool(item.checks)
    if now is None or not is_computed:
        return Line(item, is_computed, item.state, item.issue_count, tuple(item.checks))
    how, codes = now.standing(item.checks)
    return Line(item, is_computed, how.state, how.issues, codes)


# --- the manager's overview


@dataclass(frozen=True, slots=True)
class Cell:
    """One role's list of one day, for the grid; None where there is none."""

    day: date
    daily: DailyList | None
    missed: int
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """One role's month."""

    role: str
    cells: tuple[Cell, ...]
    signed: int
    written: int


def month(*, first: date, today: date) -> list[Row]:
    """Give who signed what in a month, up to today. Two queries.

    Lines missed are counted from frozen lists; of today's they are not known yet.
    """
    last = min((first + timedelta(days=32)).replace(day=1) - timedelta(days=1), today)
    rows = (
        DailyList.objects.filter(business_date__range=(first, last))
        .select_related("signed_by")
        .annotate(
            lines=Count("items"),
            missed=Count("items", filter=~Q(items__state__in=list(DONE_STATES))),
        )
    )
    found = {(row.role, row.business_date): row for row in rows.order_by("pk")}
    roles = list(dict.fromkeys([*roles_with_lists(day=today), *(role for role, _day in found)]))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [_month_row(role, days, found) for role in roles]


def _month_row(role: str, days: Sequence[date], found: Mapping[tuple[str, date], DailyList]) -> Row:
    cells = []
    for day in days:
        row = found.get((role, day))
        cells.append(Cell(day, row, getattr(row, "missed", 0), getattr(row, "lines", 0)))
    written = [cell.daily for cell in cells if cell.daily]
    return Row(role, tuple(cells), sum(1 for one in written if one.signed_at), len(written))


def unsigned(*, day: date) -> list[DailyList]:
    """Give the lists of a day that nobody signed."""
    return list(DailyList.objects.filter(business_date=day, signed_at__isnull=True).order_by("pk"))


def still_missed(*, day: date) -> dict[str, list[DailyItem]]:
    """Give by role the hand-ticked lines of a day's list that were missed before and are not done yet."""
    rows = DailyItem.objects.filter(
        daily__business_date=day, missed_since__isnull=False, state="open", checks=[]
    )
    found: dict[str, list[DailyItem]] = {}
    for row in rows.select_related("daily").order_by("daily__role", "position", "pk"):
        found.setdefault(row.daily.role, []).append(row)
    return found
