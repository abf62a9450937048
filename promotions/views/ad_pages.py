"""One plan and one item with their days."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from products.actions.errors import StaleGoodsError
from products.models import Product
from products.views.acting import Asked, answer, conflict
from promotions.actions import channels as acts
from promotions.choices import Channel, PlanState
from promotions.forms.channels import PlanForm
from promotions.models import AdPlan, ChannelFact
from promotions.queries import ad_margins, channel_watch, traffic
from promotions.queries.ad_margins import Margin
from promotions.queries.traffic import Span
from promotions.rules.traffic import Traffic, profit_after_ads, total
from promotions.views import channel_parts as parts
from promotions.views.channel_parts import CHANNELS, COST, Data
from promotions.wording import channels as wording
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import money
from shopops.staff.access import requires


@require_http_methods(["GET", "POST"])
@requires(CHANNELS)
def plan_page(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Show one plan with its days and items; a POST keeps its state, cap and note."""
    plan = get_object_or_404(AdPlan, pk=plan_id)
    back = reverse("promotions:plan", args=[plan_id])
    if request.method == "POST":
        done = answer(request, {"plan": (CHANNELS, lambda a: _keep(a, plan))}, back=back)
        if done is not None:
            return done
    now = timezone.now()
    asked = parts.span_of(request, business_date(now), usual=14)
    key = (plan.channel, plan.key)
    days = traffic.plan_days(asked.span, keys=[key]).get(key, {})
    known = set(traffic.channel_days(asked.span, channel=plan.channel).get(plan.channel, {}))
    items = traffic.plan_items(asked.span, channel=plan.channel, key=plan.key)
    settings = ad_margins.settings_on(asked.span.until)
    seen = channel_watch.plans_seen(asked.span.until, settings, keys=[key])
    mine = next((one for one in seen if one.plan and one.plan.pk == plan.pk), None)
    with_cost = request.user.has_perm(COST)
    context = {
        "now": now,
        "plan": plan,
        "channel": parts.channel_words(plan.channel),
        "state": PlanState(plan.state).label,
        "cap": acts.cap_on(Channel(plan.channel), plan.key, asked.today),
        "form": PlanForm(initial=_stored(plan, asked.today)),
        "url": back,
        "items": _items(items, asked, with_cost=with_cost),
        **_days_context(days, known, asked.span, None, with_cost=False),
        **_seen_context(mine, with_cost=with_cost),
        **parts.span_context(asked, request),
    }
    return render(request, "promotions/ad_plan.html", context)


def _stored(plan: AdPlan, today: date) -> Data:
    cap = acts.cap_on(Channel(plan.channel), plan.key, today)
    return {"state": plan.state, "cap": cap, "note": plan.note}


