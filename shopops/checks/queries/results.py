"""What the checks said."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shopops.checks.models import CheckResult
from shopops.checks.registry import find_check


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check's word on one business date, with its name and owner for people."""

    code: str
    name: str
    owner_role: str
    status: str
    status_label: str
    findings: list[dict[str, Any]]
    ran_at: datetime


def checks_of(*, day: date) -> list[CheckRow]:
    """Give the stored results of a business date by code; empty if the checks have not run."""
    rows = CheckResult.objects.filter(business_date=day).order_by("code")
    return [_row(row) for row in rows]


def _row(result: CheckResult) -> CheckRow:
    check = find_check(result.code)
    return CheckRow(
        code=result.code,
        name=str(check.name) if check else result.code,
        owner_role=check.owner_role if check else "administrator",
        status=result.status,
        status_label=str(result.get_status_display()),
        findings=result.findings,
        ran_at=result.ran_at,
    )
