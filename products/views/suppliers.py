"""Suppliers: the list, and one with its prices and what its word is worth."""

from dataclasses import replace
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions import purchases as acts
from products.actions.errors import PurchaseRefusedError, StaleGoodsError
from products.actions.purchases import SupplierValues
from products.forms.purchases import PriceForm, SupplierEditForm, SupplierForm
from products.models import Supplier
from products.queries import purchases
from products.queries.rules import rule_in_force
from products.views.acting import (
    Asked,
    asked_of,
    attempt,
    conflict,
    hidden,
    log_url,
    rows_of,
    say_errors,
)
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

PURCHASE = "products.purchase"


@require_http_methods(["GET", "POST"])
@requires("products.view")
def supplier_list(request: HttpRequest) -> HttpResponse:
    """List the suppliers; a POST adds one."""
    if request.method == "POST":
        return _add(asked_of(request, PURCHASE))
    context = {
        "now": timezone.now(),
        "rows": purchases.suppliers(),
        "form": SupplierForm(initial={"lead_days": 7}),
        "can_purchase": request.user.has_perm(PURCHASE),
        "log_url": log_url(request, "supplier"),
    }
    return render(request, "products/suppliers.html", context)


def _add(asked: Asked) -> HttpResponse:
    form, url = SupplierForm(asked.data), reverse("products:suppliers")
    if not form.is_valid():
        return say_errors(asked, form, url)
    values = SupplierValues(**form.cleaned_data)
    run = partial(acts.add_supplier, values=values, by=asked.by, now=asked.now)
    return attempt(asked, run, done=_("已加上。"), url=url)


@require_http_methods(["GET", "POST"])
@requires("products.view")
def supplier_page(request: HttpRequest, supplier_id: int) -> HttpResponse:
    """Show one supplier; a POST changes it or notes a price."""
    supplier = get_object_or_404(Supplier, pk=supplier_id)
    if request.method == "POST":
        asked = asked_of(request, PURCHASE)
        if request.POST.get("part") == "price":
            return _price(asked, supplier)
        return _change(asked, supplier)
    now = timezone.now()
    orders, _following = purchases.purchases(
        day=business_date(now),
        unsent_days=rule_in_force(now=now).unsent_days,
        tab="all",
        supplier_id=supplier_id,
    )
    can = request.user.has_perm(PURCHASE)
    can_see_cost = request.user.has_perm("products.view_cost")
    context = {
        "now": now,
        "supplier": supplier,
        "row": purchases.suppliers(only=supplier_id)[0],
        "orders": orders,
        "prices": purchases.price_history(supplier_id=supplier_id) if can_see_cost else [],
        "can_see_cost": can_see_cost,
        "form": SupplierEditForm(initial=_stored(supplier)) if can else None,
        "price_form": PriceForm(initial={"minimum_quantity": 1}) if can and can_see_cost else None,
        "price_hidden": hidden(part="price"),
        "url": reverse("products:supplier", args=[supplier_id]),
        "log_url": log_url(request, "supplier"),
    }
    return render(request, "products/supplier.html", context)


def _stored(supplier: Supplier) -> dict[str, object]:
    return {
        "name": supplier.name,
        "contact": supplier.contact,
        "lead_days": supplier.lead_days,
        "note": supplier.note,
        "is_on": supplier.is_on,
    }


def _change(asked: Asked, supplier: Supplier) -> HttpResponse:
    url = reverse("products:supplier", args=[supplier.pk])
    form = SupplierEditForm(asked.data)
    if not form.is_valid():
        return say_errors(asked, form, url)
    run = partial(
        acts.change_supplier,
        supplier_id=supplier.pk,
        values=SupplierValues(**form.cleaned_data),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    try:
        return attempt(asked, run, done=_("已保存。"), url=url, raise_stale=True)
    except StaleGoodsError as stale:
        supplier.refresh_from_db()
        return conflict(
            replace(asked, back=url),
            stale,
            key=("supplier", supplier.name),
            rows=rows_of(form, _stored(supplier)),
            version=supplier.version,
        )


def _price(asked: Asked, supplier: Supplier) -> HttpResponse:
    url = reverse("products:supplier", args=[supplier.pk])
    form = PriceForm(asked.data)
    if not form.is_valid():
        return say_errors(asked, form, url)
    data = form.cleaned_data

    def run() -> None:
        sku = purchases.sku_by_code(data["code"])
        if sku is None:
            raise PurchaseRefusedError(_("没有商家编码「%(code)s」。") % {"code": data["code"]})
        acts.set_supplier_price(
            supplier_id=supplier.pk,
            sku_id=sku.pk,
            amount=data["amount"],
            minimum_quantity=data["minimum_quantity"],
            by=asked.by,
            now=asked.now,
        )

    return attempt(asked, run, done=_("已记下报价。"), url=url)
