"""The daily checks: each app registers its own in `AppConfig.ready`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.utils.functional import Promise

from shopops.checks.models import CheckResult

type Severity = Literal["late", "soon", "us"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that somebody should do something about.

    `key` names the subject within its check, the same each day and whatever the words and figures
    are: one thing and condition is one issue. Empty where the check has only one subject. `person`
    is the id of who does it, where that is settled.
    """

    title: str
    evidence: str
    severity: Severity
    owner_role: str
    due_at: datetime | None = None
    url: str = ""
    key: str = ""
    person: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as it is stored and as commands print it."""
        row = asdict(self)
        row["due_at"] = self.due_at.isoformat() if self.due_at else None
        return row


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What a check says. UNKNOWN where the data to decide is missing; never guess PASSED.

    `lasting`: keys of subjects whose condition lasts although they are not named among the findings
    (a long list is cut): they open nothing new, and close nothing that is open.
    """

    status: CheckResult.Status
    findings: Sequence[Finding] = ()
    lasting: frozenset[str] = frozenset()


type RunCheck = Callable[[date, datetime], CheckOutcome]


@dataclass(frozen=True, slots=True)
class Check:
    """One daily check. `run(business_date, now)` only reads."""

    code: str
    name: str | Promise
    owner_role: str
    run: RunCheck


_checks: dict[str, Check] = {}


def register_check(code: str, name: str | Promise, owner_role: str, run: RunCheck) -> None:
    """Add a check. `owner_role` is a role code of `staff.rights.ROLES`.

    :raises ValueError: if another check stands under this code
    """
    if code in _checks:
        raise ValueError(f"check registered twice: {code}")
    _checks[code] = Check(code, name, owner_role, run)


def forget_check(code: str) -> None:
    """Take a check away; for tests that bring their own."""
    _checks.pop(code, None)


def checks() -> Sequence[Check]:
    """Give all checks by code."""
    return [_checks[code] for code in sorted(_checks)]


def find_check(code: str) -> Check | None:
    """Give one check, None if this release does not know it."""
    return _checks.get(code)


def passed() -> CheckOutcome:
    """Give the outcome of a check that found nothing."""
    return CheckOutcome(CheckResult.Status.PASSED)


def unknown() -> CheckOutcome:
    """Give the outcome of a check that cannot tell: nothing opens, nothing closes."""
    return CheckOutcome(CheckResult.Status.UNKNOWN)


def outcome_of(
    findings: Sequence[Finding], *, most: int | None = None, lasting: Iterable[object] = ()
) -> CheckOutcome:
    """Pass without findings, fail with some.

    `most`: name so many; the others last on unnamed. `lasting`: keys of what was not even read.
    """
    status = CheckResult.Status.FAILED if findings else CheckResult.Status.PASSED
    named = findings[:most]
    unnamed = {one.key for one in findings[len(named) :]} | {str(key) for key in lasting}
    return CheckOutcome(status, named, frozenset(unnamed))
