"""What customer work adds to the floors below: work, files, checks, words for the log.

Each topic registers in its own module; this file only calls them.
"""

from crm import desk_wiring, service_wiring
from crm import member_wiring as members
from crm.actions import campaign_registering as campaigns
from crm.actions import registering as customers
from crm.checks import campaigns as campaign_checks
from crm.checks import customers as customer_checks
from crm.queries.events import message_events
from crm.queries.timeline import timeline_source


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    customers.register()
    campaigns.register()
    timeline_source("messages", message_events)
    campaign_checks.register()
    customer_checks.register()
    service_wiring.register()
    members.register()
    desk_wiring.register()
