"""Shapes of activities for programs. Fields are named one by one: nothing is accepted or shown by accident."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from promotions.choices import ActivityKind, ActivityState
from promotions.models import Activity

type Data = dict[str, Any]


class ActivitySerializer(serializers.ModelSerializer[Activity]):
    """One activity."""

    owner = serializers.CharField(source="owner.name", allow_null=True, default=None)

    class Meta:
        model = Activity
        fields = (
            "id", "name", "kind", "state", "starts_at", "ends_at", "owner", "contact",
            "follow_up_on", "signed_up_at", "published_at", "refusal_reason", "uplift",
            "forecast_amount", "forecast_buyers", "page_text", "note", "lesson", "version",
        )  # fmt: skip
        read_only_fields = fields


class WriteActivitySerializer(serializers.Serializer[Data]):
    """An activity as it is written; to change one, `version` is what the caller saw."""

    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=ActivityKind.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    contact = serializers.CharField(max_length=80, allow_blank=True, default="")
    follow_up_on = serializers.DateField(allow_null=True, default=None)
    uplift = serializers.DecimalField(max_digits=6, decimal_places=2, default=Decimal(1))
    forecast_amount = serializers.DecimalField(
        max_digits=12, decimal_places=2, allow_null=True, default=None
    )
    forecast_buyers = serializers.IntegerField(allow_null=True, default=None)
    cost_amount = serializers.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    page_text = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    note = serializers.CharField(max_length=4000, allow_blank=True, default="")


class MoveActivitySerializer(serializers.Serializer[Data]):
    """Where an activity goes."""

    to = serializers.ChoiceField(choices=ActivityState.choices)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    contact = serializers.CharField(max_length=80, allow_blank=True, default="")
    follow_up_on = serializers.DateField(allow_null=True, default=None)
    version = serializers.IntegerField()


class ActivitySpanSerializer(serializers.Serializer[Data]):
    """From when to when."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class SeenVersionSerializer(serializers.Serializer[Data]):
    """What the caller saw."""

    version = serializers.IntegerField()


class WantedItemSerializer(serializers.Serializer[Data]):
    """One SKU in an activity; a price of null leaves its price as it is."""

    sku_code = serializers.CharField(max_length=80)
    price = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True, default=None)
    was = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True, default=None)
    promised = serializers.IntegerField(allow_null=True, default=None)


class PutItemsSerializer(serializers.Serializer[Data]):
    """Items to put in; all or none."""

    items = serializers.ListField(child=WantedItemSerializer(), allow_empty=False, max_length=5000)
    version = serializers.IntegerField()


class PutResultSerializer(serializers.Serializer[Any]):
    """What a list of items did."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    same = serializers.IntegerField()


class PricePointSerializer(serializers.Serializer[Data]):
    """The answer to one question about one SKU."""

    sku = serializers.CharField()
    code = serializers.CharField()
    outcome = serializers.CharField()
    text = serializers.CharField()


class PriceCheckSerializer(serializers.Serializer[Data]):
    """A price check: what failed, what could not be answered, point by point."""

    id = serializers.IntegerField()
    checked_at = serializers.DateTimeField()
    failed = serializers.IntegerField()
    unknown = serializers.IntegerField()
    blocked = serializers.BooleanField()
    points = PricePointSerializer(many=True)


class ApproveActivitySerializer(serializers.Serializer[Data]):
    """A reason to publish although the check `check` stands against it."""

    check_id = serializers.IntegerField()
    reason = serializers.CharField(max_length=400)
