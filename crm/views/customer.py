"""One customer: everything on one line, and what people do with them."""

from datetime import date
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.actions import caring, merging, tags
from crm.actions.caring import About
from crm.actions.customer_errors import StaleCustomerError
from crm.choices import Channel, RfmSegment
from crm.forms.customers import BlackListForm, ConsentForm, CustomerForm
from crm.models import Customer, CustomerMerge, Tag
from crm.queries import points
from crm.queries.customer_habits import habits
from crm.queries.customer_page import Known, favourite_goods, known, proposed
from crm.queries.timeline import timeline
from crm.rules.points import Lot
from crm.views.customer_acting import Asked, Data, Parts, answer, yuan
from crm.views.customers import STAGE_TONES
from orders.views.rows import mask_nick
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

SOON_DAYS = 30


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one customer; do what one of the page's forms asks."""
    back = reverse("crm:customer", args=[pk])
    if request.method == "POST":
        done = answer(request, _parts(pk), back=back)
        if done is not None:
            return done
    now = timezone.now()
    try:
        found = known(pk, today=business_date(now))
    except Customer.DoesNotExist as error:
        raise Http404 from error
    if found.customer.merged_into_id is not None and not found.identities:
        return redirect("crm:customer", pk=found.customer.merged_into_id)
    return render(request, "crm/customer.html", _context(request, found) | {"now": now})


def _context(request: HttpRequest, found: Known) -> Data:
    sees = request.user.has_perm("orders.view_contact")
    show = (lambda text: text) if sees else mask_nick
    events = timeline(customer_id=found.customer.pk, buyer_ids=found.buyer_ids)
    kind = request.GET.get("kind", "")
    kinds = {
        "": _("全部"),
        "order": _("订单"),
        "refund": _("退款"),
        "case": _("售后"),
        "review": _("评价"),
        "touch": _("跟进"),
        "message": _("营销"),
        "points": _("积分"),
        "tier": _("会员等级"),
        "act": _("操作"),
    }
    kinds |= {one.kind: _("其他") for one in events if one.kind not in kinds}
    granted = {one.channel: one for one in reversed(found.consents)}
    return {
        "customer": found.customer,
        "name": show(found.customer.name),
        "stat": found.stat,
        "stage_tone": STAGE_TONES.get(found.stat.life_stage if found.stat else "", "wait"),
        "segment": _segment(found),
        "figures": _figures(found),
        "points": _points(found, today=business_date(timezone.now())),
        "outlook": found.outlook,
        "outlook_value": yuan(found.outlook.value_fen) if found.outlook else None,
        "tags": found.tags,
        "all_tags": Tag.objects.filter(is_on=True).order_by("name", "pk")[:200],
        "identities": [{"row": one, "nick": show(one.buyer.nick)} for one in found.identities],
        "merges": [{"row": one, "name": show(one.gone.name)} for one in found.merges],
        "proposed": [
            {"pk": one.pk, "name": show(one.name)}
            for one in (proposed(found.buyer_ids, customer_id=found.customer.pk) if sees else [])
        ],
        "consents": [
            {"channel": code, "label": label, "row": granted.get(code)}
            for code, label in Channel.choices
        ],
        "black_list": found.black_list,
        "goods": favourite_goods(found.buyer_ids),
        "habits": habits(found.customer.pk, found.buyer_ids, found.stat),
        "changes": found.changes,
        "events": [one for one in events if not kind or one.kind == kind],
        "kinds": [
            {"label": label, "url": f"?kind={code}" if code else "?", "current": code == kind}
            for code, label in kinds.items()
        ],
        "form": CustomerForm.of(found.customer),
        "consent_form": ConsentForm(),
        "black_form": BlackListForm(),
        "may_edit": request.user.has_perm("crm.edit"),
        "may_merge": request.user.has_perm("crm.merge"),
    }


def _segment(found: Known) -> str:
    code = found.stat.segment if found.stat else ""
    return str(RfmSegment(code).label) if code else ""


def _points(found: Known, *, today: date) -> Data | None:
    """Give the points of a customer, and the lot that ends next; None where there never were any."""
    purse, lots = points.purse(found.customer.pk), points.lots_left(found.customer.pk)
    if not purse.balance and not purse.owed:
        return None
    dated = [one for one in lots if one.last_day is not None]
    soon = next((one for one in dated if (_left(one, today)) <= SOON_DAYS), None)
    return {
        "balance": purse.balance,
        "owed": purse.owed,
        "next": dated[0] if dated else None,
        "is_soon": soon is not None,
        "url": f"{reverse('crm:points')}?customer={found.customer.pk}",
    }


def _left(lot: Lot, today: date) -> int:
    return (lot.last_day - today).days if lot.last_day else SOON_DAYS + 1


