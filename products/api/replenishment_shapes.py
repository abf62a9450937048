"""Shapes of the replenishment API. Fields are named one by one."""

from typing import Any

from rest_framework import serializers

from products.rules.stock import MOST_PIECES

type Data = dict[str, Any]


class PlanSerializer(serializers.Serializer[Any]):
    """One SKU's plan. `price_amount` is null for who may not see costs."""

    sku_id = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()
    supplier_id = serializers.IntegerField(allow_null=True)
    supplier = serializers.CharField()
    price_amount = serializers.SerializerMethodField()
    pack_size = serializers.IntegerField()
    minimum_quantity = serializers.IntegerField()
    lead_days = serializers.IntegerField()
    daily_demand = serializers.DecimalField(max_digits=12, decimal_places=4)
    uplift_pieces = serializers.DecimalField(max_digits=12, decimal_places=2)
    demand_kind = serializers.CharField(source="kind")
    forecast_model = serializers.CharField(source="model")
    error = serializers.DecimalField(max_digits=12, decimal_places=4, allow_null=True)
    naive_error = serializers.DecimalField(max_digits=12, decimal_places=4, allow_null=True)
    bias = serializers.DecimalField(max_digits=12, decimal_places=4, allow_null=True)
    free = serializers.IntegerField(allow_null=True)
    on_the_way = serializers.IntegerField()
    covered = serializers.IntegerField(source="covered.pieces")
    safety_stock = serializers.IntegerField()
    reorder_point = serializers.IntegerField()
    cover_days = serializers.IntegerField(allow_null=True)
    runs_out_on = serializers.DateField(allow_null=True)
    order_by = serializers.DateField(allow_null=True)
    suggested_quantity = serializers.IntegerField()
    to_order = serializers.IntegerField()
    sold_weeks = serializers.ListField(child=serializers.IntegerField())
    made_at = serializers.DateTimeField()

    def get_price_amount(self, row: Any) -> str | None:  # noqa: ANN401
        """Give the newest price of its supplier to who may see costs."""
        if not self.context["sees_cost"] or row.price_amount is None:
            return None
        return str(row.price_amount)


class TriedWeekSerializer(serializers.Serializer[Any]):
    """One week of the back-test."""

    begins_on = serializers.DateField()
    actual = serializers.FloatField()
    forecast = serializers.FloatField()
    naive = serializers.FloatField()


class OnePlanSerializer(PlanSerializer):
    """One SKU's plan with its back-test, oldest week first."""

    back_test = serializers.SerializerMethodField()

    def get_back_test(self, row: Any) -> list[Data]:  # noqa: ANN401
        """Give the tried weeks by name."""
        names = ("begins_on", "actual", "forecast", "naive")
        weeks = [dict(zip(names, week, strict=True)) for week in row.back_test]
        return list(TriedWeekSerializer(weeks, many=True).data)


class OrderLineSerializer(serializers.Serializer[Data]):
    """What to order of one SKU; `covered` as the plan showed it, so that nothing is ordered twice."""

    code = serializers.CharField(max_length=80)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_PIECES)
    covered = serializers.IntegerField(min_value=0)


class OrdersSerializer(serializers.Serializer[Data]):
    """Plans to be written as drafts of purchase orders, one for each supplier."""

    lines = OrderLineSerializer(many=True, allow_empty=False)


class RunSerializer(serializers.Serializer[Any]):
    """A run that was asked for."""

    run = serializers.IntegerField(source="pk")
    state = serializers.CharField()
