"""SKUs: those that belong nowhere, one SKU's page, its edit, its bundle."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from products.actions import bundles, catalogue
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.forms.catalogue import BundleForm, SkuForm
from products.models import ReplenishmentPlan, Sku, StockLevel
from products.queries.product_page import SkuDetail, sku_detail, sku_page
from products.views import product_parts as parts
from products.views.product import version_of
from products.views.stale import Stale, stale_page
from shopops.lib.templatetags.shop import money
from shopops.staff.access import requires
from shopops.staff.models import User

_WHICH = ("loose", "draft", "all")


@require_GET
@requires("products.view")
def skus(request: HttpRequest) -> HttpResponse:
    """List SKUs: without a product, drafts, or all."""
    which = request.GET.get("which", "loose")
    which = which if which in _WHICH else "loose"
    q = request.GET.get("q", "").strip()[:80]
    page = sku_page(which=which, q=q, after=_key(request, "after"), before=_key(request, "before"))
    labels = {"loose": _("没有归到商品"), "draft": _("草稿"), "all": _("全部")}
    base = f"?which={which}" + (f"&q={q}" if q else "")
    sees_cost = request.user.has_perm("products.view_cost")
    context = {
        "tabs": [
            {"label": label, "url": f"?which={code}", "count": None, "current": code == which}
            for code, label in labels.items()
        ],
        "rows": [parts.sku_row(sku, sees_cost=sees_cost) for sku in page.rows],
        "q": q,
        "which": which,
        "page": {
            "newer_url": f"{base}&before={page.before}" if page.before else None,
            "older_url": f"{base}&after={page.after}" if page.after else None,
            "text": _("本页 %(n)d 个") % {"n": len(page.rows)},
        },
    }
    return render(request, "products/skus.html", context)


def _key(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _detail(sku_id: int) -> SkuDetail:
    try:
        return sku_detail(sku_id=sku_id)
    except Sku.DoesNotExist as error:
        raise Http404 from error


@require_GET
@never_cache
@requires("products.view")
def sku(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Show one SKU."""
    return _page(request, _detail(sku_id))


def _page(
    request: HttpRequest,
    detail: SkuDetail,
    *,
    form: SkuForm | None = None,
    bundle_form: BundleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    person = _person(request)
    sees_cost = person.has_perm("products.view_cost")
    one = detail.sku
    row = parts.sku_row(one, sees_cost=sees_cost)
    if detail.parts:
        row["free"] = _bundles(detail)
    context = {
        "sku": one,
        "row": row,
        "facts": _facts(one, sees_cost=sees_cost),
        "detail": detail,
        "sees_cost": sees_cost,
        "may_edit": person.has_perm("products.edit"),
        "may_decide": person.has_perm("products.decide_conflict"),
        "form": form or SkuForm(initial=_initial(one)),
        "bundle_form": bundle_form or BundleForm(initial={"parts": _lines(detail)}),
        "conflicts": parts.conflict_rows(detail.conflicts, sees_cost=sees_cost),
        "prices": parts.price_rows(detail.prices, sees_cost=sees_cost),
        "events": parts.events(detail.operations, detail.imports, sees_cost=sees_cost),
        **_plan(one),
        "now": timezone.now(),
    }
    return render(request, "products/sku.html", context, status=status)


def _plan(one: Sku) -> dict[str, str]:
    plan = ReplenishmentPlan.objects.filter(pk=one.pk).first()
    if plan is None:
        return {"plan_url": "", "plan_words": ""}
    words = _("建议订 %(n)s 件") if plan.suggested_quantity else _("现在不用补")
    return {
        "plan_url": reverse("products:replenishment_sku", args=[one.pk]),
        "plan_words": words % {"n": plan.suggested_quantity} if plan.suggested_quantity else words,
    }


def _initial(one: Sku) -> dict[str, Any]:
    names = [name for name in catalogue.SKU_FIELDS if name != "product_id"]
    product = one.product
    return {
        **{name: getattr(one, name) for name in names},
        "product": (product.item_no or product.item_code) if product else "",
    }


def _lines(detail: SkuDetail) -> str:
    return "\n".join(f"{part.part.code} {part.quantity}" for part in detail.parts)


def _bundles(detail: SkuDetail) -> int | None:
    """Give how many of a bundle the free pieces of its parts make; None if a part's are not kept."""
    possible = []
    for part in detail.parts:
        level: StockLevel | None = getattr(part.part, "level", None)
        if level is None:
            return None
        possible.append(max(level.on_hand - level.allocated, 0) // part.quantity)
    return min(possible)


def _facts(one: Sku, *, sees_cost: bool) -> list[dict[str, Any]]:
    pairs: list[tuple[str, Any]] = [
        (_("商家编码（平台）"), one.outside_code),
        (_("平台 SKU 号"), one.sku_no),
        (_("平台库存"), one.shelf_quantity),
        (_("售价"), money(one.list_amount) if one.list_amount is not None else ""),
        (_("吊牌价"), money(one.tag_amount) if one.tag_amount is not None else ""),
    ]
    if sees_cost:
        for label, value in (
            (_("成本价"), one.cost_amount),
            (_("采购价"), one.purchase_amount),
            (_("底价"), one.floor_amount),
        ):
            pairs.append((label, "" if value is None else money(value)))
    return [{"label": label, "value": value} for label, value in pairs if value not in (None, "")]


@require_POST
@requires("products.edit")
def edit(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Change a SKU; a stale page gets both versions to choose from."""
    detail, form = _detail(sku_id), SkuForm(request.POST)
    if not form.is_valid():
        return _page(request, detail, form=form, status=422)
    values = form.values()
    if not request.POST.get("product") and _has_nameless_product(detail.sku):
        values.pop("product_id")
    try:
        done = catalogue.edit_sku(
            sku_id=sku_id,
            values=values,
            by=_person(request),
            now=timezone.now(),
            version=version_of(request),
        )
    except StaleGoodsError:
        return _stale(request, sku_id, values)
    except GoodsRefusedError as refusal:
        for field, text in refusal.errors.items():
            form.add_error(field or None, text)
        return _page(request, detail, form=form, status=422)
    messages.success(request, _("存好了。") if done.changed else _("没有要存的改动。"))
    return redirect("products:sku", sku_id)


def _has_nameless_product(one: Sku) -> bool:
    """A product without number and style cannot be named in the form, and stays."""
    product = one.product
    return product is not None and not (product.item_no or product.item_code)


def _stale(request: HttpRequest, sku_id: int, values: dict[str, Any]) -> HttpResponse:
    row = Sku.objects.select_related("changed_by").get(pk=sku_id)
    stale = Stale(
        what=_("SKU %(code)s") % {"code": row.code},
        row=row,
        sent={**values, "product": values.get("product_id")},
        names=list(SkuForm.base_fields),
        back_url=reverse("products:sku", args=[sku_id]),
    )
    return stale_page(request, stale, now=timezone.now())


@require_POST
@requires("products.edit")
def bundle(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Say of which pieces a bundle is."""
    detail, form = _detail(sku_id), BundleForm(request.POST)
    if not form.is_valid():
        return _page(request, detail, bundle_form=form, status=422)
    try:
        bundles.set_bundle(
            sku_id=sku_id,
            parts=form.cleaned_data["parts"],
            by=_person(request),
            now=timezone.now(),
            version=version_of(request),
        )
    except GoodsRefusedError as refusal:
        form.add_error("parts", refusal.message)
        return _page(request, detail, bundle_form=form, status=422)
    messages.success(request, _("套装存好了。"))
    return redirect("products:sku", sku_id)
