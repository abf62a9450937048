"""Freight templates for other programs: the same acts and questions as the page."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from products.actions.errors import GoodsRefusedError
from products.api.stock import person, refused
from promotions.actions import freight as acts
from promotions.choices import FreightUnit
from promotions.models import FreightArea, FreightTemplate
from promotions.queries.freight import template_rows
from promotions.rules.freight import AreaGiven, province


class FreightAreaSerializer(serializers.ModelSerializer[FreightArea]):
    """A row: provinces (none: nationwide), steps in pieces, grams or cm³, fees in CNY."""

    regions = serializers.ListField(child=serializers.CharField(max_length=20), max_length=40)
    first = serializers.IntegerField(min_value=1)
    add = serializers.IntegerField(min_value=1)
    first_amount = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=Decimal(0))
    add_amount = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=Decimal(0))

    class Meta:
        model = FreightArea
        fields = ("regions", "first", "first_amount", "add", "add_amount")


class FreightSerializer(serializers.ModelSerializer[FreightTemplate]):
    """One dated row of a template."""

    unit = serializers.ChoiceField(choices=FreightUnit.choices)
    areas = FreightAreaSerializer(many=True)

    class Meta:
        model = FreightTemplate
        fields = (
            "id", "version", "code", "name", "unit", "is_default", "is_on", "valid_from", "valid_to",
            "source", "areas",
        )  # fmt: skip


class FreightGivenSerializer(serializers.Serializer[Any]):
    """A template as a person wants it; `since` empty: the row itself is mended."""

    code = serializers.CharField(max_length=20, required=False)
    version = serializers.IntegerField(required=False, default=0)
    name = serializers.CharField(max_length=60)
    unit = serializers.ChoiceField(choices=FreightUnit.choices)
    is_default = serializers.BooleanField(default=False)
    is_on = serializers.BooleanField(default=True)
    # A column of that name; the metaclass takes it off the class.
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=200, default="", allow_blank=True
    )
    since = serializers.DateTimeField(default=None, allow_null=True)
    valid_to = serializers.DateTimeField(default=None, allow_null=True)
    areas = FreightAreaSerializer(many=True)

    def given(self) -> acts.FreightGiven:
        """Give it as the actions take it."""
        data = self.validated_data
        areas = tuple(
            AreaGiven(
                regions=tuple(province(name) for name in one["regions"]),
                first=one["first"],
                first_amount=one["first_amount"],
                add=one["add"],
                add_amount=one["add_amount"],
            )
            for one in data["areas"]
        )
        names = ("name", "is_default", "is_on", "source", "since", "valid_to")
        return acts.FreightGiven(
            **{name: data[name] for name in names}, unit=FreightUnit(data["unit"]), areas=areas
        )


class FreightTemplates(APIView):
    """The freight templates with their dated rows."""

    required_right = "promotions.view"

    @extend_schema(operation_id="freight_list", responses=FreightSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List them, the default first, the newest row of each first."""
        return Response(FreightSerializer(template_rows(), many=True).data)


class NewFreight(APIView):
    """Write a freight template."""

    required_right = "promotions.set_rules"

    @extend_schema(
        operation_id="freight_create", request=FreightGivenSerializer, responses=FreightSerializer
    )
    def post(self, request: Request) -> Response:
        """Write it; refusals come as 409 with the reason in words."""
        shape = _asked(request)
        code = shape.validated_data.get("code", "")
        return _answered(
            lambda: acts.create_freight(
                code=code, given=shape.given(), by=person(request), now=timezone.now()
            ),
            status.HTTP_201_CREATED,
        )


class OneFreight(APIView):
    """One dated row of a template."""

    required_right = "promotions.view"

    @extend_schema(operation_id="freight_one", responses=FreightSerializer)
    def get(self, request: Request, template_id: int) -> Response:
        """Show it."""
        row = get_object_or_404(FreightTemplate, pk=template_id)
        return Response(FreightSerializer(row).data)


class EditFreight(APIView):
    """Change a freight template."""

    required_right = "promotions.set_rules"

    @extend_schema(
        operation_id="freight_change", request=FreightGivenSerializer, responses=FreightSerializer
    )
    def post(self, request: Request, template_id: int) -> Response:
        """Change it in place, or from `since` on; a newer version is refused with 409."""
        shape = _asked(request)
        return _answered(
            lambda: acts.change_freight(
                template_id=template_id,
                given=shape.given(),
                version=shape.validated_data["version"],
                by=person(request),
                now=timezone.now(),
            )
        )


def _asked(request: Request) -> FreightGivenSerializer:
    shape = FreightGivenSerializer(data=request.data)
    shape.is_valid(raise_exception=True)
    return shape


def _answered(act: Callable[[], FreightTemplate], code: int = status.HTTP_200_OK) -> Response:
    try:
        row = act()
    except FreightTemplate.DoesNotExist as error:
        raise Http404 from error
    except GoodsRefusedError as refusal:
        return refused(refusal)
    return Response(FreightSerializer(row).data, status=code)
