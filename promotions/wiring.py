"""What promotions add to the floors below: work, files, checks, gifts and prices for the audit.

Each topic registers in its own module; this file only calls them.
"""

from promotions.checks import channels_wiring


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    channels_wiring.register()
