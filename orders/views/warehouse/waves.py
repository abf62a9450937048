"""Waves and picking: build, give out, walk, report what is missing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from orders.actions.warehouse import building, checking, waves
from orders.choices import WaveState
from orders.forms.warehouse import BuildForm
from orders.models import Wave
from orders.queries import queues
from orders.queries.warehouse import waves as queries
from orders.queries.warehouse.waves import PickList, WaveRow
from orders.views.warehouse.parts import (
    Asked,
    Data,
    asked,
    parcel_context,
    print_url,
    say,
    try_act,
)
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff.access import requires
from shopops.staff.models import User

STATE_TONES = {
    WaveState.OPEN: "us",
    WaveState.PICKING: "soon",
    WaveState.PICKED: "us",
    WaveState.DONE: "done",
    WaveState.CANCELLED: "wait",
}


@require_http_methods(["GET", "POST"])
@requires("orders.pack")
def wave_list(request: HttpRequest) -> HttpResponse:
    """Show the waves; a POST builds new ones."""
    if request.method == "POST":
        return _build(asked(request))
    return _list(request, BuildForm(carriers=queries.carriers_in_use()))


def _build(one: Asked) -> HttpResponse:
    form = BuildForm(one.data, carriers=queries.carriers_in_use())
    if not form.is_valid():
        return _list(one.request, form, status=422)
    carrier = form.cleaned_data["carrier"]
    made: list[building.Built] = []
    refusal = try_act(
        lambda: made.append(
            building.build_waves(
                now=one.now,
                by=one.by,
                limit=form.cleaned_data["limit"],
                max_parcels_per_wave=form.cleaned_data["most"],
                until_due=_until(form.cleaned_data["until"], one.now),
                carrier={"*": None, "-": ""}.get(carrier, carrier),
            )
        )
    )
    if refusal:
        messages.error(one.request, refusal)
    else:
        _say_built(one.request, made[0])
    return redirect("orders:waves")


def _until(code: str, now: datetime) -> datetime | None:
    today = business_date(now)
    if code == "all":
        return None
    return day_bounds(today + timedelta(days=1 if code == "tomorrow" else 0))[1]


def _say_built(request: HttpRequest, built: building.Built) -> None:
    left_out = {"n": built.left_out}
    if built.waves:
        words = _("建了 %(waves)s 个波次，%(parcels)s 个包裹、%(orders)s 单。")
        figures = {"waves": len(built.waves), "parcels": built.parcels, "orders": built.orders}
        messages.success(request, words % figures)
    else:
        messages.warning(request, _("没有可以进波次的订单：都没到期，或者还在审单、挂起、退款。"))
    if built.left_out:
        messages.warning(
            request, _("%(n)s 个合单的包裹还有订单没通过审单，先不进波次。") % left_out
        )


def _list(request: HttpRequest, form: BuildForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    counts = queues.counts()
    context = {
        "now": now,
        "form": form,
        "waves": [_wave(row) for row in queries.open_waves()],
        "ended": [_wave(row) for row in queries.ended_waves(now=now)],
        "waiting": counts["approved"].count if "approved" in counts else 0,
        "waiting_url": reverse("orders:queue", args=["approved"]),
    }
    return render(request, "orders/warehouse/waves.html", context, status=status)


def _wave(row: WaveRow) -> Data:
    wave = row.wave
    return {
        "id": wave.pk,
        "number": wave.number,
        "url": reverse("orders:wave", args=[wave.pk]),
        "pick_url": reverse("orders:pick", args=[wave.pk]),
        "state": wave.get_state_display(),
        "state_code": wave.state,
        "tone": STATE_TONES[WaveState(wave.state)],
        "shape": wave.get_shape_display(),
        "carrier": wave.carrier or _("未定快递"),
        "due_at": wave.due_at,
        "parcels": wave.parcel_count,
        "pieces": wave.piece_count,
        "picked": row.picked,
        "checked": row.checked,
        "stopped": row.stopped,
        "picker": wave.picker.name if wave.picker else "",
        "created_at": wave.created_at,
        "ended_at": wave.ended_at,
        "can_change": wave.state in waves.JOINABLE,
        "is_open": wave.state not in (WaveState.DONE, WaveState.CANCELLED),
    }


@require_http_methods(["GET", "POST"])
@requires("orders.pack")
def wave(request: HttpRequest, wave_id: int) -> HttpResponse:
    """Show one wave; a POST of one part changes it."""
    if request.method == "POST":
        _act(asked(request), wave_id)
        return redirect("orders:wave", wave_id)
    try:
        detail = queries.wave_detail(wave_id=wave_id)
    except Wave.DoesNotExist as error:
        raise Http404 from error
    parcels = [parcel_context(row) for row in detail.parcels]
    context = {
        "now": timezone.now(),
        "wave": _wave(detail.row),
        "parcels": parcels,
        "stopped": [row for row in parcels if row["stop"]],
        "pickers": queries.pickers(),
        "act_url": request.path,
        "prints": _prints(detail.row.wave),
        "waves_url": reverse("orders:waves"),
    }
    return render(request, "orders/warehouse/wave.html", context)


def _prints(row: Wave) -> list[Data]:
    return [
        {"label": _("拣货单"), "url": print_url("pick-list", row.pk)},
        {"label": _("拣货单 PDF"), "url": print_url("pick-list", row.pk, pdf=True)},
        {"label": _("装箱单 PDF（A4）"), "url": print_url("slips", row.pk, pdf=True)},
        {
            "label": _("装箱单 PDF（100×150）"),
            "url": print_url("slips", row.pk, pdf=True) + "?size=label",
        },
    ]


@require_GET
@requires("orders.pack")
def pick_waves(request: HttpRequest) -> HttpResponse:
    """Show what is to be picked: one's own waves first."""
    rows = [_wave(row) for row in queries.open_waves(states=waves.JOINABLE)]
    assert isinstance(request.user, User)  # noqa: S101
    name = request.user.name
    rows.sort(key=lambda row: row["picker"] not in (name, ""))
    context = {"now": timezone.now(), "waves": rows, "waves_url": reverse("orders:waves")}
    return render(request, "orders/warehouse/pick_waves.html", context)


