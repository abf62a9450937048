from django.apps import AppConfig


class ChecksConfig(AppConfig):
    name = "shopops.checks"
    label = "checks"

    def ready(self) -> None:
        from shopops.checks import wiring

        wiring.register()
