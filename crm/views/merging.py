"""Bringing two customers together: whom, a preview of both, and the act."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.actions import merging
from crm.models import Customer
from crm.queries import points
from crm.queries.customer_list import people_found
from crm.queries.customer_page import Known, known, proposed
from crm.views.customer_acting import Asked, Data, answer, yuan
from shopops.lib.business_time import business_date
from shopops.staff.access import requires


@require_http_methods(["GET", "POST"])
@requires("crm.merge")
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Find the other one, show both side by side, merge."""
    back = reverse("crm:customer", args=[pk])
    if request.method == "POST":
        other = request.POST.get("other", "")
        again = f"{reverse('crm:merge', args=[pk])}?other={other if other.isdecimal() else ''}"
        done = answer(request, {"merge": ("crm.merge", partial(_merge, pk, back))}, back=again)
        return done or redirect(back)
    now = timezone.now()
    try:
        kept = known(pk, today=business_date(now))
    except Customer.DoesNotExist as error:
        raise Http404 from error
    text = request.GET.get("q", "").strip()
    others = _others(request, kept, text)
    return render(
        request,
        "crm/merge.html",
        {
            "kept": _side(kept),
            "gone": _chosen(request, pk, today=business_date(now)),
            "others": others,
            "q": text,
            "proposed": proposed(kept.buyer_ids, customer_id=pk),
            "now": now,
        },
    )


def _others(request: HttpRequest, kept: Known, text: str) -> list[Customer]:
    if not text:
        return []
    may = request.user.has_perm("orders.reveal_contact")
    found = [one for one in people_found(text, may_find_phone=may) if one != kept.customer.pk]
    return list(Customer.objects.filter(pk__in=found[:20]).order_by("pk"))


def _chosen(request: HttpRequest, pk: int, *, today: date) -> Data | None:
    text = request.GET.get("other", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18 or int(text) == pk:
        return None
    try:
        return _side(known(int(text), today=today))
    except Customer.DoesNotExist:
        messages.error(request, _("没有这个客户。"))
        return None


def _side(found: Known) -> Data:
    stat, purse = found.stat, points.purse(found.customer.pk)
    return {
        "points": purse.balance,
        "owed": purse.owed,
        "customer": found.customer,
        "nicks": [one.buyer.nick for one in found.identities],
        "orders": stat.paid_orders if stat else 0,
        "net": yuan(stat.paid_fen - stat.refund_fen) if stat else None,
        "first": stat.first_paid_date if stat else None,
        "last": stat.last_paid_date if stat else None,
        "province": stat.province if stat else "",
        "tags": [one.tag.name for one in found.tags],
        "consents": [
            one.get_channel_display() for one in found.consents if one.withdrawn_at is None
        ],
        "withdrawn": _refused(found),
    }


def _refused(found: Known) -> list[str]:
    """Give the channels a person took back or refused for good."""
    taken = [one.get_channel_display() for one in found.consents if one.withdrawn_at is not None]
    refused = [one.get_channel_display() for one in found.customer.opt_outs.order_by("pk")]
    return list(dict.fromkeys([*taken, *refused]))


def _merge(pk: int, back: str, asked: Asked) -> HttpResponse:
    merging.merge_customers(
        kept=pk,
        gone=asked.number("other"),
        versions=(asked.number("version"), asked.number("other_version")),
        reason=asked.text("reason"),
        by=asked.by,
        now=asked.now,
    )
    messages.success(asked.request, _("合并了；弄错了可以在这里拆开"))
    return redirect(back)
