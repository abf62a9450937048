"""Shapes of the goods API. Fields are named one by one: nothing is accepted or shown by accident."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from products.choices import PriceKind, RankSort
from products.models import ListingCheck, PriceChange
from products.rules.listing import shown_points

type Data = dict[str, Any]


class ListingCheckSerializer(serializers.ModelSerializer[ListingCheck]):
    """One listing check; `points` hold code, outcome and evidence."""

    points = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_points(self, check: ListingCheck) -> list[dict[str, str]]:
        """Give the points, without floors for who may not see them."""
        return shown_points(check.points, sees_cost=bool(self.context.get("sees_cost")))

    class Meta:
        model = ListingCheck
        fields = (
            "product_id",
            "checked_at",
            "failed_count",
            "unknown_count",
            "is_latest",
            "points",
        )
        read_only_fields = fields


class PriceChangeSerializer(serializers.ModelSerializer[PriceChange]):
    """One price change."""

    sku_code = serializers.CharField(source="sku.code")

    class Meta:
        model = PriceChange
        fields = (
            "id",
            "sku_code",
            "kind",
            "old_amount",
            "new_amount",
            "state",
            "reason",
            "asked_at",
            "decided_at",
            "decision_reason",
        )
        read_only_fields = fields


class ChangePriceSerializer(serializers.Serializer[Data]):
    """A wanted price. `version` of the SKU is what the caller saw; a newer one refuses with 409."""

    sku_code = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=PriceKind.choices)
    amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    reason = serializers.CharField(max_length=200)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class DecidePriceSerializer(serializers.Serializer[Data]):
    """The manager's word on a price that waits."""

    agrees = serializers.BooleanField()
    reason = serializers.CharField(max_length=200)


class RankSerializer(serializers.Serializer[Data]):
    """One look at a rank; `position` null: not among the `looked_at` first."""

    item_no = serializers.CharField(max_length=80)
    keyword = serializers.CharField(max_length=60)
    sort = serializers.ChoiceField(choices=RankSort.choices, default=RankSort.GENERAL)
    at = serializers.DateTimeField()
    position = serializers.IntegerField(min_value=1, allow_null=True)
    looked_at = serializers.IntegerField(min_value=1, max_value=10_000, default=200)


class RivalLookSerializer(serializers.Serializer[Data]):
    """What was seen of a competitor on a day; what was not seen is null."""

    competitor_id = serializers.IntegerField()
    date = serializers.DateField()
    price_amount = serializers.DecimalField(
        max_digits=12, decimal_places=2, allow_null=True, default=None, min_value=0
    )
    monthly_sales = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    activity = serializers.CharField(max_length=60, allow_blank=True, default="")
    ad_pressure = serializers.IntegerField(min_value=0, max_value=5, allow_null=True, default=None)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class KeptSerializer(serializers.Serializer[Data]):
    """How many looks were kept."""

    kept = serializers.IntegerField()


class QualitySerializer(serializers.Serializer[Any]):
    """One SKU's counts on a day: pieces and people are different counts."""

    sku_code = serializers.CharField(source="sku.code")
    date = serializers.DateField()
    days = serializers.IntegerField()
    sold_pieces = serializers.IntegerField()
    sold_people = serializers.IntegerField()
    returned = serializers.IntegerField()
    quality_returned = serializers.IntegerField()
    wrong_pieces = serializers.IntegerField()
    damaged = serializers.IntegerField()
    complaints = serializers.IntegerField()
    complaining_people = serializers.IntegerField()
    reasons = serializers.DictField(child=serializers.IntegerField())
