"""Listing checks: the products that fail, and one product's check with its material."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions import listing as actions
from products.actions.errors import StaleGoodsError
from products.choices import CheckOutcome, ProductStatus
from products.forms.listing import MaterialForm, ReasonForm
from products.models import ListingCheck, Product
from products.queries import listing as queries
from products.queries.material import material_of
from products.rules.listing import shown_points
from products.views.acting import Asked, Data, answer, conflict, running
from products.wording.listing import absolute_hits, evidence_words, point_name
from shopops.lib.words import listed, stored
from shopops.staff.access import requires

TONES = {
    CheckOutcome.FAIL: "late",
    CheckOutcome.UNKNOWN: "soon",
    CheckOutcome.PASS: "done",
}
ICONS = {
    CheckOutcome.FAIL: "circle-x",
    CheckOutcome.UNKNOWN: "help-circle",
    CheckOutcome.PASS: "circle-check",
}
STATUS_TONES = {
    ProductStatus.ON_SHELF: "done",
    ProductStatus.OFF_SHELF: "wait",
    ProductStatus.FORBIDDEN: "late",
    ProductStatus.DRAFT: "wait",
}


@require_http_methods(["GET", "POST"])
@requires("products.view")
def listing(request: HttpRequest) -> HttpResponse:
    """List products by what their newest check says; a POST asks for a check of all."""
    if request.method == "POST":
        done = answer(
            request, {"all": ("products.edit", _check_all)}, back=reverse("products:listing")
        )
        if done is not None:
            return done
    only_main = request.GET.get("main") == "1"
    counts = queries.check_counts(only_main=only_main)
    show = request.GET.get("show", "")
    if show not in queries.SHOWS:
        show = next((one for one in queries.SHOWS if counts[one]), "failed")
    try:
        page = queries.check_list(
            show=show, only_main=only_main, after=request.GET.get("after", "")
        )
    except ValueError:
        return redirect("products:listing")
    now = timezone.now()
    base = f"?show={show}" + ("&main=1" if only_main else "")
    context = {
        "now": now,
        "tabs": _tabs(counts, show, only_main=only_main),
        "rows": [_row(one) for one in page.rows] + [_bare_row(one) for one in page.products],
        "show": show,
        "only_main": only_main,
        "main_url": f"?show={show}" if only_main else f"?show={show}&main=1",
        "older_url": f"{base}&after={page.after}" if page.after else None,
        "newer_url": base if request.GET.get("after") else None,
        "running": running(actions.KIND, now=now),
        "can_run": request.user.has_perm("products.edit"),
        "is_empty": not any(counts.values()),
    }
    return render(request, "products/listing.html", context)


def _check_all(asked: Asked) -> HttpResponse:
    actions.request_check_all(by=asked.by, now=asked.now)
    return asked.done(_("开始检查所有商品，进度在这一页。"))


def _tabs(counts: dict[str, int], show: str, *, only_main: bool) -> list[Data]:
    labels = {
        "failed": _("不通过"),
        "unknown": _("有看不出的"),
        "passed": _("全部通过"),
        "unchecked": _("还没检查"),
    }
    more = "&main=1" if only_main else ""
    return [
        {
            "label": labels[code],
            "url": f"?show={code}{more}",
            "count": counts[code],
            "tone": "late" if code == "failed" and counts[code] else "",
            "current": code == show,
        }
        for code in queries.SHOWS
    ]


def _row(check: ListingCheck) -> Data:
    failed = [point_name(one["code"]) for one in check.points if one["outcome"] == "fail"]
    return _bare_row(check.product) | {
        "failed": listed(failed),
        "failed_count": check.failed_count,
        "unknown_count": check.unknown_count,
        "at": check.checked_at,
    }


def _bare_row(product: Product) -> Data:
    return {
        "title": product.title or product.item_no or product.item_code,
        "code": product.item_code or product.item_no,
        "status": product.get_status_display(),
        "tone": STATUS_TONES[ProductStatus(product.status)],
        "is_main": product.is_main,
        "url": reverse("products:listing_check", kwargs={"product_id": product.pk}),
        "failed": "",
        "failed_count": None,
        "unknown_count": None,
        "at": None,
    }


@require_http_methods(["GET", "POST"])
@requires("products.view")
def check_page(request: HttpRequest, product_id: int) -> HttpResponse:
    """Show one product's check; a POST of one part checks, lists, delists, writes material or exempts."""
    product = get_object_or_404(Product, pk=product_id)
    back = reverse("products:listing_check", kwargs={"product_id": product_id})
    if request.method == "POST":
        form = MaterialForm(request.POST)
        if request.POST.get("part") == "material" and not form.is_valid():
            return render(
                request, "products/listing_check.html", _context(request, product, form), status=422
            )
        parts = {code: (right, _of(product, act)) for code, (right, act) in PARTS.items()}
        done = answer(request, parts, back=back)
        if done is not None:
            return done
    return render(request, "products/listing_check.html", _context(request, product))


def _of(product: Product, act: Any) -> Any:  # noqa: ANN401
    return lambda asked: act(asked, product)


def _check(asked: Asked, product: Product) -> HttpResponse:
    row = actions.check_product(product_id=product.pk, by=asked.by, now=asked.now)
    if row.failed_count:
        return asked.done(_("检查完：%(count)s 项不通过。") % {"count": row.failed_count})
    return asked.done(_("检查完：没有不通过的。"))


