"""Issues for other programs: the same acts and questions as the pages."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shopops.checks.actions import issues as acts
from shopops.checks.api.asking import person, refused
from shopops.checks.errors import ChecksRefusedError
from shopops.checks.models import Issue
from shopops.checks.queries import issues as queries
from shopops.lib.business_time import business_date
from shopops.staff.models import User

MOST = 200
TABS = [tab for tab in queries.TABS if tab != "unknown"]


class FindingSerializer(serializers.ModelSerializer[Issue]):
    """One finding: a thing and condition, from the day it began. `closed_at` null: it lasts."""

    assignee = serializers.CharField(source="assignee.username", default=None)

    class Meta:
        model = Issue
        fields = (
            "id",
            "code",
            "key",
            "episode",
            "title",
            "evidence",
            "severity",
            "owner_role",
            "due_at",
            "url",
            "opened_on",
            "opened_at",
            "seen_at",
            "closed_at",
            "acknowledged_at",
            "assignee",
            "note",
            "look_on",
            "version",
        )
        read_only_fields = fields


class FindingPageSerializer(serializers.Serializer[Any]):
    """One page; `next` is `after` of the page behind it."""

    findings = FindingSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class FindingVersionSerializer(serializers.Serializer[Any]):
    """The version that the caller has seen; without it nothing is compared."""

    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class AssignSerializer(FindingVersionSerializer):
    """To whom it goes, by sign-in name; null gives it back to the role."""

    to = serializers.CharField(allow_null=True, max_length=150)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class IssueNoteSerializer(FindingVersionSerializer):
    """What is known or was done."""

    text = serializers.CharField(max_length=300)


class LookAgainSerializer(FindingVersionSerializer):
    """The day on which to look again; null takes it back."""

    on = serializers.DateField(allow_null=True)


class Findings(APIView):
    """Findings by tab, as the page lists them."""

    required_right = "checks.view"

    @extend_schema(
        operation_id="findings_list",
        parameters=[
            OpenApiParameter("tab", str, enum=TABS),
            OpenApiParameter("scope", str, enum=list(queries.SCOPES)),
            OpenApiParameter("severity", str, enum=["late", "soon", "us"]),
            OpenApiParameter("check", str),
            OpenApiParameter("role", str),
            OpenApiParameter("after", str),
        ],
        responses=FindingPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """List at most 200 findings, the worst and oldest first; of closed ones the newest first."""
        asked = request.query_params
        tab, scope = asked.get("tab", "open"), asked.get("scope", "all")
        if tab not in TABS or scope not in queries.SCOPES:
            raise ValidationError({"tab": tab, "scope": scope})
        filters = queries.Filters(
            tab=tab,
            scope=scope,
            person=person(request),
            severity=asked.get("severity", ""),
            check=asked.get("check", ""),
            role=asked.get("role", ""),
        )
        try:
            page = queries.issue_page(
                filters,
                today=business_date(timezone.now()),
                after=asked.get("after", ""),
                size=MOST,
            )
        except ValueError as error:
            raise ValidationError({"after": str(error)}) from error
        return Response(FindingPageSerializer({"findings": page.rows, "next": page.after}).data)


def _answer(issue_id: int) -> Response:
    return Response(FindingSerializer(Issue.objects.get(pk=issue_id)).data)


def _known(issue_id: int) -> int:
    if not Issue.objects.filter(pk=issue_id).exists():
        raise Http404
    return issue_id


class Acknowledge(APIView):
    """Taking note of a finding."""

    required_right = "checks.view"

    @extend_schema(
        operation_id="findings_acknowledge",
        request=FindingVersionSerializer,
        responses=FindingSerializer,
    )
    def post(self, request: Request, issue_id: int) -> Response:
        """Say that one knows of it; said twice it stands once."""
        _known(issue_id)
        sent = FindingVersionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            acts.acknowledge(
                ids=[issue_id],
                by=person(request),
                now=timezone.now(),
                version=sent.validated_data["version"],
            )
        except ChecksRefusedError as refusal:
            return refused(refusal)
        return _answer(issue_id)


class Assign(APIView):
    """Giving a finding to somebody."""

    required_right = "checks.assign"

    @extend_schema(
        operation_id="findings_assign", request=AssignSerializer, responses=FindingSerializer
    )
    def post(self, request: Request, issue_id: int) -> Response:
        """Assign it, or give it back to the role."""
        _known(issue_id)
        sent = AssignSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        to = User.objects.filter(username=data["to"]).first() if data["to"] else None
        if data["to"] and to is None:
            raise ValidationError({"to": "unknown person"})
        try:
            acts.assign(
                ids=[issue_id],
                to=to,
                reason=data["reason"],
                by=person(request),
                now=timezone.now(),
                version=data["version"],
            )
        except ChecksRefusedError as refusal:
            return refused(refusal)
        return _answer(issue_id)


class NoteFinding(APIView):
    """Writing about a finding."""

    required_right = "checks.view"

    @extend_schema(
        operation_id="findings_note", request=IssueNoteSerializer, responses=FindingSerializer
    )
    def post(self, request: Request, issue_id: int) -> Response:
        """Write a note."""
        _known(issue_id)
        sent = IssueNoteSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            acts.note(
                issue_id=issue_id,
                text=sent.validated_data["text"],
                by=person(request),
                now=timezone.now(),
                version=sent.validated_data["version"],
            )
        except ChecksRefusedError as refusal:
            return refused(refusal)
        return _answer(issue_id)


class LookAgain(APIView):
    """Saying when to look at a finding again."""

    required_right = "checks.view"

    @extend_schema(
        operation_id="findings_look_again",
        request=LookAgainSerializer,
        responses=FindingSerializer,
    )
    def post(self, request: Request, issue_id: int) -> Response:
        """Set the day: from then on it stands under the tab `again`."""
        _known(issue_id)
        sent = LookAgainSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            acts.look_again(
                issue_id=issue_id,
                on=sent.validated_data["on"],
                by=person(request),
                now=timezone.now(),
                version=sent.validated_data["version"],
            )
        except ChecksRefusedError as refusal:
            return refused(refusal)
        return _answer(issue_id)
