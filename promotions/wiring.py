"""What promotions add to the floors below: work, files, checks, gifts and prices for the audit.

Each topic registers in its own module; this file only calls them.
"""

from datetime import time

from django.utils.translation import gettext_lazy as _

from orders import registry as orders
from products import registry as goods
from promotions import gift_wiring
from promotions.actions import activity_setup, lowest, seller_prices
from promotions.checks import activities as activity_checks
from promotions.checks import channels_wiring
from promotions.checks import partners as partner_checks
from promotions.checks import prices as price_checks
from promotions.demo import prices as demo_prices
from promotions.queries import protection
from promotions.queries.material import stored_names
from promotions.wording import activity_log, freight, price_log
from promotions.wording import partners as partner_words
from shopops.intake.registry import keep_files
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    channels_wiring.register()
    gift_wiring.register()
    _prices()
    _partners()
    # --- activities
    activity_setup.register()
    activity_checks.register()
    activity_log.name_all()


def _prices() -> None:
    register_kind(
        KindSpec(
            lowest.KIND,
            _("算最低到手价"),
            "quick",
            activity_setup.perform_lowest,
            "promotions.view",
        )
    )
    # After midnight another day begins; the daily checks of 7:30 tell what it found.
    register_scheduled(lowest.KIND, at=time(0, 20), catch_up_days=1)
    goods.recheck_activities_by(lowest.recheck)
    price_log.name_prices()
    freight.name_all()
    orders.mark_orders_by(protection.marks_of_orders)
    seller_prices.register()
    price_checks.register()
    orders.fill_demo_with(demo_prices.fill_prices)


def _partners() -> None:
    keep_files(stored_names)
    partner_checks.register()
    partner_words.name_all()
