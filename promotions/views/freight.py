"""Freight templates: all with what they cost, one with its dated rows, writing and changing one."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from products.actions.errors import GoodsRefusedError
from products.views.acting import (
    Asked,
    Data,
    Saved,
    asked_of,
    attempt,
    last_operation,
    log_url,
    rows_of,
    show_both,
)
from promotions.actions import freight as acts
from promotions.actions.errors import StalePriceError
from promotions.forms.freight import (
    AreaForm,
    FreightForm,
    FreightProductsForm,
    NewFreightForm,
    area_forms,
)
from promotions.models import FreightTemplate
from promotions.queries import freight as queries
from promotions.rules.freight import UNITS
from promotions.wording.freight import area_error, area_words, areas_words, regions_words
from shopops.staff.access import requires

SET = "promotions.set_rules"


@require_GET
@requires("promotions.view")
def freight(request: HttpRequest) -> HttpResponse:
    """List the templates with what they cost now, and their rows of other times."""
    now = timezone.now()
    counts = queries.product_counts()
    context = {
        "now": now,
        "rows": [_row(row, counts) | {"state": _state(row)} for row in queries.template_rows()],
        "can_set": request.user.has_perm(SET),
        "log_url": log_url(request, "freight"),
    }
    return render(request, "promotions/freight.html", context)


def _row(row: FreightTemplate, counts: dict[str, int]) -> Data:
    areas = sorted(row.areas.all(), key=lambda one: (bool(one.regions), one.pk))
    return {
        "row": row,
        "url": reverse("promotions:freight_one", args=[row.pk]),
        "areas": [
            {"regions": regions_words(area), "words": area_words(area, row.unit)} for area in areas
        ],
        "products": counts.get(row.code, 0),
    }


def _state(row: FreightTemplate) -> Data:
    now = timezone.now()
    if not row.is_on:
        return {"words": _("关掉"), "tone": "wait"}
    if row.valid_from > now:
        return {"words": _("没开始"), "tone": "us"}
    if row.valid_to and row.valid_to <= now:
        return {"words": _("结束了"), "tone": "wait"}
    return {"words": _("在用"), "tone": "done"}


@require_http_methods(["GET", "POST"])
@requires(SET)
def freight_new(request: HttpRequest) -> HttpResponse:
    """Write a new template."""
    if request.method == "POST":
        return _sent(asked_of(request, SET), None)
    form = NewFreightForm(initial={"is_on": True, "is_default": not queries.template_rows()})
    return _form_page(request, form, area_forms(None, None), None)


@require_http_methods(["GET", "POST"])
@requires("promotions.view")
def freight_one(request: HttpRequest, template_id: int) -> HttpResponse:
    """Show one dated row of a template; a POST changes it or says what goes by it."""
    row = get_object_or_404(FreightTemplate.objects.select_related("changed_by"), pk=template_id)
    if request.method == "POST":
        asked = asked_of(request, SET)
        if request.POST.get("part") == "products":
            return _products_sent(asked, row)
        return _sent(asked, row)
    form = FreightForm(initial=_initial(row))
    return _form_page(request, form, area_forms(None, row), row)


def _initial(row: FreightTemplate) -> Data:
    names = ("name", "unit", "is_default", "is_on", "valid_to", "source")
    return {name: getattr(row, name) for name in names}


def _sent(asked: Asked, row: FreightTemplate | None) -> HttpResponse:
    form = (FreightForm if row else NewFreightForm)(asked.data)
    areas = area_forms(asked.data, row)
    all_valid = all([form.is_valid(), *[area.is_valid() for area in areas]])
    if not all_valid:
        return _form_page(asked.request, form, areas, row, status=422)
    filled = [area for area in areas if area.is_nationwide or not area.is_empty]
    given = form.given(tuple(area.given(form.cleaned_data["unit"]) for area in filled))
    try:
        saved = _save(asked, form, given, row)
    except StalePriceError:
        assert row is not None  # noqa: S101
        return _conflict(asked, form, given, row)
    except acts.AreasRefusedError as refusal:
        for fault in refusal.faults:
            at = filled[fault.row] if fault.row >= 0 else areas[0]
            at.add_error(fault.field if fault.field in at.fields else None, area_error(fault))
        return _form_page(asked.request, form, areas, row, status=422)
    except GoodsRefusedError as refusal:
        for field, words in refusal.errors.items():
            form.add_error(field if field in form.fields else None, words)
        return _form_page(asked.request, form, areas, row, status=422)
    url = reverse("promotions:freight_one", args=[saved.pk])
    return attempt(asked, lambda: None, done=_("运费模板已保存。"), url=url)


def _save(
    asked: Asked, form: FreightForm, given: acts.FreightGiven, row: FreightTemplate | None
) -> FreightTemplate:
    if row is None:
        code = form.cleaned_data["code"]
        return acts.create_freight(code=code, given=given, by=asked.by, now=asked.now)
    return acts.change_freight(
        template_id=row.pk,
        given=given,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )


def _conflict(
    asked: Asked, form: FreightForm, given: acts.FreightGiven, row: FreightTemplate
) -> HttpResponse:
    row.refresh_from_db()
    mine = [acts.area_of(FreightTemplate(pk=row.pk), area) for area in given.areas]
    last = last_operation("freight", row.code)
    saved = Saved(
        what=row.name,
        version=row.version,
        by=last.actor_name if last else "",
        at=last.at if last else None,
        rows=[
            *rows_of(form, {**_initial(row), "since": None}),
            (
                _("各地运费"),
                areas_words(row.areas.order_by("pk"), row.unit),
                areas_words(mine, given.unit),
            ),
        ],
    )
    here = reverse("promotions:freight_one", args=[row.pk])
    return show_both(asked.request, saved, back=here, now=asked.now, action=here)


def _products_sent(asked: Asked, row: FreightTemplate) -> HttpResponse:
    form = FreightProductsForm(asked.data)
    if form.is_valid():
        wanted = form.cleaned_data["products"]
        run = partial(acts.set_products, code=row.code, wanted=wanted, by=asked.by, now=asked.now)
        try:
            run()
        except GoodsRefusedError as refusal:
            form.add_error("products", refusal.message)
        else:
            words = _("现在有 %(n)s 个商品按这个模板算。") % {"n": len(wanted)}
            url = reverse("promotions:freight_one", args=[row.pk])
            return attempt(asked, lambda: None, done=words, url=url)
    main = FreightForm(initial=_initial(row))
    return _form_page(asked.request, main, area_forms(None, row), row, status=422, products=form)


def _form_page(
    request: HttpRequest,
    form: FreightForm,
    areas: list[AreaForm],
    row: FreightTemplate | None,
    *,
    status: int = 200,
    products: FreightProductsForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {
        "now": now,
        "form": form,
        "areas": areas,
        "row": row,
        "version": request.POST.get("version") or (row.version if row else 0),
        "can_set": request.user.has_perm(SET),
        "action": reverse("promotions:freight_one", args=[row.pk])
        if row
        else reverse("promotions:freight_new"),
        "log_url": log_url(request, "freight"),
    }
    if row is not None:
        rows = [one for one in queries.template_rows() if one.code == row.code]
        chosen = queries.products_of(row.code)
        context |= {
            "others": [_row(one, {}) | {"state": _state(one)} for one in rows],
            "state": _state(row),
            "chosen": chosen,
            "products": products or FreightProductsForm(initial={"products": _listed(chosen)}),
        }
    return render(request, "promotions/freight_form.html", context, status=status)


def _listed(chosen: list[Any]) -> str:
    lines = []
    for one in chosen:
        volume = f" {one.volume_cm3 / UNITS['volume']:g}" if one.volume_cm3 else ""
        lines.append(f"{one.product.item_no}{volume}")
    return "\n".join(lines)
