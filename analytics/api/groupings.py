"""The shop's figures by one grouping for other programs: what `manage.py metrics` prints."""

from datetime import date
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from analytics.choices import BASES, GROUPINGS
from analytics.queries import metrics as queries


class MetricRowSerializer(serializers.Serializer[Any]):
    """The figures of one key: a date, an hour 00 to 23, a weekday 1 to 7, a province, a code, a tier, or "total".

    Amounts in CNY as text with two decimals; `net_amount` is gross less refunds. Costs are in none of them.
    """

    key = serializers.CharField(allow_blank=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    orders = serializers.IntegerField()
    paid_orders = serializers.IntegerField()
    unpaid_orders = serializers.IntegerField()
    refunded_orders = serializers.IntegerField()
    buyers = serializers.IntegerField()
    pieces = serializers.IntegerField()
    gross_amount = serializers.CharField()
    refund_amount = serializers.CharField()
    net_amount = serializers.CharField()


class MetricRowsSerializer(serializers.Serializer[Any]):
    """The rows of a grouping, in the order of the command."""

    rows = MetricRowSerializer(many=True)


def grouped(*, by: str, basis: str, since: date, until: date) -> dict[str, Any]:
    """Give the document of `manage.py metrics` as the rollup stands: days that wait for it are as they were.

    :raises ValidationError: if there is no such grouping or basis, in words
    """
    if by not in GROUPINGS:
        raise ValidationError({"by": f"no such grouping: {by}; one of {', '.join(GROUPINGS)}"})
    if basis not in BASES:
        raise ValidationError({"basis": f"no such basis: {basis}; one of {', '.join(BASES)}"})
    rows = queries.metrics(by=by, basis=basis, since=since, until=until)
    return {"rows": [row.document for row in rows]}
