from datetime import time, timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChecksConfig(AppConfig):
    name = "shopops.checks"
    label = "checks"

    def ready(self) -> None:
        from shopops.checks import actions, ground
        from shopops.work.registry import KindSpec, register_kind
        from shopops.work.schedule import register_scheduled

        ground.register()
        register_kind(
            KindSpec(
                code=actions.KIND,
                label=_("每日检查"),
                queue="quick",
                perform=actions.perform_checks,
                time_limit=timedelta(minutes=15),
                in_order=True,
            )
        )
        register_scheduled(actions.KIND, at=time(7, 30))
