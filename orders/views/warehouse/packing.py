"""Settings of the warehouse: bins, barcodes and weights of SKUs; packing standards."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from orders.actions.warehouse import goods
from orders.actions.warehouse.goods import SkuFacts, StandardFacts
from orders.forms.warehouse import SkuFileForm, SkuForm, StandardForm
from orders.importers.sku_bins import BinFault, read_bins
from orders.models import PackingStandard
from orders.queries.warehouse.goods import piece_name, skus_by_code
from orders.views.warehouse.parts import Asked, Data, asked, say, try_act
from orders.wording.warehouse import bin_fault_words
from products.models import Sku
from products.wording.watch import second_check_words
from shopops.lib.exports import csv_rows
from shopops.staff.access import requires

PAGE_SIZE = 100
MOST_BYTES = 4_000_000


@require_http_methods(["GET", "POST"])
@requires("orders.set_warehouse")
def packing(request: HttpRequest) -> HttpResponse:
    """Show SKUs and standards; a POST of one part changes it."""
    if request.method == "POST":
        one = asked(request)
        part = PARTS.get(one.text("part"))
        return part(one) if part else redirect("orders:packing")
    return _page(request)


def _save_sku(one: Asked) -> HttpResponse:
    form = SkuForm(one.data)
    if not form.is_valid():
        return _page(one.request, sku_form=form, status=422)
    data = form.cleaned_data
    row = SkuFacts(
        code=data["code"].strip(),
        bin_code=data["bin_code"].strip(),
        barcode=data["barcode"].strip(),
        weight_grams=data["weight_grams"],
        title=data["title"].strip(),
    )
    refusal = try_act(lambda: goods.save_skus(rows=[row], by=one.by, now=one.now))
    say(one.request, refusal, _("%(sku)s 存好了。") % {"sku": row.code})
    return redirect(
        f"{reverse('orders:packing')}?q={row.code}" if not refusal else "orders:packing"
    )


def _import(one: Asked) -> HttpResponse:
    form = SkuFileForm(one.data, one.request.FILES)
    text = one.text("text")
    upload = one.request.FILES.get("file")
    if upload is not None:
        if (upload.size or 0) > MOST_BYTES:
            form.add_error("file", _("文件太大，最多 4 MB。"))
            return _page(one.request, file_form=form, status=422)
        text = _decoded(upload.read())
    if not text:
        form.add_error("text", _("粘贴几行，或者选一个 CSV 文件。"))
        return _page(one.request, file_form=form, status=422)
    rows, faults = read_bins(text)
    stored = skus_by_code(row.code for row in rows)
    facts = [_merged(row, stored.get(row.code)) for row in rows]
    refusal = try_act(lambda: goods.save_skus(rows=facts, by=one.by, now=one.now)) if facts else ""
    if refusal:
        messages.error(one.request, refusal)
    elif facts:
        messages.success(one.request, _("收下 %(n)s 行。") % {"n": len(facts)})
    if not faults:
        return redirect("orders:packing")
    return _page(one.request, file_form=form, faults=faults, status=422)


def _decoded(content: bytes) -> str:
    """Read a CSV as spreadsheets here write it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _merged(row: Any, stored: Sku | None) -> SkuFacts:  # noqa: ANN401
    """Let an empty cell leave what is stored as it is."""
    return SkuFacts(
        code=row.code,
        bin_code=row.bin_code or (stored.bin_code if stored else ""),
        barcode=row.barcode or (stored.barcode if stored else ""),
        weight_grams=row.weight_grams or (stored.weight_grams if stored else None),
        title=stored.title if stored else "",
    )


def _save_standard(one: Asked) -> HttpResponse:
    form = StandardForm(one.data, auto_id="id_std_%s")
    if not form.is_valid():
        return _page(one.request, standard_form=form, status=422)
    data = form.cleaned_data
    facts = StandardFacts(
        sku_code=data["sku_code"].strip(),
        steps=data["steps"],
        cards=data["cards"],
        second_check_steps=data["second_check_steps"],
        needs_second_check=data["needs_second_check"],
        second_check_reason=data["second_check_reason"],
        material_grams=data["material_grams"],
    )
    version = one.number("version") or None
    refusal = try_act(
        lambda: goods.save_standard(
            facts=facts,
            version=version,
            by=one.by,
            now=one.now,
            overrule_reason=data["overrule_reason"],
        )
    )
    if refusal:
        form.add_error(None, refusal)
        if goods.praise_in([*facts.cards, *facts.steps, *facts.second_check_steps]):
            form.offer_overruling(one.by)
        return _page(one.request, standard_form=form, version=version, status=422)
    messages.success(one.request, _("包装标准存好了，打包台下一个包裹就按它。"))
    return redirect("orders:packing")


