"""A month's statement for other programs."""

from datetime import date
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.queries.statement import statement
from shopops.lib.business_time import business_date
from shopops.lib.money import from_fen
from shopops.work.clock import system_clock


def _amount(**given: Any) -> serializers.DecimalField:  # noqa: ANN401
    return serializers.DecimalField(max_digits=14, decimal_places=2, **given)


class StatementLineSerializer(serializers.Serializer[Any]):
    """A line: what counts (null: unknown), beside estimate and bill; costs are negative."""

    code = serializers.CharField()
    amount = _amount(allow_null=True)
    estimated = _amount()
    billed = _amount()
    frozen = _amount(allow_null=True)


class BillRowSerializer(serializers.Serializer[Any]):
    """A kind of the bill: in, out, and what the books say (null: nothing)."""

    kind = serializers.CharField()
    lines = serializers.IntegerField()
    income = _amount()
    expense = _amount()
    gap = _amount(allow_null=True)
    verdict = serializers.CharField()


class StatementSerializer(serializers.Serializer[Any]):
    """A month. `profit` is null while costs are unknown: it is then at most `at_most`."""

    month = serializers.DateField()
    orders = serializers.IntegerField()
    unknown_cost_orders = serializers.IntegerField()
    profit = _amount(allow_null=True)
    at_most = _amount()
    covered_days = serializers.IntegerField()
    agrees = serializers.BooleanField(allow_null=True)
    gap_orders = serializers.IntegerField()
    closed_at = serializers.DateTimeField(allow_null=True)
    correction = _amount(allow_null=True)
    lines = StatementLineSerializer(many=True)
    bill = BillRowSerializer(many=True)


class StatementView(APIView):
    """Give one month; costs need `products.view_cost` as well."""

    required_right = "analytics.view_profit"

    @extend_schema(
        operation_id="analytics_statement",
        parameters=[OpenApiParameter("month", str, description="2026-09")],
        responses=StatementSerializer,
    )
    def get(self, request: Request) -> Response:
        if not request.user.has_perm("products.view_cost"):
            self.permission_denied(request)
        text = request.query_params.get("month") or f"{business_date(system_clock()):%Y-%m}"
        try:
            month = date.fromisoformat(f"{text}-01")
        except ValueError as error:
            raise serializers.ValidationError({"month": "YYYY-MM"}) from error
        found = statement(month=month)
        data = {
            "month": month,
            "orders": found.period.orders,
            "unknown_cost_orders": found.unknown_cost_orders,
            "profit": None if found.profit is None else from_fen(found.profit),
            "at_most": from_fen(found.total),
            "covered_days": len(found.covered),
            "agrees": found.agrees,
            "gap_orders": found.gap_orders,
            "closed_at": found.close.closed_at if found.close else None,
            "correction": None if found.correction is None else from_fen(found.correction),
            "lines": [
                {
                    "code": line.code,
                    "amount": None if line.fen is None else from_fen(line.fen),
                    "estimated": from_fen(line.estimated),
                    "billed": from_fen(line.billed + line.shop),
                    "frozen": None if line.frozen is None else from_fen(line.frozen),
                }
                for line in found.lines.values()
            ],
            "bill": [
                {
                    "kind": row.kind,
                    "lines": row.lines,
                    "income": from_fen(row.income),
                    "expense": from_fen(row.expense),
                    "gap": None if row.gap is None else from_fen(row.gap),
                    "verdict": row.verdict,
                }
                for row in found.bill
            ],
        }
        return Response(StatementSerializer(data).data)
