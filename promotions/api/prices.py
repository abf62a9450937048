"""Final prices for other programs: a basket quoted, lowest prices, benefits."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from promotions.models import Benefit
from promotions.queries.freight import own_templates
from promotions.queries.lowest import kept_lowest
from promotions.queries.price_rules import rules_at
from promotions.rules.final_price import PerkError, check_ranges, quote, raises, toolbox
from promotions.rules.final_price.answering import document
from promotions.rules.final_price.reading import read_basket
from promotions.wording.price import error_words, reading_words, step_words
from shopops.lib.business_time import business_date, parse_instant

MOST_CODES, MOST_DAYS, MOST_BENEFITS = 200, 62, 500


class LowestSerializer(serializers.Serializer[Any]):
    """A kept lowest price; amounts in CNY as text."""

    sku = serializers.CharField()
    date = serializers.DateField()
    lowest_amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    quantity = serializers.IntegerField()
    one_piece_amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    list_amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    made_at = serializers.DateTimeField()


class BenefitSerializer(serializers.ModelSerializer[Benefit]):
    """A benefit with its figures, as `quote` takes them."""

    kind = serializers.CharField(read_only=True)
    audience = serializers.CharField(read_only=True)

    class Meta:
        model = Benefit
        fields = [
            "id",
            "code",
            "name",
            "kind",
            "audience",
            "starts_at",
            "ends_at",
            "is_on",
            "is_shop_wide",
            "parameters",
            "version",
        ]

    def to_representation(self, instance: Benefit) -> dict[str, Any]:
        """Leave out what a gift costs where the reader may not see costs."""
        shown = super().to_representation(instance)
        if not self.context["sees_cost"]:
            shown["parameters"] = {
                name: value for name, value in shown["parameters"].items() if name != "cost"
            }
        return shown


class QuoteBasket(APIView):
    """The final price of a basket, without touching the shop's data."""

    required_right = "promotions.view"

    @extend_schema(request=dict, responses=dict)
    def post(self, request: Request) -> Response:
        """Quote a basket under the rules of its moment; the document is that of `manage.py quote`."""
        try:
            wanted = read_basket(request.data, instant=parse_instant)
            rules = rules_at(wanted.at)
            given = (wanted.lines, wanted.perks, rules, wanted.audience)
            check_ranges(wanted.lines, toolbox(wanted.perks, rules, wanted.audience))
            answer = quote(*given, freight=own_templates(wanted))
            findings = raises(*given)
        except PerkError as error:
            raise ValidationError({"detail": error_words(error.evidence)}) from error
        return Response(
            document(answer, words=step_words, reading_words=reading_words, findings=findings)
        )


class LowestPrices(APIView):
    """Kept lowest prices."""

    required_right = "promotions.view"

    @extend_schema(
        parameters=[
            OpenApiParameter("sku", str, many=True, required=True),
            OpenApiParameter("since", date),
            OpenApiParameter("until", date),
        ],
        responses=LowestSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the lowest prices of SKUs from `since` (default today) to `until` (default since)."""
        codes = request.query_params.getlist("sku")[:MOST_CODES]
        since = _date(request, "since") or business_date(timezone.now())
        until = min(_date(request, "until") or since, since + timedelta(days=MOST_DAYS))
        days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
        rows = [
            {
                "sku": code,
                "date": day,
                "lowest_amount": one.amount,
                "quantity": one.quantity,
                "one_piece_amount": one.one_piece,
                "list_amount": one.list_amount,
                "made_at": one.made_at,
            }
            for (code, day), one in sorted(kept_lowest(codes, days).items())
        ]
        return Response(LowestSerializer(rows, many=True).data)


class Benefits(APIView):
    """Benefits that are not over."""

    required_right = "promotions.view"

    @extend_schema(responses=BenefitSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List benefits that are not over, newest first."""
        rows = Benefit.objects.filter(ends_at__gt=timezone.now()).order_by("-pk")
        context = {"sees_cost": request.user.has_perm("products.view_cost")}
        return Response(BenefitSerializer(rows[:MOST_BENEFITS], many=True, context=context).data)


def _date(request: Request, name: str) -> date | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError({name: "not a date"}) from error