def _drop_standard(one: Asked) -> HttpResponse:
    refusal = try_act(
        lambda: goods.drop_standard(
            sku_code=one.text("sku_code"), version=one.number("version"), by=one.by, now=one.now
        )
    )
    say(one.request, refusal, _("去掉了。"))
    return redirect("orders:packing")


PARTS: dict[str, Callable[[Asked], HttpResponse]] = {
    "sku": _save_sku,
    "import": _import,
    "standard": _save_standard,
    "drop": _drop_standard,
}


@require_GET
@requires("orders.set_warehouse")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Give all SKUs as CSV, in the columns that the import takes."""
    rows = Sku.objects.order_by("code", "pk").values_list(
        "code", "bin_code", "barcode", "weight_grams"
    )
    head = [("商家编码", "货位", "条码", "克重")]
    response = StreamingHttpResponse(
        csv_rows([*head, *rows], encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="sku-bins.csv"'
    return response


def _page(  # noqa: PLR0913
    request: HttpRequest,
    *,
    sku_form: SkuForm | None = None,
    file_form: SkuFileForm | None = None,
    standard_form: StandardForm | None = None,
    version: int | None = None,
    faults: Sequence[BinFault] = (),
    status: int = 200,
) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    edited = request.GET.get("standard")
    standards = list(PackingStandard.objects.select_related("changed_by").order_by("sku_code"))
    row = next((one for one in standards if one.sku_code == edited), None)
    if standard_form is None and row is not None:
        standard_form, version = (
            StandardForm(initial=_initial(row), auto_id="id_std_%s"),
            row.version,
        )
    context = {
        "now": timezone.now(),
        "query": query,
        **_skus(query),
        "sku_form": sku_form or SkuForm(initial=_sku_initial(request.GET.get("sku", ""))),
        "sku_open": sku_form is not None or bool(request.GET.get("sku")),
        "file_form": file_form or SkuFileForm(),
        "file_open": bool(faults) or file_form is not None,
        "faults": [
            {"line": one.line, "value": one.value, "words": bin_fault_words(one)} for one in faults
        ],
        "standards": [_standard(one) for one in standards],
        "standard_form": standard_form or StandardForm(auto_id="id_std_%s"),
        "standard_open": standard_form is not None,
        "standard_version": version or "",
        "page_url": reverse("orders:packing"),
        "export_url": reverse("orders:packing_export"),
    }
    return render(request, "orders/warehouse/packing.html", context, status=status)


def _skus(query: str) -> Data:
    rows = Sku.objects.order_by("bin_code", "code", "pk")
    if query:
        found = rows.filter(code__icontains=query) | rows.filter(title__icontains=query)
        rows = found | rows.filter(bin_code__istartswith=query) | rows.filter(barcode=query)
    shown = list(rows[: PAGE_SIZE + 1])
    return {
        "skus": [
            {
                "code": sku.code,
                "name": piece_name(sku.title, sku.spec),
                "bin": sku.bin_code,
                "barcode": sku.barcode,
                "grams": sku.weight_grams,
            }
            for sku in shown[:PAGE_SIZE]
        ],
        "has_more": len(shown) > PAGE_SIZE,
        "page_size": PAGE_SIZE,
    }


def _sku_initial(code: str) -> Data:
    sku = Sku.objects.filter(code=code).first() if code else None
    if sku is None:
        return {}
    return {
        "code": sku.code,
        "bin_code": sku.bin_code,
        "barcode": sku.barcode,
        "weight_grams": sku.weight_grams,
        "title": sku.title,
    }


def _initial(row: PackingStandard) -> Data:
    names = (
        *("sku_code", "steps", "cards", "material_grams", "needs_second_check"),
        *("second_check_reason", "second_check_steps"),
    )
    reason = second_check_words(row.second_check_reason)
    return {name: getattr(row, name) for name in names} | {"second_check_reason": reason}


def _standard(row: PackingStandard) -> Data:
    return {
        "sku_code": row.sku_code,
        "steps": row.steps,
        "cards": row.cards,
        "material_grams": row.material_grams,
        "needs_second_check": row.needs_second_check,
        "reason": second_check_words(row.second_check_reason),
        "version": row.version,
        "by": row.changed_by.name if row.changed_by else "",
        "at": row.changed_at,
    }
