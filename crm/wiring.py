"""What customer work adds to the floors below: work, files, checks, words for the log.

Each topic registers in its own module; this file only calls them.
"""

from crm import member_wiring as members
from crm.actions import registering as customers
from crm.checks import customers as customer_checks


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    customers.register()
    customer_checks.register()
    members.register()
