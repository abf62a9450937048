"""What reviews and follow-ups add to the floors below: their file, their runs, their part of a person."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from crm.actions import following_up
from crm.actions.reviews import following, importing, persons
from crm.actions.reviews.malice import kept_names
from crm.checks import desk as checks
from crm.demo import desk as demo
from crm.queries import events
from crm.queries.timeline import timeline_source
from crm.service_registry import offer_reviews, offer_touches
from crm.wording import desk as wording
from orders import registry
from shopops.intake.registry import keep_files
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    importing.register()
    register_kind(
        KindSpec(following.KIND, _("整理评价"), "quick", following.perform_follow, "crm.reviews")
    )
    registry.after_import(following.after_orders)
    register_kind(
        KindSpec(
            following_up.KIND, _("列要回访的"), "quick", following_up.perform_tasks, "crm.edit"
        )
    )
    # After the carriers' reports of the night, before the desk opens.
    register_scheduled(following_up.KIND, at=time(7, 0), catch_up_days=1)
    keep_files(kept_names)
    persons.register()
    checks.register()
    wording.name_all()
    timeline_source("reviews", events.review_events)
    timeline_source("touches", events.touch_events)
    offer_reviews(events.bad_reviews_of)
    offer_touches(events.newest_touches)
    registry.fill_demo_with(demo.fill)
