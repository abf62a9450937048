"""Customers and their value for other programs: the pages' own questions and acts."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.actions import tags
from crm.actions.customer_errors import CustomerRefusedError
from crm.models import Customer, RfmRun
from crm.queries.customer_list import SORTS, CustomerRow, Filters, customer_page
from crm.queries.customer_page import known
from orders.views.rows import mask_nick
from shopops.lib.business_time import business_date
from shopops.staff.models import User


class CustomerSerializer(serializers.Serializer[Any]):
    """A customer with figures; amounts in CNY as text. Names are masked for who may not see contacts."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    life_stage = serializers.CharField()
    segment = serializers.CharField()
    scores = serializers.CharField()
    paid_orders = serializers.IntegerField()
    net_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    last_paid_date = serializers.DateField(allow_null=True)
    due_date = serializers.DateField(allow_null=True)
    province = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())


class CustomerPageSerializer(serializers.Serializer[Any]):
    """One page; `after` is the key of the next, null at the end."""

    customers = CustomerSerializer(many=True)
    after = serializers.CharField(allow_null=True)


class TagSerializer(serializers.Serializer[Any]):
    """A tag to put."""

    name = serializers.CharField(max_length=30)


class SegmentSerializer(serializers.Serializer[Any]):
    """A class of customers."""

    code = serializers.CharField()
    buyers = serializers.IntegerField()
    net_amount = serializers.DecimalField(max_digits=14, decimal_places=2)


class ValueSerializer(serializers.Serializer[Any]):
    """RFM as last worked out."""

    as_of = serializers.DateField()
    window_days = serializers.IntegerField()
    buyers = serializers.IntegerField()
    segments = SegmentSerializer(many=True)


def _as_json(row: CustomerRow, *, sees: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name if sees else mask_nick(row.name),
        "life_stage": row.stage,
        "segment": row.segment,
        "scores": row.scores,
        "paid_orders": row.paid_orders,
        "net_amount": Decimal(row.net_fen) / 100,
        "last_paid_date": row.last_paid_date,
        "due_date": row.due_date,
        "province": row.province,
        "tags": row.tags,
    }


class Customers(APIView):
    """The list of customers who bought."""

    required_right = "crm.view"

    @extend_schema(
        parameters=[
            OpenApiParameter(name, str)
            for name in ("q", "stage", "segment", "province", "sort", "after")
        ],
        responses=CustomerPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Give one page."""
        asked = request.query_params
        page = customer_page(
            tab="all",
            filters=Filters(
                **{name: asked.get(name, "") for name in ("q", "stage", "segment", "province")}
            ),
            sort=SORTS.get(asked.get("sort", "last"), SORTS["last"]),
            today=business_date(timezone.now()),
            may_find_phone=request.user.has_perm("orders.reveal_contact"),
            after=asked.get("after", ""),
        )
        sees = request.user.has_perm("orders.view_contact")
        rows = [_as_json(row, sees=sees) for row in page.rows]
        return Response(CustomerPageSerializer({"customers": rows, "after": page.after}).data)


@extend_schema(request=TagSerializer, responses={200: None})
class PutTag(APIView):
    """Putting a tag to a customer by hand."""

    required_right = "crm.edit"

    def post(self, request: Request, customer_id: int) -> Response:
        """Put it; 409 says why not."""
        data = TagSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        assert isinstance(request.user, User)  # noqa: S101
        now = timezone.now()
        try:
            known(customer_id, today=business_date(now))
            tags.put_tag(
                customer_id=customer_id, name=data.validated_data["name"], by=request.user, now=now
            )
        except ObjectDoesNotExist as error:
            raise NotFound from error
        except CustomerRefusedError as refusal:
            return Response({"detail": refusal.message}, status=409)
        names = Customer.objects.get(pk=customer_id).tags.order_by("pk")
        return Response({"tags": list(names.values_list("tag__name", flat=True))})


class Value(APIView):
    """RFM as last worked out."""

    required_right = "crm.view"

    @extend_schema(responses=ValueSerializer)
    def get(self, _request: Request) -> Response:
        """Give it; 404 while nothing was worked out."""
        run = RfmRun.objects.order_by("-as_of").first()
        if run is None:
            raise NotFound(_("还没有算过"))
        segments = [{**one, "net_amount": Decimal(one["net_fen"]) / 100} for one in run.segments]
        shown = {
            "as_of": run.as_of,
            "window_days": run.window_days,
            "buyers": run.buyers,
            "segments": segments,
        }
        return Response(ValueSerializer(shown).data)
