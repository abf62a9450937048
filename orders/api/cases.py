"""After-sales cases, compensations and the daily sweep for other programs."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.actions.cases import compensating, handling, opening
from orders.actions.errors import OrderRefusedError, StaleCaseError
from orders.api.views import person
from orders.choices import CaseType, CompensationKind, ToldChannel
from orders.models import (
    AfterSalesCase,
    CaseEvent,
    Compensation,
    Evidence,
    Order,
    SweepItem,
)
from orders.queries.cases import SCOPES, case_detail, case_page
from orders.queries.sweep import SweepScope, sweep_page

type Data = dict[str, Any]
TABS = ("due", "resting", "escalated", "closed")


class CaseSerializer(serializers.ModelSerializer[AfterSalesCase]):
    """One case in a list."""

    tid = serializers.CharField(source="order.tid")

    class Meta:
        model = AfterSalesCase
        fields = (
            "id",
            "version",
            "tid",
            "type",
            "state",
            "grade",
            "is_complaint",
            "opened_at",
            "due_at",
            "answer_due_at",
            "solve_due_at",
            "platform_due_at",
            "answered_at",
            "escalated_at",
            "closed_at",
            "responsible",
            "courier_fault",
            "carrier",
            "sku_code",
            "summary",
            "resolution",
        )
        read_only_fields = fields


class CompensationSerializer(serializers.ModelSerializer[Compensation]):
    """Money or a coupon promised in a case."""

    class Meta:
        model = Compensation
        fields = (
            "id",
            "kind",
            "amount",
            "state",
            "reason",
            "asked_at",
            "decided_at",
            "decision_reason",
            "paid_at",
        )
        read_only_fields = fields


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    """A file kept with a case; its bytes are fetched on the case's page only, which is logged."""

    class Meta:
        model = Evidence
        fields = ("id", "name", "size", "content_type", "sha256", "added_at")
        read_only_fields = fields


class EventSerializer(serializers.ModelSerializer[CaseEvent]):
    """What was said in a case."""

    class Meta:
        model = CaseEvent
        fields = ("at", "kind", "channel", "words")
        read_only_fields = fields


class OneCaseSerializer(serializers.Serializer[Any]):
    """One case with its parts."""

    case = CaseSerializer()
    events = EventSerializer(many=True)
    compensations = CompensationSerializer(many=True)
    evidence = EvidenceSerializer(many=True)


class NewCaseSerializer(serializers.Serializer[Any]):
    """Open a case."""

    tid = serializers.CharField(max_length=32)
    type = serializers.ChoiceField(choices=CaseType.choices)
    words = serializers.CharField(max_length=2000)
    channel = serializers.ChoiceField(choices=ToldChannel.choices, default="wangwang")
    is_complaint = serializers.BooleanField(default=False)


class AnswerSerializer(serializers.Serializer[Any]):
    """Answer the buyer of a case."""

    version = serializers.IntegerField()
    words = serializers.CharField(max_length=2000)
    channel = serializers.ChoiceField(choices=ToldChannel.choices)


class CloseSerializer(serializers.Serializer[Any]):
    """End a case."""

    version = serializers.IntegerField()
    resolution = serializers.CharField(max_length=300)


class PromiseSerializer(serializers.Serializer[Any]):
    """Promise the buyer of a case something."""

    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=CompensationKind.choices)
    amount = serializers.DecimalField(max_digits=8, decimal_places=2)
    reason = serializers.CharField(max_length=200)


class DecisionSerializer(serializers.Serializer[Any]):
    """Approve or refuse a compensation."""

    approve = serializers.BooleanField()
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class SweepSerializer(serializers.ModelSerializer[SweepItem]):
    """One missed or short order."""

    tid = serializers.CharField(source="order.tid")

    class Meta:
        model = SweepItem
        fields = (
            "id",
            "version",
            "tid",
            "kind",
            "cause",
            "date",
            "found_at",
            "follow_up_on",
            "follow_up_count",
            "owner_role",
            "predicted_amount",
            "note",
            "settled_at",
            "outcome",
        )
        read_only_fields = fields


def _refused(refusal: OrderRefusedError) -> Response:
    code = "stale" if isinstance(refusal, StaleCaseError) else "refused"
    return Response({"code": code, "detail": refusal.message}, status=status.HTTP_409_CONFLICT)


def _valid(shape: type[serializers.Serializer[Any]], request: Request) -> Data:
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


