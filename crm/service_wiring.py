"""What the service desk adds to the floors below: its file, checks, words for the log."""

from crm.actions import bonus_month
from crm.actions.importing import agent_days
from crm.checks import service as checks
from crm.wording import service as wording


def register() -> None:
    """Make all of it known; called once by `crm.wiring`."""
    agent_days.register()
    bonus_month.register()
    checks.register()
    wording.name_all()
