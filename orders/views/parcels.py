"""Merging as pages: the groups that could travel together, and one order beside its partners."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.actions import merging
from orders.actions.bulk import RowResult
from orders.actions.errors import OrderRefusedError, StaleOrderError
from orders.actions.merge_keys import ship_apart
from orders.choices import MergeRisk
from orders.forms.parcels import ConsentForm
from orders.models import Order
from orders.queries.mergeable import (
    MERGEABLE_STAGES,
    MergeGroup,
    companions,
    merge_facts,
    merge_groups,
    other_orders,
)
from orders.rules.merging import NothingInCommonError, differing, merge_risk
from orders.views.rows import STAGE_TONES, mask_nick, order_url
from shopops.lib.words import listed
from shopops.staff.access import requires
from shopops.staff.models import User

type Data = dict[str, Any]

RISK_TONES = {MergeRisk.LOW: "done", MergeRisk.MIDDLE: "soon", MergeRisk.HIGH: "late"}
MOST_GROUPS = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order that might travel along, as its card shows it. `refusal`: why it may not."""

    order: Order
    buyer: str
    stage_tone: str
    risk: str
    risk_label: str
    risk_tone: str
    refusal: str
    address: tuple[tuple[str, str, bool], ...]  # label, text, differs
    is_chosen: bool = False
    is_lead: bool = False
    is_together: bool = False  # in one parcel with this order already


# --- groups


@require_GET
@requires("orders.view")
def groups(request: HttpRequest) -> HttpResponse:
    """Show the orders that could travel together, partners side by side."""
    try:
        found, following = merge_groups(after=request.GET.get("after", ""))
    except ValueError:  # a damaged key: begin anew rather than fail
        found, following = merge_groups()
    may_see = request.user.has_perm("orders.view_contact")
    context = {
        "groups": [_group(one, may_see=may_see) for one in found],
        "older_url": f"?after={following}" if following else None,
        "may_merge": request.user.has_perm("orders.merge"),
        "now": timezone.now(),
    }
    return render(request, "orders/merge_groups.html", context)


def _group(group: MergeGroup, *, may_see: bool) -> Data:
    first = group.orders[0]
    return {
        "key": group.key,
        "due_at": group.due_at,
        "buyer": first.buyer_nick if may_see else mask_nick(first.buyer_nick),
        "address": " ".join(text for _column, text in _address(first)),
        "orders": [
            {"order": order, "url": order_url(order.tid), "tone": STAGE_TONES[order.stage]}  # type: ignore[index]
            for order in group.orders
        ],
        "pieces": sum(order.piece_count for order in group.orders),
        "url": reverse("orders:merge", args=[first.tid]),
    }


@require_POST
@requires("orders.merge")
def merge_groups_at_once(request: HttpRequest) -> HttpResponse:
    """Merge the chosen groups, each in its own transaction, and show what became of each."""
    results = [_merge_group(request, key) for key in request.POST.getlist("group")[:MOST_GROUPS]]
    if not results:
        messages.error(request, _("先勾要合的组。"))
        return redirect("orders:merge_groups")
    done = sum(1 for one in results if one.is_done)
    stale = sum(1 for one in results if one.is_stale)
    result = {
        "act_label": _("合单"),
        "rows": [
            {
                "tid": one.tid,
                "url": order_url(one.tid),
                "ok": one.is_done,
                "stale": one.is_stale,
                "text": one.message,
            }
            for one in results
        ],
        "done_count": done,
        "stale_count": stale,
        "refused_count": len(results) - done - stale,
    }
    context = {"result": result, "back_url": reverse("orders:merge_groups"), "now": timezone.now()}
    return render(request, "orders/bulk_result.html", context)


def _merge_group(request: HttpRequest, key: str) -> RowResult:
    """Merge one group as the page showed it: its tids and versions come with the form."""
    tids = request.POST.getlist(f"tids_{key}")
    if not tids:
        return RowResult(tid=key, is_done=False, message=_("这一组里没有订单。"))
    try:
        merging.merge_orders(
            tids=tids,
            address_of=tids[0],
            consent=None,
            by=person_of(request),
            now=timezone.now(),
            versions=versions_of(request, tids),
        )
    except StaleOrderError as stale:
        return RowResult(tid=tids[0], is_done=False, message=stale.message, is_stale=True)
    except OrderRefusedError as refusal:
        return RowResult(tid=tids[0], is_done=False, message=refusal.message)
    except Order.DoesNotExist:
        return RowResult(tid=tids[0], is_done=False, message=_("没有这张订单。"))
    message = _("和 %(tids)s 合成一个包裹") % {"tids": listed(tids[1:])}
    return RowResult(tid=tids[0], is_done=True, message=message)


# --- one order's partners


