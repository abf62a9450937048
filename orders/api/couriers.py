"""Parcels' carriers and waybills, and the score of carriers, for other programs."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.actions import couriers, waybills
from orders.actions.errors import OrderRefusedError, StaleOrderError
from orders.api.views import person
from orders.models import Order, Parcel, TraceEvent
from orders.queries.courier_score import courier_reports, default_period
from orders.queries.labels import find_parcel
from orders.queries.traces import events_of
from orders.wording.couriers import carrier_words
from shopops.lib.business_time import business_date


class ParcelSerializer(serializers.ModelSerializer[Parcel]):
    """One parcel with its label."""

    number = serializers.CharField(read_only=True)
    tid = serializers.CharField(source="order.tid", read_only=True)
    carrier_words = serializers.SerializerMethodField()
    warning = serializers.SerializerMethodField()

    class Meta:
        model = Parcel
        fields = (
            "number",
            "tid",
            "version",
            "state",
            "carrier",
            "carrier_reason",
            "carrier_words",
            "waybill_no",
            "due_at",
            "piece_count",
            "warning",
        )
        read_only_fields = fields

    def get_carrier_words(self, parcel: Parcel) -> str:
        """Say why this carrier."""
        return carrier_words(parcel.carrier_reason)

    def get_warning(self, _parcel: Parcel) -> str:
        """Say what is odd about the waybill that was just set."""
        return str(self.context.get("warning", ""))


class LabelActSerializer(serializers.Serializer[Any]):
    """Put a waybill on a parcel."""

    waybill_no = serializers.CharField(max_length=80)
    carrier = serializers.CharField(max_length=40, allow_blank=True, default="")
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class CarrierActSerializer(serializers.Serializer[Any]):
    """Send a parcel with another carrier."""

    carrier = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=120)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class TraceSerializer(serializers.ModelSerializer[TraceEvent]):
    """One thing that a carrier reported."""

    class Meta:
        model = TraceEvent
        fields = ("waybill_no", "at", "kind", "place", "text")
        read_only_fields = fields


class ScoreSerializer(serializers.Serializer[Any]):
    """How one carrier did in a period."""

    carrier = serializers.CharField()
    parcels = serializers.IntegerField()
    picked = serializers.IntegerField()
    pickup_hours = serializers.FloatField(allow_null=True)
    pickup_hours_p90 = serializers.FloatField(allow_null=True)
    signed = serializers.IntegerField()
    transit_days = serializers.FloatField(allow_null=True)
    stalled = serializers.IntegerField()
    damage = serializers.IntegerField()
    loss = serializers.IntegerField()
    complaints = serializers.IntegerField()
    score = serializers.FloatField(source="score.total", allow_null=True)


def _refused(code: str, refusal: OrderRefusedError) -> Response:
    return Response({"code": code, "detail": refusal.message}, status=status.HTTP_409_CONFLICT)


class Traces(APIView):
    """What carriers reported of an order."""

    required_right = "orders.view_contact"

    @extend_schema(responses=TraceSerializer(many=True))
    def get(self, request: Request, tid: str) -> Response:
        """List events of all its waybills, the newest first."""
        order = Order.objects.filter(tid=tid).first()
        if order is None:
            raise NotFound
        numbers = list(order.shipments.values_list("waybill_no", flat=True))
        return Response(TraceSerializer(events_of(numbers), many=True).data)


class Label(APIView):
    """The waybill of a parcel; `code` is its number, or the tid of an order of one parcel."""

    required_right = "orders.hand_over"

    @extend_schema(request=LabelActSerializer, responses=ParcelSerializer)
    def post(self, request: Request, code: str) -> Response:
        """Put it on; what is odd about it comes as `warning`."""
        shape = LabelActSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data = shape.validated_data
        try:
            label = waybills.set_waybill(code=code, **data, by=person(request), now=timezone.now())
        except StaleOrderError as stale:
            return _refused("stale", stale)
        except OrderRefusedError as refusal:
            return _refused("refused", refusal)
        context = {"warning": label.warning}
        return Response(ParcelSerializer(label.parcel, context=context).data)


class ParcelCarrier(APIView):
    """The carrier of a parcel, chosen by hand."""

    required_right = "orders.hand_over"

    @extend_schema(request=CarrierActSerializer, responses=ParcelSerializer)
    def post(self, request: Request, code: str) -> Response:
        """Choose it, with the reason."""
        shape = CarrierActSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        parcel, _several, _order = find_parcel(code)
        if parcel is None:
            raise NotFound
        try:
            parcel = couriers.choose_by_hand(
                parcel_id=parcel.pk,
                **shape.validated_data,
                by=person(request),
                now=timezone.now(),
            )
        except StaleOrderError as stale:
            return _refused("stale", stale)
        except OrderRefusedError as refusal:
            return _refused("refused", refusal)
        return Response(ParcelSerializer(parcel).data)


class CourierScores(APIView):
    """How carriers did."""

    required_right = "orders.set_warehouse"

    @extend_schema(
        parameters=[OpenApiParameter("first", date), OpenApiParameter("last", date)],
        responses=ScoreSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Give each carrier's report over dates, both included; default the thirty days before today."""
        now = timezone.now()
        first, last = default_period(business_date(now))
        try:
            if "first" in request.query_params:
                first = date.fromisoformat(request.query_params["first"])
                last = date.fromisoformat(request.query_params.get("last", ""))
            reports = courier_reports(first=first, last=last, now=now)
        except ValueError as error:
            raise ValidationError({"first": _("日期不对，或者超过 92 天。")}) from error
        return Response(ScoreSerializer(reports, many=True).data)
