"""The app of promotions; what it adds to the floors below is in `promotions.wiring`."""

from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "promotions"
    label = "promotions"

    def ready(self) -> None:
        from promotions import wiring

        wiring.register()
