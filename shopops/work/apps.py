from datetime import timedelta

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "shopops.work"
    label = "work"

    def ready(self) -> None:
        from shopops.work.calendar import keep_calendar_filled
        from shopops.work.schedule import register_tick

        register_tick("calendar", every=timedelta(days=7), run=keep_calendar_filled)
