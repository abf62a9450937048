"""Tiers, points, occasions and draws for other programs: the same acts and questions as the pages."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.actions import draws as draw_acts
from crm.actions import points as point_acts
from crm.actions.points import Adjustment, Spending
from crm.models import Customer, PointEntry
from crm.queries import draws, occasions, points, tiers
from crm.tier_choices import SpentOn
from products.actions.errors import GoodsRefusedError
from products.api.stock import person, refused
from shopops.lib.business_time import business_date

MOST = 200
MOST_DAYS = 31


class TierSerializer(serializers.Serializer[Any]):
    """One tier of today. Amounts in CNY; `rate` 0.98 leaves 98 % to pay; `customers` stand in it."""

    level = serializers.IntegerField()
    name = serializers.CharField()
    one_order = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    window_amount = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    window_orders = serializers.IntegerField(allow_null=True)
    rate = serializers.DecimalField(max_digits=3, decimal_places=2)
    benefits = serializers.CharField()
    customers = serializers.IntegerField()


class EntrySerializer(serializers.ModelSerializer[PointEntry]):
    """One line of the ledger. `owed`: by how much it changed what a refund left owed."""

    class Meta:
        model = PointEntry
        fields = (
            "id",
            "at",
            "kind",
            "points",
            "owed",
            "balance_after",
            "owed_after",
            "expires_on",
            "spent_on",
            "tid",
            "reason",
        )
        read_only_fields = fields


class PurseSerializer(serializers.Serializer[Any]):
    """What a customer has and owes, with the newest lines; `next` is `before` of the page after."""

    balance = serializers.IntegerField()
    owed = serializers.IntegerField()
    entries = EntrySerializer(many=True)
    next = serializers.IntegerField(allow_null=True)


class SpendSerializer(serializers.Serializer[Any]):
    """Points that are spent. `once`: a word of the caller's own; sent twice it is booked once."""

    points = serializers.IntegerField(min_value=1)
    on = serializers.ChoiceField(choices=SpentOn.choices)
    words = serializers.CharField(max_length=200)
    once = serializers.CharField(max_length=40)


class AdjustSerializer(serializers.Serializer[Any]):
    """Points given, or taken (negative), by hand."""

    points = serializers.IntegerField()
    reason = serializers.CharField(max_length=200)
    once = serializers.CharField(max_length=40)


class OccasionDueSerializer(serializers.Serializer[Any]):
    """An occasion of which one writes on `told_on`, with the keys of the first two hundred customers."""

    occasion = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    what = serializers.CharField()
    channel = serializers.CharField()
    told_on = serializers.DateField()
    happens_on = serializers.DateField()
    count = serializers.IntegerField()
    customers = serializers.ListField(child=serializers.IntegerField())


class DrawSerializer(serializers.Serializer[Any]):
    """One activity. `published`: what anybody may see of it; the seed only after the draw."""

    id = serializers.IntegerField()
    phase = serializers.ChoiceField(choices=["ahead", "open", "ended", "drawn"])
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    published = serializers.JSONField()


class EnterSerializer(serializers.Serializer[Any]):
    """Somebody who takes part."""

    customer = serializers.IntegerField()
    text = serializers.CharField(max_length=400, allow_blank=True, default="")


class EnteredSerializer(serializers.Serializer[Any]):
    """Number and ticket of an entry, to be told to the customer."""

    number = serializers.IntegerField()
    ticket = serializers.CharField()


class Tiers(APIView):
    """The tiers in force."""

    required_right = "crm.view"

    @extend_schema(operation_id="tiers_list", responses=TierSerializer(many=True))
    def get(self, _request: Request) -> Response:
        """List them, the lowest first."""
        plan = tiers.plan_in_force(business_date(timezone.now()))
        counts = tiers.counts_by_level()
        rows = [
            {
                "level": one.level,
                "name": one.name,
                "one_order": tiers.amount(one.one_order_fen),
                "window_amount": tiers.amount(one.window_fen),
                "window_orders": one.window_orders,
                "rate": one.rate,
                "benefits": one.benefits,
                "customers": counts.get(one.level, 0),
            }
            for one in plan.levels
        ]
        return Response({"tiers": TierSerializer(rows, many=True).data})


