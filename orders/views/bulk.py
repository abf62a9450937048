"""Acts over many orders from a list: what can be done, and a result for each order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.actions import bulk, holds, notes, shipping
from orders.actions.bulk import Chosen, RowResult
from orders.actions.errors import OrderRefusedError
from orders.choices import BuyerAnswer, Flag, HoldKind, ToldChannel
from orders.forms import (
    CarrierForm,
    CloseHoldsForm,
    HoldForm,
    MemoForm,
    OfferedWords,
    PassHoldsOnForm,
    ReasonForm,
    ToldForm,
)
from orders.forms.tell import WORDS_LENGTH
from orders.models import Order
from orders.queries.order_page import open_hold_ids
from orders.queries.tell_templates import offered_templates
from orders.views.rows import order_url
from orders.wording.tell import told_words
from shopops.lib.words import stored
from shopops.staff.access import requires
from shopops.staff.models import User

MOST_CHOSEN = 500

type Run = Callable[[Chosen, dict[str, object], User, datetime], object]


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One act that a list offers."""

    code: str
    label: str | Promise
    right: str
    run: Run
    form: Callable[..., forms.Form] | None = None
    # What its form offers changes from day to day: a page asks, not the dialog kept for every list.
    asks_on_page: bool = False
    main: bool = False
    say: str | Promise = ""
    say_not: str | Promise = ""


def _approve(row: Chosen, data: dict[str, object], by: User, now: datetime) -> object:
    return shipping.approve_order(tid=row.tid, by=by, now=now, version=row.version)


def _hold(row: Chosen, data: dict[str, object], by: User, now: datetime) -> object:
    due_at = data["due_at"]
    return holds.hold_order(
        tid=row.tid,
        kind=HoldKind(str(data["kind"])),
        note=str(data["note"]),
        due_at=due_at if isinstance(due_at, datetime) else None,
        by=by,
        now=now,
        version=row.version,
    )


def _tell(row: Chosen, data: dict[str, object], by: User, now: datetime) -> object:
    holds_found = open_hold_ids(tid=row.tid, is_untold=True)
    if not holds_found:
        raise OrderRefusedError(_("没有要告知买家的挂起。"))
    words = told_words(str(data["words"]), Order.objects.get(tid=row.tid), now=now)
    told = holds.Told(
        channel=ToldChannel(str(data["channel"])),
        words=words[:WORDS_LENGTH],
        answer=BuyerAnswer(str(data["answer"])),
    )
    return holds.tell_buyer(
        tid=row.tid, hold_id=holds_found[0], told=told, by=by, now=now, version=row.version
    )


def _close_hold(row: Chosen, data: dict[str, object], by: User, now: datetime) -> object:
    return holds.close_hold(
        tid=row.tid,
        hold_id=_the_hold(row, data),
        resolution=str(data["resolution"]),
        by=by,
        now=now,
        version=row.version,
    )


def _pass_on(row: Chosen, data: dict[str, object], by: User, now: datetime) -> object:
    to = data["to"]
    assert isinstance(to, User)  # noqa: S101
    return holds.pass_hold_on(
        tid=row.tid,
        hold_id=_the_hold(row, data),
        to=to,
        note=str(data["note"]),
        by=by,
        now=now,
        version=row.version,
    )


def _the_hold(row: Chosen, data: dict[str, object]) -> int:
    """Give the one hold that is meant; an order with several needs their kind named."""
    found = open_hold_ids(tid=row.tid, kind=str(data["kind"]))
    if not found:
        raise OrderRefusedError(_("没有这一种没结束的挂起。"))
    if len(found) > 1:
        raise OrderRefusedError(_("这单有 %(n)d 个挂起，选一种再做。") % {"n": len(found)})
    return found[0]


def _memo(row: Chosen, data: dict[str, object], by: User, now: datetime) -> object:
    memo = notes.Memo(
        text=str(data["text"]), flag=Flag(int(str(data["flag"]))), is_urgent=bool(data["is_urgent"])
    )
    return notes.write_memo(tid=row.tid, memo=memo, by=by, now=now, version=row.version)


def _hand_over(row: Chosen, data: dict[str, object], by: User, now: datetime) -> object:
    numbers = dict(_waybill_lines(str(data["waybills"])))
    if row.tid not in numbers:
        raise OrderRefusedError(_("没有填这单的运单号。"))
    waybill = shipping.Waybill(carrier=str(data["carrier"]), waybill_no=numbers[row.tid])
    return shipping.hand_over_order(
        tid=row.tid, waybill=waybill, by=by, now=now, version=row.version
    )


def _take_back(row: Chosen, data: dict[str, object], by: User, now: datetime) -> object:
    return shipping.take_back_order(
        tid=row.tid, reason=str(data["reason"]), by=by, now=now, version=row.version
    )


def _waybill_lines(text: str) -> list[tuple[str, str]]:
    pairs = [line.replace(",", " ").replace("\t", " ").split() for line in text.splitlines()]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) >= 2]


