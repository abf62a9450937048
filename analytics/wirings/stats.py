"""Sources of figures, the files that speak of the shop's days, and words for the log."""

from analytics.actions.importing import stats as importing
from analytics.queries import sources
from analytics.wording.stats import name_the_log


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    sources.register()
    importing.register()
    name_the_log()
