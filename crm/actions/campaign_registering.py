"""What campaigns add to the floors below: drawing, sending, calling staff, their part of a person."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from crm.actions import campaign_persons, preparing, sending, staff_call
from crm.demo.campaigns import campaigns_life
from crm.wording import campaigns as wording
from orders import registry
from shopops.work.models import Run
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_tick


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    campaign_persons.register()
    wording.name_all()
    registry.fill_demo_with(campaigns_life)
    for spec in (
        KindSpec(
            preparing.KIND,
            _("抽营销的人"),
            "quick",
            preparing.perform_draw,
            "crm.campaign",
            link=_link,
        ),
        KindSpec(
            sending.KIND, _("发营销消息"), "quick", sending.perform_send, "crm.campaign", link=_link
        ),
        KindSpec(staff_call.KIND, _("通知同事"), "quick", staff_call.perform_call, "crm.campaign"),
    ):
        register_kind(spec)
    register_tick("campaigns", every=timedelta(seconds=30), run=sending.request_due)


def _link(run: Run) -> str:
    return f"/crm/campaigns/{run.key.split(':')[0]}/"
