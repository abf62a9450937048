"""What customers add to the floors below: their marks, their work, their part of a person."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from crm.actions import follow, persons, recompute, valuing
from crm.demo.customers import customers_life
from crm.wording import customers as wording
from orders import registry
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled, register_tick


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    follow.follow()
    persons.register()
    register_kind(
        KindSpec(recompute.KIND, _("重算客户"), "quick", recompute.perform_customers, "crm.view")
    )
    register_tick("customers", every=timedelta(minutes=1), run=recompute.request_if_needed)
    registry.after_import(recompute.request_after_import)
    register_kind(
        KindSpec(valuing.KIND, _("算客户价值"), "quick", valuing.perform_value, "crm.view")
    )
    # One day made up is as good as seven: value is as of the day before.
    register_scheduled(valuing.KIND, at=time(4, 30), catch_up_days=1)
    wording.name_all()
    registry.fill_demo_with(customers_life)
