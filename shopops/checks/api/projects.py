"""The one-off lists for other programs: what is on them, and saying that a line is done."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shopops.checks.actions import projects as acts
from shopops.checks.api.asking import person, refused
from shopops.checks.errors import ChecksRefusedError
from shopops.checks.models import Project, ProjectItem

MOST = 100


class OnceLineSerializer(serializers.ModelSerializer[ProjectItem]):
    """One line. `subject`: the part of the list's subject that it is about, as the diagnosis names causes."""

    owner = serializers.CharField(source="owner.username", default=None)
    done_by = serializers.CharField(source="done_by.username", default=None)

    class Meta:
        model = ProjectItem
        fields = (
            "id",
            "section",
            "subject",
            "text",
            "role",
            "owner",
            "due_on",
            "needs_proof",
            "state",
            "note",
            "done_at",
            "done_by",
            "version",
        )
        read_only_fields = fields


class OnceListSerializer(serializers.ModelSerializer[Project]):
    """One list. `subject` and `url`: what it grew out of, where it did."""

    owner = serializers.CharField(source="owner.username")
    lines = OnceLineSerializer(source="items", many=True)

    class Meta:
        model = Project
        fields = (
            "id",
            "name",
            "template_name",
            "subject",
            "url",
            "starts_on",
            "owner",
            "closed_at",
            "given_up",
            "version",
            "lines",
        )
        read_only_fields = fields


class FinishLineSerializer(serializers.Serializer[Any]):
    """What is said of a line. Proofs are sent on the page."""

    note = serializers.CharField(max_length=300, allow_blank=True, default="")
    is_skipped = serializers.BooleanField(default=False)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class OnceLists(APIView):
    """One-off lists, the newest first."""

    required_right = "checks.view"

    @extend_schema(
        operation_id="once_lists",
        parameters=[OpenApiParameter("closed", bool, description="those that ended; default: no")],
        responses=OnceListSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List at most 100 with their lines."""
        is_closed = request.query_params.get("closed", "") in ("1", "true")
        rows = Project.objects.filter(closed_at__isnull=not is_closed).select_related("owner")
        found = rows.prefetch_related("items__owner", "items__done_by").order_by("-pk")[:MOST]
        return Response(OnceListSerializer(found, many=True).data)


class FinishLine(APIView):
    """Saying that a line is done, or does not apply."""

    required_right = "checks.view"

    @extend_schema(
        operation_id="once_lists_finish",
        request=FinishLineSerializer,
        responses=OnceLineSerializer,
    )
    def post(self, request: Request, item_id: int) -> Response:
        """Say it; give the line as it stands."""
        sent = FinishLineSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            item = acts.finish_line(
                item_id=item_id, by=person(request), now=timezone.now(), **sent.validated_data
            )
        except ObjectDoesNotExist as error:
            raise Http404 from error
        except ChecksRefusedError as refusal:
            return refused(refusal)
        return Response(OnceLineSerializer(item).data)
