"""Shapes of the orders API. Fields are named one by one: nothing is accepted or shown by accident."""

from typing import Any

from rest_framework import serializers

from orders.choices import BuyerAnswer, HoldKind, ToldChannel
from orders.models import Hold, Order, OrderLine, Refund, Shipment

type Data = dict[str, Any]


class QueueSerializer(serializers.Serializer[Any]):
    """One queue with its stored count."""

    code = serializers.CharField()
    name = serializers.CharField()
    count = serializers.IntegerField(allow_null=True)
    money_at_risk = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    counted_at = serializers.DateTimeField(allow_null=True)


class OrderRowSerializer(serializers.ModelSerializer[Order]):
    """One order in a list. Contacts are left out."""

    class Meta:
        model = Order
        fields = (
            "tid",
            "version",
            "status",
            "stage",
            "created_at",
            "paid_at",
            "ship_due_at",
            "shop_due_at",
            "platform_due_at",
            "total_amount",
            "paid_amount",
            "piece_count",
            "is_urgent",
            "has_open_refund",
            "receiver_province",
        )
        read_only_fields = fields


class LineSerializer(serializers.ModelSerializer[OrderLine]):
    """One line of an order."""

    class Meta:
        model = OrderLine
        fields = (
            "line_key",
            "sku_code",
            "item_no",
            "title",
            "spec",
            "quantity",
            "list_price_amount",
            "paid_amount",
            "refund_amount",
            "status",
            "refund_status",
        )
        read_only_fields = fields


class ShipmentSerializer(serializers.ModelSerializer[Shipment]):
    """One parcel."""

    class Meta:
        model = Shipment
        fields = ("carrier", "waybill_no", "handed_over_at", "picked_up_at", "signed_at")
        read_only_fields = fields


class HoldSerializer(serializers.ModelSerializer[Hold]):
    """One hold."""

    class Meta:
        model = Hold
        fields = (
            "id",
            "kind",
            "owner_role",
            "note",
            "must_tell_buyer",
            "opened_at",
            "due_at",
            "told_at",
            "buyer_answer",
            "closed_at",
            "resolution",
        )
        read_only_fields = fields


class RefundSerializer(serializers.ModelSerializer[Refund]):
    """One refund."""

    class Meta:
        model = Refund
        fields = (
            "refund_no",
            "status",
            "type",
            "refund_amount",
            "applied_at",
            "finished_at",
            "timeout_at",
            "reason",
        )
        read_only_fields = fields


class OrderSerializer(serializers.Serializer[Any]):
    """One order with its parts; `order` of `orders.queries.order_page.OrderDetail`."""

    order = OrderRowSerializer()
    due_words = serializers.CharField()
    lines = LineSerializer(many=True)
    shipments = ShipmentSerializer(many=True)
    holds = HoldSerializer(many=True)
    refunds = RefundSerializer(many=True)


class VersionSerializer(serializers.Serializer[Data]):
    """The version that the caller saw; a newer one in the database refuses the act with 409."""

    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class HoldActSerializer(VersionSerializer):
    """Put an order on hold."""

    kind = serializers.ChoiceField(choices=HoldKind.choices)
    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class ToldActSerializer(VersionSerializer):
    """Record that the buyer was told."""

    hold = serializers.IntegerField()
    channel = serializers.ChoiceField(choices=ToldChannel.choices)
    words = serializers.CharField(max_length=500)
    answer = serializers.ChoiceField(choices=BuyerAnswer.choices, default=BuyerAnswer.NONE_YET)


class CloseActSerializer(VersionSerializer):
    """End a hold."""

    hold = serializers.IntegerField()
    resolution = serializers.CharField(max_length=300)


class HandOverActSerializer(VersionSerializer):
    """Hand a parcel over."""

    carrier = serializers.CharField(max_length=40)
    waybill_no = serializers.CharField(max_length=60)
