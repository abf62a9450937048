"""Products and SKUs for tests: one on the shelf, priced over its floor, unless told otherwise."""

from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from products.choices import ProductStatus
from products.models import Product, Sku
from tests.times import NOW


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    item_no = factory.Sequence(lambda n: f"6124801{n:05d}")
    item_code = factory.Sequence(lambda n: f"MY-{n}")
    title = "棉语 枕套 长绒棉"
    category = "床上用品"
    status = ProductStatus.ON_SHELF
    promise_hours = 48
    changed_at = NOW


class SkuFactory(DjangoModelFactory[Sku]):
    class Meta:
        model = Sku

    product = factory.SubFactory(ProductFactory)
    code = factory.Sequence(lambda n: f"MY-ZT-{n}")
    list_amount = Decimal("100.00")
    cost_amount = Decimal("60.00")
    floor_amount = Decimal("80.00")
    changed_at = NOW
