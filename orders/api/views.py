"""Queues, orders and their acts for other programs."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.actions import holds, shipping
from orders.actions.errors import OrderRefusedError, StaleOrderError
from orders.api import serializers as shapes
from orders.choices import BuyerAnswer, HoldKind, ToldChannel
from orders.models import Hold, Order
from orders.queries.order_page import due_words, order_detail
from orders.queries.queues import QUEUES, counts, queue_page
from shopops.staff.models import User

type Data = dict[str, Any]


class Queues(APIView):
    """The work queues with their stored counts."""

    required_right = "orders.view"

    @extend_schema(responses=shapes.QueueSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the queues."""
        stored = counts()
        rows = []
        for queue in QUEUES.values():
            row = stored.get(queue.code)
            rows.append(
                {
                    "code": queue.code,
                    "name": str(queue.name),
                    "count": row.count if row else None,
                    "money_at_risk": row.money_at_risk if row else None,
                    "counted_at": row.counted_at if row else None,
                }
            )
        return Response(shapes.QueueSerializer(rows, many=True).data)


class Orders(APIView):
    """Orders of one queue, paged by key."""

    required_right = "orders.view"

    @extend_schema(
        parameters=[
            OpenApiParameter("queue", str, description="code of a queue, default all"),
            OpenApiParameter("after", str, description="`next` of the page before"),
        ],
        responses=shapes.OrderRowSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List one page of a queue."""
        queue = QUEUES.get(request.query_params.get("queue", "all"))
        if queue is None:
            raise ValidationError({"queue": _("没有这个队列")})
        try:
            page = queue_page(
                queue=queue, now=timezone.now(), after=request.query_params.get("after", "")
            )
        except ValueError as error:
            raise ValidationError({"after": _("不是上一页给出的 next")}) from error
        listed: list[Any] = [row.order for row in page.rows]  # has the model's names, not its type
        rows = shapes.OrderRowSerializer(listed, many=True).data
        return Response({"orders": rows, "next": page.after})


class OneOrder(APIView):
    """One order with its parts."""

    required_right = "orders.view"

    @extend_schema(responses=shapes.OrderSerializer)
    def get(self, request: Request, tid: str) -> Response:
        """Show one order."""
        try:
            detail = order_detail(tid=tid)
        except Order.DoesNotExist as error:
            raise NotFound from error
        return Response(
            shapes.OrderSerializer(
                {
                    "order": detail.order,
                    "due_words": due_words(detail.order, now=timezone.now()),
                    "lines": detail.lines,
                    "shipments": detail.shipments,
                    "holds": detail.holds,
                    "refunds": detail.refunds,
                }
            ).data
        )


class OrderAct(APIView, ABC):
    """One act on one order; refusals come as 409 with the reason in words."""

    shape: ClassVar[type[serializers.Serializer[Any]]] = shapes.VersionSerializer

    @abstractmethod
    def do(self, tid: str, data: Data, by: User, now: datetime) -> object:
        """Do the act itself."""

    def post(self, request: Request, tid: str) -> Response:
        """Do the act."""
        shape = self.shape(data=request.data)
        shape.is_valid(raise_exception=True)
        try:
            self.do(tid, shape.validated_data, person(request), timezone.now())
        except (Order.DoesNotExist, Hold.DoesNotExist) as error:
            raise NotFound from error
        except StaleOrderError as stale:
            return _refused("stale", stale)
        except OrderRefusedError as refusal:
            return _refused("refused", refusal)
        return Response(shapes.OrderRowSerializer(Order.objects.get(tid=tid)).data)


def person(request: Request) -> User:
    """Give the person whose session or token asks; the permission let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _refused(code: str, refusal: OrderRefusedError) -> Response:
    return Response({"code": code, "detail": refusal.message}, status=status.HTTP_409_CONFLICT)


@extend_schema(request=shapes.VersionSerializer, responses=shapes.OrderRowSerializer)
class Approve(OrderAct):
    """Let an order pass audit."""

    required_right = "orders.approve"

    def do(self, tid: str, data: Data, by: User, now: datetime) -> object:
        """Approve."""
        return shipping.approve_order(tid=tid, by=by, now=now, version=data["version"])


@extend_schema(request=shapes.HoldActSerializer, responses=shapes.OrderRowSerializer)
class HoldAct(OrderAct):
    """Put an order on hold."""

    required_right = "orders.hold"
    shape = shapes.HoldActSerializer

    def do(self, tid: str, data: Data, by: User, now: datetime) -> object:
        """Hold."""
        kind = HoldKind(data["kind"])
        return holds.hold_order(
            tid=tid, kind=kind, note=data["note"], by=by, now=now, version=data["version"]
        )


@extend_schema(request=shapes.ToldActSerializer, responses=shapes.OrderRowSerializer)
class TellAct(OrderAct):
    """Record that the buyer was told about a hold."""

    required_right = "orders.tell_buyer"
    shape = shapes.ToldActSerializer

    def do(self, tid: str, data: Data, by: User, now: datetime) -> object:
        """Record it."""
        told = holds.Told(ToldChannel(data["channel"]), data["words"], BuyerAnswer(data["answer"]))
        return holds.tell_buyer(
            tid=tid, hold_id=data["hold"], told=told, by=by, now=now, version=data["version"]
        )


@extend_schema(request=shapes.CloseActSerializer, responses=shapes.OrderRowSerializer)
class CloseAct(OrderAct):
    """End a hold."""

    required_right = "orders.hold"
    shape = shapes.CloseActSerializer

    def do(self, tid: str, data: Data, by: User, now: datetime) -> object:
        """Close."""
        return holds.close_hold(
            tid=tid,
            hold_id=data["hold"],
            resolution=data["resolution"],
            by=by,
            now=now,
            version=data["version"],
        )


@extend_schema(request=shapes.HandOverActSerializer, responses=shapes.OrderRowSerializer)
class HandOver(OrderAct):
    """Record that a parcel was handed to the carrier."""

    required_right = "orders.hand_over"
    shape = shapes.HandOverActSerializer

    def do(self, tid: str, data: Data, by: User, now: datetime) -> object:
        """Hand over."""
        waybill = shipping.Waybill(data["carrier"], data["waybill_no"])
        return shipping.hand_over_order(
            tid=tid, waybill=waybill, by=by, now=now, version=data["version"]
        )