@require_http_methods(["GET", "POST"])
@requires("orders.merge")
def merge(request: HttpRequest, tid: str) -> HttpResponse:
    """Choose who travels along, at whose address, with whose consent; or settle that they ship apart."""
    order = one_order(tid)
    if request.method == "GET":
        return _merge_page(request, order, ConsentForm())
    form = ConsentForm(request.POST)
    tids = list(dict.fromkeys([tid, *request.POST.getlist("tid")]))
    if not form.is_valid():
        return _merge_page(request, order, form, status=422)
    try:
        if "apart" in request.POST:
            ship_apart(
                tids=tids,
                reason=form.cleaned_data["reason"],
                by=person_of(request),
                now=timezone.now(),
                versions=versions_of(request, tids),
            )
            messages.success(request, _("记下了：这几单分开发，不再等合单。"))
        else:
            merging.merge_orders(
                tids=tids,
                address_of=request.POST.get("address_of", ""),
                consent=form.consent(),
                by=person_of(request),
                now=timezone.now(),
                versions=versions_of(request, tids),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("合好了：%(n)d 单一个包裹。") % {"n": len(tids)})
    except OrderRefusedError as refusal:
        messages.error(request, refusal.message)
        is_stale = isinstance(refusal, StaleOrderError)
        return _merge_page(request, order, form, status=409 if is_stale else 422)
    except Order.DoesNotExist:
        messages.error(request, _("没有这张订单。"))
        return _merge_page(request, order, form, status=422)
    return redirect(order_url(tid))


def _merge_page(
    request: HttpRequest, order: Order, form: ConsentForm, *, status: int = 200
) -> HttpResponse:
    order.refresh_from_db()
    others = _others(request, order)
    may_see = request.user.has_perm("orders.view_contact")
    chosen = set(request.POST.getlist("tid"))
    lead = request.POST.get("address_of", "")
    together = companions([order.pk])
    cards = [
        _candidate(order, one, may_see=may_see, chosen=chosen, lead=lead, together=together)
        for one in others
    ]
    if request.method == "GET" and all(one.refusal or one.risk == MergeRisk.LOW for one in cards):
        lead = order.tid  # One address: nothing to choose.
    context = {
        "order": order,
        "order_url": order_url(order.tid),
        "mine": _candidate(order, order, may_see=may_see, chosen=chosen, lead=lead),
        "candidates": cards,
        "can_merge": any(not one.refusal and not one.is_together for one in cards),
        "with_tid": request.GET.get("with", ""),
        "is_unknown": bool(request.GET.get("with"))
        and not any(one.order.tid == request.GET["with"].strip() for one in cards),
        "form": form,
        "now": timezone.now(),
    }
    return render(request, "orders/merge.html", context, status=status)


def _others(request: HttpRequest, order: Order) -> list[Order]:
    """Give the candidates that the shop knows of, and one that the person names."""
    found = other_orders(order)
    shown = {order.pk, *(one.pk for one in found)}
    missing = companions([order.pk]) - shown  # merged at middle risk with a stranger
    found += list(Order.objects.filter(pk__in=missing).order_by("pk"))
    named = request.GET.get("with", "").strip()
    known = {one.tid for one in found} | {order.tid}
    wanted = {named, *request.POST.getlist("tid")} - known - {""}
    return found + list(Order.objects.filter(tid__in=wanted).order_by("pk")[:20])


def _candidate(
    order: Order,
    other: Order,
    *,
    may_see: bool,
    chosen: set[str],
    lead: str,
    together: Collection[int] = (),
) -> Candidate:
    pair = [merge_facts(order), merge_facts(other)]
    differs = set(differing(pair))
    risk, refusal = "", ""
    try:
        risk = merge_risk(pair)
    except NothingInCommonError:
        refusal = _("买家和收货地址都不一样")
    if risk == MergeRisk.HIGH:
        refusal = _("还没付款")
    elif other.has_open_refund:
        refusal = _("正在退款")
    elif other.stage not in MERGEABLE_STAGES:
        refusal = _("已经进了波次")
    return Candidate(
        order=other,
        buyer=other.buyer_nick if may_see else mask_nick(other.buyer_nick),
        stage_tone=STAGE_TONES[other.stage],  # type: ignore[index]
        risk=risk,
        risk_label=str(MergeRisk(risk).label) if risk else _("没有关系"),
        risk_tone=RISK_TONES[MergeRisk(risk)] if risk else "late",
        refusal=refusal,
        address=tuple(
            (_address_words()[column], text, column in differs) for column, text in _address(other)
        ),
        is_chosen=other.tid in chosen,
        is_lead=other.tid == lead,
        is_together=other.pk in together,
    )


def _address(order: Order) -> list[tuple[str, str]]:
    return [(column, str(getattr(order, column)) or "—") for column in _address_words()]


def _address_words() -> dict[str, str]:
    return {
        "receiver_name": _("收货人"),
        "receiver_phone": _("电话"),
        "receiver_province": _("省份"),
        "receiver_city": _("城市"),
        "receiver_district": _("区县"),
        "receiver_address": _("地址"),
    }


def one_order(tid: str) -> Order:
    """Give an order, or the page that says there is none."""
    try:
        return Order.objects.get(tid=tid)
    except Order.DoesNotExist as error:
        raise Http404(tid) from error


def person_of(request: HttpRequest) -> User:
    """Give the person who asks; the right let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def versions_of(request: HttpRequest, tids: list[str]) -> dict[str, int]:
    """Give the versions that the page showed, by tid."""
    found = {tid: request.POST.get(f"version_{tid}", "") for tid in tids}
    return {tid: int(text) for tid, text in found.items() if text.isdigit()}
