"""Splitting one parcel, and taking a gift off, as pages."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders.actions import gifts, splitting
from orders.actions.errors import OrderRefusedError, StaleOrderError
from orders.forms.parcels import SplitForm, WeightForm
from orders.queries.parcels import (
    OrderParcels,
    PackedLine,
    PackedParcel,
    order_parcels,
    whole_order,
)
from orders.views.parcels import one_order, person_of, versions_of
from orders.views.rows import order_url
from shopops.staff.access import requires

type Data = dict[str, Any]


@require_http_methods(["GET", "POST"])
@requires("orders.merge")
def split(request: HttpRequest, tid: str) -> HttpResponse:
    """Say which pieces of a parcel go into a new one; by hand, by weight, by stock at hand."""
    order = one_order(tid)
    wanted = request.POST.get("parcel") or request.GET.get("parcel", "")
    parcel = _parcel(order_parcels(order), wanted)
    lines = parcel.lines if parcel else whole_order(order)
    way = request.POST.get("way", "")
    hand = SplitForm(request.POST if way == "hand" else None, lines=lines)
    weight = WeightForm(request.POST if way == "weight" else None)
    status = 200
    if request.method == "POST":
        what = splitting.SplitOf(
            tid=tid,
            by=person_of(request),
            now=timezone.now(),
            version=versions_of(request, [tid]).get(tid),
            parcel_id=parcel.parcel.pk if parcel else None,
            reason=request.POST.get("reason", "")[:200],
        )
        try:
            if _split(way, what, hand, weight, lines):
                messages.success(request, _("拆好了。"))
                return redirect(order_url(tid))
            status = 422
        except OrderRefusedError as refusal:
            messages.error(request, refusal.message)
            status = 409 if isinstance(refusal, StaleOrderError) else 422
            order.refresh_from_db()
    context = {
        "order": order,
        "order_url": order_url(tid),
        "parcel": parcel,
        "rows": [{"line": line, "field": hand[f"take_{at}"]} for at, line in enumerate(lines)],
        "hand": hand,
        "weight": weight,
        "pieces": sum(line.quantity for line in lines),
        "now": timezone.now(),
    }
    return render(request, "orders/split.html", context, status=status)


def _parcel(packed: OrderParcels, wanted: str) -> PackedParcel | None:
    """Give the parcel that is meant: the one that is named, else the only one, None before there is any.

    :raises Http404: if the order has no such parcel any more, or several and none is named
    """
    named = [one for one in packed.parcels if str(one.parcel.pk) == wanted]
    if named:
        return named[0]
    if wanted or len(packed.parcels) > 1:
        raise Http404(wanted)
    return packed.parcels[0] if packed.parcels else None


def _split(
    way: str,
    what: splitting.SplitOf,
    hand: SplitForm,
    weight: WeightForm,
    lines: Sequence[PackedLine],
) -> bool:
    """Split in the way that was asked for; say whether the form was right.

    :raises Http404: for a way that there is not
    """
    if way == "hand":
        return hand.is_valid() and bool(splitting.split_order(what, parts=[_takes(hand, lines)]))
    if way == "weight":
        return weight.is_valid() and bool(
            splitting.split_by_weight(what, most_grams=weight.cleaned_data["most_grams"])
        )
    if way == "stock":
        return bool(splitting.split_by_stock(what))
    raise Http404(way)


def _takes(form: SplitForm, lines: Sequence[PackedLine]) -> list[splitting.Take]:
    return [
        splitting.Take(form.cleaned_data.get(f"take_{at}") or 0, line.line_id, line.gift_id)
        for at, line in enumerate(lines)
    ]


@require_POST
@requires("orders.merge")
def gift_off(request: HttpRequest, tid: str) -> HttpResponse:
    """Take a gift off an order again."""
    one_order(tid)
    gift = request.POST.get("gift", "")
    try:
        gifts.remove_gift(
            tid=tid,
            gift_id=int(gift) if gift.isdigit() else 0,
            by=person_of(request),
            now=timezone.now(),
            version=versions_of(request, [tid]).get(tid),
        )
    except OrderRefusedError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("去掉了赠品。"))
    return redirect(order_url(tid))
