"""Waves, the packing table and the hand-over for other programs: the same acts as the pages."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.actions.errors import OrderRefusedError
from orders.actions.warehouse import building, handing, scanning
from orders.api.views import person
from orders.models import HandOverSheet, Wave
from orders.queries.warehouse.waves import open_waves

type Shape = serializers.Serializer[Any]


class BuildSerializer(serializers.Serializer[Any]):
    """How waves are built."""

    limit = serializers.IntegerField(min_value=1, max_value=building.MOST_ORDERS, default=500)
    max_parcels_per_wave = serializers.IntegerField(min_value=1, max_value=500, default=40)
    until_due = serializers.DateTimeField(allow_null=True, default=None)
    carrier = serializers.CharField(allow_null=True, allow_blank=True, default=None, max_length=40)


class WaveSerializer(serializers.ModelSerializer[Wave]):
    """One wave."""

    number = serializers.CharField(read_only=True)

    class Meta:
        model = Wave
        fields = (
            *("id", "number", "state", "shape", "carrier", "due_at", "parcel_count"),
            *("piece_count", "picker", "created_at", "picking_at", "picked_at", "ended_at"),
        )


class ScanSerializer(serializers.Serializer[Any]):
    """One scan; `parcel`: what lies on the table."""

    code = serializers.CharField(max_length=120)
    parcel = serializers.IntegerField(allow_null=True, default=None)


class ListSerializer(serializers.Serializer[Any]):
    """One scan at the hand-over; `carrier`: whose man stands there."""

    code = serializers.CharField(max_length=120)
    carrier = serializers.CharField(allow_blank=True, default="", max_length=40)


class SignSerializer(serializers.Serializer[Any]):
    """Who signed a list."""

    name = serializers.CharField(max_length=40)


_ANSWER = inline_serializer(
    "ScanAnswer",
    {
        "outcome": serializers.CharField(),
        "is_good": serializers.BooleanField(),
        "title": serializers.CharField(),
        "detail": serializers.CharField(),
        "parcel": serializers.IntegerField(allow_null=True),
    },
)


def _checked(shape: Shape) -> dict[str, Any]:
    shape.is_valid(raise_exception=True)
    return dict(shape.validated_data)


def _refused(refusal: OrderRefusedError) -> Response:
    content = {"code": "refused", "detail": refusal.message}
    return Response(content, status=status.HTTP_409_CONFLICT)


class Waves(APIView):
    """Waves that are not over; a POST builds new ones."""

    required_right = "orders.pack"

    @extend_schema(responses=WaveSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the waves."""
        return Response(WaveSerializer([row.wave for row in open_waves()], many=True).data)

    @extend_schema(request=BuildSerializer, responses=WaveSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Take approved orders into waves."""
        data = _checked(BuildSerializer(data=request.data))
        built = building.build_waves(now=timezone.now(), by=person(request), **data)
        return Response(
            {
                "waves": WaveSerializer(built.waves, many=True).data,
                "parcels": built.parcels,
                "orders": built.orders,
                "left_out": built.left_out,
            }
        )


class PackScan(APIView):
    """One scan at the packing table. A refused scan is an answer, not an error."""

    required_right = "orders.pack"

    @extend_schema(request=ScanSerializer, responses=_ANSWER)
    def post(self, request: Request) -> Response:
        """Scan."""
        data = _checked(ScanSerializer(data=request.data))
        answer = scanning.scan(
            code=data["code"],
            parcel_id=data["parcel"],
            by=person(request),
            now=timezone.now(),
        )
        return Response(
            {
                "outcome": answer.outcome,
                "is_good": answer.is_good,
                "title": answer.title,
                "detail": answer.detail,
                "parcel": answer.parcel_id,
            }
        )


class HandOverScan(APIView):
    """One parcel scanned onto the open list of its carrier."""

    required_right = "orders.hand_over"

    @extend_schema(request=ListSerializer, responses=_ANSWER)
    def post(self, request: Request) -> Response:
        """Scan."""
        data = _checked(ListSerializer(data=request.data))
        answer = handing.scan_onto_sheet(by=person(request), now=timezone.now(), **data)
        return Response(
            {
                "is_good": answer.is_good,
                "title": answer.title,
                "detail": answer.detail,
                "sheet": answer.sheet_id,
                "parcel": answer.parcel_id,
            }
        )


class HandOverSign(APIView):
    """Signing a list: all its parcels leave."""

    required_right = "orders.hand_over"

    @extend_schema(request=SignSerializer, responses=None)
    def post(self, request: Request, pk: int) -> Response:
        """Sign."""
        data = _checked(SignSerializer(data=request.data))
        try:
            signed = handing.sign_sheet(sheet_id=pk, by=person(request), now=timezone.now(), **data)
        except HandOverSheet.DoesNotExist as error:
            raise NotFound from error
        except OrderRefusedError as refusal:
            return _refused(refusal)
        kept = [
            {"parcel": one.parcel.number, "tid": one.tid, "why": one.words} for one in signed.kept
        ]
        return Response({"sheet": signed.sheet.pk, "parcels": signed.parcels, "kept": kept})
