from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "shopops.notices"
    label = "notices"

    def ready(self) -> None:
        from shopops.notices import actions, queries
        from shopops.staff.queries import ask_along
        from shopops.work import registry
        from shopops.work.schedule import register_tick

        registry.register_kind(
            registry.KindSpec(
                actions.KIND, _("发通知"), "quick", actions.perform_sending, right="work.control"
            )
        )
        registry.on_quarantine(actions.tell_of_quarantine)
        register_tick("old_notices", every=timedelta(hours=12), run=actions.forget_old)
        ask_along("unread_notices", queries.UNREAD)
