"""The label desk: scan a parcel, then its waybill; what waits; files out; acts from the order's page."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.actions import couriers, label_exports, waybills
from orders.actions.errors import OrderRefusedError
from orders.forms.couriers import ChooseCarrierForm, LabelFailedForm, LabelForm
from orders.models import Parcel
from orders.queries import labels as queries
from orders.queries.couriers import carrier_names
from orders.views.rows import order_url
from orders.wording.couriers import carrier_words
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff import operations
from shopops.staff.access import requires
from shopops.staff.models import Operation, User
from shopops.work.choices import RunState
from shopops.work.models import Run

RECENT = 12


@require_http_methods(["GET", "POST"])
@never_cache
@requires("orders.hand_over")
def waybill_desk(request: HttpRequest) -> HttpResponse:
    """Show the scanner's two fields. A scanner ends each scan with Enter: GET finds, POST labels."""
    assert isinstance(request.user, User)  # noqa: S101
    now = timezone.now()
    if request.method == "POST":
        return _act(request, request.user, now)
    return _page(request, now, code=request.GET.get("code", "").strip())


def _act(request: HttpRequest, by: User, now: datetime) -> HttpResponse:
    code = request.POST.get("code", "").strip()[:40]
    act = ACTS.get(request.POST.get("part", "label"), _label)
    try:
        form = act(request, code, by, now)
    except OrderRefusedError as refusal:
        messages.error(request, refusal.message)
        return _page(request, now, code=code, status=409)
    except Parcel.DoesNotExist:
        messages.error(request, _("这个包裹没有了，再扫一次。"))
        return _page(request, now, code="", status=409)
    if form is not None:
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return _page(request, now, code=code, status=422)
    return redirect("orders:waybills")


def _label(request: HttpRequest, code: str, by: User, now: datetime) -> forms.Form | None:
    form = LabelForm(request.POST)
    if not form.is_valid():
        return form
    version = request.POST.get("version", "")
    label = waybills.set_waybill(
        code=code,
        waybill_no=form.cleaned_data["waybill_no"],
        carrier=form.cleaned_data["carrier"],
        by=by,
        now=now,
        version=int(version) if version.isdecimal() else None,
    )
    words = {
        "parcel": label.parcel.number,
        "carrier": label.parcel.carrier,
        "waybill": label.parcel.waybill_no,
    }
    messages.success(request, _("%(parcel)s 贴好了：%(carrier)s %(waybill)s") % words)
    if label.warning:
        messages.warning(request, label.warning)
    return None


def _fail(request: HttpRequest, code: str, by: User, now: datetime) -> forms.Form | None:
    form = LabelFailedForm(request.POST)
    if not form.is_valid():
        return form
    parcel = waybills.fail_label(code=code, words=form.cleaned_data["words"], by=by, now=now)
    messages.success(
        request, _("%(parcel)s 挂起为「面单失败」，有运单时自动解除。") % {"parcel": parcel.number}
    )
    return None


def _choose(request: HttpRequest, code: str, by: User, now: datetime) -> forms.Form | None:
    form = ChooseCarrierForm(request.POST)
    if not form.is_valid():
        return form
    parcel = couriers.choose_by_hand(
        parcel_id=_parcel_id(request),
        carrier=form.cleaned_data["carrier"],
        reason=form.cleaned_data["reason"],
        by=by,
        now=now,
    )
    words = {"parcel": parcel.number, "carrier": parcel.carrier}
    messages.success(request, _("%(parcel)s 改发 %(carrier)s。") % words)
    return None


def _void(request: HttpRequest, code: str, by: User, now: datetime) -> None:
    parcel = waybills.clear_waybill(
        parcel_id=_parcel_id(request), reason=request.POST.get("reason", "")[:200], by=by, now=now
    )
    messages.success(request, _("%(parcel)s 的运单去掉了。") % {"parcel": parcel.number})


def _parcel_id(request: HttpRequest) -> int:
    text = request.POST.get("parcel", "")
    return int(text) if text.isdecimal() else 0


ACTS = {"label": _label, "fail": _fail, "choose": _choose, "void": _void}


