"""What promotions add to the floors below: work, files, checks, gifts and prices for the audit.

Each topic registers in its own module; this file only calls them.
"""

from promotions import gift_wiring


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    gift_wiring.register()
