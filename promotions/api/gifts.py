"""Gift rules for other programs: the same acts and questions as the pages."""

from collections.abc import Callable

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from products.actions.errors import GoodsRefusedError
from products.api.stock import person, refused
from promotions.actions import gift_rules as acts
from promotions.actions.gift_rules import GiftValues
from promotions.api import gift_shapes as shapes
from promotions.choices import GiftShortage
from promotions.models import GiftRule
from promotions.queries import gift_board as board

MOST_RULES = 200


class Gifts(APIView):
    """The gift rules, newest first."""

    required_right = "promotions.view"

    @extend_schema(
        operation_id="gift_rules_list",
        parameters=[OpenApiParameter("tab", str, description="current (default), over or all")],
        responses=shapes.GiftRowSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List them with what is left."""
        now = timezone.now()
        tab = request.query_params.get("tab", "current")
        rows = board.gift_rows(list(board.rules_of_tab(tab, now=now)[:MOST_RULES]), now=now)
        return Response({"gifts": shapes.GiftRowSerializer(rows, many=True).data})


class NewGift(APIView):
    """Write a gift rule."""

    required_right = "promotions.edit"

    @extend_schema(request=shapes.GiftValuesSerializer, responses=shapes.GiftRuleSerializer)
    def post(self, request: Request) -> Response:
        """Write it; refusals come as 409 with the reason in words."""
        shape = shapes.GiftValuesSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        values = _values(shape.validated_data)
        return _answered(
            lambda: acts.create_rule(values=values, by=person(request), now=timezone.now()),
            status.HTTP_201_CREATED,
        )


class OneGift(APIView):
    """One gift rule with the orders that got it."""

    required_right = "promotions.view"

    @extend_schema(
        operation_id="gift_rule",
        parameters=[OpenApiParameter("before", int, description="`next` of the page before")],
        responses=shapes.GiftRowSerializer,
    )
    def get(self, request: Request, rule_id: int) -> Response:
        """Show it with a page of its grants, newest first."""
        rules = GiftRule.objects.select_related("gift_sku", "activity")
        rule = get_object_or_404(rules, pk=rule_id)
        before = request.query_params.get("before", "")
        grants, following = board.grants_page(
            rule, before=int(before) if before.isdecimal() and len(before) < 19 else 0
        )
        (row,) = board.gift_rows([rule], now=timezone.now())
        data = dict(shapes.GiftRowSerializer(row).data)
        data["grants"] = shapes.GrantSerializer(grants, many=True).data
        return Response({**data, "next": following or None})


class EditGift(APIView):
    """Change a gift rule."""

    required_right = "promotions.edit"

    @extend_schema(request=shapes.GiftEditSerializer, responses=shapes.GiftRuleSerializer)
    def post(self, request: Request, rule_id: int) -> Response:
        """Change it; a newer version is refused with 409."""
        shape = shapes.GiftEditSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data = dict(shape.validated_data)
        version = data.pop("version")
        return _answered(
            lambda: acts.change_rule(
                rule_id=rule_id,
                values=_values(data),
                version=version,
                by=person(request),
                now=timezone.now(),
            )
        )


class SwitchGift(APIView):
    """Switch a gift rule on or off."""

    required_right = "promotions.edit"

    @extend_schema(request=shapes.GiftSwitchSerializer, responses=shapes.GiftRuleSerializer)
    def post(self, request: Request, rule_id: int) -> Response:
        """Switch it; a newer version is refused with 409."""
        shape = shapes.GiftSwitchSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data = shape.validated_data
        return _answered(
            lambda: acts.switch_rule(
                rule_id=rule_id,
                on=data["on"],
                version=data["version"],
                by=person(request),
                now=timezone.now(),
            )
        )


def _values(data: shapes.Data) -> GiftValues:
    return GiftValues(
        **{
            **data,
            "goods": tuple(dict.fromkeys(data["goods"])),
            "when_out": GiftShortage(data["when_out"]),
        }
    )


def _answered(act: Callable[[], GiftRule], code: int = status.HTTP_200_OK) -> Response:
    try:
        rule = act()
    except GiftRule.DoesNotExist as error:
        raise Http404 from error
    except GoodsRefusedError as refusal:
        return refused(refusal)
    return Response(shapes.GiftRuleSerializer(rule).data, status=code)
