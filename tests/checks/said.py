"""A check that says what it is told to, and what it finds."""

from shopops.checks.actions import run_check
from shopops.checks.registry import Check, Finding, outcome_of, unknown
from tests.times import NOW

DAY = NOW.date()


def found(key, *, title="缺货", severity="soon", role="warehouse_lead", person=None):
    return Finding(title, "还剩 3 件", severity, role, key=key, person=person)


class Said:
    """A check that says what it is told to."""

    def __init__(self, code="test.said"):
        self.outcome = outcome_of([])
        self.check = Check(code, "试", "manager", lambda day, now: self.outcome)

    def says(self, *findings, day=DAY, now=NOW, **more):
        self.outcome = outcome_of(findings, **more)
        return run_check(self.check, day=day, now=now)

    def cannot_tell(self, day=DAY):
        self.outcome = unknown()
        return run_check(self.check, day=day, now=NOW)
