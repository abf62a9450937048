"""Shapes of the goods API. Fields are named one by one; what costs are stands apart."""

from typing import Any

from rest_framework import serializers

from products.choices import ProductRole, ProductStatus
from products.models import CatalogueConflict, Product, Sku

_COSTS = ("cost_amount", "purchase_amount", "floor_amount")


class ProductSerializer(serializers.ModelSerializer[Product]):
    """One product."""

    class Meta:
        model = Product
        fields = (
            "id", "version", "item_no", "item_code", "title", "category", "brand", "season",
            "status", "role", "is_main", "in_showcase", "promise_hours", "listed_at",
        )  # fmt: skip
        read_only_fields = fields


class SkuSerializer(serializers.ModelSerializer[Sku]):
    """One SKU; costs are null for who may not see them."""

    outside_code = serializers.CharField(read_only=True)

    class Meta:
        model = Sku
        fields = (
            "id", "version", "product", "code", "outside_code", "sku_no", "title", "spec",
            "barcode", "bin_code", "weight_grams", "pack_size", "promise_hours", "is_on",
            "is_draft", "list_amount", "shelf_quantity", "shelf_at", *_COSTS,
        )  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: Sku) -> dict[str, Any]:
        """Leave costs out unless the context says that they may be seen."""
        shown = super().to_representation(instance)
        if not self.context.get("sees_cost"):
            shown |= dict.fromkeys(_COSTS)
        return shown


class ConflictSerializer(serializers.ModelSerializer[CatalogueConflict]):
    """One conflict of two sources."""

    class Meta:
        model = CatalogueConflict
        fields = (
            "id", "product", "sku", "field", "source", "ours", "theirs", "found_at", "decided_at",
            "takes_theirs",
        )  # fmt: skip
        read_only_fields = fields


class VersionSerializer(serializers.Serializer[Any]):
    """The version that the caller knows; a stale one is refused."""

    version = serializers.IntegerField()


class EditProductSerializer(VersionSerializer):
    """Fields of a product to change; those left out stay."""

    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    item_code = serializers.CharField(max_length=80, required=False, allow_blank=True)
    category = serializers.CharField(max_length=80, required=False, allow_blank=True)
    brand = serializers.CharField(max_length=40, required=False, allow_blank=True)
    season = serializers.CharField(max_length=20, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=ProductStatus.choices, required=False)
    role = serializers.ChoiceField(choices=ProductRole.choices, required=False, allow_blank=True)
    is_main = serializers.BooleanField(required=False)
    in_showcase = serializers.BooleanField(required=False)
    promise_hours = serializers.IntegerField(
        min_value=1, max_value=1080, required=False, allow_null=True
    )


class EditSkuSerializer(VersionSerializer):
    """Fields of a SKU to change; those left out stay."""

    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    spec = serializers.CharField(max_length=200, required=False, allow_blank=True)
    barcode = serializers.CharField(max_length=40, required=False, allow_blank=True)
    bin_code = serializers.CharField(max_length=20, required=False, allow_blank=True)
    weight_grams = serializers.IntegerField(
        min_value=1, max_value=1_000_000, required=False, allow_null=True
    )
    pack_size = serializers.IntegerField(min_value=1, max_value=100_000, required=False)
    promise_hours = serializers.IntegerField(
        min_value=1, max_value=1080, required=False, allow_null=True
    )
    is_on = serializers.BooleanField(required=False)


class BundleSerializer(VersionSerializer):
    """The parts of a bundle: code to pieces; none: no bundle any more."""

    parts = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=10_000), allow_empty=True
    )


class DecideSerializer(serializers.Serializer[Any]):
    """Which conflicts, and whether the file's value is taken."""

    conflicts = serializers.ListField(
        child=serializers.IntegerField(min_value=1), min_length=1, max_length=500
    )
    takes_theirs = serializers.BooleanField()


class DecidedSerializer(serializers.Serializer[Any]):
    """How many were decided, were gone, or were refused and why."""

    done = serializers.IntegerField()
    gone = serializers.IntegerField()
    refused = serializers.ListField(child=serializers.CharField())
