"""The app of figures; what it adds to the floors below is in `analytics.wiring`."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
    label = "analytics"

    def ready(self) -> None:
        from analytics import wiring

        wiring.register()
