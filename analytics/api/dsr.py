"""Scores, the solver and the experience indicators for other programs."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.actions import dsr as actions
from analytics.queries import dsr as queries
from analytics.queries import experience, shown
from analytics.queries.shown import FIELDS
from analytics.rules import dsr as rules
from analytics.rules import experience as indicators
from analytics.rules.dsr import TooFarError
from analytics.score_choices import Score
from products.actions.errors import GoodsRefusedError
from products.api.listing import person, refused
from shopops.lib.business_time import business_date

LONGEST = 370


class ScoreDaySerializer(serializers.Serializer):  # type: ignore[type-arg]
    """One score on one day. Null is unknown."""

    date = serializers.DateField()
    score = serializers.ChoiceField(choices=Score.choices)
    shown = serializers.DecimalField(max_digits=6, decimal_places=5, allow_null=True)
    said_by = serializers.ChoiceField(
        choices=["hand", "file", "shop_day", "desk"], allow_blank=True
    )
    industry = serializers.DecimalField(max_digits=6, decimal_places=5, allow_null=True)
    best = serializers.DecimalField(max_digits=6, decimal_places=5, allow_null=True)
    own = serializers.DecimalField(max_digits=4, decimal_places=2, allow_null=True)
    own_count = serializers.IntegerField()


class ScoreWordSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A day's scores as shown. `seen`: the newest word about the day as the caller knows it, 0 where none."""

    date = serializers.DateField()
    seen = serializers.IntegerField(min_value=0)
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        """Add the figures."""
        fields = super().get_fields()
        for name in FIELDS:
            fields[name] = serializers.DecimalField(
                max_digits=6, decimal_places=5, min_value=0, max_value=5, required=False
            )
        return fields


class SolverAskedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What the solver is asked. `bad`: how many 1s will come meanwhile."""

    score = serializers.ChoiceField(choices=Score.choices)
    target = serializers.DecimalField(
        max_digits=3, decimal_places=2, min_value=Decimal(1), max_value=Decimal(5)
    )
    due = serializers.DateField()
    bad = serializers.IntegerField(min_value=0, max_value=100_000, required=False, default=0)


class SolverAnswerSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """How many 5s, over what is left on that day."""

    fives = serializers.IntegerField()
    left_count = serializers.IntegerField()
    left_total = serializers.IntegerField()
    shown_with = serializers.DecimalField(max_digits=4, decimal_places=2, allow_null=True)
    reached = serializers.DateField(allow_null=True)


class IndicatorSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """One indicator over a span: our own sums, and what the platform's page said last. Rates are of one."""

    code = serializers.CharField()
    unit = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    part = serializers.IntegerField(allow_null=True)
    base = serializers.IntegerField(allow_null=True)
    official = serializers.DecimalField(max_digits=9, decimal_places=5, allow_null=True)
    official_date = serializers.DateField(allow_null=True)
    industry = serializers.DecimalField(max_digits=9, decimal_places=5, allow_null=True)


class DsrDays(APIView):
    """The scores by day."""

    required_right = "analytics.view"

    @extend_schema(
        parameters=[
            OpenApiParameter("since", date, required=True),
            OpenApiParameter("until", date, required=True),
        ],
        responses=ScoreDaySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List shown, industry and own scores of at most 370 days."""
        since, until = _span(request)
        found = queries.scores(today=until, back=(until - since).days)
        rows = []
        for name in rules.SCORES:
            for day, tally in queries.own_series(found, name, since, until).items():
                word = found.shown.get(day, {}).get(name)
                rows.append(
                    {
                        "date": day,
                        "score": name,
                        "shown": word.score if word else None,
                        "said_by": word.source if word else "",
                        "industry": word.industry if word else None,
                        "best": word.best if word else None,
                        "own": tally.shown,
                        "own_count": tally.count,
                    }
                )
        return Response(ScoreDaySerializer(rows, many=True).data)


class DsrWords(APIView):
    """What a person read off the platform's page."""

    required_right = "analytics.enter"

    @extend_schema(request=ScoreWordSerializer, responses={201: None})
    def post(self, request: Request) -> Response:
        """Enter a day as shown; 409 if somebody said something else since."""
        asked = ScoreWordSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        day, seen, note = values.pop("date"), values.pop("seen"), values.pop("note")
        try:
            actions.enter_scores(
                day=day,
                figures=values,
                seen=seen,
                note=note,
                by=person(request),
                now=timezone.now(),
            )
        except GoodsRefusedError as refusal:
            return refused(refusal)
        return Response(status=201)


class DsrSolver(APIView):
    """How many 5s a score needs."""

    required_right = "analytics.view"

    @extend_schema(parameters=[SolverAskedSerializer], responses=SolverAnswerSerializer)
    def get(self, request: Request) -> Response:
        """Solve for a score, a target and a day at most 179 days ahead."""
        asked = SolverAskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        today = business_date(timezone.now())
        bad = rules.Tally(values["bad"], values["bad"])
        try:
            got = rules.fives_for(
                queries.scores(today=today).days[values["score"]],
                today=today,
                due=values["due"],
                target=values["target"],
                expected=bad,
            )
        except TooFarError:
            raise ValidationError({"due": str(values["due"])}) from None
        return Response(
            SolverAnswerSerializer(
                {
                    "fives": got.fives,
                    "left_count": got.left.count,
                    "left_total": got.left.total,
                    "shown_with": got.with_them.shown,
                    "reached": got.reached,
                }
            ).data
        )


class Experience(APIView):
    """The experience indicators and the after-sales composite."""

    required_right = "analytics.view"

    @extend_schema(
        parameters=[
            OpenApiParameter("since", date, required=True),
            OpenApiParameter("until", date, required=True),
        ],
        responses=IndicatorSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the indicators over a span of at most 370 days."""
        since, until = _span(request)
        parts = experience.kept_parts(since=since, until=until)
        said = shown.official(since=since, until=until)
        rows = []
        for code, one in indicators.INDICATORS.items():
            sums = parts.get(code)
            words = shown.newest(said.get(code, {}))
            value = indicators.value_of(one, sums)
            rows.append(
                {
                    "code": code,
                    "unit": one.unit,
                    "value": None if value is None else float(value),
                    "part": sums.part if sums else None,
                    "base": sums.base if sums else None,
                    "official": words.value if words else None,
                    "official_date": words.date if words else None,
                    "industry": words.industry if words else None,
                }
            )
        return Response(IndicatorSerializer(rows, many=True).data)


def _span(request: Request) -> tuple[date, date]:
    try:
        since = date.fromisoformat(request.query_params.get("since", ""))
        until = date.fromisoformat(request.query_params.get("until", ""))
    except ValueError:
        raise ValidationError({"since": "since, until: YYYY-MM-DD"}) from None
    if not timedelta(0) <= until - since < timedelta(days=LONGEST):
        raise ValidationError({"since": f"1 to {LONGEST} days"})
    return since, until
