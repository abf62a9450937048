"""What to order, for other programs: the same questions and acts as the pages."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from products.actions.errors import GoodsRefusedError
from products.actions.plan_orders import PlanLine, order_plans
from products.actions.replenish import request_replenishment
from products.actions.watch import request_findings
from products.api import replenishment_shapes as shapes
from products.api.stock import person, refused
from products.api.stock_shapes import PurchaseSerializer
from products.models import Sku
from products.queries import plans, purchases
from products.queries.plans import Filters
from products.queries.rules import rule_in_force
from shopops.lib.business_time import business_date


def _context(request: Request) -> dict[str, bool]:
    return {"sees_cost": person(request).has_perm("products.view_cost")}


class Replenishment(APIView):
    """Plans by the last date on which to order, paged by key."""

    required_right = "products.view"

    @extend_schema(
        parameters=[
            OpenApiParameter("tab", str, description="now, week, all (default), bare or unknown"),
            OpenApiParameter("supplier", int, description="only what this supplier brings"),
            OpenApiParameter("q", str, description="part of a code or title"),
            OpenApiParameter("after", str, description="`next` of the page before"),
        ],
        responses=shapes.PlanSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List one page."""
        asked = request.query_params
        try:
            page = plans.plan_page(
                filters=_filters(request),
                today=business_date(timezone.now()),
                after=asked.get("after", ""),
            )
        except ValueError as error:
            raise ValidationError({"after": _("不是上一页给出的 next")}) from error
        rows = shapes.PlanSerializer(page.rows, many=True, context=_context(request)).data
        return Response({"replenishment": rows, "next": page.after or None})


def _filters(request: Request) -> Filters:
    asked = request.query_params
    tab, supplier = asked.get("tab", "all"), asked.get("supplier", "")
    if tab not in plans.TABS:
        raise ValidationError({"tab": _("没有这个视图")})
    if supplier and not (supplier.isdecimal() and len(supplier) < 18):
        raise ValidationError({"supplier": _("写供应商的编号")})
    return Filters(tab=tab, supplier=int(supplier or 0), q=asked.get("q", "").strip()[:80])


class OnePlan(APIView):
    """One SKU's plan with its back-test."""

    required_right = "products.view"

    @extend_schema(responses=shapes.OnePlanSerializer)
    def get(self, request: Request, sku_id: int) -> Response:
        """Show it."""
        row = plans.plans_of([sku_id], today=business_date(timezone.now())).get(sku_id)
        if row is None:
            raise NotFound
        return Response(shapes.OnePlanSerializer(row, context=_context(request)).data)


class Orders(APIView):
    """Plans written as drafts of purchase orders; a refusal is 409 with the reason in words."""

    required_right = "products.purchase"

    @extend_schema(request=shapes.OrdersSerializer, responses=PurchaseSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Write them: all or none."""
        shape = shapes.OrdersSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        now = timezone.now()
        try:
            made = order_plans(
                lines=_lines(shape.validated_data["lines"]), by=person(request), now=now
            )
        except GoodsRefusedError as refusal:
            return refused(refusal)
        request_findings(by=person(request), now=now)
        waits = rule_in_force(now=now).unsent_days
        rows = [
            purchases.purchase_row(one, day=business_date(now), unsent_days=waits) for one in made
        ]
        data = PurchaseSerializer(rows, many=True).data
        return Response({"purchases": data}, status=status.HTTP_201_CREATED)


def _lines(sent: list[shapes.Data]) -> list[PlanLine]:
    codes = [line["code"] for line in sent]
    known = dict(Sku.objects.filter(code__in=codes).values_list("code", "pk"))
    for code in codes:
        if code not in known:
            words = _("没有商家编码「%(code)s」。") % {"code": code}
            raise ValidationError({"lines": words})
    return [PlanLine(known[line["code"]], line["quantity"], line["covered"]) for line in sent]


class Again(APIView):
    """All plans made anew."""

    required_right = "products.purchase"

    @extend_schema(request=None, responses={202: shapes.RunSerializer})
    def post(self, request: Request) -> Response:
        """Ask for it; the run shows how far it is."""
        run = request_replenishment(now=timezone.now(), by=person(request))
        return Response(shapes.RunSerializer(run).data, status=status.HTTP_202_ACCEPTED)
