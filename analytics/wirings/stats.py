"""Sources of figures, the files that speak of the shop's days, and words for the log."""

from analytics.actions.importing import stats as importing
from analytics.demo.stats import write_files
from analytics.queries import flow, sources
from analytics.wording.stats import name_the_log
from orders import registry


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    sources.register()
    flow.register()
    importing.register()
    name_the_log()
    registry.write_exports_with(write_files)
