"""The app of goods; what it adds to the ground floor is in `products.wiring`."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "products"
    label = "products"

    def ready(self) -> None:
        from products import wiring

        wiring.register()