class Points(APIView):
    """A customer's points."""

    required_right = "crm.view"

    @extend_schema(
        parameters=[OpenApiParameter("before", int, description="`next` of the page before")],
        responses=PurseSerializer,
    )
    def get(self, request: Request, customer_id: int) -> Response:
        """Show balance and ledger, the newest first."""
        get_object_or_404(Customer, pk=customer_id)
        text = request.query_params.get("before", "")
        before = int(text) if text.isdecimal() and len(text) < 19 else 0
        rows = points.ledger(customer_id=customer_id, before=before, size=MOST)
        purse = points.purse(customer_id)
        shape = {
            "balance": purse.balance,
            "owed": purse.owed,
            "entries": rows,
            "next": rows[-1].pk if len(rows) == MOST else None,
        }
        return Response(PurseSerializer(shape).data)


class SpendPoints(APIView):
    """Spend points."""

    required_right = "crm.edit"

    @extend_schema(request=SpendSerializer, responses=EntrySerializer)
    def post(self, request: Request, customer_id: int) -> Response:
        """Spend them; with too few it is refused with 409 and the reason in words."""
        shape = SpendSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data = shape.validated_data
        spending = Spending(data["points"], SpentOn(data["on"]), data["words"], data["once"])
        return _booked(
            lambda: point_acts.spend(
                customer_id=customer_id, spending=spending, by=person(request), now=timezone.now()
            )
        )


class AdjustPoints(APIView):
    """Give or take points by hand."""

    required_right = "crm.points"

    @extend_schema(request=AdjustSerializer, responses=EntrySerializer)
    def post(self, request: Request, customer_id: int) -> Response:
        """Adjust them; refusals come as 409 with the reason in words."""
        shape = AdjustSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        adjustment = Adjustment(**shape.validated_data)
        return _booked(
            lambda: point_acts.adjust(
                customer_id=customer_id,
                adjustment=adjustment,
                by=person(request),
                now=timezone.now(),
            )
        )


def _booked(act: Callable[[], PointEntry]) -> Response:
    try:
        return Response(EntrySerializer(act()).data, status=201)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    except GoodsRefusedError as refusal:
        return refused(refusal)


class Occasions(APIView):
    """Whom to write to, and why."""

    required_right = "crm.view"

    @extend_schema(
        operation_id="occasions_due",
        parameters=[
            OpenApiParameter("on", date, description="the first day; default: today"),
            OpenApiParameter("days", int, description="how many days, 1 (default) to 31"),
        ],
        responses=OccasionDueSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List what is due, by day."""
        on, days = _span(request)
        rows = [
            {
                "occasion": one.occasion.pk,
                "kind": one.occasion.kind,
                "name": one.occasion.name,
                "what": one.occasion.what,
                "channel": one.occasion.channel,
                "told_on": one.told_on,
                "happens_on": one.happens_on,
                "count": one.customers.count(),
                "customers": list(one.customers.values_list("pk", flat=True)[:MOST]),
            }
            for one in occasions.due(on, days=days)
        ]
        return Response({"occasions": OccasionDueSerializer(rows, many=True).data})


def _span(request: Request) -> tuple[date, int]:
    asked = request.query_params
    try:
        on = date.fromisoformat(asked["on"]) if asked.get("on") else business_date(timezone.now())
        days = int(asked.get("days", "1"))
    except ValueError as error:
        raise ValidationError({"on": "2026-09-17", "days": "1-31"}) from error
    return on, min(max(days, 1), MOST_DAYS)


class Draws(APIView):
    """Activities of customers."""

    required_right = "crm.view"

    @extend_schema(operation_id="draws_list", responses=DrawSerializer(many=True))
    def get(self, _request: Request) -> Response:
        """List them with what is published of each, those that end last first."""
        now = timezone.now()
        rows = [
            {
                "id": row.pk,
                "phase": draws.phase(row, now),
                "starts_at": row.starts_at,
                "ends_at": row.ends_at,
                "published": draws.document(row),
            }
            for row in draws.draws()[:MOST]
        ]
        return Response({"draws": DrawSerializer(rows, many=True).data})


class EnterDraw(APIView):
    """Take part in an activity."""

    required_right = "crm.edit"

    @extend_schema(request=EnterSerializer, responses=EnteredSerializer)
    def post(self, request: Request, draw_id: int) -> Response:
        """Enter a customer; refusals come as 409 with the reason in words."""
        shape = EnterSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data = shape.validated_data
        try:
            made = draw_acts.enter(
                draw_id=draw_id,
                customer_id=data["customer"],
                text=data["text"],
                by=person(request),
                now=timezone.now(),
            )
        except ObjectDoesNotExist as error:
            raise Http404 from error
        except GoodsRefusedError as refusal:
            return refused(refusal)
        return Response({"number": made.number, "ticket": made.ticket}, status=201)
