"""What the checks said, what is open, and the lists of a day."""

from shopops.checks.queries.results import CheckRow, checks_of

__all__ = ["CheckRow", "checks_of"]
