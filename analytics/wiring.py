"""What analytics adds to the floors below: work, files, checks, words for the log.

Each topic registers in its own module; this file only calls them.
"""

from analytics.checks import figures as figure_checks
from analytics.wirings import profit, rollup


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    rollup.register()
    profit.register()
    figure_checks.register()
