"""Stock, warnings and purchase orders for other programs: the same acts and questions as the pages."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from products.actions import purchases as purchase_acts
from products.actions import stock as acts
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.actions.purchases import Arrival
from products.api import stock_shapes as shapes
from products.models import PurchaseLine, PurchaseOrder, Sku
from products.queries import purchases, shortage, stock
from products.queries.rules import rule_in_force
from shopops.lib.business_time import business_date
from shopops.staff.models import User


class Stock(APIView):
    """The SKUs whose stock is kept, paged by code."""

    required_right = "products.view"

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="code, barcode or words of the name"),
            OpenApiParameter("after", str, description="`next` of the page before"),
        ],
        responses=shapes.StockRowSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List one page."""
        now = timezone.now()
        page = stock.stock_page(
            today=business_date(now),
            sales_days=rule_in_force(now=now).sales_days,
            q=request.query_params.get("q", "")[:80],
            after=request.query_params.get("after", ""),
        )
        rows = shapes.StockRowSerializer(page.rows, many=True).data
        return Response({"stock": rows, "next": page.after or None})


class OneSku(APIView):
    """One SKU's stock with the newest lines of its ledger."""

    required_right = "products.view"

    @extend_schema(responses=shapes.StockRowSerializer)
    def get(self, request: Request, sku_id: int) -> Response:
        """Show it."""
        sku = Sku.objects.select_related("product", "level").filter(pk=sku_id).first()
        if sku is None:
            raise NotFound
        now = timezone.now()
        row = stock.one_row(
            sku, today=business_date(now), sales_days=rule_in_force(now=now).sales_days
        )
        moves, following = stock.moves_of(sku_id=sku_id)
        return Response(
            {
                **shapes.StockRowSerializer(row).data,
                "moves": shapes.MoveSerializer(moves, many=True).data,
                "moves_before": following,
            }
        )


class Move(APIView):
    """Stock moved by hand; refusals come as 409 with the reason in words."""

    required_right = "products.stock"

    @extend_schema(request=shapes.MoveActSerializer, responses=shapes.MoveSerializer)
    def post(self, request: Request, sku_id: int) -> Response:
        """Move it."""
        shape = shapes.MoveActSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data: dict[str, Any] = shape.validated_data
        who: dict[str, Any] = {"by": person(request), "now": timezone.now()}
        amount: dict[str, Any] = {
            "sku_id": sku_id,
            "quantity": data["quantity"],
            "reason": data["reason"],
        }
        number: dict[str, Any] = {"reference": data["reference"]}
        doing = {
            "receipt": lambda: acts.receive(**amount, **number, **who),
            "adjust": lambda: acts.adjust(**amount, **who),
            "scrap": lambda: acts.scrap(**amount, **who),
            "gift": lambda: acts.give(**amount, **number, **who),
            "return": lambda: acts.bring_back(**amount, **number, **who),
        }
        try:
            move = doing[data["kind"]]()
        except Sku.DoesNotExist as error:
            raise NotFound from error
        except GoodsRefusedError as refusal:
            return refused(refusal)
        return Response(shapes.MoveSerializer(move).data, status=status.HTTP_201_CREATED)


class Warnings(APIView):
    """What is short, worst first."""

    required_right = "products.view"

    @extend_schema(responses=shapes.WarningSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List it."""
        rows = shortage.warnings(today=business_date(timezone.now()))
        return Response({"warnings": shapes.WarningSerializer(rows, many=True).data})


class Purchases(APIView):
    """Purchase orders, newest first."""

    required_right = "products.view"

    @extend_schema(
        parameters=[OpenApiParameter("tab", str, description="open (default), late, done or all")],
        responses=shapes.PurchaseSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List one page."""
        now, after = timezone.now(), request.query_params.get("after", "")
        rows, following = purchases.purchases(
            day=business_date(now),
            unsent_days=rule_in_force(now=now).unsent_days,
            tab=request.query_params.get("tab", "open"),
            after=int(after) if after.isdecimal() else 0,
        )
        data = shapes.PurchaseSerializer(rows, many=True).data
        return Response({"purchases": data, "next": following})


class Arrive(APIView):
    """What arrived of a purchase order."""

    required_right = "products.purchase"

    @extend_schema(request=shapes.ArriveSerializer, responses=shapes.PurchaseSerializer)
    def post(self, request: Request, number: str) -> Response:
        """Book it in."""
        shape = shapes.ArriveSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data, now = shape.validated_data, timezone.now()
        try:
            purchase = purchase_acts.arrive(
                number=number,
                arrivals=_arrivals(number, data["lines"]),
                version=data["version"],
                by=person(request),
                now=now,
            )
        except PurchaseOrder.DoesNotExist as error:
            raise NotFound from error
        except GoodsRefusedError as refusal:
            return refused(refusal)
        row = purchases.purchase_row(
            purchase,
            day=business_date(now),
            unsent_days=rule_in_force(now=now).unsent_days,
        )
        return Response(shapes.PurchaseSerializer(row).data)


def _arrivals(number: str, lines: list[dict[str, Any]]) -> list[Arrival]:
    known = dict(
        PurchaseLine.objects.filter(purchase__number=number).values_list("sku__code", "pk")
    )
    if not known:
        raise PurchaseOrder.DoesNotExist
    for line in lines:
        if line["code"] not in known:
            words = _("这张采购单没有 %(code)s。") % {"code": line["code"]}
            raise ValidationError({"lines": words})
    return [Arrival(known[line["code"]], line["arrived"], line["defect"]) for line in lines]


def person(request: Request) -> User:
    """Give the person whose session or token asks; the permission let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def refused(refusal: GoodsRefusedError) -> Response:
    """Say why something was not done."""
    code = "stale" if isinstance(refusal, StaleGoodsError) else "refused"
    return Response({"code": code, "detail": refusal.message}, status=status.HTTP_409_CONFLICT)
