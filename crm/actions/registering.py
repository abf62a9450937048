"""What customers add to the floors below: their marks, their work, their part of a person."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from crm.actions import follow, persons, recompute
from orders import registry
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_tick


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    follow.follow()
    persons.register()
    register_kind(
        KindSpec(recompute.KIND, _("重算客户"), "quick", recompute.perform_customers, "crm.view")
    )
    register_tick("customers", every=timedelta(minutes=1), run=recompute.request_if_needed)
    registry.after_import(recompute.request_after_import)
