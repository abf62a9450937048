"""The morning of a shop with millions of orders: the rollup of what changed, every daily check, the report.

Measured by `python -m bench.boards` on its shop, after its pages.
What changed overnight: the orders of yesterday, and refunds that ended on the three days before. The
checks are those that every app registered, one after the other as the run does them; the report is the
daily one with its workbook and picture. Nothing is warmed up for it.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.pages import _load
from bench.scratch import run, say

LIMIT_S = 300.0
SLOWEST = 8

# As the night's files leave them: yesterday by every date, refunds of older days.
_CHANGED = """
INSERT INTO orders_dirtyday (basis, date, marked_at)
SELECT 'created', current_date - 1, now() UNION ALL SELECT 'paid', current_date - 1, now()
UNION ALL SELECT b.basis, current_date - d, now()
FROM (VALUES ('refunded'), ('created'), ('paid')) b (basis) CROSS JOIN generate_series(2, 4) d
UNION ALL SELECT 'refunded', current_date - 1, now()
ON CONFLICT DO NOTHING
"""


def have() -> dict[str, Any]:
    """Have the morning of the shop in the database as it stands."""
    from analytics.actions import profit
    from shopops.checks.actions.running import run_check
    from shopops.checks.models import CheckResult, Issue
    from shopops.checks.registry import checks
    from shopops.lib.business_time import business_date

    now = datetime.now(UTC)
    day = business_date(now)
    say("profit of every day, once …")
    first_profit = _timed(profit.work_out_now)
    run(_CHANGED)
    parts = {
        "rollup of the days that changed": _timed(lambda: _roll(now)),
        "profit of the days that changed": _timed(profit.work_out_now),
    }
    say("checks …")
    took = {
        check.code: _timed(lambda check=check: run_check(check, day=day, now=now))  # type: ignore[misc]
        for check in checks()
    }
    parts["daily checks"] = round(sum(took.values()), 2)
    parts["report"] = _timed(lambda: _report(now))
    said = CheckResult.objects.filter(business_date=day)
    return {
        "orders": run("SELECT count(*) FROM orders_order")[0][0],
        "checks": len(took),
        "broken": sorted(
            one.code for one in said if any("没有跑完" in str(it) for it in one.findings)
        ),
        "findings": Issue.objects.filter(closed_at__isnull=True).count(),
        "load_average": _load(),
        "limit_s": LIMIT_S,
        "whole_s": round(sum(parts.values()), 1),
        "parts": parts,
        "slowest_checks": dict(sorted(took.items(), key=lambda one: -one[1])[:SLOWEST]),
        "first_profit_s": first_profit,
        "at": now.isoformat(timespec="seconds"),
    }


def _roll(now: datetime) -> None:
    from analytics.actions import rollup

    while rollup.roll_some(now=now, limit=4):
        pass


def _report(now: datetime) -> None:
    from analytics.actions import reports
    from analytics.models import Report
    from analytics.rules.reports import DAILY
    from shopops.lib.business_time import at_local, business_date
    from shopops.work import engine
    from shopops.work.actions import request_run

    day = business_date(now)
    # At an hour at which it waits for nothing any more.
    at = max(now, at_local(day, datetime.min.time()) + timedelta(hours=12))
    work = request_run(
        kind=reports.RUNS[DAILY],
        key=reports.key_of(DAILY, day),
        business_date=day,
        now=at,
        ring=False,
    )
    engine.perform(work.pk, clock=lambda: at)
    Report.objects.get(kind=DAILY, business_date=day)


def _timed(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return round(time.perf_counter() - begin, 2)


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    slowest = ", ".join(f"`{code}` {seconds}" for code, seconds in result["slowest_checks"].items())
    broken = ", ".join(f"`{code}`" for code in result["broken"]) or "none"
    lines = [
        f"{result['orders']:,} orders, {result['checks']} checks; load average"
        f" {result['load_average']}. Aim: the whole under {LIMIT_S:g} s.",
        "",
        "| part | seconds |",
        "|---|---:|",
        *(f"| {name} | {seconds} |" for name, seconds in result["parts"].items()),
        f"| the whole | {result['whole_s']} |",
        "",
        f"The slowest checks, in seconds: {slowest}. Checks that broke: {broken}. Open findings after"
        f" it: {result['findings']}. The profit of all days, once, before it: {result['first_profit_s']}"
        " s. The shop has no customers, promotions or stock of its own beyond what the tables of figures"
        " need: checks of these read little here, and are measured with their own.",
    ]
    return "\n".join(lines)
