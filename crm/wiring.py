"""What customer work adds to the floors below: work, files, checks, words for the log.

Each topic registers in its own module; this file only calls them.
"""

from crm.actions import registering as customers
from crm.actions.reviews import registering as reviews


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    customers.register()
    reviews.register()
