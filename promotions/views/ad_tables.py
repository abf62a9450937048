"""The tables of plans and of items, each row a sum over the span, and their files."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from promotions.choices import Channel, PlanState
from promotions.models import AdPlan
from promotions.queries import ad_margins, channel_money, channel_watch, traffic
from promotions.queries.ad_margins import Margin
from promotions.queries.traffic import ItemName, PlanId, Span
from promotions.rules.traffic import Traffic, profit_after_ads, total
from promotions.views import channel_parts as parts
from promotions.views.channel_parts import CHANNELS, COST, Data
from promotions.wording import channels as wording
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import money
from shopops.staff.access import requires

MOST = 200
_STATE_TONES = {"running": "done", "paused": "wait", "ended": "wait"}
type PlanRow = tuple[PlanId, AdPlan | None, Traffic]
type ItemRow = tuple[ItemName, Traffic, Margin | None]


@require_GET
@requires(CHANNELS)
def plan_table(request: HttpRequest) -> HttpResponse:
    """List the plans that ran in a span, dearest first."""
    now = timezone.now()
    asked = parts.span_of(request, business_date(now))
    channel, q = _channel(request), request.GET.get("q", "").strip()[:80]
    rows = _plans(asked.span, channel, q)
    caps = channel_money.caps_on(asked.today)
    settings = ad_margins.settings_on(asked.span.until)
    seen = {
        (one.channel, one.plan.key): one
        for one in channel_watch.plans_seen(
            asked.span.until, settings, keys=[key for key, *_rest in rows[:MOST]]
        )
        if one.plan is not None
    }
    context = {
        "now": now,
        "columns": _plan_columns(),
        "rows": [_plan_row(row, caps, seen.get(row[0]), asked.query) for row in rows[:MOST]],
        "total": parts.traffic_cells(total(one for *_key, one in rows)) if rows else None,
        "count": len(rows),
        "most": MOST,
        "q": q,
        "tabs": _channel_tabs(asked, channel),
        "export_query": request.GET.urlencode(),
        "has_any": bool(rows) or AdPlan.objects.exists(),
        **parts.span_context(asked, request),
    }
    return render(request, "promotions/ad_plans.html", context)


def _channel(request: HttpRequest) -> str:
    channel = request.GET.get("channel", "")
    return channel if channel in Channel.values else ""


def _channel_tabs(asked: parts.Asked, channel: str) -> list[Data]:
    names = ["", *(one.channel for one in traffic.reaches() if one.channel != "tbk")]
    return [
        {
            "label": parts.channel_words(name) if name else _("全部"),
            "url": f"?{asked.query}" + (f"&channel={name}" if name else ""),
            "count": None,
            "tone": "",
            "current": name == channel,
        }
        for name in names
    ]


def _plans(span: Span, channel: str, q: str) -> list[PlanRow]:
    sums = traffic.plan_sums(span)
    if channel:
        sums = {key: one for key, one in sums.items() if key[0] == channel}
    named = traffic.plans(sums)
    rows = [
        (key, named.get(key), one)
        for key, one in sums.items()
        if not q or q in key[1] or q in str(named.get(key) or "")
    ]
    return sorted(rows, key=lambda row: (-(row[2].spend_amount or 0), row[0]))


def _plan_columns() -> list[Data]:
    return [
        parts.column("plan", _("计划"), number=False),
        parts.column("channel", _("渠道"), number=False),
        parts.column("state", _("状态"), number=False),
        *(parts.column(name, wording.figure_words(name)) for name, _shown in parts.COLUMNS),
        parts.column("cap", _("日限额")),
        parts.column("advice", _("建议"), number=False),
    ]


def _plan_row(
    row: PlanRow,
    caps: dict[tuple[str, str], Decimal],
    seen: channel_watch.Seen | None,
    query: str,
) -> Data:
    key, plan, one = row
    state = PlanState(plan.state).label if plan else ""
    advice = seen.advice if seen else None
    return {
        "url": f"{reverse('promotions:plan', args=[plan.pk])}?{query}" if plan else "",
        "cells": {
            "plan": str(plan) if plan else key[1],
            "channel": parts.channel_words(key[0]),
            "state": str(state),
            **parts.traffic_cells(one),
            "cap": money(caps.get(key)),
            "advice": wording.act_words(advice.act) if advice else "",
        },
    }


@require_GET
@requires(CHANNELS)
def plan_export(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """Give the table of plans as a file, all rows."""
    asked = parts.span_of(request, business_date(timezone.now()))
    rows = _plans(asked.span, _channel(request), request.GET.get("q", "").strip()[:80])
    head = [_("渠道"), _("计划编号"), _("计划"), *_figure_heads()]
    lines: list[list[object]] = [list(head)]
    lines += [
        [parts.channel_words(key[0]), key[1], str(plan) if plan else "", *_figures(one)]
        for key, plan, one in rows
    ]
    return parts.export(lines, name=f"ad-plans-{asked.span.since}-{asked.span.until}", form=form)


def _figure_heads() -> list[str]:
    return [wording.figure_words(name) for name, _shown in parts.COLUMNS]


def _figures(one: Traffic) -> list[object]:
    return [_plain(getattr(one, name)) for name, _shown in parts.COLUMNS]


def _plain(value: Decimal | int | None) -> object:
    return f"{value:.4f}" if isinstance(value, Decimal) else value


# --- items


@require_GET
@requires(CHANNELS)
def item_table(request: HttpRequest) -> HttpResponse:
    """List the items that ads ran for in a span, dearest first, against their break-even return."""
    now = timezone.now()
    asked = parts.span_of(request, business_date(now))
    q, under = request.GET.get("q", "").strip()[:80], request.GET.get("under") == "1"
    with_cost = request.user.has_perm(COST)
    rows = _items(asked.span, q)
    bad = [row for row in rows if _is_under(row)]
    shown = (bad if under else rows)[:MOST]
    context = {
        "now": now,
        "columns": _item_columns(with_cost=with_cost),
        "rows": [_item_row(row, asked.query, with_cost=with_cost) for row in shown],
        "count": len(bad) if under else len(rows),
        "most": MOST,
        "q": q,
        "under": under,
        "tabs": [
            {"label": _("全部"), "url": f"?{asked.query}", "count": len(rows), "tone": "",
             "current": not under},
            {"label": _("低于保本线"), "url": f"?{asked.query}&under=1", "count": len(bad),
             "tone": "late", "current": under},
        ],
        "export_query": request.GET.urlencode(),
        "has_any": bool(rows),
        "with_cost": with_cost,
        **parts.span_context(asked, request),
    }  # fmt: skip
    return render(request, "promotions/ad_items.html", context)


def _items(span: Span, q: str) -> list[ItemRow]:
    sums = traffic.item_sums(span)
    names = traffic.item_names(sorted(sums))
    settings = ad_margins.settings_on(span.until)
    known = ad_margins.margins(sorted(sums), until=span.until, settings=settings)
    rows = [
        (names.get(item_no, ItemName(item_no, "", None)), one, known.get(item_no))
        for item_no, one in sums.items()
    ]
    rows = [row for row in rows if not q or q in row[0].item_no or q in row[0].title]
    return sorted(rows, key=lambda row: (-(row[1].spend_amount or 0), row[0].item_no))


def _is_under(row: ItemRow) -> bool:
    _name, one, margin = row
    if margin is None or one.roas is None:
        return False
    return margin.never_pays or (margin.line is not None and one.roas < margin.line)


def _item_columns(*, with_cost: bool) -> list[Data]:
    columns = [
        parts.column("item", _("商品"), number=False),
        *(parts.column(name, wording.figure_words(name)) for name, _shown in parts.COLUMNS),
    ]
    if with_cost:
        columns += [parts.column("line", _("保本投产比")), parts.column("profit", _("广告后利润"))]
    return columns


def _item_row(row: ItemRow, query: str, *, with_cost: bool) -> Data:
    name, one, margin = row
    title = name.title or name.item_no
    cells: Data = {
        "item": title if name.product_id else _("未知商品 %(no)s") % {"no": name.item_no},
        **parts.traffic_cells(one),
        "roas": parts.roas_cell(one, margin, with_margin=False, with_words=not with_cost),
    }
    if with_cost:
        cells |= {"line": parts.line_cell(margin), "profit": parts.profit_cell(one, margin)}
    return {"url": f"{reverse('promotions:ad_item', args=[name.item_no])}?{query}", "cells": cells}


@require_GET
@requires(CHANNELS)
def item_export(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """Give the table of items as a file, all rows; margins only to whoever may see costs."""
    asked = parts.span_of(request, business_date(timezone.now()))
    with_cost = request.user.has_perm(COST)
    rows = _items(asked.span, request.GET.get("q", "").strip()[:80])
    if request.GET.get("under") == "1":
        rows = [row for row in rows if _is_under(row)]
    head = [_("商品ID"), _("标题"), *_figure_heads()]
    head += [_("保本投产比"), _("广告后利润")] if with_cost else []
    lines: list[list[object]] = [list(head)]
    for name, one, margin in rows:
        line: list[object] = [name.item_no, name.title, *_figures(one)]
        if with_cost:
            rate = margin.rate if margin else None
            profit = profit_after_ads(one, rate)
            line += [
                _plain(margin.line) if margin else None,
                f"{profit:.2f}" if profit is not None else None,
            ]
        lines.append(line)
    return parts.export(lines, name=f"ad-items-{asked.span.since}-{asked.span.until}", form=form)
