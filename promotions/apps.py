"""The app of promotions; what it adds to the floors below is in `promotions.wiring`."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PromotionsConfig(AppConfig):
    name = "promotions"
    label = "promotions"

    def ready(self) -> None:
        from promotions import wiring
        from promotions.actions.price_rules import ensure_price_rules

        wiring.register()
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="promotions.start_data")
        self._ensure = ensure_price_rules


def _after_migrate(sender: AppConfig, **_kwargs: Any) -> None:  # noqa: ANN401
    """Django's own hook: a new database gets the start rows of the final price."""
    sender._ensure()  # type: ignore[attr-defined]
