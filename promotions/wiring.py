"""What promotions add to the floors below: work, files, checks, gifts and prices for the audit.

Each topic registers in its own module; this file only calls them.
"""

from promotions import gift_wiring
from promotions.checks import partners as partner_checks
from promotions.queries.material import stored_names
from promotions.wording import partners as partner_words
from shopops.intake.registry import keep_files


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    gift_wiring.register()
    _partners()


def _partners() -> None:
    keep_files(stored_names)
    partner_checks.register()
    partner_words.name_all()
