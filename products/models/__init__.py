"""What the shop sells."""

from products.models.skus import Sku

__all__ = ["Sku"]
