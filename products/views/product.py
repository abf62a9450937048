"""One product: its page, its edit, its image, its figures as a file, its template."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from products.actions import catalogue, images, template_file
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.forms.catalogue import ImageForm, ProductForm
from products.models import Product
from products.queries import product_page as queries
from products.views import product_parts as parts
from products.views.stale import Stale, stale_page
from shopops.lib.business_time import business_date
from shopops.lib.exports import csv_rows
from shopops.lib.vault import VaultBrokenError
from shopops.staff.access import requires
from shopops.staff.models import User

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@never_cache
@requires("products.view")
def product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Show everything about one product on one screen."""
    return _page(request, product_id)


def _page(
    request: HttpRequest, product_id: int, *, form: ProductForm | None = None, status: int = 200
) -> HttpResponse:
    try:
        detail = queries.product_detail(product_id=product_id)
    except Product.DoesNotExist as error:
        raise Http404 from error
    now = timezone.now()
    days = queries.figures(product_id=product_id, today=business_date(now))
    context = {
        **parts.context_of(detail, days, person=_person(request), now=now),
        "edit_form": form or ProductForm(initial=_initial(detail.product)),
        "edit_open": form is not None,
        "now": now,
    }
    return render(request, "products/product.html", context, status=status)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _initial(product: Product) -> dict[str, Any]:
    return {name: getattr(product, name) for name in catalogue.PRODUCT_FIELDS}


def version_of(request: HttpRequest) -> int | None:
    """Give the version that a page was of."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@require_POST
@requires("products.edit")
def edit(request: HttpRequest, product_id: int) -> HttpResponse:
    """Change a product; a stale page gets both versions to choose from."""
    form = ProductForm(request.POST)
    if not form.is_valid():
        return _page(request, product_id, form=form, status=422)
    try:
        done = catalogue.edit_product(
            product_id=product_id,
            values=form.cleaned_data,
            by=_person(request),
            now=timezone.now(),
            version=version_of(request),
        )
    except Product.DoesNotExist as error:
        raise Http404 from error
    except StaleGoodsError:
        return _stale(request, product_id, form.cleaned_data)
    except GoodsRefusedError as refusal:
        form.add_error("status", refusal.message)
        return _page(request, product_id, form=form, status=422)
    messages.success(request, _("存好了。") if done.changed else _("没有要存的改动。"))
    return redirect("products:product", product_id)


def _stale(request: HttpRequest, product_id: int, sent: dict[str, Any]) -> HttpResponse:
    row = Product.objects.select_related("changed_by").get(pk=product_id)
    stale = Stale(
        what=_("商品 %(name)s") % {"name": str(row) or row.item_code},
        row=row,
        sent=sent,
        names=list(ProductForm.base_fields),
        back_url=reverse("products:product", args=[product_id]),
    )
    return stale_page(request, stale, now=timezone.now())


@require_POST
@requires("products.edit")
def set_image(request: HttpRequest, product_id: int) -> HttpResponse:
    """Take a new main image."""
    form = ImageForm(request.POST, request.FILES)
    back = redirect("products:product", product_id)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return back
    try:
        images.set_image(
            product_id=product_id,
            file=form.cleaned_data["image"],
            by=_person(request),
            now=timezone.now(),
            version=version_of(request),
        )
    except Product.DoesNotExist as error:
        raise Http404 from error
    except GoodsRefusedError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("主图换好了。"))
    return back


@require_GET
@requires("products.view")
def image(request: HttpRequest, product_id: int) -> HttpResponse:
    """Give a product's image, or its small one; a browser keeps what has a name of its own."""
    found = Product.objects.only("image_path").filter(pk=product_id).first()
    if found is None or not found.image_path:
        raise Http404
    tag = f'"{images.image_names(found.image_path)[request.GET.get("s") == "small"]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    try:
        content, kind = images.image_bytes(found, is_small=request.GET.get("s") == "small")
    except VaultBrokenError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=kind)
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_GET
@requires("products.view")
def days_csv(request: HttpRequest, product_id: int) -> StreamingHttpResponse:
    """Download the figures of the last 60 days; an unknown figure is an empty cell."""
    if not Product.objects.filter(pk=product_id).exists():
        raise Http404
    today = business_date(timezone.now())
    rows = parts.day_rows(queries.figures(product_id=product_id, today=today))
    response = StreamingHttpResponse(
        csv_rows(rows, encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{_name(product_id, today)}"'
    return response


def _name(product_id: int, today: date) -> str:
    return f"product-{product_id}-{today:%Y%m%d}.csv"


@require_http_methods(["POST"])
@requires("products.edit")
def template(request: HttpRequest, product_id: int) -> HttpResponse:
    """Write the product's SKUs as 千牛's template."""
    try:
        name, content = template_file.write_template(
            product_id=product_id, by=_person(request), now=timezone.now()
        )
    except Product.DoesNotExist as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
