"""Reviews, follow-ups and answers for other programs."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import Answer, FollowTask, Review
from crm.queries import reviews as queries
from crm.queries import service
from shopops.lib.business_time import business_date
from shopops.staff.models import User

MOST = 200


class ReviewSerializer(serializers.ModelSerializer[Review]):
    """One review with its case."""

    sku_code = serializers.CharField(source="sku.code", default=None)
    order_tid = serializers.CharField(source="order.tid", default=None)
    state = serializers.CharField(source="case.state", default=None)
    cause = serializers.CharField(source="case.cause", default=None)
    due_at = serializers.DateTimeField(source="case.due_at", default=None)
    answered_at = serializers.DateTimeField(source="case.answered_at", default=None)

    class Meta:
        model = Review
        fields = (
            "id",
            "rating",
            "rated_at",
            "content",
            "append",
            "append_at",
            "item_no",
            "sku_code",
            "order_tid",
            "taken_back_at",
            "state",
            "cause",
            "due_at",
            "answered_at",
        )


class FollowTaskSerializer(serializers.ModelSerializer[FollowTask]):
    """One follow-up."""

    order_tid = serializers.CharField(source="order.tid", default=None)

    class Meta:
        model = FollowTask
        fields = (
            "id",
            "kind",
            "due_on",
            "basis",
            "order_tid",
            "customer",
            "owner",
            "attempts",
            "result",
        )


class StandardAnswerSerializer(serializers.ModelSerializer[Answer]):
    """One standard answer as it is said now."""

    class Meta:
        model = Answer
        fields = ("id", "scene", "title", "keywords", "text", "version", "use_count")


class Reviews(APIView):
    """Reviews by tab, as the page lists them."""

    required_right = "crm.reviews"

    @extend_schema(
        parameters=[
            OpenApiParameter("tab", str, enum=list(queries.TABS)),
            OpenApiParameter("sku", str),
        ],
        responses=ReviewSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List at most 200 reviews, the next due first."""
        tab = request.query_params.get("tab", "due")
        if tab not in queries.TABS:
            raise ValidationError({"tab": tab})
        sku = request.query_params.get("sku", "")
        rows = queries.reviews(tab, {"sku": sku} if sku else {})
        return Response(ReviewSerializer(rows[:MOST], many=True).data)


class FollowTasks(APIView):
    """Follow-ups that are due."""

    required_right = "crm.edit"

    @extend_schema(responses=FollowTaskSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List at most 200 open follow-ups, oldest first."""
        assert isinstance(request.user, User)  # noqa: S101
        rows = service.tasks("today", me=request.user, today=business_date(timezone.now()))
        return Response(FollowTaskSerializer(rows[:MOST], many=True).data)


class Answers(APIView):
    """The library of answers."""

    required_right = "crm.view"

    @extend_schema(
        parameters=[OpenApiParameter("q", str)], responses=StandardAnswerSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Search the answers in use, the closest first."""
        rows = service.find_answers(request.query_params.get("q", "")[:100])
        return Response(StandardAnswerSerializer(rows[:MOST], many=True).data)