class Cases(APIView):
    """Cases, what is due first; and opening one."""

    required_right = "orders.handle_case"

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "tab", str, description="due (default, our turn), resting, escalated, closed"
            ),
            OpenApiParameter("scope", str, description="all (default), mine, role"),
            OpenApiParameter("after", str, description="`next` of the page before"),
        ],
        responses=CaseSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List one page."""
        tab = request.query_params.get("tab", "due")
        scope = request.query_params.get("scope", "all")
        if tab not in TABS or scope not in SCOPES:
            raise ValidationError({"tab": _("没有这一页")})
        try:
            page = case_page(
                tab=tab,
                scope=scope,
                person=person(request),
                after=request.query_params.get("after", ""),
            )
        except ValueError as error:
            raise ValidationError({"after": _("不是上一页给出的 next")}) from error
        return Response({"cases": CaseSerializer(page.rows, many=True).data, "next": page.after})

    @extend_schema(request=NewCaseSerializer, responses=CaseSerializer)
    def post(self, request: Request) -> Response:
        """Open a case; one about money back or an exchange stops the parcel at once."""
        data = _valid(NewCaseSerializer, request)
        new = opening.NewCase(
            type=CaseType(data["type"]),
            words=data["words"],
            channel=ToldChannel(data["channel"]),
            is_complaint=data["is_complaint"],
        )
        try:
            case = opening.open_case(
                tid=data["tid"], new=new, by=person(request), now=timezone.now()
            )
        except Order.DoesNotExist as error:
            raise NotFound(_("没有这张订单")) from error
        except OrderRefusedError as refusal:
            return _refused(refusal)
        return Response(CaseSerializer(case).data, status=status.HTTP_201_CREATED)


class OneCase(APIView):
    """One case with what was said, compensations and the list of evidence."""

    required_right = "orders.handle_case"

    @extend_schema(responses=OneCaseSerializer)
    def get(self, request: Request, case_id: int) -> Response:
        """Show one case."""
        try:
            detail = case_detail(case_id=case_id)
        except AfterSalesCase.DoesNotExist as error:
            raise NotFound from error
        return Response(OneCaseSerializer(detail).data)


class AnswerCase(APIView):
    """Answer the buyer of a case."""

    required_right = "orders.handle_case"

    @extend_schema(request=AnswerSerializer, responses=CaseSerializer)
    def post(self, request: Request, case_id: int) -> Response:
        """Record the answer; the first one stops the clock."""
        data = _valid(AnswerSerializer, request)
        said = handling.Answer(data["words"], ToldChannel(data["channel"]))
        try:
            case = handling.answer_buyer(
                case_id=case_id,
                answer=said,
                by=person(request),
                now=timezone.now(),
                version=data["version"],
            )
        except AfterSalesCase.DoesNotExist as error:
            raise NotFound from error
        except OrderRefusedError as refusal:
            return _refused(refusal)
        return Response(CaseSerializer(case).data)


class CloseCase(APIView):
    """End a case."""

    required_right = "orders.handle_case"

    @extend_schema(request=CloseSerializer, responses=CaseSerializer)
    def post(self, request: Request, case_id: int) -> Response:
        """End it, saying how; a parcel that it stopped goes back to audit."""
        data = _valid(CloseSerializer, request)
        try:
            case = handling.close_case(
                case_id=case_id,
                resolution=data["resolution"],
                by=person(request),
                now=timezone.now(),
                version=data["version"],
            )
        except AfterSalesCase.DoesNotExist as error:
            raise NotFound from error
        except OrderRefusedError as refusal:
            return _refused(refusal)
        return Response(CaseSerializer(case).data)


class Compensate(APIView):
    """Promise the buyer of a case something."""

    required_right = "orders.handle_case"

    @extend_schema(request=PromiseSerializer, responses=CompensationSerializer)
    def post(self, request: Request, case_id: int) -> Response:
        """Promise it: within the person's limit at once, above it for the manager to approve."""
        data = _valid(PromiseSerializer, request)
        promise = compensating.Promise(
            CompensationKind(data["kind"]), data["amount"], data["reason"]
        )
        try:
            made = compensating.promise_compensation(
                case_id=case_id,
                promise=promise,
                by=person(request),
                now=timezone.now(),
                version=data["version"],
            )
        except AfterSalesCase.DoesNotExist as error:
            raise NotFound from error
        except OrderRefusedError as refusal:
            return _refused(refusal)
        return Response(CompensationSerializer(made).data, status=status.HTTP_201_CREATED)


class Decide(APIView):
    """Approve or refuse a compensation that waits."""

    required_right = "orders.handle_case"

    @extend_schema(request=DecisionSerializer, responses=CompensationSerializer)
    def post(self, request: Request, compensation_id: int) -> Response:
        """Decide it; not one's own, and within one's limit or with the right to set limits."""
        data = _valid(DecisionSerializer, request)
        try:
            made = compensating.decide_compensation(
                compensation_id=compensation_id,
                approve=data["approve"],
                reason=data["reason"],
                by=person(request),
                now=timezone.now(),
            )
        except Compensation.DoesNotExist as error:
            raise NotFound from error
        except OrderRefusedError as refusal:
            return _refused(refusal)
        return Response(CompensationSerializer(made).data)


class Sweep(APIView):
    """What the daily sweep found."""

    required_right = "orders.view"

    @extend_schema(
        parameters=[
            OpenApiParameter("date", str, description="all of one day; default: open ones"),
            OpenApiParameter("after", str, description="`next` of the page before"),
        ],
        responses=SweepSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List one page."""
        text = request.query_params.get("date", "")
        try:
            day = date.fromisoformat(text) if text else None
            page = sweep_page(
                wanted=SweepScope(day=day, with_settled=day is not None),
                person=person(request),
                after=request.query_params.get("after", ""),
            )
        except ValueError as error:
            raise ValidationError({"date": _("日期或 next 不对")}) from error
        return Response({"items": SweepSerializer(page.rows, many=True).data, "next": page.after})
