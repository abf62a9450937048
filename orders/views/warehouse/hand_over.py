"""Handing parcels to the carriers: scan onto the open list, sign, take off."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orders.actions.warehouse import handing
from orders.models import HandOverSheet
from orders.queries.warehouse import hand_over as queries
from orders.views.warehouse.parts import (
    Asked,
    Band,
    Data,
    asked,
    parcel_context,
    try_act,
    wants_json,
)
from shopops.staff.access import requires


@require_GET
@never_cache
@requires("orders.hand_over")
def hand_over(request: HttpRequest) -> HttpResponse:
    """Show the carriers and the open list of one of them."""
    return _page(request, request.GET.get("carrier", ""), None)


@require_POST
@never_cache
@requires("orders.hand_over")
def scan(request: HttpRequest) -> HttpResponse:
    """Take one scan onto the open list of its carrier."""
    one = asked(request)
    carrier = one.text("carrier")
    answer = handing.scan_onto_sheet(code=one.text("code"), carrier=carrier, by=one.by, now=one.now)
    tone, sound = ("done", "good") if answer.is_good else ("late", "bad")
    if not carrier and answer.sheet_id:
        carrier = HandOverSheet.objects.get(pk=answer.sheet_id).carrier
    return _answered(request, carrier, Band(answer.title, answer.detail, tone, sound, one.now))


@require_POST
@never_cache
@requires("orders.hand_over")
def act(request: HttpRequest) -> HttpResponse:
    """Sign a list, or take a parcel off it."""
    one = asked(request)
    carrier = one.text("carrier")
    if one.text("part") == "sign":
        return _sign(one, carrier)
    refusal = try_act(
        lambda: handing.take_off_sheet(parcel_id=one.number("parcel"), by=one.by, now=one.now)
    )
    band = Band(refusal or _("已从单上拿下"), "", "late" if refusal else "done", "", one.now)
    return _answered(request, carrier, band)


def _sign(one: Asked, carrier: str) -> HttpResponse:
    made: list[handing.Signed] = []
    refusal = try_act(
        lambda: made.append(
            handing.sign_sheet(
                sheet_id=one.number("sheet"), name=one.text("name"), by=one.by, now=one.now
            )
        )
    )
    if refusal:
        return _answered(one.request, carrier, Band(refusal, "", "late", "bad", one.now))
    signed = made[0]
    for kept in signed.kept:
        words = _("%(parcel)s 留下了：%(why)s")
        messages.error(one.request, words % {"parcel": kept.parcel.number, "why": kept.words})
    if not signed.parcels:
        words = _("单上的包裹都不能发，一个都没交。")
        return _answered(one.request, carrier, Band(words, "", "late", "bad", one.now))
    url = reverse("orders:sheet", args=[signed.sheet.pk])
    messages.success(one.request, _("交出 %(n)s 个包裹。") % {"n": signed.parcels})
    return JsonResponse({"go": url}) if wants_json(one.request) else redirect(url)


def _answered(request: HttpRequest, carrier: str, band: Band) -> HttpResponse:
    if not wants_json(request):
        return _page(request, carrier, band)
    context = _context(carrier, band)
    return JsonResponse(
        {
            "tone": band.tone,
            "sound": band.sound,
            "title": band.title,
            "detail": band.detail,
            "carrier": carrier,
            "band": render_to_string("orders/warehouse/_band.html", context, request),
            "body": render_to_string("orders/warehouse/_hand_over_body.html", context, request),
        }
    )


def _page(request: HttpRequest, carrier: str, band: Band | None) -> HttpResponse:
    return render(request, "orders/warehouse/hand_over.html", _context(carrier, band))


def _context(carrier: str, band: Band | None) -> Data:
    now = timezone.now()
    rows = queries.carrier_rows()
    detail = queries.open_sheet(carrier=carrier) if carrier else None
    base = reverse("orders:hand_over")
    return {
        "now": now,
        "band": band
        or Band(_("扫包裹，放上交接单"), _("包裹号、运单号都行；选一家快递，扫错家会拦下"), "wait"),
        "carrier": carrier,
        "carriers": [_carrier(row, carrier, base) for row in rows],
        "sheet": detail.sheet if detail else None,
        "parcels": [parcel_context(row) for row in reversed(detail.parcels)] if detail else [],
        "waiting": [parcel_context(row) for row in queries.waiting_parcels(carrier=carrier)],
        "signed": queries.signed_sheets(now=now),
        "scan_url": reverse("orders:hand_over_scan"),
        "act_url": reverse("orders:hand_over_act"),
        "placeholder": _("扫包裹号或运单号"),
    }


def _carrier(row: queries.CarrierRow, current: str, base: str) -> dict[str, Any]:
    return {
        "name": row.carrier or _("未定快递"),
        "url": f"{base}?{urlencode({'carrier': row.carrier})}" if row.carrier else base,
        "waiting": row.waiting,
        "listed": row.listed,
        "pickup": row.pickup.pickup if row.pickup else None,
        "current": bool(current) and row.carrier == current,
    }
