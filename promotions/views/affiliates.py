"""淘宝客: commission by plan against the items' margin, the settlements behind it, what comes back."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from products.views.acting import page_number
from promotions.models import AffiliateRefund, AffiliateSettlement
from promotions.queries import affiliates as queries
from promotions.queries.affiliates import AffiliatePlan
from promotions.views import channel_parts as parts
from promotions.views.channel_parts import CHANNELS, COST, Data
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import count, money, rate
from shopops.staff.access import requires

PAGE = 50


@require_GET
@requires(CHANNELS)
def affiliates(request: HttpRequest) -> HttpResponse:
    """Show the affiliate plans of a span and the newest settlements."""
    now = timezone.now()
    asked = parts.span_of(request, business_date(now), usual=30)
    with_cost = request.user.has_perm(COST)
    plan = request.GET.get("plan")
    plans = queries.affiliate_plans(asked.span)
    rows, after = _page(request, asked, plan)
    context = {
        "now": now,
        "has_any": bool(plans) or AffiliateSettlement.objects.exists(),
        "plan_columns": _plan_columns(with_cost=with_cost),
        "plan_rows": [_plan_row(one, asked.query, with_cost=with_cost) for one in plans],
        "losing": sum(one.loses for one in plans),
        "cost": sum((one.cost for one in plans), start=0),
        "deals": sum((one.deal_amount for one in plans), start=0),
        "orders": sum(one.orders for one in plans),
        "back": queries.returned(asked.span),
        "plan": plan,
        "rows": rows,
        "older_url": _older(request, after),
        "export_query": request.GET.urlencode(),
        **parts.span_context(asked, request),
    }
    return render(request, "promotions/affiliates.html", context)


def _plan_columns(*, with_cost: bool) -> list[Data]:
    columns = [
        parts.column("name", _("计划"), number=False),
        parts.column("orders", _("子订单")),
        parts.column("deal", _("成交金额")),
        parts.column("commission", _("佣金")),
        parts.column("service", _("服务费")),
        parts.column("returned", _("已退回")),
        parts.column("rate", _("费率")),
    ]
    if with_cost:
        columns.append(parts.column("margin", _("商品毛利率")))
    return columns


def _plan_row(one: AffiliatePlan, query: str, *, with_cost: bool) -> Data:
    cost_rate = rate(one.cost_rate, 2)
    shown = (
        format_html('<b class="t-late">{}</b><span class="xs muted so-goods__c">{}</span>',
                    cost_rate, _("高过毛利"))
        if one.loses
        else cost_rate
    )  # fmt: skip
    cells: Data = {
        "name": one.name or _("没有计划名"),
        "orders": count(one.orders),
        "deal": money(one.deal_amount),
        "commission": money(one.commission),
        "service": money(one.service),
        "returned": money(one.returned),
        "rate": shown,
    }
    if with_cost:
        cells["margin"] = _("未知") if one.margin_rate is None else rate(one.margin_rate)
    return {"url": f"?{query}&{urlencode({'plan': one.name})}", "cells": cells}


def _page(
    request: HttpRequest, asked: parts.Asked, plan: str | None
) -> tuple[list[Data], AffiliateSettlement | None]:
    """Give a page of settlements by key, newest first."""
    rows = queries.settlements(asked.span, plan=plan).order_by("-pk")
    after = page_number(request)
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    known = queries.orders_of([one.tid for one in shown if one.tid])
    claims = queries.refunds_of([one.line_key for one in shown])
    return (
        [_row(one, known, claims.get(one.line_key)) for one in shown],
        shown[-1] if len(found) > PAGE else None,
    )


def _row(one: AffiliateSettlement, known: set[str], claim: AffiliateRefund | None) -> Data:
    return {
        "line_key": one.line_key,
        "tid": one.tid,
        "url": reverse("orders:order", args=[one.tid]) if one.tid in known else "",
        "title": one.title,
        "item_url": reverse("promotions:ad_item", args=[one.item_no]) if one.item_no else "",
        "plan": one.plan_name,
        "source": one.source_name or one.leader_name,
        "date": one.paid_date,
        "deal": one.deal_amount,
        "commission": one.commission_amount,
        "rate": one.commission_rate,
        "service": one.service_amount,
        "claim": claim.status if claim else "",
        "back": claim.commission_amount + claim.service_amount if claim else None,
        "is_back": claim is not None and claim.returned_date is not None,
    }


def _older(request: HttpRequest, last: AffiliateSettlement | None) -> str:
    if last is None:
        return ""
    query = request.GET.copy()
    query["after"] = str(last.pk)
    return f"?{query.urlencode()}"


@require_GET
@requires(CHANNELS)
def affiliates_export(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """Give the plans of a span as a file; margins only to whoever may see costs."""
    asked = parts.span_of(request, business_date(timezone.now()), usual=30)
    with_cost = request.user.has_perm(COST)
    columns = _plan_columns(with_cost=with_cost)
    lines: list[list[object]] = [[one["label"] for one in columns]]
    for plan in queries.affiliate_plans(asked.span):
        line: list[object] = [
            plan.name, plan.orders, plan.deal_amount, plan.commission, plan.service,
            plan.returned, f"{plan.cost_rate:.4f}" if plan.cost_rate is not None else None,
        ]  # fmt: skip
        if with_cost:
            line.append(f"{plan.margin_rate:.4f}" if plan.margin_rate is not None else None)
        lines.append(line)
    return parts.export(lines, name=f"affiliates-{asked.span.since}-{asked.span.until}", form=form)
