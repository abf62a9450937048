"""What analytics adds to the floors below: work, files, checks, words for the log.

Each topic registers in its own module; this file only calls them.
"""

from analytics.checks import figures as figure_checks
from analytics.checks import goals as goal_checks
from analytics.checks import proof as proof_checks
from analytics.checks import reports as report_checks
from analytics.checks import stats as stat_checks
from analytics.wirings import boards, breaks, dsr, profit, reports, rollup, stats


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    rollup.register()
    # Before the figures of days: of two kinds of files that know a header the first one has it.
    dsr.register()
    stats.register()
    boards.register()
    reports.register()
    breaks.register()
    profit.register()
    figure_checks.register()
    proof_checks.register()
    stat_checks.register()
    goal_checks.register()
    report_checks.register()
