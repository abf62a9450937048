"""Shapes of the goods API. Fields are named one by one: nothing is accepted or shown by accident."""

from typing import Any

from rest_framework import serializers

from products.models import StockMove
from products.rules.stock import MOST_PIECES

type Data = dict[str, Any]

MOVES = ("receipt", "adjust", "scrap", "gift", "return")


class StockRowSerializer(serializers.Serializer[Any]):
    """One SKU whose stock is kept."""

    sku_id = serializers.IntegerField()
    code = serializers.CharField()
    on_hand = serializers.IntegerField()
    allocated = serializers.IntegerField()
    free = serializers.IntegerField()
    sold = serializers.IntegerField()
    cover_days = serializers.DecimalField(max_digits=8, decimal_places=1, allow_null=True)
    warning = serializers.CharField()


class MoveSerializer(serializers.ModelSerializer[StockMove]):
    """One line of the ledger."""

    class Meta:
        model = StockMove
        fields = ("id", "at", "kind", "quantity", "on_hand_after", "reference", "reason")
        read_only_fields = fields


class MoveActSerializer(serializers.Serializer[Data]):
    """Stock moved by hand. `quantity` is positive; only an adjustment has a sign."""

    kind = serializers.ChoiceField(choices=MOVES)
    quantity = serializers.IntegerField(min_value=-MOST_PIECES, max_value=MOST_PIECES)
    reference = serializers.CharField(max_length=60, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class WarningSerializer(serializers.Serializer[Any]):
    """One short SKU."""

    sku_id = serializers.IntegerField()
    code = serializers.CharField()
    kind = serializers.CharField()
    evidence = serializers.CharField()
    free = serializers.IntegerField()
    sold = serializers.IntegerField()
    cover_days = serializers.DecimalField(max_digits=8, decimal_places=1, allow_null=True)
    is_main = serializers.BooleanField()
    act = serializers.CharField()


class PurchaseSerializer(serializers.Serializer[Any]):
    """One purchase order; what it costs is left out."""

    number = serializers.CharField()
    supplier = serializers.CharField()
    state = serializers.CharField()
    pieces = serializers.IntegerField()
    arrived = serializers.IntegerField()
    expected_on = serializers.DateField(allow_null=True)
    is_late = serializers.BooleanField()
    is_unsent = serializers.BooleanField()


class ArrivalSerializer(serializers.Serializer[Data]):
    """What arrived of one SKU."""

    code = serializers.CharField(max_length=80)
    arrived = serializers.IntegerField(min_value=1, max_value=MOST_PIECES)
    defect = serializers.IntegerField(min_value=0, max_value=MOST_PIECES, default=0)


class ArriveSerializer(serializers.Serializer[Data]):
    """An arrival; `version` is that of the order as seen."""

    version = serializers.IntegerField()
    lines = ArrivalSerializer(many=True, allow_empty=False)
