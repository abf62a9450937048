"""The app of orders; what it adds to the ground floor is in `orders.wiring`."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self) -> None:
        from orders import wiring
        from orders.actions.start import ensure_start_data

        wiring.register()
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="orders.start_data")
        self._ensure = ensure_start_data


def _after_migrate(sender: AppConfig, **_kwargs: Any) -> None:  # noqa: ANN401
    """Django's own hook: a new database gets the start rules and a worked-out calendar."""
    sender._ensure()  # type: ignore[attr-defined]
