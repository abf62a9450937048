"""One order: page, drawer, its acts, and revealing a contact."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orders.actions import contacts, holds, notes, shipping
from orders.actions.errors import OrderRefusedError, StaleOrderError
from orders.choices import OPEN_STAGES, BuyerAnswer, Flag, HoldKind, Stage, ToldChannel
from orders.forms import (
    AgreeForm,
    CloseHoldForm,
    HoldForm,
    MemoForm,
    PassOnForm,
    ReasonForm,
    ToldForm,
    WaybillForm,
)
from orders.models import Hold, Order
from orders.queries.order_page import OrderDetail, changed_since, order_detail
from orders.queries.queues import QUEUES
from orders.queries.risk import RiskBook
from orders.views.acting import Act, Call, Data
from orders.views.parcel_acts import PARCEL_ACTS
from orders.views.parts import View, order_context
from orders.views.rows import READY_STAGES, order_url
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.staff.queries import role_names, shop_platform


def _approve(call: Call) -> object:
    return shipping.approve_order(tid=call.tid, by=call.by, now=call.now, version=call.version)


def _force_approve(call: Call) -> object:
    return shipping.force_approve_order(
        tid=call.tid,
        reason=call.data["reason"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _hold(call: Call) -> object:
    return holds.hold_order(
        tid=call.tid,
        kind=HoldKind(call.data["kind"]),
        note=call.data["note"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _tell(call: Call) -> object:
    told = holds.Told(
        channel=ToldChannel(call.data["channel"]),
        words=call.data["words"],
        answer=BuyerAnswer(call.data["answer"]),
    )
    return holds.tell_buyer(
        tid=call.tid,
        hold_id=call.hold_id,
        told=told,
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _close(call: Call) -> object:
    return holds.close_hold(
        tid=call.tid,
        hold_id=call.hold_id,
        resolution=call.data["resolution"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _pass_on(call: Call) -> object:
    return holds.pass_hold_on(
        tid=call.tid,
        hold_id=call.hold_id,
        to=call.data["to"],
        note=call.data["note"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _hand_over(call: Call) -> object:
    waybill = shipping.Waybill(call.data["carrier"], call.data["waybill_no"])
    return shipping.hand_over_order(
        tid=call.tid, waybill=waybill, by=call.by, now=call.now, version=call.version
    )


def _memo(call: Call) -> object:
    memo = notes.Memo(
        text=call.data["text"], flag=Flag(call.data["flag"]), is_urgent=call.data["is_urgent"]
    )
    return notes.write_memo(tid=call.tid, memo=memo, by=call.by, now=call.now, version=call.version)


def _agree(call: Call) -> object:
    return notes.agree_ship_time(
        tid=call.tid,
        agreed_at=call.data["agreed_at"],
        words=call.data["words"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _take_back(call: Call) -> object:
    return shipping.take_back_order(
        tid=call.tid,
        reason=call.data["reason"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _untold(detail: OrderDetail) -> bool:
    return any(hold.must_tell_buyer and hold.told_at is None for hold in detail.open_holds)


def _closable(detail: OrderDetail) -> bool:
    return bool(detail.open_holds) and not _untold(detail)


def _auditable(detail: OrderDetail) -> bool:
    return detail.order.stage == Stage.AWAITING_AUDIT and not detail.order.has_open_refund


def _forcible(detail: OrderDetail) -> bool:
    is_waiting = detail.order.stage in {Stage.AWAITING_AUDIT, Stage.HELD}
    return is_waiting and not detail.order.has_open_refund and not _untold(detail)


def _ready(detail: OrderDetail) -> bool:
    return detail.order.stage in READY_STAGES and not detail.order.has_open_refund


# In the order in which one would do them: the first that fits is the next act.
ACTS: dict[str, Act] = {
    act.code: act
    for act in (
        Act("tell", gettext_lazy("告知买家"), "orders.tell_buyer", _untold, _tell, ToldForm),
        Act(
            "close_hold", gettext_lazy("结束挂起"), "orders.hold", _closable, _close, CloseHoldForm
        ),
        Act(
            "pass_on",
            gettext_lazy("转给同事"),
            "orders.hold",
            lambda detail: bool(detail.open_holds),
            _pass_on,
            PassOnForm,
        ),
        Act(
            "approve",
            gettext_lazy("审单通过"),
            "orders.approve",
            _auditable,
            _approve,
            text=gettext_lazy("通过以后进「已审待出」，仓库就能发。"),
        ),
        Act(
            "force_approve",
            gettext_lazy("强制通过"),
            "orders.force_approve",
            _forcible,
            _force_approve,
            ReasonForm,
            text=gettext_lazy("没结束的挂起会一起结束，理由留在这单的记录里。"),
            tone="danger",
        ),
        Act(
            "hand_over",
            gettext_lazy("登记交接"),
            "orders.hand_over",
            _ready,
            _hand_over,
            WaybillForm,
        ),
        Act(
            "hold",
            gettext_lazy("挂起"),
            "orders.hold",
            lambda detail: detail.order.stage in OPEN_STAGES,
            _hold,
            HoldForm,
        ),
        Act("memo", gettext_lazy("写备注"), "orders.note", lambda _detail: True, _memo, MemoForm),
        Act(
            "agree",
            gettext_lazy("约定发货时间"),
            "orders.tell_buyer",
            lambda detail: detail.order.stage in OPEN_STAGES,
            _agree,
            AgreeForm,
        ),
        Act(
            "take_back",
            gettext_lazy("撤回一步"),
            "orders.hand_over",
            lambda detail: detail.order.stage in {Stage.HANDED_OVER, Stage.APPROVED},
            _take_back,
            ReasonForm,
            tone="danger",
        ),
        *PARCEL_ACTS,
    )
}
NEXT_ACTS = ("tell", "close_hold", "approve", "hand_over")


@require_GET
@never_cache
@requires("orders.view")
def order_page(request: HttpRequest, tid: str) -> HttpResponse:
    """Show one order on its own page."""
    context = _context(request, _detail(tid))
    context["queue"] = {"name": QUEUES["all"].name, "url": "/orders/all/"}
    return render(request, "orders/order.html", context)


@require_GET
@never_cache
@requires("orders.view")
def drawer(request: HttpRequest, tid: str) -> HttpResponse:
    """Show one order beside the list."""
    return render(request, "orders/_drawer.html", _context(request, _detail(tid)))


@require_POST
@requires("orders.view")
def act_page(request: HttpRequest, tid: str, act: str) -> HttpResponse:
    """Do one act on one order; a stale page gets both versions to choose from."""
    wanted = _wanted_act(request, act)
    detail = _detail(tid)
    form = wanted.form(request.POST) if wanted.form else None
    if form is not None and not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect(order_url(tid))
    try:
        wanted.run(_call(request, detail, form.cleaned_data if form else {}))
    except StaleOrderError as stale:
        return _conflict(request, wanted, detail, stale)
    except OrderRefusedError as refusal:
        messages.error(request, refusal.message)
    except Hold.DoesNotExist:
        messages.error(request, _("这个挂起已经被同事结束了。"))
    else:
        messages.success(request, _("已%(act)s。") % {"act": wanted.label})
    return redirect(order_url(tid))


@require_POST
@never_cache
@requires("orders.reveal_contact")
def reveal(request: HttpRequest, tid: str) -> HttpResponse:
    """Show one receiver in plain text, once, after the reason was logged."""
    form = ReasonForm(request.POST)
    detail = _detail(tid)
    if not form.is_valid():
        messages.error(request, _("查看明文要写原因。"))
        return redirect(order_url(tid))
    try:
        plain = contacts.reveal_contact(
            tid=tid, reason=form.cleaned_data["reason"], by=_person(request), now=timezone.now()
        )
    except OrderRefusedError as refusal:
        messages.error(request, refusal.message)
        return redirect(order_url(tid))
    shown = {"name": plain.name, "phone": plain.phone, "address": plain.address}
    return render(request, "orders/order.html", _context(request, detail, revealed=shown))


def _wanted_act(request: HttpRequest, code: str) -> Act:
    act = ACTS.get(code)
    if act is None:
        raise Http404(code)
    if not request.user.has_perm(act.right):
        raise PermissionDenied(act.right)
    return act


def _detail(tid: str) -> OrderDetail:
    try:
        return order_detail(tid=tid)
    except Order.DoesNotExist as error:
        raise Http404(tid) from error


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _call(request: HttpRequest, detail: OrderDetail, data: Data) -> Call:
    version = request.POST.get("version", "")
    hold = next(iter(detail.open_holds), None)
    hold_id = request.POST.get("hold", "")
    return Call(
        tid=detail.order.tid,
        hold_id=int(hold_id) if hold_id.isdigit() else (hold.pk if hold else 0),
        version=int(version) if version.isdigit() else None,
        data=data,
        by=_person(request),
        now=timezone.now(),
    )


def _context(
    request: HttpRequest, detail: OrderDetail, *, revealed: dict[str, str] | None = None
) -> Data:
    person, now = request.user, timezone.now()
    view = View(
        now=now,
        may_see_contact=person.has_perm("orders.view_contact"),
        may_reveal=person.has_perm("orders.reveal_contact"),
        role_names=role_names(),
        revealed=revealed,
        may_merge=person.has_perm("orders.merge"),
    )
    order = order_context(detail, book=RiskBook(platform=shop_platform()), view=view)
    order["reveal_form"] = ReasonForm() if view.may_reveal and detail.has_contact else None
    offered = [
        _offer(act, detail, now)
        for act in ACTS.values()
        if person.has_perm(act.right) and act.offered(detail)
    ]
    first = next((one for one in offered if one["code"] in NEXT_ACTS), None)
    return {
        "order": order,
        "next_act": first,
        "acts": [one for one in offered if one is not first],
        "now": now,
    }


def _offer(act: Act, detail: OrderDetail, now: datetime) -> Data:
    order = detail.order
    initial: dict[str, Data] = {
        "memo": {"text": order.seller_memo, "flag": order.flag, "is_urgent": order.is_urgent},
    }
    form = act.form(initial=initial.get(act.code)) if act.form else None
    return {"code": act.code, "label": act.label, "text": act.text, "form": form, "tone": act.tone}


def _conflict(
    request: HttpRequest, act: Act, detail: OrderDetail, stale: StaleOrderError
) -> HttpResponse:
    order, now = detail.order, timezone.now()
    last = changed_since(tid=order.tid, since=order.created_at or now)
    sent = {key: value for key, value in request.POST.items() if key != "csrfmiddlewaretoken"}
    rows: list[Data] = [
        {
            "label": _("阶段"),
            "base": "",
            "theirs": order.get_stage_display(),
            "mine": act.label,
            "differs": True,
        }
    ]
    if act.code == "memo":
        rows.append(
            {
                "label": _("备注"),
                "base": "",
                "theirs": order.seller_memo,
                "mine": sent.get("text", ""),
                "differs": order.seller_memo != sent.get("text", ""),
            }
        )
    sent["version"] = str(order.version)
    context = {
        "conflict": {
            "what": _("订单 %(tid)s") % {"tid": order.tid},
            "theirs_by": last.actor_name if last and last.actor_name else _("一次导入"),
            "theirs_at": last.at if last else order.exported_at or now,
            "rows": rows,
        },
        "action": request.path,
        "hidden": [{"name": key, "value": value} for key, value in sent.items()],
        "back_url": order_url(order.tid),
        "now": now,
    }
    return render(request, "orders/conflict.html", context, status=409)
