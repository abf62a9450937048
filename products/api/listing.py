"""Listing checks, prices, ranks, competitors and quality for other programs."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from products.actions import listing, looks, prices
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.actions.watch import request_findings
from products.api import listing_shapes as shapes
from products.choices import SECRET_KINDS, PriceChangeState, PriceKind, RankSort
from products.models import Competitor, ListingCheck, PriceChange, Product, Sku
from products.queries import prices as price_queries
from products.queries import quality
from shopops.staff.models import User

MOST = 200


def person(request: Request) -> User:
    """Give the person whose session or token asks; the permission let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def refused(refusal: GoodsRefusedError) -> Response:
    """Answer a refusal with 409: why, in words, and whether the caller's version was old."""
    code = "stale" if isinstance(refusal, StaleGoodsError) else "refused"
    return Response({"code": code, "detail": refusal.message}, status=status.HTTP_409_CONFLICT)


def _checks(rows: Sequence[ListingCheck], request: Request) -> Any:  # noqa: ANN401
    sees_cost = request.user.has_perm("products.view_cost")
    shape = shapes.ListingCheckSerializer(rows, many=True, context={"sees_cost": sees_cost})
    return shape.data


class Checks(APIView):
    """A product's listing checks."""

    required_right = "products.view"

    @extend_schema(responses=shapes.ListingCheckSerializer(many=True))
    def get(self, request: Request, product_id: int) -> Response:
        """List a product's checks, newest first."""
        if not Product.objects.filter(pk=product_id).exists():
            raise NotFound
        rows = ListingCheck.objects.filter(product_id=product_id).order_by("-checked_at", "-pk")
        return Response(_checks(list(rows[:MOST]), request))


class CheckAct(APIView):
    """Checking a product now."""

    required_right = "products.edit"

    @extend_schema(request=None, responses=shapes.ListingCheckSerializer)
    def post(self, request: Request, product_id: int) -> Response:
        """Check a product."""
        try:
            row = listing.check_product(
                product_id=product_id, by=person(request), now=timezone.now()
            )
        except Product.DoesNotExist as error:
            raise NotFound from error
        return Response(_checks([row], request)[0])


class Prices(APIView):
    """Price changes that wait for the manager, and the newest of the others."""

    required_right = "products.view"

    @extend_schema(responses=shapes.PriceChangeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List price changes: those that wait first, the newest 200 in all."""
        rows = price_queries.changes(with_cost=request.user.has_perm("products.view_cost"))
        waiting = list(
            rows.filter(state=PriceChangeState.WAITING).order_by("asked_at", "pk")[:MOST]
        )
        others = rows.exclude(state=PriceChangeState.WAITING).order_by("-asked_at", "-pk")
        found = [*waiting, *others[: MOST - len(waiting)]]
        return Response(shapes.PriceChangeSerializer(found, many=True).data)


@extend_schema(request=shapes.ChangePriceSerializer, responses=shapes.PriceChangeSerializer)
class ChangePrice(APIView):
    """Changing one price; below floor or cost it waits for the manager."""

    required_right = "products.set_price"

    def post(self, request: Request) -> Response:
        """Change a price."""
        data = _valid(shapes.ChangePriceSerializer, request)
        kind = PriceKind(data["kind"])
        if kind in SECRET_KINDS and not request.user.has_perm("products.view_cost"):
            raise PermissionDenied
        sku = Sku.objects.filter(code=data["sku_code"]).first()
        if sku is None:
            raise NotFound(_("没有这个商家编码"))
        wanted = prices.NewPrice(sku.pk, kind, data["amount"], data["reason"], data["version"])
        now, by = timezone.now(), person(request)
        try:
            change = prices.change_price(wanted=wanted, by=by, now=now)
        except GoodsRefusedError as refusal:
            return refused(refusal)
        request_findings(by=by, now=now)
        return Response(shapes.PriceChangeSerializer(change).data)


@extend_schema(request=shapes.DecidePriceSerializer, responses=shapes.PriceChangeSerializer)
class DecidePrice(APIView):
    """The manager's word on a price that waits."""

    required_right = "products.approve_price"

    def post(self, request: Request, change_id: int) -> Response:
        """Agree or refuse."""
        data = _valid(shapes.DecidePriceSerializer, request)
        now, by = timezone.now(), person(request)
        try:
            change = prices.decide_price(change_id=change_id, by=by, now=now, **data)
        except PriceChange.DoesNotExist as error:
            raise NotFound from error
        except GoodsRefusedError as refusal:
            return refused(refusal)
        request_findings(by=by, now=now)
        return Response(shapes.PriceChangeSerializer(change).data)


@extend_schema(request=shapes.RankSerializer(many=True), responses=shapes.KeptSerializer)
class Ranks(APIView):
    """Looks at ranks in search."""

    required_right = "products.edit"

    def post(self, request: Request) -> Response:
        """Keep looks; all or none."""
        rows = _valid_many(shapes.RankSerializer, request)
        ids = looks.product_ids([row["item_no"] for row in rows])
        unknown = [row["item_no"] for row in rows if row["item_no"] not in ids]
        if unknown:
            raise ValidationError({"item_no": _("没有商品 %(value)s") % {"value": unknown[0]}})
        found = [
            looks.RankLook(
                product_id=ids[row["item_no"]],
                keyword=row["keyword"],
                sort=RankSort(row["sort"]),
                at=row["at"],
                position=row["position"],
                looked_at=row["looked_at"],
            )
            for row in rows
        ]
        now, by = timezone.now(), person(request)
        try:
            kept = looks.record_ranks(looks=found, by=by, now=now)
        except GoodsRefusedError as refusal:
            return refused(refusal)
        request_findings(by=by, now=now)
        return Response({"kept": kept})


@extend_schema(request=shapes.RivalLookSerializer(many=True), responses=shapes.KeptSerializer)
class RivalLooks(APIView):
    """What was seen of competitors."""

    required_right = "products.edit"

    def post(self, request: Request) -> Response:
        """Keep looks; all or none."""
        rows = _valid_many(shapes.RivalLookSerializer, request)
        wanted = {row["competitor_id"] for row in rows}
        if Competitor.objects.filter(pk__in=wanted).count() < len(wanted):
            raise ValidationError({"competitor_id": _("没有这个对手")})
        now, by = timezone.now(), person(request)
        try:
            kept = looks.record_rivals(
                looks=[looks.RivalLook(**row) for row in rows], by=by, now=now
            )
        except GoodsRefusedError as refusal:
            return refused(refusal)
        request_findings(by=by, now=now)
        return Response({"kept": kept})


class Quality(APIView):
    """Quality per SKU on its newest day."""

    required_right = "products.view"

    @extend_schema(responses=shapes.QualitySerializer(many=True))
    def get(self, request: Request) -> Response:
        """List SKUs of which something came back, most faults first, at most 200."""
        day = quality.newest_day()
        rows = quality.with_faults(day)[:MOST] if day else []
        return Response(shapes.QualitySerializer(rows, many=True).data)


def _valid(shape: Any, request: Request) -> dict[str, Any]:  # noqa: ANN401
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _valid_many(shape: Any, request: Request) -> list[dict[str, Any]]:  # noqa: ANN401
    given = shape(data=request.data, many=True, allow_empty=False, max_length=1000)
    given.is_valid(raise_exception=True)
    return [dict(row) for row in given.validated_data]