def _told_form(*args: Any, **kwargs: Any) -> forms.Form:  # noqa: ANN401
    # Places stay open here: each order fills them with its own values.
    offered = [
        OfferedWords(row.pk, stored(row.name), row.words)
        for row in offered_templates(HoldKind.values)
    ]
    return ToldForm(*args, offered=offered, **kwargs)


ACTS: dict[str, BulkAct] = {
    act.code: act
    for act in (
        BulkAct(
            "approve",
            gettext_lazy("审单通过"),
            "orders.approve",
            _approve,
            main=True,
            say=gettext_lazy("{n} 单通过审单，进「已审待出」"),
            say_not=gettext_lazy("{n} 单不在待审单，不动"),
        ),
        BulkAct("hold", gettext_lazy("挂起"), "orders.hold", _hold, form=HoldForm),
        BulkAct(
            "tell",
            gettext_lazy("告知买家"),
            "orders.tell_buyer",
            _tell,
            form=_told_form,
            asks_on_page=True,
        ),
        BulkAct(
            "close_hold",
            gettext_lazy("结束挂起"),
            "orders.hold",
            _close_hold,
            form=CloseHoldsForm,
        ),
        BulkAct(
            "pass_on",
            gettext_lazy("转给同事"),
            "orders.hold",
            _pass_on,
            form=PassHoldsOnForm,
            asks_on_page=True,
        ),
        BulkAct("hand_over", gettext_lazy("登记交接"), "orders.hand_over", _hand_over, CarrierForm),
        BulkAct("memo", gettext_lazy("写备注"), "orders.note", _memo, form=MemoForm),
        BulkAct("take_back", gettext_lazy("撤回一步"), "orders.hand_over", _take_back, ReasonForm),
    )
}


# What can be done to held orders, the likeliest first.
HELD_ACTS = ("tell", "close_hold", "pass_on", "hold", "memo")


def bulk_bar(has_right: Callable[[str], bool], wanted: Iterable[str] = tuple(ACTS)) -> SafeString:
    """Give the bulk bar with those of the wanted acts that a person may do, and their dialogs."""
    codes = tuple(code for code in wanted if has_right(ACTS[code].right))
    return _bulk_bar(get_language() or "", codes)


@cache  # nothing in it but the language and the acts differs from page to page
def _bulk_bar(language: str, codes: tuple[str, ...]) -> SafeString:
    return render_to_string("components/_bulk.html", {"acts": _shown(codes)})


def _shown(codes: Iterable[str]) -> list[dict[str, object]]:
    return [
        {
            "code": act.code,
            "label": act.label,
            "main": act.main,
            "form": act.form(prefix=act.code) if act.form and not act.asks_on_page else None,
            "say": act.say,
            "say_not": act.say_not,
        }
        for act in (ACTS[code] for code in codes)
    ]


@require_POST
@requires("orders.view")
def bulk_page(request: HttpRequest) -> HttpResponse:
    """Do one act for the chosen orders and show what became of each."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    if not request.user.has_perm(act.right):
        raise PermissionDenied(act.right)
    chosen = _chosen(request)
    back_url = _back_url(request)
    data: dict[str, object] = {}
    if act.form is not None:
        form = act.form(request.POST, prefix=act.code)
        if not form.is_valid():
            return _ask(request, act, form, chosen, back_url)
        data = form.cleaned_data
    assert isinstance(request.user, User)  # noqa: S101
    by, now = request.user, timezone.now()
    results = bulk.for_each(chosen, lambda row: act.run(row, data, by, now))
    context = {"result": _result(act, results), "act": act.code, "back_url": back_url, "now": now}
    return render(request, "orders/bulk_result.html", context)


def _chosen(request: HttpRequest) -> list[Chosen]:
    tids = list(dict.fromkeys(request.POST.getlist("tid")))[:MOST_CHOSEN]
    return [Chosen(tid=tid, version=_version(request.POST.get(f"version_{tid}"))) for tid in tids]


def _version(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _back_url(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if safe else "/"


def _ask(
    request: HttpRequest, act: BulkAct, form: forms.Form, chosen: list[Chosen], back_url: str
) -> HttpResponse:
    if not any(key.startswith(f"{act.code}-") for key in request.POST):
        form = (act.form or forms.Form)(prefix=act.code)  # first asked: no errors yet
    context = {
        "act": {"code": act.code, "label": act.label},
        "form": form,
        "tids": chosen,
        "back_url": back_url,
    }
    return render(request, "orders/bulk_ask.html", context, status=422 if form.is_bound else 200)


def _result(act: BulkAct, results: list[RowResult]) -> dict[str, object]:
    rows = [
        {
            "tid": one.tid,
            "url": order_url(one.tid),
            "ok": one.is_done,
            "stale": one.is_stale,
            "text": one.message,
        }
        for one in results
    ]
    stale = sum(1 for one in results if one.is_stale)
    done = sum(1 for one in results if one.is_done)
    return {
        "act_label": act.label,
        "rows": rows,
        "done_count": done,
        "stale_count": stale,
        "refused_count": len(rows) - done - stale,
    }