def _list(asked: Asked, product: Product) -> HttpResponse:
    return _mark(asked, product, is_on=True)


def _delist(asked: Asked, product: Product) -> HttpResponse:
    return _mark(asked, product, is_on=False)


def _mark(asked: Asked, product: Product, *, is_on: bool) -> HttpResponse:
    form = ReasonForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    try:
        actions.mark_listed(
            product_id=product.pk,
            is_on=is_on,
            reason=form.cleaned_data["reason"],
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        wanted = ProductStatus.ON_SHELF if is_on else ProductStatus.OFF_SHELF
        current = Product.objects.get(pk=product.pk)
        return conflict(
            asked,
            stale,
            key=("product", str(product.pk)),
            rows=[(_("状态"), current.get_status_display(), wanted.label)],
            version=current.version,
        )
    return asked.done(_("已标为在售。") if is_on else _("已标为下架。"))


def _material(asked: Asked, product: Product) -> HttpResponse:
    form = MaterialForm(asked.data)
    form.is_valid()
    given = actions.MaterialGiven(**form.cleaned_data)
    try:
        actions.save_material(
            product_id=product.pk,
            given=given,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        current = Product.objects.get(pk=product.pk)
        theirs = _initial(current)
        rows = [
            (form.fields[name].label, _shown(theirs[name]), _shown(form.cleaned_data[name]))
            for name in form.fields
        ]
        return conflict(
            asked, stale, key=("product", str(product.pk)), rows=rows, version=current.version
        )
    actions.check_product(product_id=product.pk, by=asked.by, now=asked.now)
    return asked.done(_("已保存，又检查了一遍。"))


def _shown(value: object) -> object:
    if isinstance(value, dict):
        return listed(f"{name} {text}" for name, text in value.items())
    return str(value or "")[:400]


def _exempt(asked: Asked, product: Product) -> HttpResponse:
    word = str(asked.data.get("word", ""))[:40]
    actions.exempt_word(
        product_id=product.pk,
        word=word,
        reason=str(asked.data.get("reason", ""))[:200],
        by=asked.by,
        now=asked.now,
    )
    actions.check_product(product_id=product.pk, by=asked.by, now=asked.now)
    return asked.done(_("已放行「%(word)s」，写明是你。") % {"word": word})


def _withdraw(asked: Asked, product: Product) -> HttpResponse:
    word = str(asked.data.get("word", ""))[:40]
    actions.withdraw_exemption(product_id=product.pk, word=word, by=asked.by, now=asked.now)
    actions.check_product(product_id=product.pk, by=asked.by, now=asked.now)
    return asked.done(_("已收回。"))


PARTS: dict[str, tuple[str, Any]] = {
    "check": ("products.edit", _check),
    "list": ("products.edit", _list),
    "delist": ("products.edit", _delist),
    "material": ("products.edit", _material),
    "exempt": ("products.edit", _exempt),
    "withdraw": ("products.edit", _withdraw),
}


def _initial(product: Product) -> Data:
    material = material_of(product)
    return {
        "category": product.category,
        "brand": product.brand,
        "promise_hours": product.promise_hours,
        "props": material.props or {},
        "sizes": material.sizes or "",
        "detail": material.detail or "",
    }


def checks_context(product: Product, *, sees_cost: bool, now: datetime) -> Data:
    """Give what `products/_checks.html` takes, for any page that shows a product. Three queries."""
    found = queries.product_checks(product)
    stored_points = found.latest.points if found.latest else []
    points = [_point(one) for one in shown_points(stored_points, sees_cost=sees_cost)]
    order = list(TONES)
    points.sort(key=lambda one: order.index(one["outcome"]))
    return {
        "now": now,
        "product": product,
        "check": found.latest,
        "points": points,
        "passed_count": sum(one["outcome"] == CheckOutcome.PASS for one in points),
        "history": found.history,
        "violations": found.violations,
        "exemptions": found.exemptions,
        "check_url": reverse("products:listing_check", kwargs={"product_id": product.pk}),
    }


def _point(stored_point: dict[str, str]) -> Data:
    outcome = CheckOutcome(stored_point["outcome"])
    return {
        "code": stored_point["code"],
        "name": point_name(stored_point["code"]),
        "outcome": outcome,
        "label": outcome.label,
        "tone": TONES[outcome],
        "icon": ICONS[outcome],
        "words": stored(evidence_words(stored_point["evidence"])),
        "bad_words": [
            word for word, harmless in absolute_hits(stored_point["evidence"]) if not harmless
        ],
    }


def _context(request: HttpRequest, product: Product, form: MaterialForm | None = None) -> Data:
    now = timezone.now()
    is_on = product.status == ProductStatus.ON_SHELF
    sees_cost = request.user.has_perm("products.view_cost")
    return checks_context(product, sees_cost=sees_cost, now=now) | {
        "status_tone": STATUS_TONES[ProductStatus(product.status)],
        "is_on": is_on,
        "material_form": form or MaterialForm(initial=_initial(product)),
        "is_open": form is not None,
        "reason_form": ReasonForm(auto_id="id_shelf_%s"),
        "hidden": [
            {"name": "part", "value": "delist" if is_on else "list"},
            {"name": "version", "value": product.version},
        ],
        "can_edit": request.user.has_perm("products.edit"),
    }
