"""Goods for tests: SKUs that somebody entered, with as much stock as is asked for."""

import factory
from factory.django import DjangoModelFactory

from products.choices import MoveKind
from products.models import BundlePart, Product, Sku, StockLevel, StockMove, Supplier
from tests.factories.orders import NOON


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    changed_at = NOON
    item_no = factory.Sequence(lambda n: f"6124801{n:05d}")
    title = "枕套 60支长绒棉 一对"
    status = "on_shelf"


class SkuFactory(DjangoModelFactory[Sku]):
    class Meta:
        model = Sku

    changed_at = NOON
    code = factory.Sequence(lambda n: f"MY-{n:05d}")
    title = "枕套 60支长绒棉 一对"


class SupplierFactory(DjangoModelFactory[Supplier]):
    class Meta:
        model = Supplier

    name = factory.Sequence(lambda n: f"海安纺织 {n}")
    lead_days = 7


def stocked(code: str, on_hand: int, **values: object) -> Sku:
    """Make a SKU of whose stock `on_hand` pieces are kept, with the line of the ledger that says so."""
    sku: Sku = SkuFactory.create(code=code, **values)
    StockLevel.objects.create(sku=sku, on_hand=on_hand, kept_since=NOON)
    if on_hand:
        StockMove.objects.create(
            sku=sku, at=NOON, quantity=on_hand, on_hand_after=on_hand, kind=MoveKind.RECEIPT
        )
    return sku


def bundle(code: str, *parts: tuple[Sku, int]) -> Sku:
    """Make a bundle of so many pieces of each part."""
    sku: Sku = SkuFactory.create(code=code)
    for part, quantity in parts:
        BundlePart.objects.create(bundle=sku, part=part, quantity=quantity)
    return sku
