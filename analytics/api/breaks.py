"""Breaks and diagnoses for other programs."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.choices import Verdict
from analytics.queries import breaks as queries
from analytics.queries.breaks import WATCHED, Seen
from analytics.queries.causes import tree
from analytics.queries.causes.base import Asked
from analytics.queries.source_parts import OF_SOURCES, source_parts
from analytics.rules.contribution import exact_text
from shopops.lib.business_time import business_date
from shopops.lib.money import from_fen

MOST_DAYS = 92


class DayFigureSerializer(serializers.Serializer[Any]):
    """A figure of a day with its band; null is unknown."""

    date = serializers.DateField()
    figure = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    side = serializers.IntegerField(help_text="-1 below the band, 1 above, 0 as usual or unknown")
    said_by = serializers.CharField()


class CauseSerializer(serializers.Serializer[Any]):
    """One branch of causes."""

    branch = serializers.CharField()
    cause = serializers.CharField()
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    text = serializers.CharField()
    said_by_person = serializers.BooleanField()


class SourcePartSerializer(serializers.Serializer[Any]):
    """One source of visitors on both days; what is unknown is null. Changes of the rate are exact to nine places."""

    name = serializers.CharField()
    kind = serializers.CharField(help_text="free, paid, own, outside, unknown")
    before = serializers.IntegerField(allow_null=True)
    after = serializers.IntegerField(allow_null=True)
    change = serializers.IntegerField(allow_null=True)
    rate_by_own = serializers.CharField(allow_null=True)
    rate_by_share = serializers.CharField(allow_null=True)


class SourcePartsSerializer(serializers.Serializer[Any]):
    """What each source did to the difference; the parts sum to `change`, `unexplained` is the rest of the shop's."""

    parts = SourcePartSerializer(many=True)
    change = serializers.IntegerField()
    shop_change = serializers.IntegerField(allow_null=True)
    unexplained = serializers.IntegerField(allow_null=True)
    rate_change = serializers.CharField(allow_null=True)


class DiagnosisSerializer(serializers.Serializer[Any]):
    """A figure of a day, the parts of the difference of the paid amount, and the causes."""

    seen = DayFigureSerializer()
    against = serializers.DateField()
    parts = serializers.DictField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="visitors, rate, each, total in CNY; they sum exactly. Null if a part is unknown",
    )
    sources = SourcePartsSerializer(
        allow_null=True,
        help_text="null if sources do not make the figure, or a day has no file of them",
    )
    causes = CauseSerializer(many=True)


def _sources(day: date, against: date) -> dict[str, Any] | None:
    found = source_parts(day, against)
    if found is None:
        return None
    return {
        "parts": [
            {
                "name": one.key,
                "kind": one.kind,
                "before": one.before,
                "after": one.after,
                "change": one.change,
                "rate_by_own": exact_text(one.rate.own) if one.rate else None,
                "rate_by_share": exact_text(one.rate.share) if one.rate else None,
            }
            for one in found.parts
        ],
        "change": found.change,
        "shop_change": found.shop_change,
        "unexplained": found.unexplained,
        "rate_change": None if found.rate_change is None else exact_text(found.rate_change),
    }


def _row(seen: Seen) -> dict[str, Any]:
    value, band = seen.known.value, seen.band
    return {
        "date": seen.day,
        "figure": seen.code,
        "value": None if value is None else f"{value:f}",
        "low": band.low if band else None,
        "high": band.high if band else None,
        "side": seen.side,
        "said_by": seen.known.source,
    }


def _day(text: str, name: str) -> date:
    day = queries.day_of(text)
    if day is None:
        raise ValidationError({name: "a date as 2026-09-16"})
    return day


class Breaks(APIView):
    """Figures that are not as usual."""

    required_right = "analytics.view"

    @extend_schema(
        operation_id="breaks_list",
        parameters=[
            OpenApiParameter("since", OpenApiTypes.DATE),
            OpenApiParameter("until", OpenApiTypes.DATE),
        ],
        responses=DayFigureSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Give the breaks of a period, both ends included; the last fortnight without one."""
        yesterday = business_date(timezone.now()) - timedelta(days=1)
        until = _day(request.query_params.get("until", yesterday.isoformat()), "until")
        since = _day(
            request.query_params.get("since", (until - timedelta(days=13)).isoformat()), "since"
        )
        if not timedelta(0) <= until - since < timedelta(days=MOST_DAYS):
            raise ValidationError({"since": f"a period of 1 to {MOST_DAYS} days"})
        seen = queries.seen_between(since=since, until=until)
        return Response(
            DayFigureSerializer(
                [_row(one) for day in sorted(seen) for one in seen[day].values() if one.side],
                many=True,
            ).data
        )


class Diagnosis(APIView):
    """Why a figure of a day is as it is."""

    required_right = "analytics.view"

    @extend_schema(operation_id="diagnosis_get", responses=DiagnosisSerializer)
    def get(self, request: Request, day: str, code: str) -> Response:
        """Give the figure beside its band, the parts of the difference to a week before, the sources', the causes."""
        if code not in WATCHED:
            raise Http404
        on = _day(day, "day")
        against = on - timedelta(days=7)
        seen = queries.seen_between(since=on, until=on, codes=(code,))[on][code]
        divided = queries.divide(on, against) if code in queries.DIVIDED else None
        today = business_date(timezone.now())
        branches = tree(Asked(code, on, against, seen.side or -1, today))
        return Response(
            DiagnosisSerializer(
                {
                    "seen": _row(seen),
                    "against": against,
                    "parts": {
                        "visitors": f"{from_fen(divided.parts.visitors_fen)}",
                        "rate": f"{from_fen(divided.parts.rate_fen)}",
                        "each": f"{from_fen(divided.parts.each_fen)}",
                        "total": f"{from_fen(divided.parts.total_fen)}",
                    }
                    if divided
                    else None,
                    "sources": _sources(on, against) if code in OF_SOURCES else None,
                    "causes": [
                        {
                            "branch": branch.code,
                            "cause": one.code,
                            "verdict": one.verdict,
                            "text": one.text,
                            "said_by_person": one.word is not None,
                        }
                        for branch in branches
                        for one in branch.causes
                    ],
                }
            ).data
        )
