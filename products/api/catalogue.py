"""Products, SKUs, bundles and conflicts for other programs: the same actions as the pages."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from products.actions import bundles, catalogue
from products.actions.conflicts import decide_conflicts
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.actions.watch import request_findings
from products.api import catalogue_shapes as shapes
from products.models import CatalogueConflict, Product, Sku
from products.queries.catalogue_list import TABS, Filters, product_page
from products.queries.catalogue_sort import SORTS, Edge, Sort
from products.queries.product_page import conflict_page, product_detail, sku_page
from products.wording.catalogue import SECRET
from shopops.lib.business_time import business_date
from shopops.staff.models import User


def _person(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _sees_cost(request: Request) -> dict[str, bool]:
    return {"sees_cost": _person(request).has_perm("products.view_cost")}


def _key(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise ValidationError({name: _("不是上一页给出的 next")})
    return int(text)


def _refused(refusal: GoodsRefusedError) -> Response:
    code = "stale" if isinstance(refusal, StaleGoodsError) else "refused"
    return Response({"code": code, "detail": refusal.message}, status=status.HTTP_409_CONFLICT)


_AFTER = OpenApiParameter("after", int, description="`next` of the page before")
_Q = OpenApiParameter("q", str, description="part of a title, beginning of a code, number")


class Products(APIView):
    """Products, newest first, paged by key."""

    required_right = "products.view"

    @extend_schema(
        parameters=[
            OpenApiParameter("tab", str, description="a saved view"),
            OpenApiParameter(
                "sort", str, description="cover, sales, stock or margin; falling with a -"
            ),
            _Q,
            OpenApiParameter("after", str, description="`next` of the page before"),
        ],
        responses=shapes.ProductSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List one page."""
        tab = TABS.get(request.query_params.get("tab", "all"))
        if tab is None or (tab.code == "dear" and not _sees_cost(request)["sees_cost"]):
            raise ValidationError({"tab": _("没有这个视图")})
        page = product_page(
            tab=tab,
            filters=Filters(q=request.query_params.get("q", "").strip()[:80]),
            today=business_date(timezone.now()),
            sort=_sort(request),
            after=Edge.parse(request.query_params.get("after", "")),
        )
        by_id = Product.objects.in_bulk([row.id for row in page.rows])
        rows = [by_id[row.id] for row in page.rows if row.id in by_id]
        shown = shapes.ProductSerializer(rows, many=True).data
        return Response({"products": shown, "next": str(page.after) if page.after else None})


def _sort(request: Request) -> Sort | None:
    wanted = request.query_params.get("sort", "")
    sort = SORTS.get(wanted)
    if wanted and (sort is None or (sort.right and not request.user.has_perm(sort.right))):
        raise ValidationError({"sort": _("没有这个排序")})
    return sort


class OneProduct(APIView):
    """One product with its SKUs and open conflicts."""

    required_right = "products.view"

    @extend_schema(responses=shapes.ProductSerializer)
    def get(self, request: Request, product_id: int) -> Response:
        """Show one product."""
        try:
            detail = product_detail(product_id=product_id)
        except Product.DoesNotExist as error:
            raise NotFound from error
        context = _sees_cost(request)
        conflicts = [
            one for one in detail.conflicts if context["sees_cost"] or one.field not in SECRET
        ]
        return Response(
            {
                "product": shapes.ProductSerializer(detail.product).data,
                "skus": shapes.SkuSerializer(list(detail.skus), many=True, context=context).data,
                "conflicts": shapes.ConflictSerializer(conflicts, many=True).data,
            }
        )