def _page(request: HttpRequest, now: datetime, *, code: str, status: int = 200) -> HttpResponse:
    assert isinstance(request.user, User)  # noqa: S101
    found = _found(code)
    if code and found is None and status == 200:
        messages.error(request, _("没有「%(code)s」这个包裹或订单，再扫一次。") % {"code": code})
    context = {
        "now": now,
        "code": code,
        "found": found,
        "carriers": carrier_names(),
        "counts": queries.label_counts(),
        "failed": queries.failed_label_count(),
        "recent": _recent(request.user, now),
        "can_export": request.user.has_perm("orders.export"),
        "can_reveal": request.user.has_perms(label_exports.MAY_REVEAL),
        "can_import": request.user.has_perm("intake.import"),
        "can_set": request.user.has_perm("orders.set_warehouse"),
    }
    return render(request, "orders/waybills.html", context, status=status)


def _found(code: str) -> dict[str, Any] | None:
    if not code:
        return None
    parcel, parcels, order = queries.find_parcel(code)
    if order is None:
        return None
    return {
        "parcel": parcel,
        "number": parcel.number if parcel else "",
        "carrier": parcel.carrier if parcel else "",
        "why": carrier_words(parcel.carrier_reason) if parcel else "",
        "state": parcel.get_state_display() if parcel else "",
        "can_label": queries.may_be_labelled(order)
        if parcel is None
        else parcel.state in queries.IN_HOUSE,
        "order": order,
        "url": order_url(order.tid),
        "stage": order.get_stage_display(),
        "several": [
            {"number": one.number, "waybill_no": one.waybill_no, "carrier": one.carrier}
            for one in parcels
        ]
        if parcel is None and len(parcels) > 1
        else [],
    }


def _recent(person: User, now: datetime) -> list[dict[str, Any]]:
    """Give what this person labelled today, the newest first."""
    since, _until = day_bounds(business_date(now))
    rows = Operation.objects.filter(
        actor=person, name="orders.parcel.labelled", at__gte=since
    ).order_by("-pk")[:RECENT]
    return [
        {
            "at": row.at,
            "tid": row.object_key,
            "url": order_url(row.object_key),
            "parcel": row.new.get("parcel", ""),
            "carrier": row.new.get("carrier", ""),
            "waybill_no": row.new.get("waybill_no", ""),
        }
        for row in rows
    ]


@require_POST
@requires("orders.export", fresh=True)
def export_labels(request: HttpRequest) -> HttpResponse:
    """Start an export of parcels in the platform's layout, or of their waybills."""
    assert isinstance(request.user, User)  # noqa: S101
    form = request.POST.get("form", "")
    if form not in (label_exports.BATCH_SHIP, label_exports.WAYBILLS):
        raise Http404(form)
    try:
        run = label_exports.request_label_export(
            form=form,
            carrier=request.POST.get("carrier", "")[:40],
            is_plain="plain" in request.POST,
            reason=request.POST.get("reason", ""),
            by=request.user,
            now=timezone.now(),
        )
    except OrderRefusedError as refusal:
        messages.error(request, refusal.message)
        return redirect("orders:waybills")
    messages.success(request, _("开始导出，做完会通知你来下载。"))
    if request.user.has_perm("work.view"):
        return redirect("work:run", run.pk)
    return redirect(reverse("orders:waybills"))


@require_GET
@never_cache
@requires("orders.export", fresh=True)
def label_file(request: HttpRequest, run_id: int) -> HttpResponse:
    """Hand a finished file to the one who asked for it; each fetch is logged."""
    assert isinstance(request.user, User)  # noqa: S101
    run = Run.objects.filter(pk=run_id, kind=label_exports.KIND, state=RunState.DONE).first()
    if run is None or run.created_by_id != request.user.pk:
        raise Http404
    if run.payload["plain"] and not request.user.has_perms(label_exports.MAY_REVEAL):
        raise Http404
    try:
        name, data = label_exports.label_file(run)
    except FileNotFoundError as error:
        raise Http404 from error
    operations.record(
        name="orders.parcel.export_fetched",
        by=request.user,
        now=timezone.now(),
        object_type="run",
        object_key=str(run_id),
    )
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
