"""One order: page, drawer, its acts, and revealing a contact."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orders.actions import contacts
from orders.actions.errors import OrderRefusedError, StaleOrderError
from orders.choices import HoldKind
from orders.forms import ReasonForm
from orders.models import Hold, Order
from orders.queries.order_page import OrderDetail, changed_since, order_detail
from orders.queries.queues import QUEUES
from orders.queries.risk import RiskBook
from orders.registry import links_of
from orders.views.acting import Act, Call, Data
from orders.views.order_acts import ACTS, form_of, is_next
from orders.views.parts import View, order_context
from orders.views.rows import order_url
from orders.views.trace_parts import traces_of
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.staff.queries import role_names, shop_platform

# Acts that bring a parcel nearer to the door: none goes on once a refund is open.
SENDING_ACTS = ("approve", "force_approve", "hand_over", "label")


@require_GET
@never_cache
@requires("orders.view")
def order_page(request: HttpRequest, tid: str) -> HttpResponse:
    """Show one order on its own page."""
    detail = _detail(tid)
    context = _context(request, detail)
    context["links"] = links_of(detail.order, request.user.has_perm)
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
    if act in SENDING_ACTS and detail.order.has_open_refund:
        messages.error(request, _refunded_meanwhile(detail))
        return redirect(order_url(tid))
    form = form_of(wanted, detail, now=timezone.now(), data=request.POST)
    if form is not None and not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect(order_url(tid))
    try:
        wanted.run(_call(request, wanted, detail, form.cleaned_data if form else {}))
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


def _refunded_meanwhile(detail: OrderDetail) -> str:
    """Say that the buyer asked for the money back while the page was open, and what to do."""
    refund = next((one for one in detail.refunds if one.finished_at is None), None)
    what = refund.reason if refund and refund.reason else _("没写原因")
    return _(
        "你打开之后买家申请了退款（%(what)s），这单不能发，没有登记。包裹还在的话先抽出来，等售后处理完。"
    ) % {"what": what}


def _detail(tid: str) -> OrderDetail:
    try:
        return order_detail(tid=tid)
    except Order.DoesNotExist as error:
        raise Http404(tid) from error


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _call(request: HttpRequest, act: Act, detail: OrderDetail, data: Data) -> Call:
    version = request.POST.get("version", "")
    return Call(
        tid=detail.order.tid,
        hold_id=act.hold_id(detail, request.POST.get("hold", "")),
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
        may_handle_cases=person.has_perm("orders.handle_case"),
        may_merge=person.has_perm("orders.merge"),
        may_see_cost=person.has_perm("products.view_cost"),
    )
    order = order_context(detail, book=RiskBook(platform=shop_platform()), view=view)
    order["traces"] = traces_of(detail.shipments, may_see=view.may_see_contact)
    order["reveal_form"] = ReasonForm() if view.may_reveal and detail.has_contact else None
    fitting = [act for act in ACTS.values() if person.has_perm(act.right) and act.offered(detail)]
    first = next((act for act in fitting if is_next(act, detail)), None)
    return {
        "order": order,
        "next_act": _offer(first, detail, now) if first else None,
        "acts": [_offer(act, detail, now) for act in fitting if act is not first],
        "now": now,
    }


def _offer(act: Act, detail: OrderDetail, now: datetime) -> Data:
    found = act.holds(detail) if act.holds else []
    return {
        "code": act.code,
        "label": act.label,
        "text": act.text,
        "form": form_of(act, detail, now=now),
        "tone": act.tone,
        "holds": [{"id": hold.pk, "label": HoldKind(hold.kind).label} for hold in found],
    }


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