class EditProduct(APIView):
    """Change fields of a product."""

    required_right = "products.edit"

    @extend_schema(request=shapes.EditProductSerializer, responses=shapes.ProductSerializer)
    def post(self, request: Request, product_id: int) -> Response:
        """Change what is given."""
        values = _read(shapes.EditProductSerializer, request)
        try:
            done = catalogue.edit_product(
                product_id=product_id,
                version=values.pop("version"),
                values=values,
                by=_person(request),
                now=timezone.now(),
            )
        except Product.DoesNotExist as error:
            raise NotFound from error
        except GoodsRefusedError as refusal:
            return _refused(refusal)
        return Response(shapes.ProductSerializer(done.row).data)


def _read(shape: type[Any], request: Request) -> dict[str, Any]:
    read = shape(data=request.data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


class Skus(APIView):
    """SKUs, newest first, paged by key."""

    required_right = "products.view"

    @extend_schema(
        parameters=[
            OpenApiParameter("which", str, description="loose, draft or all (the default)"), _Q, _AFTER,
        ],
        responses=shapes.SkuSerializer(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """List one page."""
        page = sku_page(
            which=request.query_params.get("which", "all"),
            q=request.query_params.get("q", "").strip()[:80],
            after=_key(request, "after"),
        )
        rows = shapes.SkuSerializer(list(page.rows), many=True, context=_sees_cost(request)).data
        return Response({"skus": rows, "next": page.after})


class EditSku(APIView):
    """Change fields of a SKU."""

    required_right = "products.edit"

    @extend_schema(request=shapes.EditSkuSerializer, responses=shapes.SkuSerializer)
    def post(self, request: Request, sku_id: int) -> Response:
        """Change what is given."""
        values = _read(shapes.EditSkuSerializer, request)
        try:
            done = catalogue.edit_sku(
                sku_id=sku_id,
                version=values.pop("version"),
                values=values,
                by=_person(request),
                now=timezone.now(),
            )
        except Sku.DoesNotExist as error:
            raise NotFound from error
        except GoodsRefusedError as refusal:
            return _refused(refusal)
        return Response(shapes.SkuSerializer(done.row, context=_sees_cost(request)).data)


class Bundle(APIView):
    """Say of which pieces a bundle is."""

    required_right = "products.edit"

    @extend_schema(request=shapes.BundleSerializer, responses=shapes.SkuSerializer)
    def post(self, request: Request, sku_id: int) -> Response:
        """Set the parts."""
        values = _read(shapes.BundleSerializer, request)
        try:
            sku = bundles.set_bundle(
                sku_id=sku_id, by=_person(request), now=timezone.now(), **values
            )
        except Sku.DoesNotExist as error:
            raise NotFound from error
        except GoodsRefusedError as refusal:
            return _refused(refusal)
        return Response(shapes.SkuSerializer(sku, context=_sees_cost(request)).data)


class Conflicts(APIView):
    """Open conflicts of sources, newest first."""

    required_right = "products.view"

    @extend_schema(parameters=[_AFTER], responses=shapes.ConflictSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List one page; conflicts about costs only for who may see them."""
        rows, older = conflict_page(is_open=True, after=_key(request, "after"))
        if not _sees_cost(request)["sees_cost"]:
            rows = [row for row in rows if row.field not in SECRET]
        shown = shapes.ConflictSerializer(rows, many=True).data
        return Response({"conflicts": shown, "next": older})


class Decide(APIView):
    """Decide conflicts, all the same way."""

    required_right = "products.decide_conflict"

    @extend_schema(request=shapes.DecideSerializer, responses=shapes.DecidedSerializer)
    def post(self, request: Request) -> Response:
        """Decide."""
        values = _read(shapes.DecideSerializer, request)
        ids = values["conflicts"]
        if not _sees_cost(request)["sees_cost"]:
            hidden = CatalogueConflict.objects.filter(pk__in=ids, field__in=SECRET)
            ids = sorted(set(ids) - set(hidden.values_list("pk", flat=True)))
        done = decide_conflicts(
            ids=ids, takes_theirs=values["takes_theirs"], by=_person(request), now=timezone.now()
        )
        request_findings(by=_person(request), now=timezone.now())
        return Response(shapes.DecidedSerializer(done).data)
