"""What goods add to the ground floor: kinds of files, words for the log."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "products"
    label = "products"

    def ready(self) -> None:
        from products.actions.importing import kinds

        kinds.register()
