"""Agents' figures, bonus sheets and training for other programs: the pages' own acts."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.actions import agents as agent_actions
from crm.actions import bonus as bonus_actions
from crm.queries import agents, training
from crm.queries import bonus as bonus_queries
from crm.queries.agents import LEAD, OWN, Span
from crm.rules import agents as rules
from crm.rules.agents import AMOUNTS, COUNTS, FIGURES, SECONDS
from crm.service_choices import Measure
from crm.wording.service import line_words
from products.actions.errors import GoodsRefusedError
from products.api.listing import person, refused
from shopops.lib.business_time import business_date

MOST = 200
LONGEST = 370


class AgentTotalSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """An agent over a span. Null is unknown."""

    username = serializers.CharField()
    name = serializers.CharField()
    days = serializers.IntegerField()
    sums = serializers.DictField(child=serializers.CharField(allow_null=True))
    measures = serializers.DictField(child=serializers.CharField(allow_null=True))


class AgentDaySerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A day by hand. `seen`: the newest word about the day as the caller knows it, 0 where none."""

    username = serializers.CharField(max_length=150)
    date = serializers.DateField()
    seen = serializers.IntegerField(min_value=0)
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        """Add the figures."""
        fields = super().get_fields()
        for name in COUNTS:
            fields[name] = serializers.IntegerField(
                min_value=0, max_value=1_000_000, required=False
            )
        for name in (*AMOUNTS, *SECONDS):
            fields[name] = serializers.DecimalField(
                max_digits=8 if name in SECONDS else 12,
                decimal_places=2,
                min_value=0,
                required=False,
            )
        return fields


class BonusLineSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A line of a sheet, with the running sum."""

    id = serializers.IntegerField(source="line.pk")
    version = serializers.IntegerField(source="line.version")
    kind = serializers.CharField(source="line.kind")
    words = serializers.SerializerMethodField()
    quantity = serializers.IntegerField(source="line.quantity")
    amount_fen = serializers.IntegerField(source="line.amount_fen")
    running_fen = serializers.IntegerField()
    counts = serializers.BooleanField()
    appeal = serializers.CharField(source="line.appeal_state")
    appeal_words = serializers.CharField(source="line.appeal_words")
    reason = serializers.CharField(source="line.decision_reason")

    def get_words(self, row: Any) -> str:  # noqa: ANN401
        """Say what it rests on."""
        return line_words(row.line.kind, row.line.evidence)


class BonusSheetSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A bonus sheet line by line."""

    id = serializers.IntegerField(source="sheet.pk")
    version = serializers.IntegerField(source="sheet.version")
    agent = serializers.CharField(source="sheet.agent.username")
    month = serializers.DateField(source="sheet.month")
    state = serializers.CharField(source="sheet.state")
    base_fen = serializers.IntegerField(source="sheet.base_fen")
    total_fen = serializers.IntegerField(source="sheet.total_fen")
    lines = BonusLineSerializer(many=True, source="rows")


class MonthSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Which month to work out."""

    month = serializers.DateField()


class BonusDecisionSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What becomes of a line."""

    strike = serializers.BooleanField()
    reason = serializers.CharField(max_length=400)
    version = serializers.IntegerField(min_value=1)


class ExamResultSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """An attempt at a sheet."""

    exam = serializers.CharField(source="exam.title")
    person = serializers.CharField(source="person.username")
    taken_at = serializers.DateTimeField()
    mark = serializers.IntegerField()
    pass_mark = serializers.IntegerField()
    has_passed = serializers.BooleanField()


def _only(request: Request) -> int | None:
    """Give whose figures alone may be seen; None: everybody's."""
    return None if request.user.has_perm(LEAD) else int(person(request).pk)


def _span(request: Request) -> Span:
    today = business_date(timezone.now())
    try:
        until = date.fromisoformat(request.GET.get("until") or f"{today - timedelta(days=1)}")
        since = date.fromisoformat(request.GET.get("since") or f"{until - timedelta(days=6)}")
    except ValueError as error:
        raise ValidationError({"since": str(error)}) from error
    span = Span(since, until)
    if not 1 <= span.length <= LONGEST:
        raise ValidationError({"since": f"1 to {LONGEST} days"})
    return span


class Agents(APIView):
    """Agents over a span."""

    required_right = OWN

    @extend_schema(
        parameters=[OpenApiParameter("since", date), OpenApiParameter("until", date)],
        responses=AgentTotalSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List agents with their sums and what follows from them; an agent the own only."""
        span = _span(request)
        days = agents.days_of(span, agent_id=_only(request))
        people = agents.people(days)
        rows = [_total(people[key], rules.total(known)) for key, known in sorted(days.items())]
        return Response(AgentTotalSerializer(rows, many=True).data)


def _total(agent: Any, total: rules.Total) -> dict[str, Any]:  # noqa: ANN401
    return {
        "username": agent.username,
        "name": agent.name,
        "days": total.days,
        "sums": total.sums,
        "measures": {code: total.measure(code) for code in Measure.values},
    }


class AgentDays(APIView):
    """Entering an agent's day."""

    required_right = LEAD

    @extend_schema(request=AgentDaySerializer, responses={200: None})
    def post(self, request: Request) -> Response:
        """Enter a day."""
        given = AgentDaySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        agent = agents.agents().filter(username=values["username"]).first()
        if agent is None:
            raise NotFound
        try:
            row = agent_actions.enter_day(
                agent=agent,
                day=values["date"],
                figures={name: values.get(name) for name in FIGURES},
                seen=values["seen"],
                note=values["note"],
                by=person(request),
                now=timezone.now(),
            )
        except GoodsRefusedError as refusal:
            return refused(refusal)
        return Response({"word": row.pk})


class Bonus(APIView):
    """Bonus sheets."""

    required_right = OWN

    @extend_schema(
        parameters=[OpenApiParameter("month", date)], responses=BonusSheetSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List sheets, of a month where asked; an agent the own published ones."""
        only = _only(request)
        text = request.GET.get("month", "")
        try:
            month = date.fromisoformat(text).replace(day=1) if text else None
        except ValueError as error:
            raise ValidationError({"month": str(error)}) from error
        rows = bonus_queries.sheets(month=month, agent_id=only)[:MOST]
        return Response(BonusSheetSerializer(bonus_queries.read_sheets(rows), many=True).data)

    @extend_schema(request=MonthSerializer, responses={200: None})
    def post(self, request: Request) -> Response:
        """Work a month out."""
        if not request.user.has_perm(LEAD):
            raise PermissionDenied
        given = MonthSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            changed = bonus_actions.compute_month(
                month=given.validated_data["month"], by=person(request), now=timezone.now()
            )
        except GoodsRefusedError as refusal:
            return refused(refusal)
        return Response({"changed": changed})


class BonusLine(APIView):
    """Striking or keeping a line."""

    required_right = LEAD

    @extend_schema(request=BonusDecisionSerializer, responses={200: None})
    def post(self, request: Request, line_id: int) -> Response:
        """Decide about a line."""
        given = BonusDecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            row = bonus_actions.decide_line(
                line_id=line_id, **given.validated_data, by=person(request), now=timezone.now()
            )
        except ObjectDoesNotExist as error:
            raise NotFound from error
        except GoodsRefusedError as refusal:
            return refused(refusal)
        return Response({"version": row.version})


class ExamResults(APIView):
    """Attempts at exam sheets."""

    required_right = OWN

    @extend_schema(responses=ExamResultSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List attempts, the newest 200; an agent the own only."""
        rows = training.results(person_id=_only(request)).defer("answers")[:MOST]
        return Response(ExamResultSerializer(rows, many=True).data)
