"""Shapes of the gift API. Fields are named one by one: nothing is accepted or shown by accident."""

from typing import Any

from rest_framework import serializers

from promotions.choices import GiftShortage
from promotions.models import GiftGrant, GiftRule

type Data = dict[str, Any]


class GiftRuleSerializer(serializers.ModelSerializer[GiftRule]):
    """One gift rule. `gift_code`: the merchant code of the gift."""

    gift_code = serializers.CharField(source="gift_sku.code")

    class Meta:
        model = GiftRule
        fields = (
            "id",
            "version",
            "name",
            "gift_code",
            "activity",
            "starts_at",
            "ends_at",
            "is_on",
            "pieces",
            "every_pieces",
            "most_times",
            "first_orders",
            "quota",
            "used_pieces",
            "used_orders",
            "is_shop_wide",
            "is_once_per_buyer",
            "from_amount",
            "when_out",
            "note",
        )
        read_only_fields = fields


class GiftRowSerializer(serializers.Serializer[Any]):
    """One gift rule with what is left; `free_pieces` null: nobody keeps the gift's stock."""

    rule = GiftRuleSerializer()
    words = serializers.CharField()
    phase = serializers.ChoiceField(choices=["on", "ahead", "waiting", "off", "over"])
    quota_left = serializers.IntegerField(allow_null=True)
    free_pieces = serializers.IntegerField(allow_null=True)
    given_lately = serializers.IntegerField()
    case_count = serializers.IntegerField()
    is_nearly_out = serializers.BooleanField()


class GrantSerializer(serializers.ModelSerializer[GiftGrant]):
    """What a rule gave to an order, or why not."""

    tid = serializers.CharField(source="order.tid")

    class Meta:
        model = GiftGrant
        fields = ("id", "tid", "pieces", "state", "reason", "given_at", "ended_at")
        read_only_fields = fields


class GiftValuesSerializer(serializers.Serializer[Data]):
    """A gift rule as it is written. `goods`: merchant codes or product numbers; empty: the whole shop."""

    name = serializers.CharField(max_length=80)
    gift_code = serializers.CharField(max_length=80)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    activity_id = serializers.IntegerField(allow_null=True, default=None)
    pieces = serializers.IntegerField(default=1)
    goods = serializers.ListField(child=serializers.CharField(max_length=80), default=list)
    from_amount = serializers.DecimalField(
        max_digits=12, decimal_places=2, allow_null=True, default=None
    )
    every_pieces = serializers.IntegerField(allow_null=True, default=None)
    most_times = serializers.IntegerField(allow_null=True, default=None)
    first_orders = serializers.IntegerField(allow_null=True, default=None)
    quota = serializers.IntegerField(allow_null=True, default=None)
    is_once_per_buyer = serializers.BooleanField(default=False)
    is_on = serializers.BooleanField(default=True)
    when_out = serializers.ChoiceField(choices=GiftShortage.choices, default=GiftShortage.SKIP)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class GiftEditSerializer(GiftValuesSerializer):
    """A changed gift rule: all its values, and the version that the caller saw."""

    version = serializers.IntegerField()


class GiftSwitchSerializer(serializers.Serializer[Data]):
    """Switch a gift rule on or off."""

    on = serializers.BooleanField()
    version = serializers.IntegerField()