@require_http_methods(["GET", "POST"])
@requires("orders.pack")
def pick(request: HttpRequest, wave_id: int) -> HttpResponse:
    """Show what is to be fetched for a wave, bin by bin; a POST of one part moves it."""
    if request.method == "POST":
        code = _act(asked(request), wave_id)
        if code == "picked":
            return redirect("orders:check")
        return redirect("orders:pick", wave_id)
    try:
        listed = queries.pick_list(wave_id=wave_id)
    except Wave.DoesNotExist as error:
        raise Http404 from error
    return render(request, "orders/warehouse/pick.html", _pick_context(request, listed))


def _pick_context(request: HttpRequest, listed: PickList) -> Data:
    return {
        "now": timezone.now(),
        "wave": _wave(listed.detail.row),
        "rows": listed.rows,
        "needs_slots": listed.needs_slots,
        "pieces": listed.pieces,
        "stopped": [parcel_context(row) for row in listed.stopped],
        "act_url": request.path,
        "print_url": print_url("pick-list", listed.detail.row.wave.pk),
    }


def _act(one: Asked, wave_id: int) -> str:
    """Do the part that was sent; leave a message; give its code where it was done."""
    code = one.text("part")
    if code not in ACTS:
        return ""
    act, success = ACTS[code]
    refusal = try_act(lambda: act(one, wave_id))
    say(one.request, refusal, str(success()))
    return "" if refusal else code


def _add(one: Asked, wave_id: int) -> object:
    return waves.add_to_wave(wave_id=wave_id, tid=one.text("tid"), by=one.by, now=one.now)


def _take_out(one: Asked, _wave_id: int) -> object:
    return waves.take_out_of_wave(
        parcel_id=one.number("parcel"), reason=one.text("reason"), by=one.by, now=one.now
    )


def _cancel(one: Asked, wave_id: int) -> object:
    return waves.cancel_wave(wave_id=wave_id, reason=one.text("reason"), by=one.by, now=one.now)


def _assign(one: Asked, wave_id: int) -> object:
    picker = User.objects.get(pk=one.number("picker"))
    return waves.assign_picker(wave_id=wave_id, picker=picker, by=one.by, now=one.now)


def _start(one: Asked, wave_id: int) -> object:
    return waves.start_picking(wave_id=wave_id, by=one.by, now=one.now)


def _picked(one: Asked, wave_id: int) -> object:
    return waves.finish_picking(wave_id=wave_id, by=one.by, now=one.now)


def _short(one: Asked, _wave_id: int) -> object:
    parcel, _sep, line = one.text("slot").partition("-")
    return checking.report_short(
        parcel_id=int(parcel) if parcel.isdecimal() else 0,
        line_id=int(line) if line.isdecimal() else 0,
        missing=one.number("missing"),
        note=one.text("note"),
        by=one.by,
        now=one.now,
    )


ACTS: dict[str, tuple[Callable[[Asked, int], object], Callable[[], str]]] = {
    "add": (_add, lambda: _("已加进波次。")),
    "take_out": (_take_out, lambda: _("已移出，货放回货位。")),
    "cancel": (_cancel, lambda: _("波次取消了，订单回到已审待出。")),
    "assign": (_assign, lambda: _("已派给他。")),
    "start": (_start, lambda: _("开始拣货。")),
    "picked": (_picked, lambda: _("拣完了，包裹到了打包台。")),
    "short": (_short, lambda: _("报了短缺：订单挂成缺货，包裹移出波次。")),
}
