"""The app of goods; what it adds to the ground floor is in `products.wiring`."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProductsConfig(AppConfig):
    name = "products"
    label = "products"

    def ready(self) -> None:
        from products import wiring
        from products.actions.goods_rules import ensure_start_data

        wiring.register()
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="products.start_data")
        self._ensure = ensure_start_data


def _after_migrate(sender: AppConfig, **_kwargs: Any) -> None:  # noqa: ANN401
    """Django's own hook: a new database gets the start rules and words."""
    sender._ensure()  # type: ignore[attr-defined]
