"""What scores add to the floors below: files, the run that works them out, checks, words, persons."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from analytics import figures
from analytics.actions import rating_persons, scores
from analytics.actions.importing import dsr_days, ratings
from analytics.checks import dsr as checks
from analytics.demo import dsr as demo
from analytics.queries import shown
from analytics.wording import dsr as wording
from crm.registry import follow_reviews
from orders import registry
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    register_kind(
        KindSpec(
            scores.KIND, _("算评分与体验指标"), "quick", scores.perform_scores, "analytics.view"
        )
    )
    # Before the checks of the morning.
    register_scheduled(scores.KIND, at=time(6, 50), catch_up_days=1)
    registry.after_import(scores.after_import)
    follow_reviews(lambda now: scores.request_scores(now=now))
    for source in (figures.DSR, figures.HAND):
        shown.from_words(source)
    dsr_days.register()
    ratings.register()
    rating_persons.register()
    checks.register()
    wording.name_all()
    registry.fill_demo_with(demo.fill)
