"""The kind of work that recomputes marked days, and what asks for it."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from analytics.actions import rebuild, rollup, settling
from orders import registry
from products import registry as goods
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_tick


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    register_kind(KindSpec(rollup.KIND, _("重算数字"), "quick", rollup.perform_rollup, "work.view"))
    # Among the imports, whose workers are several: a month takes half a minute.
    register_kind(
        KindSpec(rebuild.KIND, _("按月重算数字"), "imports", rebuild.perform_month, "work.view")
    )
    register_tick("rollup", every=timedelta(minutes=1), run=rollup.request_if_needed)
    goods.after_new_shares(settling.mark_sold)
    registry.after_import(rollup.request_after_import)
