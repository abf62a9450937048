"""Sources of figures, the files that speak of the shop's days, and words for the log."""

from analytics.queries import sources


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    sources.register()
