"""Running the daily checks of one business date."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shopops.checks.actions.issues import close_issues, follow_outcome
from shopops.checks.locks import locked_issues, take_turn
from shopops.checks.models import CheckResult, Issue
from shopops.checks.registry import Check, CheckOutcome, Finding, checks
from shopops.lib.business_time import business_date
from shopops.work.actions import request_run
from shopops.work.context import RunContext
from shopops.work.models import Run

logger = logging.getLogger(__name__)

KIND = "checks.daily"


def request_checks(*, day: date, now: datetime, ring: bool = True) -> Run:
    """Ask for the checks of a business date; done ones are done anew."""
    return request_run(
        kind=KIND, key=day.isoformat(), business_date=day, now=now, again=True, ring=ring
    )


def perform_checks(run: RunContext) -> dict[str, object]:
    """Do the work of a run of checks: one step a check, going on after the last one done.

    :raises ValueError: if the run has no business date
    """
    if run.business_date is None:
        raise ValueError("a run of daily checks needs its business date")
    after = str(run.cursor.get("after", ""))
    rows = list(checks())
    for number, check in enumerate(rows, start=1):
        if check.code <= after:
            continue
        with run.step(
            cursor={"after": check.code}, done=number, total=len(rows), text=str(check.name)
        ):
            run_check(check, day=run.business_date, now=run.now)
    with run.step():
        close_forgotten(day=run.business_date, now=run.now)
    results = CheckResult.objects.filter(business_date=run.business_date)
    return {"statuses": dict(results.order_by("code").values_list("code", "status"))}


def run_checks(*, day: date, now: datetime) -> list[CheckResult]:
    """Run every registered check for a business date and store what each says."""
    return [run_check(check, day=day, now=now) for check in checks()]


def run_check(check: Check, *, day: date, now: datetime) -> CheckResult:
    """Run one check, replace what it said before, and let its issues follow.

    A check that breaks is unknown, not passed. What a check says about an older day than it spoke of
    already, or about a day ahead, is kept and moves no issue: these tell what is so now.
    """
    with transaction.atomic():
        take_turn(check.code)
        outcome = _outcome(check, day, now)
        if _is_newest(check.code, day, now):
            outcome = _followed(check.code, outcome, day, now)
        result, _created = CheckResult.objects.update_or_create(
            code=check.code,
            business_date=day,
            defaults={
                "status": outcome.status,
                "findings": [finding.as_json() for finding in outcome.findings],
                "ran_at": now,
            },
        )
    return result


def _is_newest(code: str, day: date, now: datetime) -> bool:
    today = business_date(now)
    later = CheckResult.objects.filter(code=code, business_date__gt=day, business_date__lte=today)
    return day <= today and not later.exists()


def _followed(code: str, outcome: CheckOutcome, day: date, now: datetime) -> CheckOutcome:
    try:
        with transaction.atomic():
            follow_outcome(code=code, outcome=outcome, day=day, now=now)
    except ValueError as error:
        logger.exception("check %s names one subject twice", code)
        return _broken(error)
    return outcome


def close_forgotten(*, day: date, now: datetime) -> int:
    """Close what is open of checks that this release no longer has; give how many."""
    known = [check.code for check in checks()]
    lost = Issue.objects.filter(closed_at__isnull=True).exclude(code__in=known)
    rows = locked_issues(lost.values_list("pk", flat=True))
    close_issues([row for row in rows if row.closed_at is None], day=day, now=now)
    return len(rows)


def _outcome(check: Check, day: date, now: datetime) -> CheckOutcome:
    try:
        with transaction.atomic():
            return check.run(day, now)
    except Exception as error:
        logger.exception("check %s broke", check.code)
        return _broken(error)


def _broken(error: Exception) -> CheckOutcome:
    finding = Finding(
        title=_("检查没有跑完，结果未知"),
        evidence=f"{type(error).__name__}: {error}"[:500],
        severity="us",
        owner_role="administrator",
    )
    return CheckOutcome(CheckResult.Status.UNKNOWN, [finding])
