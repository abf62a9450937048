"""The watch of goods as runs: quality every morning, and the findings again whenever something changed."""

from datetime import datetime

from products.actions.quality import record_quality
from shopops.checks.actions import run_check
from shopops.checks.registry import checks
from shopops.lib.business_time import business_date
from shopops.staff.models import User
from shopops.work.actions import request_run
from shopops.work.context import RunContext
from shopops.work.models import Run

DAILY = "products.daily"
FINDINGS = "products.findings"
OURS = "products."
# Nothing that is done to one product changes what these find, and they read whole tables.
BY_THEMSELVES = {"products.stock_proof"}


def request_findings(*, by: User | None, now: datetime) -> Run:
    """Ask for the findings about goods anew: one that is mended closes itself, a new one opens."""
    key = business_date(now).isoformat()
    return request_run(kind=FINDINGS, key=key, by=by, now=now, again=True)


def perform_findings(run: RunContext) -> dict[str, object]:
    """Do the work of a `products.findings` run: one step a check."""
    ours = [
        check
        for check in checks()
        if check.code.startswith(OURS) and check.code not in BY_THEMSELVES
    ]
    after, day, count = str(run.cursor.get("after", "")), business_date(run.now), 0
    for number, check in enumerate(ours, start=1):
        if check.code <= after:
            continue
        with run.step(cursor={"after": check.code}, done=number, total=len(ours)):
            count += len(run_check(check, day=day, now=run.now).findings)
    return {"findings": count}


def perform_daily(run: RunContext) -> dict[str, object]:
    """Do the work of a `products.daily` run: quality and second checks of its business date.

    :raises ValueError: if the run has no business date
    """
    if run.business_date is None:
        raise ValueError("a daily run needs its business date")
    if run.cursor.get("quality"):
        return {}
    with run.step(cursor={"quality": 1}, done=1, total=1):
        done = record_quality(day=run.business_date, now=run.now)
    return {"skus": done.skus, "switched": done.switched, "is_known": done.is_known}
