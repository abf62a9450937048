"""The app of customers; what it adds to the floors below is in `crm.wiring`."""

from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"
    label = "crm"

    def ready(self) -> None:
        from crm import wiring

        wiring.register()
