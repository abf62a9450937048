"""The packing table. A scan answers the page's script with JSON, and everybody else with the page."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orders.actions.warehouse import checking, scanning, waves
from orders.actions.warehouse.scanning import ScanAnswer
from orders.choices import ScanOutcome
from orders.models import Scan
from orders.queries.warehouse import check as queries
from orders.queries.warehouse.check import CheckPage, OnTable, Step
from orders.rules.packing import tolerance_grams
from orders.views.rows import mask_nick, order_url
from orders.views.warehouse.parts import (
    Asked,
    Band,
    Data,
    asked,
    parcel_context,
    stop_context,
    try_act,
    wants_json,
)
from products.wording.watch import second_check_words
from shopops.staff.access import requires
from shopops.staff.models import User

SCALE = 100.0


@require_GET
@never_cache
@requires("orders.pack")
def check(request: HttpRequest) -> HttpResponse:
    """Show the packing table, with the parcel that this person has on it."""
    return _page(request, None)


@require_POST
@never_cache
@requires("orders.pack")
def scan(request: HttpRequest) -> HttpResponse:
    """Take one scan."""
    one = asked(request)
    parcel_id = one.number("parcel") or _own_parcel(one.by)
    answer = scanning.scan(code=one.text("code"), parcel_id=parcel_id, by=one.by, now=one.now)
    return _answered(request, _band(answer, one))


def _own_parcel(person: User) -> int | None:
    own = queries.table_of(person)
    return own.pk if own else None


@require_POST
@never_cache
@requires("orders.pack")
def act(request: HttpRequest) -> HttpResponse:
    """Do one act at the packing table: tick, weigh, close, skip, take back, take over."""
    one = asked(request)
    part = PARTS.get(one.text("part"))
    if part is None:
        return redirect("orders:check")
    made: list[ScanAnswer | str | None] = []
    refusal = try_act(lambda: made.append(part(one)))
    if refusal:
        return _answered(request, Band(refusal, "", "late", "bad", one.now))
    answer = made[0]
    if isinstance(answer, ScanAnswer):
        return _answered(request, _band(answer, one))
    band = Band(answer, "", "done", "good", one.now) if answer else None
    return _answered(request, band)


def _band(answer: ScanAnswer, one: Asked) -> Band:
    sound = "good" if answer.is_good else "bad"
    if answer.outcome == ScanOutcome.COMPLETE:
        sound = "done"
    tone = "done" if answer.is_good else "late"
    return Band(answer.title, answer.detail, tone, sound, one.now, answer.blocked_id)


def _answered(request: HttpRequest, band: Band | None) -> HttpResponse:
    if not wants_json(request):
        return _page(request, band)
    context = _context(request, band)
    table = context["table"]
    return JsonResponse(
        {
            "tone": band.tone if band else "",
            "sound": band.sound if band else "",
            "title": band.title if band else "",
            "detail": band.detail if band else "",
            "parcel": table["id"] if table else None,
            "placeholder": context["placeholder"],
            "band": render_to_string("orders/warehouse/_band.html", context, request),
            "body": render_to_string("orders/warehouse/_check_body.html", context, request),
        }
    )


# --- acts: each gives what stands on the band, or nothing


def _tick(one: Asked) -> None:
    checking.tick(
        parcel_id=one.number("parcel"),
        step=str(one.data.get("step", "")),
        is_done=bool(one.data.get("done")),
        by=one.by,
        now=one.now,
    )


def _weigh(one: Asked) -> None:
    text = one.text("kilograms").replace(chr(0xFF0C), ".").replace(",", ".")
    try:
        grams = round(float(text) * 1000) if text else None
    except (ValueError, OverflowError):
        grams = 0
    checking.write_weight(parcel_id=one.number("parcel"), grams=grams, by=one.by, now=one.now)


def _finish(one: Asked) -> str:
    parcel = checking.finish_check(
        parcel_id=one.number("parcel"),
        accepts_weight=bool(one.data.get("accepts_weight")),
        by=one.by,
        now=one.now,
    )
    if parcel.state == "checked":
        return _("验完 %(parcel)s，扫下一个面单") % {"parcel": parcel.number}
    return _("%(parcel)s 等另一个人二次质检，放到复核区") % {"parcel": parcel.number}


def _skip(one: Asked) -> str:
    parcel = checking.put_aside(
        parcel_id=one.number("parcel"), reason=one.text("reason"), by=one.by, now=one.now
    )
    return _("跳过了 %(parcel)s，排到后面") % {"parcel": parcel.number}


def _second_back(one: Asked) -> str:
    parcel = checking.send_back_to_first_check(
        parcel_id=one.number("parcel"), reason=one.text("reason"), by=one.by, now=one.now
    )
    return _("%(parcel)s 退回去重新验") % {"parcel": parcel.number}


def _take_over(one: Asked) -> ScanAnswer:
    return scanning.take_over(parcel_id=one.number("parcel"), by=one.by, now=one.now)


def _undo(one: Asked) -> ScanAnswer:
    return scanning.undo_last_scan(parcel_id=one.number("parcel"), by=one.by, now=one.now)


def _by_hand(one: Asked) -> ScanAnswer:
    return scanning.count_by_hand(
        parcel_id=one.number("parcel"), line_id=one.number("line"), by=one.by, now=one.now
    )


def _leave(one: Asked) -> str:
    checking.leave_table(parcel_id=one.number("parcel"), by=one.by, now=one.now)
    return _("歇一下：包裹放回台上，谁都能接着验")


def _short(one: Asked) -> str:
    parcel = checking.report_short(
        parcel_id=one.number("parcel"),
        line_id=one.number("line"),
        missing=one.number("missing"),
        note=one.text("note"),
        by=one.by,
        now=one.now,
    )
    return _("%(parcel)s 报了短缺，移出波次；客服会问买家") % {"parcel": parcel.number}


def _put_back(one: Asked) -> str:
    parcel = waves.take_out_of_wave(
        parcel_id=one.number("parcel"),
        reason=one.text("reason") or _("货已放回"),
        by=one.by,
        now=one.now,
    )
    return _("%(parcel)s 移出波次，货放回货位") % {"parcel": parcel.number}


PARTS: dict[str, Callable[[Asked], ScanAnswer | str | None]] = {
    "tick": _tick,
    "weigh": _weigh,
    "finish": _finish,
    "skip": _skip,
    "second_back": _second_back,
    "take_over": _take_over,
    "undo": _undo,
    "by_hand": _by_hand,
    "leave": _leave,
    "short": _short,
    "put_back": _put_back,
}


# --- the page


def _page(request: HttpRequest, band: Band | None) -> HttpResponse:
    return render(request, "orders/warehouse/check.html", _context(request, band))


def _context(request: HttpRequest, band: Band | None) -> Data:
    assert isinstance(request.user, User)  # noqa: S101
    now = timezone.now()
    due_by = queries.next_hand_over(now=now)
    page = queries.check_page(person=request.user, now=now, due_by=due_by)
    may_see = request.user.has_perm("orders.view_contact")
    table = _table(page.table, may_see=may_see) if page.table else None
    return {
        "now": now,
        "band": band or _first_band(table),
        "table": table,
        "wave": _wave(page),
        "next_rows": [parcel_context(row) for row in page.next_rows],
        "left_in_wave": page.left_in_wave,
        "today": page.today,
        "plan": _plan(page, due_by, now),
        "log": [_scan(row) for row in page.log],
        "placeholder": _("扫商品条码") if table else _("扫包裹面单"),
        "act_url": reverse("orders:check_act"),
        "scan_url": reverse("orders:check_scan"),
        "waves_url": reverse("orders:waves"),
    }


def _first_band(table: Data | None) -> Band:
    if table:
        return Band(_("接着扫"), _("包裹在你手上，扫商品条码"), "wait")
    return Band(_("扫包裹面单开始"), _("包裹号、运单号、订单号都行"), "wait")


def _wave(page: CheckPage) -> Data | None:
    if page.wave is None:
        return None
    return {
        "number": page.wave.number,
        "checked": page.wave_checked,
        "total": page.wave.parcel_count,
        "position": page.table.parcel.wave_position if page.table else None,
    }


def _plan(page: CheckPage, by: datetime | None, now: datetime) -> Data:
    each = page.today.seconds_each
    needed = each * page.due_count if each is not None else None
    ends_at = now + timedelta(seconds=needed) if needed is not None else None
    return {
        "due": page.due_count,
        "by": by,
        "each": each,
        "needed": needed,
        "ends_at": ends_at,
        "in_time": ends_at is None or by is None or ends_at <= by,
        "spare_minutes": int((by - ends_at).total_seconds() // 60) if ends_at and by else None,
    }


def _scan(row: Scan) -> Data:
    good = row.outcome in scanning.GOOD
    words = row.words or row.code
    return {
        "words": _("退了：%(words)s") % {"words": words} if row.undone_at else words,
        "tone": "wait" if row.undone_at else ("done" if good else "late"),
        "icon": "circle-check" if good else "circle-x",
        "at": row.at,
    }


def _table(table: OnTable, *, may_see: bool) -> Data:
    parcel, order = table.parcel, table.parcel.order
    is_second = parcel.checked_at is not None
    missing = table.need - table.got
    return {
        "id": parcel.pk,
        "number": parcel.number,
        "waybill_no": parcel.waybill_no,
        "carrier": parcel.carrier,
        "pickup": table.pickup.pickup if table.pickup else None,
        "orders": [{"tid": one.tid, "url": order_url(one.tid)} for one in table.orders],
        "is_urgent": any(one.is_urgent for one in table.orders),
        "buyer": order.buyer_nick if may_see else mask_nick(order.buyer_nick),
        "place": f"{order.receiver_province} {order.receiver_city}".strip(),
        "messages": [one.buyer_message for one in table.orders if one.buyer_message],
        "memos": [one.seller_memo for one in table.orders if one.seller_memo],
        "due_at": parcel.due_at or order.ship_due_at,
        "platform_due_at": order.platform_due_at,
        "lines": [_line(line) for line in table.lines],
        "need": table.need,
        "got": table.got,
        "missing": missing,
        "is_second": is_second,
        "checked_by": parcel.checked_by.name if parcel.checked_by else "",
        "checked_at": parcel.checked_at,
        "standard_name": table.standard_name,
        "standard_version": table.standard.version,
        "steps": [_step(step) for step in table.steps],
        "second_steps": [_step(step) for step in table.second_steps],
        "needs_second": table.standard.needs_second_check,
        "second_reasons": [second_check_words(one) for one in table.standard.second_reasons],
        "ticked": len(table.now_steps) - table.open_steps,
        "open_steps": table.open_steps,
        "is_ready": table.is_ready,
        "weight": _weight(table),
        "stop": stop_context(table.stop),
    }


def _step(step: Step) -> Data:
    tick = step.tick
    return {
        "text": step.text,
        "is_card": step.is_card,
        "done": tick is not None,
        "who": tick.ticked_by.name if tick else "",
        "at": tick.ticked_at if tick else None,
    }


def _line(line: queries.CheckLine) -> Data:
    return {
        "id": line.line_ids[0],
        "name": line.goods.name,
        "sku_code": line.goods.sku_code,
        "barcode": line.goods.barcode,
        "bin": line.goods.bin_code,
        "is_gift": line.goods.is_gift,
        "need": line.need,
        "got": line.got,
        "left": line.left,
        "is_ok": line.got >= line.need,
        "is_now": 0 < line.got < line.need,
        "by_hand": not line.goods.sku_code,
    }


def _weight(table: OnTable) -> Data | None:
    """Give the scale: what it shows, what it should show, and the gap in words."""
    expected, weighing = table.expected_grams, table.weighing
    weighed = table.parcel.weighed_grams
    if expected is None:
        return {"unknown": True, "weighed": _kg(weighed) if weighed else "", "value": weighed}
    tolerance = tolerance_grams(expected)
    full = max(expected * 1.35, weighed or 0, 1)
    return {
        "unknown": False,
        "weighed": _kg(weighed) if weighed else "",
        "expected": _kg(expected),
        "tolerance": _kg(tolerance),
        "full": _kg(round(full)),
        "bar": round((weighed or 0) / full * SCALE, 1),
        "ok_x": round((expected - tolerance) / full * SCALE, 1),
        "ok_width": round(2 * tolerance / full * SCALE, 1),
        "is_right": bool(weighing and weighing.is_right),
        "is_bad": bool(weighing and not weighing.is_right and not weighing.is_explained),
        "heavier": bool(weighing and weighing.gap < 0),
        "gap": _kg(abs(weighing.gap)) if weighing else "",
        "missing": [{"name": name, "kg": _kg(grams)} for name, grams in weighing.missing]
        if weighing
        else [],
        "explained": bool(weighing and weighing.is_explained),
    }


def _kg(grams: int | None) -> str:
    return "" if grams is None else f"{grams / 1000:.2f}"
