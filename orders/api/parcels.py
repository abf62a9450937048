"""Parcels of orders for other programs: what lies where, merge, split, undo, gifts."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.actions import gifts, merging, parcel_undo, splitting
from orders.actions.errors import OrderRefusedError, StaleOrderError
from orders.actions.merge_keys import ship_apart
from orders.api.serializers import VersionSerializer
from orders.choices import ConsentChannel
from orders.models import Order, ParcelChange
from orders.queries.parcels import PackedParcel, order_parcels
from orders.wording.couriers import carrier_words
from shopops.staff.models import User

type Data = dict[str, Any]


class PackedLineSerializer(serializers.Serializer[Any]):
    """Pieces of one line or one gift in a parcel. `line` and `gift` name them when splitting."""

    tid = serializers.CharField()
    line = serializers.IntegerField(source="line_id", allow_null=True)
    gift = serializers.IntegerField(source="gift_id", allow_null=True)
    sku_code = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    amount = serializers.DecimalField(max_digits=12, decimal_places=2)


class PackedSerializer(serializers.Serializer[Any]):
    """One parcel with everything in it, also of the other orders that it holds."""

    id = serializers.IntegerField(source="parcel.pk")
    number = serializers.CharField(source="parcel.number")
    state = serializers.CharField(source="parcel.state")
    version = serializers.IntegerField(source="parcel.version")
    carrier = serializers.CharField(source="parcel.carrier")
    carrier_words = serializers.SerializerMethodField()
    waybill_no = serializers.CharField(source="parcel.waybill_no")
    tids = serializers.ListField(child=serializers.CharField())
    lines = PackedLineSerializer(many=True)

    def get_carrier_words(self, one: PackedParcel) -> str:
        """Say why this carrier."""
        return carrier_words(one.parcel.carrier_reason)


class ChangeSerializer(serializers.ModelSerializer[ParcelChange]):
    """One merge or split. Words of the buyer are left out."""

    class Meta:
        model = ParcelChange
        fields = ("id", "kind", "risk", "reason", "consent_channel", "made_at", "undone_at")
        read_only_fields = fields


class OrderParcelsSerializer(serializers.Serializer[Any]):
    """An order's parcels, what was done to them, and with whom it could travel."""

    parcels = PackedSerializer(many=True)
    changes = ChangeSerializer(many=True)
    partners = serializers.ListField(child=serializers.CharField())


class SeenSerializer(serializers.Serializer[Data]):
    """Which orders, each in the version that the caller saw."""

    tids = serializers.ListField(child=serializers.CharField(max_length=32), min_length=2)
    versions = serializers.DictField(child=serializers.IntegerField(), default=dict)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class MergeActSerializer(SeenSerializer):
    """Merge orders. `address_of`: the order whose address is taken; consent at middle risk."""

    address_of = serializers.CharField(max_length=32)
    consent_channel = serializers.ChoiceField(
        choices=ConsentChannel.choices, allow_blank=True, default=""
    )
    consent_words = serializers.CharField(max_length=500, allow_blank=True, default="")

    def validate(self, attrs: Data) -> Data:
        """Channel and words belong together."""
        if bool(attrs["consent_channel"]) != bool(attrs["consent_words"].strip()):
            raise serializers.ValidationError({"consent_words": _("渠道和买家的原话要一起写")})
        return attrs


class ReasonActSerializer(VersionSerializer):
    """An act with a reason that may be left out."""

    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class TakeSerializer(serializers.Serializer[Data]):
    """Pieces that go into a new parcel, of a line or of a gift."""

    line = serializers.IntegerField(allow_null=True, default=None)
    gift = serializers.IntegerField(allow_null=True, default=None)
    quantity = serializers.IntegerField(min_value=1)


class SplitActSerializer(ReasonActSerializer):
    """Split a parcel: `parts` by hand, `most_grams` by weight, `by_stock` by what is at hand."""

    parcel = serializers.IntegerField(allow_null=True, default=None)
    parts = serializers.ListField(child=TakeSerializer(many=True), default=list)
    most_grams = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    by_stock = serializers.BooleanField(default=False)

    def validate(self, attrs: Data) -> Data:
        """One way, and one only."""
        ways = [bool(attrs["parts"]), attrs["most_grams"] is not None, attrs["by_stock"]]
        if sum(ways) != 1:
            raise serializers.ValidationError(_("parts、most_grams、by_stock 里写一样"))
        return attrs


class GiftActSerializer(VersionSerializer):
    """Add a gift by hand."""

    sku_code = serializers.CharField(max_length=80)
    quantity = serializers.IntegerField(min_value=1, max_value=999, default=1)


