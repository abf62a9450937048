"""What figures add to the ground floor: the rollup's kind of work, and a check."""

from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    name = "analytics"
    label = "analytics"

    def ready(self) -> None:
        from analytics import checks
        from analytics.actions import rollup
        from orders import registry
        from shopops.work.registry import KindSpec, register_kind
        from shopops.work.schedule import register_tick

        register_kind(
            KindSpec(rollup.KIND, _("重算数字"), "quick", rollup.perform_rollup, "work.view")
        )
        register_tick("rollup", every=timedelta(minutes=1), run=rollup.request_if_needed)
        registry.after_import(rollup.request_after_import)
        checks.register()
