"""Who may compensate how much by themselves."""

from dataclasses import dataclass
from decimal import Decimal

from orders.choices import CaseGrade
from orders.models import CompensationLimit
from orders.rules.cases import most_by_role
from shopops.staff.models import User
from shopops.staff.queries import role_names


@dataclass(frozen=True, slots=True)
class LimitCell:
    """One limit; `version` 0 where no row says anything, which means nothing may be promised."""

    role: str
    grade: str
    label: str
    amount: Decimal
    version: int


@dataclass(frozen=True, slots=True)
class LimitRow:
    """The limits of one role."""

    role: str
    name: str
    cells: tuple[LimitCell, ...]


def limits_in_force() -> dict[tuple[str, str], Decimal]:
    """Give the limits by role and grade."""
    rows = CompensationLimit.objects.order_by("pk")
    return {(row.role, row.grade): row.maximum_amount for row in rows}


def most_for(person: User, *, grade: str) -> Decimal:
    """Give the most that a person may promise in one case of a grade."""
    codes = list(person.roles.order_by("pk").values_list("code", flat=True))
    return most_by_role(limits_in_force(), roles=codes, grade=grade)


def limit_rows(*, roles: tuple[str, ...]) -> list[LimitRow]:
    """Give the grid: some roles, and any other that has a limit, against all grades. Two queries."""
    rows = {(row.role, row.grade): row for row in CompensationLimit.objects.order_by("pk")}
    names = role_names()
    shown = dict.fromkeys([*roles, *(role for role, _grade in rows)])
    return [
        LimitRow(role, names.get(role, role), tuple(_cell(rows, role, one) for one in CaseGrade))
        for role in shown
        if role in names
    ]


def _cell(rows: dict[tuple[str, str], CompensationLimit], role: str, grade: CaseGrade) -> LimitCell:
    row = rows.get((role, grade))
    amount = row.maximum_amount if row else Decimal(0)
    return LimitCell(role, grade.value, str(grade.label), amount, row.version if row else 0)
