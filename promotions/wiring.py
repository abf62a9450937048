"""What promotions add to the floors below: work, files, checks, gifts and prices for the audit.

Each topic registers in its own module; this file only calls them.
"""

from promotions.actions import activity_setup
from promotions.checks import activities as activity_checks
from promotions.wording import activity_log


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    # --- activities
    activity_setup.register()
    activity_checks.register()
    activity_log.name_all()
