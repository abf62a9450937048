"""Figures by day and reports for other programs: the same questions as the pages ask."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.groupings import MetricRowsSerializer, grouped
from analytics.choices import BASES, GROUPINGS
from analytics.figures import NEEDS_COST, figures, visible
from analytics.models import Report
from analytics.queries.known import figures_of
from shopops.lib.business_time import business_date

LONGEST_DAYS = 366
# Their distinct buyers are counted from the orders, while the caller waits.
LONGEST_OF_ROWS = 92
MOST = 100


class KnownSerializer(serializers.Serializer[Any]):
    """A figure of a day: exact, as text; null where no source knows it."""

    date = serializers.DateField()
    value = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    url = serializers.CharField()


class FigureDaysSerializer(serializers.Serializer[Any]):
    """One figure over the days asked for."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    is_additive = serializers.BooleanField()
    days = KnownSerializer(many=True)


class MetricsSerializer(serializers.Serializer[Any]):
    """Figures by day, both ends included."""

    since = serializers.DateField()
    until = serializers.DateField()
    figures = FigureDaysSerializer(many=True)


class Metrics(APIView):
    """Figures by day with their sources, or by another grouping."""

    required_right = "analytics.view"

    @extend_schema(
        operation_id="analytics_metrics",
        parameters=[
            OpenApiParameter("since", date, description="default: seven days up to yesterday"),
            OpenApiParameter("until", date, description="default: yesterday"),
            OpenApiParameter("codes", str, description="parted by commas; default: all"),
            OpenApiParameter(
                "by",
                str,
                enum=GROUPINGS,
                description="rows of this grouping instead; not with `codes`",
            ),
            OpenApiParameter(
                "basis", str, enum=BASES, description="with `by`; default: created, as the command"
            ),
        ],
        responses=PolymorphicProxySerializer(
            component_name="FiguresOrRows",
            serializers=[MetricsSerializer, MetricRowsSerializer],
            resource_type_field_name=None,
        ),
    )
    def get(self, request: Request) -> Response:
        """Give figures of every day of a span of at most 366 days; what is not known is null.

        With `by` the rows that `manage.py metrics --by … --basis …` prints, to the cent.
        """
        until = _date(request, "until") or business_date(timezone.now()) - timedelta(days=1)
        since = _date(request, "since") or until - timedelta(days=6)
        if not 0 <= (until - since).days < LONGEST_DAYS:
            raise ValidationError({"since": f"a span of 1 to {LONGEST_DAYS} days"})
        asked = request.query_params
        if "by" in asked:
            if "codes" in asked:
                raise ValidationError({"codes": "not with by: its rows have all their figures"})
            if (until - since).days >= LONGEST_OF_ROWS:
                words = f"with by a span of 1 to {LONGEST_OF_ROWS} days"
                raise ValidationError({"since": words})
            rows = grouped(
                by=asked["by"], basis=asked.get("basis", BASES[0]), since=since, until=until
            )
            return Response(MetricRowsSerializer(rows).data)
        return Response(_by_day(_codes(request), since, until))


def _by_day(codes: list[str], since: date, until: date) -> dict[str, Any]:
    said = figures_of(codes, since=since, until=until)
    specs = {spec.code: spec for spec in figures()}
    rows = [
        {
            "code": code,
            "label": str(specs[code].label),
            "unit": specs[code].unit,
            "is_additive": specs[code].is_additive,
            "days": [
                {
                    "date": day,
                    "value": None if one.value is None else f"{one.value:f}",
                    "source": one.source,
                    "url": one.url,
                }
                for day, one in sorted(said[code].items())
            ],
        }
        for code in codes
    ]
    return MetricsSerializer({"since": since, "until": until, "figures": rows}).data


def _date(request: Request, name: str) -> date | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError({name: "not a date like 2026-06-18"}) from error
    if day.year < 2001:
        raise ValidationError({name: "before 2001 there is nothing"})
    return day


def _codes(request: Request) -> list[str]:
    """Give the figures asked for; all that the caller may see where none is named."""
    may_see_cost = request.user.has_perm("products.view_cost")
    known = {spec.code for spec in figures()}
    allowed = [spec.code for spec in visible(sees_cost=may_see_cost)]
    named = [code for code in request.query_params.get("codes", "").split(",") if code]
    if wrong := sorted(set(named) - known):
        raise ValidationError({"codes": f"no such figure: {', '.join(wrong)}"})
    if not may_see_cost and NEEDS_COST.intersection(named):
        raise PermissionDenied("products.view_cost")
    return named or allowed


class ReportSendingSerializer(serializers.Serializer[Any]):
    """What became of a report at one address, which is named and never shown."""

    to = serializers.CharField(source="address.name")
    service = serializers.CharField(source="address.schema")
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    words = serializers.CharField()
    sent_at = serializers.DateTimeField(allow_null=True)


class ReportSerializer(serializers.ModelSerializer[Report]):
    """One report. `facts`: what was known on that morning; null is unknown."""

    sendings = ReportSendingSerializer(many=True)
    kind = serializers.CharField()

    class Meta:
        model = Report
        fields = ("id", "kind", "business_date", "since", "until", "made_at", "sendings")
        read_only_fields = fields


class ReportFactsSerializer(ReportSerializer):
    """One report with its facts."""

    facts = serializers.JSONField()

    class Meta(ReportSerializer.Meta):
        fields = (*ReportSerializer.Meta.fields, "facts")  # type: ignore[assignment]


class ReportPageSerializer(serializers.Serializer[Any]):
    """One page; `next` is `before` of the page behind it."""

    reports = ReportSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class Reports(APIView):
    """Reports, the newest first."""

    required_right = "analytics.view"

    @extend_schema(
        operation_id="analytics_reports",
        parameters=[
            OpenApiParameter("kind", str, enum=Report.Kind.values),
            OpenApiParameter("before", date, description="only reports of earlier mornings"),
        ],
        responses=ReportPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """List at most 100 reports with what became of each address."""
        rows = Report.objects.defer("facts").prefetch_related("sendings__address")
        kind, before = request.query_params.get("kind", ""), _date(request, "before")
        if kind and kind not in Report.Kind.values:
            raise ValidationError({"kind": "daily or weekly"})
        rows = rows.filter(kind=kind) if kind else rows
        rows = rows.filter(business_date__lt=before) if before else rows
        found = list(rows.order_by("-business_date", "-pk")[: MOST + 1])
        more = found[MOST - 1].business_date.isoformat() if len(found) > MOST else None
        return Response(ReportPageSerializer({"reports": found[:MOST], "next": more}).data)


class OneReport(APIView):
    """One report with its facts."""

    required_right = "analytics.view"

    @extend_schema(operation_id="analytics_report", responses=ReportFactsSerializer)
    def get(self, request: Request, report_id: int) -> Response:
        """Give one report."""
        rows = Report.objects.prefetch_related("sendings__address").filter(pk=report_id)
        row = rows.order_by("pk").first()
        if row is None:
            raise Http404
        return Response(ReportFactsSerializer(row).data)