def _keep(asked: Asked, plan: AdPlan) -> HttpResponse:
    form = PlanForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    values = acts.PlanValues(PlanState(data["state"]), data["cap"], data["note"])
    try:
        acts.keep_plan(
            plan_id=plan.pk,
            values=values,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        plan.refresh_from_db()
        stored = _stored(plan, business_date(asked.now))
        rows = [
            (_("状态"), PlanState(plan.state).label, values.state.label),
            (_("日限额"), money(stored["cap"]), money(values.cap)),
            (_("备注"), plan.note, values.note),
        ]
        key = ("ad_plan", f"{plan.channel} {plan.key}")
        return conflict(asked, stale, key=key, rows=rows, version=plan.version)
    return asked.done(_("已保存，限额从今天起。"))


@require_GET
@requires(CHANNELS)
def item_page(request: HttpRequest, item_no: str) -> HttpResponse:
    """Show one item with its days and plans, against its break-even return."""
    now = timezone.now()
    asked = parts.span_of(request, business_date(now), usual=14)
    product = Product.objects.filter(item_no=item_no).first()
    if product is None:
        get_object_or_404(ChannelFact.objects.filter(object_no=item_no)[:1])
    days = traffic.item_days(asked.span, item_nos=[item_no]).get(item_no, {})
    by_plan = traffic.item_plans(asked.span, item_no=item_no)
    named = traffic.plans(by_plan)
    settings = ad_margins.settings_on(asked.span.until)
    seen = channel_watch.items_seen(asked.span.until, settings, item_nos=[item_no])
    with_cost = request.user.has_perm(COST)
    found = ad_margins.margins([item_no], until=asked.span.until, settings=settings)
    margin = found.get(item_no)
    known = {
        day
        for channel, per_day in traffic.channel_days(asked.span).items()
        if channel not in {"tbk", "sms"}
        for day in per_day
    }
    name = traffic.item_names([item_no]).get(item_no)
    context = {
        "now": now,
        "item_no": item_no,
        "title": name.title if name else "",
        "product": product,
        "margin": margin if with_cost else None,
        "fee_rate": settings.fee_rate,
        "line": parts.line_cell(margin) if with_cost else "",
        "profit": profit_after_ads(total(days.values()), margin.rate if margin else None)
        if with_cost
        else None,
        "with_cost": with_cost,
        "plans": _plans(by_plan, named, asked),
        **_days_context(days, known, asked.span, margin, with_cost=with_cost),
        **_seen_context(seen[0] if seen else None, with_cost=with_cost),
        **parts.span_context(asked, request),
    }
    return render(request, "promotions/ad_item.html", context)


def _seen_context(seen: channel_watch.Seen | None, *, with_cost: bool) -> Data:
    if seen is None:
        return {"changes": [], "advice": None}
    advice = seen.advice
    return {
        "changes": [
            {
                "text": wording.change_words(one.name, one.now, one.usual, one.rate),
                "tone": {True: "late", False: "done", None: "us"}[one.is_bad],
            }
            for one in seen.changes
        ],
        "advice": {
            "act": wording.act_words(advice.act),
            "tone": wording.ACT_TONES[advice.act],
            "text": wording.advice_words(advice.evidence, with_margin=with_cost),
        }
        if advice
        else None,
    }


def _days_context(
    days: dict[date, Traffic],
    known: set[date],
    span: Span,
    margin: Margin | None,
    *,
    with_cost: bool,
) -> Data:
    """Give the days as rows and as charts; a day with a report where it is not in spent nothing."""
    rows, spends, returns = [], [], []
    for day in span.days:
        one = days.get(day)
        spends.append(_spend(one, is_known=day in known))
        returns.append(round(float(one.roas), 2) if one and one.roas is not None else None)
        cells: Data = parts.traffic_cells(one)
        if one is None and day in known:
            cells["spend_amount"] = _("没投")
        if one is not None:
            cells["roas"] = parts.roas_cell(one, margin, with_margin=with_cost)
        if with_cost:
            cells["profit"] = parts.profit_cell(one, margin) if one else "—"
        rows.append({"url": "", "cells": {"day": day.isoformat(), **cells}})
    columns = [
        parts.column("day", _("日期"), number=False),
        *(parts.column(name, wording.figure_words(name)) for name, _shown in parts.COLUMNS),
    ]
    if with_cost:
        columns.append(parts.column("profit", _("广告后利润")))
    return {
        "sum": total(days.values()),
        "day_columns": columns,
        "day_rows": rows[::-1],
        "chart": _chart(span, spends, returns, margin, with_cost=with_cost),
    }


def _spend(one: Traffic | None, *, is_known: bool) -> float | None:
    if one is None or one.spend_amount is None:
        return 0.0 if is_known and one is None else None
    return float(one.spend_amount)


def _chart(
    span: Span,
    spends: list[float | None],
    returns: list[float | None],
    margin: Margin | None,
    *,
    with_cost: bool,
) -> Data:
    labels = [_("%(month)d月%(day)d日") % {"month": d.month, "day": d.day} for d in span.days]
    series: list[Data] = [{"name": _("投产比"), "values": returns, "joined": True}]
    line = margin.line if margin and with_cost else None
    if line is not None:
        series.append(
            {"name": _("保本"), "values": [round(float(line), 2)] * len(labels), "dashed": True}
        )
    return {
        "data": {"kind": "lines", "x": labels, "series": series, "unit": ""},
        "columns": [_("日期"), _("花费"), _("投产比")],
        "rows": [
            [day.isoformat(), spends[place], returns[place]]
            for place, day in reversed(list(enumerate(span.days)))
        ],
    }


def _items(items: dict[str, Traffic], asked: parts.Asked, *, with_cost: bool) -> list[Data]:
    names = traffic.item_names(sorted(items))
    settings = ad_margins.settings_on(asked.span.until)
    known = ad_margins.margins(sorted(items), until=asked.span.until, settings=settings)
    return [
        {
            "url": f"{reverse('promotions:ad_item', args=[item_no])}?{asked.query}",
            "name": (names[item_no].title if item_no in names else "") or item_no,
            "spend": one.spend_amount,
            "roas": parts.roas_cell(one, known.get(item_no), with_margin=with_cost),
        }
        for item_no, one in sorted(items.items(), key=lambda row: -(row[1].spend_amount or 0))
    ]


def _plans(
    sums: dict[traffic.PlanId, Traffic], named: dict[traffic.PlanId, AdPlan], asked: parts.Asked
) -> list[Data]:
    return [
        {
            "url": f"{reverse('promotions:plan', args=[named[key].pk])}?{asked.query}"
            if key in named
            else "",
            "name": str(named.get(key) or key[1]),
            "channel": parts.channel_words(key[0]),
            "spend": one.spend_amount,
            "roas": parts.times(one.roas),
        }
        for key, one in sorted(sums.items(), key=lambda row: -(row[1].spend_amount or 0))
    ]
