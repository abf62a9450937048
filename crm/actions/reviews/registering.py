"""What reviews add to the floors below: their file, their run, their part of a person."""

from django.utils.translation import gettext_lazy as _

from crm.actions.reviews import following, importing
from orders import registry
from shopops.work.registry import KindSpec, register_kind


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    importing.register()
    register_kind(
        KindSpec(following.KIND, _("整理评价"), "quick", following.perform_follow, "crm.reviews")
    )
    registry.after_import(following.after_orders)
