"""Registration of what orders hang on to the ground floor."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """The orders app."""

    name = "orders"
    label = "orders"

    def ready(self) -> None:
        """Register the kinds of files that bring orders in."""
        from orders.actions.importing import kinds

        kinds.register()