def _figures(found: Known) -> list[Data]:
    stat = found.stat
    if stat is None:
        return []
    net = yuan(stat.paid_fen - stat.refund_fen)
    average = yuan(stat.paid_fen // stat.paid_orders) if stat.paid_orders else None
    return [
        {"label": _("付款单数"), "kind": "count", "value": stat.paid_orders},
        {"label": _("净额"), "kind": "money", "value": net},
        {"label": _("平均每单"), "kind": "money", "value": average},
        {"label": _("件数"), "kind": "count", "value": stat.pieces},
        {
            "label": _("退款单"),
            "kind": "count",
            "value": stat.refunded_orders,
            "is_late": stat.paid_orders and stat.refunded_orders * 3 > stat.paid_orders,
        },
        {"label": _("最近付款"), "kind": "day", "value": stat.last_paid_date},
    ]


def _parts(pk: int) -> Parts:
    edit, merge = "crm.edit", "crm.merge"
    return {
        "about": (edit, partial(_about, pk)),
        "tag": (edit, partial(_tag, pk)),
        "untag": (edit, partial(_untag, pk)),
        "consent": (edit, partial(_consent, pk)),
        "withdraw": (edit, partial(_withdraw, pk)),
        "black": (edit, partial(_black, pk)),
        "unblack": (edit, partial(_unblack, pk)),
        "part_again": (merge, partial(_part_again, pk)),
    }


def _about(pk: int, asked: Asked) -> HttpResponse:
    form = CustomerForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    about = About(
        note=data["note"],
        birth_month=data["birth_month"],
        birth_day=data["birth_day"],
        agent_id=int(data["agent"]) if data["agent"] else None,
    )
    try:
        caring.change_customer(
            customer_id=pk, version=asked.number("version"), about=about, by=asked.by, now=asked.now
        )
    except StaleCustomerError as stale:
        return _conflict(pk, asked, stale, data)
    return asked.done(_("存好了"))


def _conflict(
    pk: int, asked: Asked, stale: StaleCustomerError, sent: dict[str, Any]
) -> HttpResponse:
    row = Customer.objects.get(pk=pk)
    stands = CustomerForm.of(row).initial
    hidden = {
        key: value for key, value in asked.request.POST.items() if key != "csrfmiddlewaretoken"
    }
    hidden["version"] = str(row.version)
    labels = CustomerForm().fields
    context = {
        "conflict": {
            "what": stale.name,
            "theirs_by": _("同事"),
            "theirs_at": asked.now,
            "rows": [
                {
                    "label": labels[name].label,
                    "base": "",
                    "theirs": stands[name] or "",
                    "mine": sent[name] or "",
                    "differs": str(stands[name] or "") != str(sent[name] or ""),
                }
                for name in labels
            ],
        },
        "action": asked.request.path,
        "hidden": [{"name": name, "value": value} for name, value in hidden.items()],
        "back_url": asked.back,
        "now": asked.now,
    }
    return render(asked.request, "crm/customer_conflict.html", context, status=409)


def _tag(pk: int, asked: Asked) -> HttpResponse:
    tags.put_tag(customer_id=pk, name=asked.text("name"), by=asked.by, now=asked.now)
    return asked.done(_("标签贴上了"))


def _untag(pk: int, asked: Asked) -> HttpResponse:
    tags.take_tag(customer_id=pk, tag_id=asked.number("tag"), by=asked.by, now=asked.now)
    return asked.done(_("标签撕掉了"))


def _consent(pk: int, asked: Asked) -> HttpResponse:
    form = ConsentForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    caring.give_consent(
        customer_id=pk, channel=data["channel"], proof=data["proof"], by=asked.by, now=asked.now
    )
    return asked.done(_("同意记下了"))


def _withdraw(pk: int, asked: Asked) -> HttpResponse:
    channel = asked.text("channel")
    if channel in Channel.values:
        caring.withdraw_consent(
            customer_id=pk, channel=channel, words=asked.text("words"), by=asked.by, now=asked.now
        )
    return asked.done(_("退订记下了，这个渠道不会再发"))


def _black(pk: int, asked: Asked) -> HttpResponse:
    form = BlackListForm(asked.request.POST)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    caring.black_list(
        customer_id=pk, reason=data["reason"], until=data["until"], by=asked.by, now=asked.now
    )
    return asked.done(_("列入黑名单了，新订单会先给人看"))


def _unblack(pk: int, asked: Asked) -> HttpResponse:
    caring.take_off_black_list(customer_id=pk, by=asked.by, now=asked.now)
    return asked.done(_("移出黑名单了"))


def _part_again(pk: int, asked: Asked) -> HttpResponse:
    made = CustomerMerge.objects.get(pk=asked.number("merge"), kept=pk)
    merging.part_customers(merge_id=made.pk, by=asked.by, now=asked.now)
    return asked.done(_("拆开了，各有各的数字"))
