"""The courier settings: carriers, rules with try-out and dry run, and how long carriers may be silent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.actions import courier_rules
from orders.actions.errors import OrderRefusedError
from orders.forms.couriers import (
    CarrierEditForm,
    CourierRuleForm,
    NewCarrierForm,
    NewCourierRuleForm,
    TraceLimitForm,
    TryForm,
)
from orders.models import Carrier, CarrierPickup, CourierRule, Order, TraceLimit
from orders.queries import couriers as queries
from orders.queries.traces import as_limit
from orders.rules.couriers import CourierFacts, explain
from orders.rules.couriers import CourierRule as Rule
from orders.wording.couriers import rule_words, tried_words
from orders.wording.traces import limit_words
from shopops.lib.business_time import business_date
from shopops.lib.words import listed
from shopops.staff.access import requires
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class _Asked:
    """One form that was sent: by whom and when."""

    request: HttpRequest
    by: User
    now: datetime

    @property
    def data(self) -> Any:  # noqa: ANN401
        """Give what was sent."""
        return self.request.POST

    def number(self, name: str) -> int:
        """Give a number that was sent, 0 where it is none."""
        text = self.data.get(name, "")
        return int(text) if text.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class _Sent:
    """A form to be shown again: with its errors, or beside its dry run."""

    part: str
    row: int
    form: forms.Form
    dry: queries.DryRun | None = None


@require_http_methods(["GET", "POST"])
@requires("orders.set_warehouse")
def couriers(request: HttpRequest) -> HttpResponse:
    """Show carriers, rules and limits; a POST of one part changes it, or tries it without saving."""
    assert isinstance(request.user, User)  # noqa: S101
    if request.method == "POST":
        part = PARTS.get(request.POST.get("part", ""))
        if part is not None:
            return _answer(part, _Asked(request, request.user, timezone.now()))
    return _page(request)


def _answer(part: "Part", asked: _Asked) -> HttpResponse:
    try:
        sent = part(asked)
    except OrderRefusedError as refusal:
        messages.error(asked.request, refusal.message)
    except ObjectDoesNotExist:
        messages.error(asked.request, _("这一行刚被同事改掉或停用了。"))
    else:
        if sent is not None:
            return _page(asked.request, sent=sent, status=200 if sent.dry else 422)
        messages.success(asked.request, _("已保存。"))
    return redirect("orders:couriers")


def _names() -> list[str]:
    return list(Carrier.objects.order_by("pk").values_list("name", flat=True))


def _values(form: CourierRuleForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in courier_rules.CONDITIONS}


def _save_rule(asked: _Asked) -> _Sent | None:
    row = CourierRule.objects.get(pk=asked.number("row"), valid_to__isnull=True)
    form = CourierRuleForm(asked.data, carriers=_names(), auto_id=f"id_r{row.pk}_%s")
    if not form.is_valid():
        return _Sent("rule", row.pk, form)
    if "try" in asked.data:
        changed = _as_rule(row.pk, form.cleaned_data, valid_from=row.valid_from)
        return _Sent("rule", row.pk, form, _dry_run(changed, now=asked.now))
    courier_rules.change_rule(
        row_id=row.pk,
        values=_values(form),
        is_on=form.cleaned_data["is_on"],
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return None


def _add_rule(asked: _Asked) -> _Sent | None:
    form = NewCourierRuleForm(asked.data, carriers=_names(), auto_id="id_new_%s")
    if not form.is_valid():
        return _Sent("add_rule", 0, form)
    begin = form.cleaned_data["valid_from"] or business_date(asked.now)
    if "try" in asked.data:
        changed = _as_rule(None, form.cleaned_data, valid_from=business_date(asked.now))
        return _Sent("add_rule", 0, form, _dry_run(changed, now=asked.now))
    courier_rules.add_rule(values=_values(form), valid_from=begin, by=asked.by, now=asked.now)
    return None


def _as_rule(row_id: int | None, data: Mapping[str, Any], *, valid_from: date) -> Rule:
    return Rule(
        rule_id=row_id,
        name=data["name"],
        carrier=data["carrier"],
        provinces=tuple(data["provinces"]),
        sku_codes=frozenset(data["sku_codes"]),
        minimum_grams=data["minimum_grams"],
        maximum_grams=data["maximum_grams"],
        minimum_amount=data["minimum_amount"],
        maximum_amount=data["maximum_amount"],
        only_if_requested=data["only_if_requested"],
        is_on=data["is_on"],
        valid_from=valid_from,
    )


def _dry_run(changed: Rule, *, now: datetime) -> queries.DryRun:
    """Count by the rules as they would be: the changed one in its place, a new one before the last."""
    today = business_date(now)
    rules = [queries.as_rule(row) for row in queries.rule_rows(on=today)]
    if changed.rule_id is None:
        rules.insert(max(len(rules) - 1, 0), changed)
    else:
        rules = [changed if one.rule_id == changed.rule_id else one for one in rules]
    book = replace(queries.courier_book(on=today), rules=tuple(rules))
    return queries.dry_run(changed=book, now=now)


def _end_rule(asked: _Asked) -> None:
    courier_rules.end_rule(
        row_id=asked.number("row"), version=asked.number("version"), by=asked.by, now=asked.now
    )


def _move(asked: _Asked) -> None:
    courier_rules.move_rule(
        row_id=asked.number("row"),
        up=asked.data.get("to") == "up",
        by=asked.by,
        now=asked.now,
    )


def _save_carrier(asked: _Asked) -> _Sent | None:
    row = Carrier.objects.get(pk=asked.number("row"))
    form = CarrierEditForm(asked.data, auto_id=f"id_c{row.pk}_%s")
    if not form.is_valid():
        return _Sent("carrier", row.pk, form)
    courier_rules.save_carrier(
        values=form.cleaned_data,
        row_id=row.pk,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return None


def _add_carrier(asked: _Asked) -> _Sent | None:
    form = NewCarrierForm(asked.data, auto_id="id_nc_%s")
    if not form.is_valid():
        return _Sent("add_carrier", 0, form)
    courier_rules.save_carrier(
        values=form.cleaned_data, row_id=None, version=0, by=asked.by, now=asked.now
    )
    return None


def _save_limit(asked: _Asked) -> _Sent | None:
    row = TraceLimit.objects.get(pk=asked.number("row"), valid_to__isnull=True)
    form = TraceLimitForm(asked.data, auto_id=f"id_l{row.pk}_%s")
    if not form.is_valid():
        return _Sent("limit", row.pk, form)
    courier_rules.change_limit(
        row_id=row.pk,
        values=form.cleaned_data,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return None


def _add_limit(asked: _Asked) -> _Sent | None:
    form = TraceLimitForm(asked.data, auto_id="id_nl_%s")
    if not form.is_valid():
        return _Sent("add_limit", 0, form)
    courier_rules.add_limit(values=form.cleaned_data, by=asked.by, now=asked.now)
    return None


def _end_limit(asked: _Asked) -> None:
    courier_rules.end_limit(
        row_id=asked.number("row"), version=asked.number("version"), by=asked.by, now=asked.now
    )


type Part = Callable[[_Asked], _Sent | None]
PARTS: dict[str, Part] = {
    "rule": _save_rule,
    "add_rule": _add_rule,
    "end_rule": _end_rule,
    "move": _move,
    "carrier": _save_carrier,
    "add_carrier": _add_carrier,
    "limit": _save_limit,
    "add_limit": _add_limit,
    "end_limit": _end_limit,
}


def _page(request: HttpRequest, *, sent: _Sent | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    today = business_date(now)
    names = _names()
    rows = list(queries.rule_rows(on=today))
    try_form = TryForm(request.GET) if "try" in request.GET else TryForm()
    context = {
        "now": now,
        "rules": [_rule(row, names, today, sent) for row in rows],
        "carriers": _carriers(sent),
        "limits": _limits(sent),
        "try_form": try_form,
        "tried": _tried(try_form, now=now) if try_form.is_bound else None,
        "new_rule": _new(sent, "add_rule", NewCourierRuleForm(carriers=names, auto_id="id_new_%s")),
        "new_carrier": _new(sent, "add_carrier", NewCarrierForm(auto_id="id_nc_%s")),
        "new_limit": _new(sent, "add_limit", TraceLimitForm(auto_id="id_nl_%s")),
        "dry": _dry(sent),
        "log_url": f"{reverse('staff:log')}?type=courier_rule"
        if request.user.has_perm("staff.view_log")
        else "",
        "can_set_pickups": request.user.has_perm("orders.set_cutoff"),
    }
    return render(request, "orders/couriers.html", context, status=status)


def _new(sent: _Sent | None, part: str, empty: forms.Form) -> dict[str, Any]:
    is_open = sent is not None and sent.part == part
    return {"form": sent.form if sent and is_open else empty, "open": is_open}


def _form_of(sent: _Sent | None, part: str, row: int, stored: forms.Form) -> dict[str, Any]:
    is_open = sent is not None and (sent.part, sent.row) == (part, row)
    return {"form": sent.form if sent and is_open else stored, "open": is_open}


def _rule(row: CourierRule, names: list[str], today: date, sent: _Sent | None) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in courier_rules.CONDITIONS}
    form = CourierRuleForm(
        carriers=names, initial={**fields, "is_on": row.is_on}, auto_id=f"id_r{row.pk}_%s"
    )
    return {
        "id": row.pk,
        "name": row.name,
        "words": rule_words(queries.as_rule(row)),
        "carrier": row.carrier or _("买家指定的那家"),
        "is_on": row.is_on,
        "begins": row.valid_from if row.valid_from > today else None,
        "from": row.valid_from if row.changed_by else None,
        "by": row.changed_by.name if row.changed_by else _("出厂"),
        "version": row.version,
        **_form_of(sent, "rule", row.pk, form),
    }


def _carriers(sent: _Sent | None) -> list[dict[str, Any]]:
    pickups = {row.carrier: row for row in CarrierPickup.objects.filter(is_active=True)}
    found = []
    for row in Carrier.objects.order_by("-is_on", "pk"):
        pickup = pickups.get(row.name)
        form = CarrierEditForm(
            initial={name: getattr(row, name) for name in CarrierEditForm.base_fields},
            auto_id=f"id_c{row.pk}_%s",
        )
        found.append(
            {
                "id": row.pk,
                "name": row.name,
                "code": row.code,
                "is_on": row.is_on,
                "is_for_remote": row.is_for_remote,
                "unserved": listed(row.unserved),
                "note": row.note,
                "pickup": f"{pickup.pickup:%H:%M}" if pickup else "",
                "version": row.version,
                **_form_of(sent, "carrier", row.pk, form),
            }
        )
    return found


def _limits(sent: _Sent | None) -> list[dict[str, Any]]:
    rows = TraceLimit.objects.filter(valid_to__isnull=True).order_by("position", "pk")
    return [
        {
            "id": row.pk,
            "words": limit_words(as_limit(row)),
            "pickup": row.pickup_hours,
            "first_trace": row.first_trace_hours,
            "silence": row.silence_hours,
            "can_end": bool(row.provinces),
            "version": row.version,
            **_form_of(
                sent,
                "limit",
                row.pk,
                TraceLimitForm(
                    initial={name: getattr(row, name) for name in courier_rules.LIMITS},
                    auto_id=f"id_l{row.pk}_%s",
                ),
            ),
        }
        for row in sorted(rows, key=lambda row: not row.provinces)
    ]


def _tried(form: TryForm, *, now: datetime) -> dict[str, Any] | None:
    if not form.is_valid():
        return None
    facts: CourierFacts | None = None
    tid = form.cleaned_data["tid"].strip()
    if tid:
        order = Order.objects.filter(tid=tid).first()
        if order is None:
            form.add_error("tid", _("没有这个订单。"))
            return None
        facts = queries.facts_of_orders([order.pk])[order.pk]
    today = business_date(now)
    book = queries.courier_book(on=today)
    facts = facts or form.facts()
    asked = explain(facts, book.rules, today, carriers=book.carriers)
    choice = book.choose(facts, today)
    return {
        "carrier": choice.carrier,
        "facts": {
            "province": facts.province,
            "grams": facts.grams,
            "amount": facts.amount,
            "requested": facts.requested,
        },
        "asked": [
            {"name": one.rule.name, "fits": one.fits, "words": tried_words(one)} for one in asked
        ],
    }


def _dry(sent: _Sent | None) -> dict[str, Any] | None:
    if sent is None or sent.dry is None:
        return None
    dry = sent.dry
    most = max((max(now, then) for _name, now, then in dry.counts), default=0) or 1
    rows = [
        {
            "carrier": name or _("没有快递"),
            "now": now,
            "then": then,
            "more": then - now,
        }
        for name, now, then in dry.counts
    ]
    return {"orders": dry.orders, "days": dry.days, "moved": dry.moved, "rows": rows, "most": most}
