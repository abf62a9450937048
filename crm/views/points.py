"""Points: what all customers have, the ledger, spending and adjusting by hand, the rule."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.actions import points
from crm.actions.points import Adjustment, Spending
from crm.forms.members import AdjustForm, PointRuleForm, SpendForm
from crm.models import Customer, Occasion, PointEntry, PointRule
from crm.queries import points as queries
from crm.tier_choices import OccasionKind, PointKind, SpentOn
from orders.views.rows import mask_nick
from products.views.acting import Asked, log_url, page_number
from products.views.panels import Panel, answer, shown, version_sent
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

type Data = dict[str, Any]

SIZE, MOST_FOUND, MOST_ENDING = 50, 20, 200
_TONES = {"earn": "done", "move_in": "done", "refund": "late", "expire": "wait", "spend": "us"}


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def point_list(request: HttpRequest) -> HttpResponse:
    """Show the ledger, of all or of one customer; a POST spends, adjusts or writes the rule."""
    now = timezone.now()
    today = business_date(now)
    rules = queries.rules()
    panels = _panels(request, rules)
    back = request.get_full_path()
    sent = None
    for panel, right in panels:
        sent = sent or answer(request, [panel], right=right, back=back)
    if isinstance(sent, HttpResponse):
        return sent
    if request.GET.get("show") == "ending":
        return _ending_page(request, now)
    person, found = _asked_for(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in PointKind.values else ""
    before = page_number(request, "before")
    rows = queries.ledger(
        customer_id=person.pk if person else None, kind=kind, before=before, size=SIZE + 1
    )
    sees = request.user.has_perm("orders.view_contact")
    context = {
        "now": now,
        "q": request.GET.get("q", "")[:80],
        "person": _person(person, sees=sees) if person else None,
        "found": [_person(one, sees=sees) for one in found],
        "totals": queries.totals(now=now),
        "expiring": queries.expiring_points(_in_30_days(now)),
        "rule": queries.rule_on(rules, today),
        "later_rules": [one for one in rules if one.valid_from > today],
        "tabs": _tabs(person, kind),
        "rows": [_row(one, sees=sees) for one in rows[:SIZE]],
        "older_url": _address(person, kind, rows[SIZE - 1].pk) if len(rows) > SIZE else "",
        "newest_url": _address(person, kind) if before else "",
        "panels": shown([one for one, right in panels if request.user.has_perm(right)], sent),
        "back": back,
        "log_url": log_url(request, "customer"),
    }
    return render(request, "crm/points.html", context, status=422 if sent else 200)


def _ending_page(request: HttpRequest, now: datetime) -> HttpResponse:
    """Show whose points end within 30 days, the soonest first."""
    today = business_date(now)
    sees = request.user.has_perm("orders.view_contact")
    people, count = queries.ending_totals(today, today + timedelta(days=30))
    told = Occasion.objects.filter(kind=OccasionKind.POINTS_END, is_on=True).order_by("pk").first()
    rows = queries.ending(today, today + timedelta(days=30), size=MOST_ENDING)
    context = {
        "now": now,
        "people": people,
        "points": count,
        "told": told,
        "rows": [
            {
                "name": one.customer.name if sees else mask_nick(one.customer.name),
                "url": reverse("crm:customer", args=[one.customer.pk]),
                "ledger_url": f"{reverse('crm:points')}?customer={one.customer.pk}",
                "last_day": one.last_day,
                "days": (one.last_day - today).days,
                "points": one.points,
            }
            for one in rows
        ],
    }
    return render(request, "crm/points_ending.html", context)


def _in_30_days(now: datetime) -> date:
    return business_date(now) + timedelta(days=31)


def _asked_for(request: HttpRequest) -> tuple[Customer | None, list[Customer]]:
    """Give the one customer whose ledger is asked for, or those whose name begins so."""
    key = page_number(request, "customer")
    if key:
        return Customer.objects.filter(pk=key).first(), []
    words = request.GET.get("q", "").strip()[:80]
    if not words:
        return None, []
    found = list(queries.customers_named(words)[:MOST_FOUND])
    return (found[0], []) if len(found) == 1 else (None, found)


def _person(one: Customer, *, sees: bool) -> Data:
    purse = queries.purse(one.pk)
    return {
        "name": one.name if sees else mask_nick(one.name),
        "url": reverse("crm:customer", args=[one.pk]),
        "ledger_url": f"{reverse('crm:points')}?customer={one.pk}",
        "balance": purse.balance,
        "owed": purse.owed,
    }


def _address(person: Customer | None, kind: str, before: int = 0) -> str:
    parts = {"customer": person.pk if person else "", "kind": kind, "before": before or ""}
    words = urlencode({name: value for name, value in parts.items() if value})
    return reverse("crm:points") + (f"?{words}" if words else "")


def _tabs(person: Customer | None, kind: str) -> list[Data]:
    choices = [("", _("全部")), *((one.value, str(one.label)) for one in PointKind)]
    return [
        {
            "label": label,
            "url": _address(person, code),
            "count": None,
            "tone": "",
            "current": code == kind,
        }
        for code, label in choices
    ]


def _row(one: PointEntry, *, sees: bool) -> Data:
    return {
        "at": one.at,
        "name": one.customer.name if sees else mask_nick(one.customer.name),
        "url": f"{reverse('crm:points')}?customer={one.customer_id}",
        "kind": one.get_kind_display(),
        "tone": _TONES.get(one.kind, "soon"),
        "points": f"{one.points:+,d}" if one.points else "—",
        "is_minus": one.points < 0,
        "owed": f"{one.owed:+,d}" if one.owed else "",
        "balance": one.balance_after,
        "expires_on": one.expires_on,
        "order_url": reverse("orders:order", args=[one.tid]) if one.tid else "",
        "tid": one.tid,
        "words": " · ".join(filter(None, (one.get_spent_on_display(), one.reason))),
        "by": one.by.name if one.by else "",
    }


# --- by hand ------------------------------------------------------------------------------------


def _panels(request: HttpRequest, rules: list[PointRule]) -> list[tuple[Panel, str]]:
    person = Customer.objects.filter(pk=page_number(request, "customer")).first()
    sees = request.user.has_perm("orders.view_contact")
    named = {"customer": person.name if person and sees else "", "once": uuid4().hex}
    today = business_date(timezone.now())
    rule = queries.rule_on(rules, today)
    own = next((one for one in rules if one.valid_from == today), None)
    return [
        (
            Panel(
                code="spend",
                title=gettext_lazy("用积分"),
                button=gettext_lazy("扣掉"),
                make=SpendForm,
                act=_spend,
                initial=dict(named),
                icon="gift",
            ),
            "crm.edit",
        ),
        (
            Panel(
                code="adjust",
                title=gettext_lazy("手工调整"),
                button=gettext_lazy("调整"),
                make=AdjustForm,
                act=_adjust,
                initial=dict(named),
                icon="adjustments",
            ),
            "crm.points",
        ),
        (
            Panel(
                code="rule",
                title=gettext_lazy("改积分规则"),
                button=gettext_lazy("保存"),
                make=PointRuleForm,
                act=partial(_save_rule, today),
                initial={
                    "valid_from": today,
                    "points_per_yuan": rule.points_per_yuan if rule else 1,
                    "expire_days": rule.expire_days if rule else 365,
                },
                icon="settings",
                version=own.version if own else 0,
                stored=_stored(own),
                key=("point_rule", today.isoformat()),
            ),
            "crm.set_tiers",
        ),
    ]


def _stored(row: PointRule | None) -> Data | None:
    if row is None:
        return None
    return {
        "valid_from": row.valid_from,
        "points_per_yuan": row.points_per_yuan,
        "expire_days": row.expire_days,
    }


def _spend(form: SpendForm, asked: Asked) -> str:
    data = form.cleaned_data
    spending = Spending(data["points"], SpentOn(data["on"]), data["reason"], data["once"])
    entry = points.spend(
        customer_id=data["customer"].pk, spending=spending, by=asked.by, now=asked.now
    )
    return _("扣了 %(n)s 分，还剩 %(left)s 分。") % {
        "n": -entry.points,
        "left": entry.balance_after,
    }


def _adjust(form: AdjustForm, asked: Asked) -> str:
    data = form.cleaned_data
    adjustment = Adjustment(data["points"], data["reason"], data["once"])
    entry = points.adjust(
        customer_id=data["customer"].pk, adjustment=adjustment, by=asked.by, now=asked.now
    )
    return _("调整好了，现在 %(left)s 分。") % {"left": entry.balance_after}


def _save_rule(today: date, form: PointRuleForm, asked: Asked) -> str:
    data = form.cleaned_data
    later = PointRule.objects.filter(valid_from=data["valid_from"]).first()
    is_today = data["valid_from"] == today
    points.save_rule(
        **data,
        version=version_sent(asked) if is_today else later.version if later else 0,
        by=asked.by,
        now=asked.now,
    )
    return _("已保存，已经给的积分不变。")
