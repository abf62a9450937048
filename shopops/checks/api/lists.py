"""The daily lists for other programs."""

from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shopops.checks.actions import lists as acts
from shopops.checks.api.asking import person, refused
from shopops.checks.errors import ChecksRefusedError
from shopops.checks.models import DailyItem
from shopops.checks.queries import lists as queries
from shopops.lib.business_time import business_date


class ListLineSerializer(serializers.Serializer[Any]):
    """One line. A computed one has its state from its checks, with how many findings are open."""

    id = serializers.IntegerField(source="item.pk")
    text = serializers.CharField(source="item.text")
    is_computed = serializers.BooleanField()
    state = serializers.ChoiceField(choices=DailyItem.State.choices)
    open_findings = serializers.IntegerField(source="issues")
    checks = serializers.ListField(source="codes", child=serializers.CharField())
    needs_picture = serializers.BooleanField(source="item.needs_picture")
    note = serializers.CharField(source="item.note")
    missed_since = serializers.DateField(source="item.missed_since", allow_null=True)
    ticked_by = serializers.CharField(source="item.ticked_by.username", default=None)
    ticked_at = serializers.DateTimeField(source="item.ticked_at", allow_null=True)


class DailyListSerializer(serializers.Serializer[Any]):
    """The list of one role of one business date."""

    id = serializers.IntegerField(source="daily.pk")
    role = serializers.CharField(source="daily.role")
    business_date = serializers.DateField(source="daily.business_date")
    signed_at = serializers.DateTimeField(source="daily.signed_at", allow_null=True)
    signed_by = serializers.CharField(source="daily.signed_by.username", default=None)
    words = serializers.CharField(source="daily.words")
    version = serializers.IntegerField(source="daily.version")
    lines = ListLineSerializer(many=True)


class TickLineSerializer(serializers.Serializer[Any]):
    """What is said with a tick. Pictures are sent on the page."""

    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class SignListSerializer(serializers.Serializer[Any]):
    """What is said with a signature; why, where something is missed."""

    words = serializers.CharField(max_length=300, allow_blank=True, default="")
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class Lists(APIView):
    """The lists of a business date."""

    required_right = "checks.view"

    @extend_schema(
        operation_id="lists_list",
        parameters=[OpenApiParameter("date", date), OpenApiParameter("role", str)],
        responses=DailyListSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List them; today's if no date is given."""
        text = request.query_params.get("date", "")
        try:
            day = date.fromisoformat(text) if text else business_date(timezone.now())
        except ValueError as error:
            raise ValidationError({"date": text}) from error
        role = request.query_params.get("role", "")
        pages = queries.lists_of(day=day, roles=[role] if role else None)
        return Response(DailyListSerializer(pages, many=True).data)


class TickLine(APIView):
    """Ticking a line of a list."""

    required_right = "checks.view"

    @extend_schema(
        operation_id="lists_tick", request=TickLineSerializer, responses=DailyListSerializer
    )
    def post(self, request: Request, item_id: int) -> Response:
        """Say that a line is done; give the list as it stands."""
        sent = TickLineSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            item = acts.tick(
                item_id=item_id,
                note=sent.validated_data["note"],
                by=person(request),
                now=timezone.now(),
            )
        except ObjectDoesNotExist as error:
            raise Http404 from error
        except ChecksRefusedError as refusal:
            return refused(refusal)
        page = queries.pages_of([item.daily])[0]
        return Response(DailyListSerializer(page).data)


class SignList(APIView):
    """Signing a list."""

    required_right = "checks.view"

    @extend_schema(
        operation_id="lists_sign", request=SignListSerializer, responses=DailyListSerializer
    )
    def post(self, request: Request, list_id: int) -> Response:
        """Sign and freeze it; what is missed goes on tomorrow's."""
        sent = SignListSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            page = acts.sign(
                list_id=list_id,
                words=sent.validated_data["words"],
                by=person(request),
                now=timezone.now(),
                version=sent.validated_data["version"],
            )
        except ObjectDoesNotExist as error:
            raise Http404 from error
        except ChecksRefusedError as refusal:
            return refused(refusal)
        return Response(DailyListSerializer(page).data)
