"""Print pages and PDF: pick list, packing slips, hand-over list."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from orders.choices import ParcelState
from orders.models import HandOverSheet, Parcel, Wave
from orders.queries.warehouse.hand_over import sheet_detail
from orders.queries.warehouse.waves import parcel_rows, pick_list, wave_detail
from orders.views.warehouse import papers
from orders.views.warehouse import pdf as writer
from orders.views.warehouse.barcodes import barcode_svg
from orders.views.warehouse.papers import HandPaper, PickPaper, SlipPaper
from orders.views.warehouse.parts import print_url
from shopops.staff.access import requires
from shopops.staff.queries import current_shop

PICK, SLIPS, SLIP = "pick-list", "slips", "slip"


@require_GET
@never_cache
@requires("orders.pack")
def page(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Show a pick list or packing slips as a page that prints clean."""
    if what == PICK:
        paper = _pick(pk)
        rows = [{"line": line, "svg": barcode_svg(line.barcode)} for line in paper.lines]
        context = {"paper": paper, "rows": rows, "svg": barcode_svg(paper.number)}
        return _shown(request, "pick", context, print_url(what, pk, pdf=True))
    slips = _slips(request, what, pk)
    on_label = request.GET.get("size") == "label"
    context = {
        "slips": [{"paper": one, "svg": barcode_svg(one.number)} for one in slips],
        "on_label": on_label,
    }
    query = "?size=label" if on_label else ""
    return _shown(request, "slips", context, print_url(what, pk, pdf=True) + query)


@require_GET
@never_cache
@requires("orders.pack")
def pdf(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Give a pick list or packing slips as PDF; `?size=label` is 100 by 150 mm."""
    if what == PICK:
        paper = _pick(pk)
        return _file(writer.pick_pdf(paper), f"{what}-{paper.number}")
    on_label = request.GET.get("size") == "label"
    slips = _slips(request, what, pk)
    return _file(writer.slips_pdf(slips, on_label=on_label), f"{what}-{pk}")


@require_GET
@never_cache
@requires("orders.hand_over")
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a hand-over list as a page that prints clean."""
    paper = _hand(pk)
    rows = [{"line": line, "svg": barcode_svg(line.waybill_no)} for line in paper.lines]
    url = reverse("orders:sheet_pdf", args=[pk])
    return _shown(request, "hand_over", {"paper": paper, "rows": rows}, url)


@require_GET
@never_cache
@requires("orders.hand_over")
def sheet_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a hand-over list as PDF."""
    return _file(writer.hand_pdf(_hand(pk)), f"hand-over-{pk}")


def _shop() -> str:
    shop = current_shop()
    return shop.name if shop else ""


def _pick(pk: int) -> PickPaper:
    try:
        return papers.pick_paper(pick_list(wave_id=pk))
    except Wave.DoesNotExist as error:
        raise Http404 from error


def _slips(request: HttpRequest, what: str, pk: int) -> Sequence[SlipPaper]:
    may_see = request.user.has_perm("orders.view_contact")
    if what == SLIP:
        parcels = Parcel.objects.filter(pk=pk).exclude(state=ParcelState.DROPPED)
        rows, wave = parcel_rows(list(parcels.select_related("wave"))), ""
        if rows and rows[0].parcel.wave:
            wave = rows[0].parcel.wave.number
    elif what == SLIPS:
        try:
            detail = wave_detail(wave_id=pk)
        except Wave.DoesNotExist as error:
            raise Http404 from error
        rows, wave = [row for row in detail.parcels if row.stop is None], detail.row.wave.number
    else:
        raise Http404(what)
    if not rows:
        raise Http404(what)
    return [papers.slip_paper(row, shop=_shop(), wave=wave, may_see=may_see) for row in rows]


def _hand(pk: int) -> HandPaper:
    try:
        return papers.hand_paper(sheet_detail(sheet_id=pk), shop=_shop())
    except HandOverSheet.DoesNotExist as error:
        raise Http404 from error


def _shown(request: HttpRequest, part: str, context: dict[str, object], url: str) -> HttpResponse:
    return render(request, f"orders/warehouse/print_{part}.html", {**context, "pdf_url": url})


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
