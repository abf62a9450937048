"""What paid traffic adds to the floors below: files, work, checks, words for the log."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from promotions.actions import channel_watch
from promotions.actions.importing import kinds
from promotions.checks import channels as checks
from shopops.staff.operations import name_operations, name_parts
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled

_OPERATIONS = {
    "promotions.channel.changed": _("改了渠道的限额与余额线"),
    "promotions.channel.balance_noted": _("记了渠道余额"),
    "promotions.plan.changed": _("改了推广计划"),
    "promotions.channel_rule.changed": _("改了推广的门槛"),
}
_OBJECTS = {
    "channel": _("推广渠道"),
    "ad_plan": _("推广计划"),
    "channel_rule": _("推广的门槛"),
}
_FIELDS = {
    "cap": _("日限额"),
    "low_balance": _("余额线"),
    "is_used": _("在用"),
    "balance": _("余额"),
    "day": _("哪一天"),
}


def register() -> None:
    """Make all of it known; called once by `promotions.wiring`."""
    kinds.register()
    checks.register()
    for spec in (
        KindSpec(
            channel_watch.DAYS,
            _("算店铺每天赚多少"),
            "quick",
            channel_watch.perform_days,
            "promotions.channels",
        ),
        KindSpec(
            channel_watch.FINDINGS,
            _("重看推广的发现"),
            "quick",
            channel_watch.perform_findings,
            "promotions.channels",
        ),
    ):
        register_kind(spec)
    # Before the daily checks of 7:30.
    register_scheduled(channel_watch.DAYS, at=time(6, 20), catch_up_days=1)
    name_operations(_OPERATIONS)
    name_parts("object", _OBJECTS)
    name_parts("field", _FIELDS)