class OrderParcels(APIView):
    """Parcels of one order."""

    required_right = "orders.view"

    @extend_schema(responses=OrderParcelsSerializer)
    def get(self, request: Request, tid: str) -> Response:
        """Show them."""
        try:
            order = Order.objects.get(tid=tid)
        except Order.DoesNotExist as error:
            raise NotFound from error
        return Response(OrderParcelsSerializer(order_parcels(order)).data)


class ParcelAct(APIView, ABC):
    """One act on parcels; answers with the parcels of the order named, refusals with 409 in words."""

    required_right = "orders.merge"
    shape: ClassVar[type[serializers.Serializer[Any]]]

    @abstractmethod
    def do(self, key: str, data: Data, by: User, now: datetime) -> str:
        """Do the act itself; give the tid whose parcels are the answer."""

    def post(self, request: Request, key: str | int = "") -> Response:
        """Do the act."""
        shape = self.shape(data=request.data)
        shape.is_valid(raise_exception=True)
        assert isinstance(request.user, User)  # noqa: S101
        try:
            tid = self.do(str(key), shape.validated_data, request.user, timezone.now())
        except (Order.DoesNotExist, ParcelChange.DoesNotExist) as error:
            raise NotFound from error
        except OrderRefusedError as refusal:
            code = "stale" if isinstance(refusal, StaleOrderError) else "refused"
            answer = {"code": code, "detail": refusal.message}
            return Response(answer, status=status.HTTP_409_CONFLICT)
        order = Order.objects.get(tid=tid)
        return Response(OrderParcelsSerializer(order_parcels(order)).data)


@extend_schema(request=MergeActSerializer, responses=OrderParcelsSerializer)
class Merge(ParcelAct):
    """Merge orders into one parcel."""

    shape = MergeActSerializer

    def do(self, key: str, data: Data, by: User, now: datetime) -> str:
        """Merge."""
        words = data["consent_words"].strip()
        merging.merge_orders(
            tids=data["tids"],
            address_of=data["address_of"],
            consent=merging.Consent(data["consent_channel"], words) if words else None,
            by=by,
            now=now,
            versions=data["versions"],
            reason=data["reason"],
        )
        return str(data["address_of"])


@extend_schema(request=SeenSerializer, responses=OrderParcelsSerializer)
class Apart(ParcelAct):
    """Settle that orders ship apart."""

    shape = SeenSerializer

    def do(self, key: str, data: Data, by: User, now: datetime) -> str:
        """Settle it."""
        orders = ship_apart(
            tids=data["tids"], reason=data["reason"], by=by, now=now, versions=data["versions"]
        )
        return orders[0].tid


@extend_schema(request=SplitActSerializer, responses=OrderParcelsSerializer)
class Split(ParcelAct):
    """Split a parcel of an order."""

    shape = SplitActSerializer

    def do(self, key: str, data: Data, by: User, now: datetime) -> str:
        """Split."""
        what = splitting.SplitOf(
            tid=key,
            by=by,
            now=now,
            version=data["version"],
            parcel_id=data["parcel"],
            reason=data["reason"],
        )
        if data["by_stock"]:
            splitting.split_by_stock(what)
        elif data["most_grams"] is not None:
            splitting.split_by_weight(what, most_grams=data["most_grams"])
        else:
            splitting.split_order(what, parts=[_takes(part) for part in data["parts"]])
        return key


def _takes(part: list[Data]) -> list[splitting.Take]:
    return [splitting.Take(one["quantity"], one["line"], one["gift"]) for one in part]


@extend_schema(request=ReasonActSerializer, responses=OrderParcelsSerializer)
class Undo(ParcelAct):
    """Take a merge or split back."""

    shape = ReasonActSerializer

    def do(self, key: str, data: Data, by: User, now: datetime) -> str:
        """Undo."""
        change = parcel_undo.undo_change(change_id=int(key), by=by, now=now, reason=data["reason"])
        return str(change.orders.order_by("pk").values_list("tid", flat=True)[0])


@extend_schema(request=ReasonActSerializer, responses=OrderParcelsSerializer)
class TakeOut(ParcelAct):
    """Take an order out of the parcels that it shares."""

    shape = ReasonActSerializer

    def do(self, key: str, data: Data, by: User, now: datetime) -> str:
        """Take it out."""
        parcel_undo.take_out_order(
            tid=key, by=by, now=now, reason=data["reason"], version=data["version"]
        )
        return key


@extend_schema(request=GiftActSerializer, responses=OrderParcelsSerializer)
class Gift(ParcelAct):
    """Add a gift to an order by hand."""

    shape = GiftActSerializer

    def do(self, key: str, data: Data, by: User, now: datetime) -> str:
        """Add it."""
        gifts.give_gift(
            tid=key,
            sku_code=data["sku_code"],
            quantity=data["quantity"],
            by=by,
            now=now,
            version=data["version"],
        )
        return key
