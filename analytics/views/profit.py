"""Profit by SKU and by order over a period, and one order taken apart."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from analytics.queries import profit as queries
from analytics.queries.coverage import covered_days
from analytics.rules import profit as rules
from analytics.rules.reconcile import CashState
from analytics.views.profit_parts import Span, sees_profit, span_of, yuan
from analytics.views.siblings import siblings
from analytics.wording.profit import LINES, STATES
from orders.models import Order
from orders.queries.bill import BILL_KIND
from orders.views.rows import order_url
from shopops.lib.business_time import business_date
from shopops.lib.exports import csv_rows
from shopops.staff.access import requires
from shopops.work.clock import system_clock

type Data = dict[str, Any]

_SKU_SORTS = ("-profit", "profit", "-net", "-pieces", "rate")
_ORDER_SORTS = ("profit", "-profit", "-net")
MOST_SKUS = 100


@require_GET
@never_cache
@sees_profit
def profit(request: HttpRequest) -> HttpResponse:
    """Show SKUs, or orders (`by=order`), of a period."""
    now = system_clock()
    span = span_of(request, business_date(now))
    period = queries.period_profit(since=span.since, until=span.until)
    ads = queries.ad_spend(since=span.since, until=span.until)
    by = "order" if request.GET.get("by") == "order" else "sku"
    context: Data = {
        "now": now,
        "span": span,
        "by": by,
        "views": [
            {"label": _("按 SKU"), "url": f"?{span.query}", "current": by == "sku"},
            {"label": _("按订单"), "url": f"?{span.query}&by=order", "current": by == "order"},
        ],
        "is_pending": queries.is_pending(since=span.since, until=span.until),
        "figures": _figures(period, ads, span),
        "csv_url": f"{reverse('analytics:profit_csv')}?{span.query}"
        if request.user.has_perm("analytics.export")
        else "",
        "siblings": siblings(request, "profit", since=span.since, until=span.until),
        "statement_url": f"{reverse('analytics:statement')}?month={span.until:%Y-%m}",
    }
    context |= _orders(request, span, now) if by == "order" else _skus(request, period, ads, span)
    return render(request, "analytics/profit.html", context)


def _figures(period: queries.PeriodProfit, ads: queries.AdSpend, span: Span) -> Data:
    unknown = period.orders - period.known_orders
    days = (span.until - span.since).days + 1
    total = period.total - ads.fen
    return {
        "orders": period.orders,
        "net": yuan(period.net),
        "profit": None if unknown or not period.orders else yuan(total),
        "at_most": yuan(total) if unknown else None,
        "rate": Decimal(total) / period.net if period.net > 0 and not unknown else None,
        "unknown_orders": unknown,
        "known_profit": yuan(period.known_profit),
        "known_net": yuan(period.known_net),
        "known_cost_rate": period.known_cost_rate,
        "goods": yuan(-_of(period, rules.GOODS)),
        "fees": yuan(-sum(_of(period, code) for code in (*rules.FEES, rules.AFFILIATE))),
        "ads": yuan(ads.fen) if ads.known_days else None,
        "ad_days": ads.known_days,
        "days": days,
    }


def _of(period: queries.PeriodProfit, code: str) -> int:
    line = period.lines.get(code)
    return line.fen if line else 0


# --- by SKU -------------------------------------------------------------------------------------


def _skus(
    request: HttpRequest, period: queries.PeriodProfit, ads: queries.AdSpend, span: Span
) -> Data:
    rows, rest = queries.sku_rows(period, since=span.since, until=span.until, extra=-ads.fen)
    sort = request.GET.get("sort", "")
    sort = sort if sort in _SKU_SORTS else "-profit"
    rows.sort(key=lambda row: _sku_turn(row, sort))
    return {
        "sort": sort,
        "sort_urls": {name: f"?{span.query}&sort={name}" for name in _SKU_SORTS},
        "rows": [_sku(row) for row in rows[:MOST_SKUS]],
        "rest": _sku(rest) if rest else None,
        "row_count": len(rows),
        "most": MOST_SKUS,
    }


def _sku_turn(row: queries.SkuRow, sort: str) -> tuple[bool, Decimal, str]:
    if sort == "-net":
        return False, Decimal(-row.net), row.key
    if sort == "-pieces":
        return False, Decimal(-row.pieces), row.key
    value = row.profit_rate if sort == "rate" else row.profit
    turned = Decimal(value or 0) * (-1 if sort == "-profit" else 1)
    return value is None, turned, row.key


def _sku(row: queries.SkuRow) -> Data:
    return {
        "key": row.key,
        "label": row.label,
        "pieces": row.pieces,
        "net": yuan(row.net),
        "cost": yuan(row.cost),
        "known_rate": row.known_rate,
        "shared": yuan(row.shared),
        "profit": yuan(row.profit),
        "rate": row.profit_rate,
        "loses": row.profit is not None and row.profit < 0,
        "url": f"{reverse('search')}?{urlencode({'q': row.key})}" if row.key else "",
    }


@require_GET
@requires("analytics.export")
@sees_profit
def profit_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Give all SKUs of a period as a file. Unknown is empty, never zero."""
    span = span_of(request, business_date(system_clock()))
    period = queries.period_profit(since=span.since, until=span.until)
    ads = queries.ad_spend(since=span.since, until=span.until)
    rows, rest = queries.sku_rows(period, since=span.since, until=span.until, extra=-ads.fen)
    table: list[list[object]] = [
        ["SKU", _("名称"), _("件数"), _("净收入"), _("货品成本"), _("分摊费用"), _("利润"),
         _("成本已知")]
    ]  # fmt: skip
    for row in [*rows, *([rest] if rest else [])]:
        cells = (row.net, row.cost, row.shared, row.profit)
        known = "" if row.known_rate is None else f"{row.known_rate:.4f}"
        table.append([row.key, row.label, row.pieces, *(yuan(cell) for cell in cells), known])
    response = StreamingHttpResponse(
        csv_rows(table, encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    name = f"profit-{span.since:%Y%m%d}-{span.until:%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- by order -----------------------------------------------------------------------------------


def _orders(request: HttpRequest, span: Span, now: datetime) -> Data:
    sort, only = request.GET.get("sort", ""), request.GET.get("only", "")
    sort = sort if sort in _ORDER_SORTS else "profit"
    only = only if only in queries.ONLY else ""
    kept = f"?{span.query}&by=order"
    covered = covered_days(kind=BILL_KIND, since=span.since, until=business_date(now))
    try:
        page = queries.order_page(
            since=span.since,
            until=span.until,
            sort=sort,
            only=only,
            after=request.GET.get("after", ""),
            covered=covered,
        )
    except ValueError as error:
        raise Http404("after") from error
    labels = {"": _("全部"), "losing": _("亏本"), "unknown": _("成本未知"), "gap": _("与账单不符")}
    return {
        "sort": sort,
        "sort_urls": {name: f"{kept}&only={only}&sort={name}" for name in _ORDER_SORTS},
        "filters": [
            {"label": label, "url": f"{kept}&sort={sort}&only={code}", "current": code == only}
            for code, label in labels.items()
        ],
        "rows": [
            {
                "tid": row.tid,
                "url": reverse("analytics:order_profit", args=[row.tid]),
                "title": row.title,
                "date": row.paid_on,
                "net": yuan(row.net),
                "profit": yuan(row.profit),
                "rate": Decimal(row.profit) / row.net
                if row.profit is not None and row.net > 0
                else None,
                "loses": row.profit is not None and row.profit < 0,
                "unknown_pieces": row.unknown_pieces,
                "cash": STATES[row.cash_state] if row.cash_state else "",
                "is_covered": row.cash_date in covered,
                "cash_date": row.cash_date,
                "cash_gap": yuan(row.cash_gap),
            }
            for row in page.rows
        ],
        "first_url": f"{kept}&sort={sort}&only={only}" if request.GET.get("after") else None,
        "older_url": f"{kept}&sort={sort}&only={only}&after={page.after}" if page.after else None,
    }


@require_GET
@never_cache
@sees_profit
def order_profit(request: HttpRequest, tid: str) -> HttpResponse:
    """Show one order taken apart: each line, estimated beside billed, and what the bill says of its money."""
    order = get_object_or_404(Order, tid=tid)
    card = queries.order_card(order)
    context: Data = {
        "now": system_clock(),
        "order": order,
        "order_url": order_url(tid),
        "card": None,
    }
    if card is not None:
        context |= _card(card)
        on = card.cash.on
        context["is_covered"] = on is None or on in covered_days(kind=BILL_KIND, since=on, until=on)
    return render(request, "analytics/profit_order.html", context)


def _card(card: queries.OrderCard) -> Data:
    profit_fen = card.profit
    net = card.facts.paid_fen - card.facts.refund_fen
    return {
        "card": card,
        "net": yuan(net),
        "profit": yuan(profit_fen),
        "rate": Decimal(profit_fen) / net if profit_fen is not None and net > 0 else None,
        "loses": profit_fen is not None and profit_fen < 0,
        "at_most": yuan(sum(entry.fen for entry in card.entries)),
        "entries": [
            {
                "label": LINES[entry.code],
                "amount": None if entry.is_unknown and not entry.fen else yuan(entry.fen),
                "is_unknown": entry.is_unknown,
                "estimated": yuan(entry.estimated),
                "billed": yuan(entry.billed),
                "difference": yuan(entry.difference),
            }
            for entry in card.entries
        ],
        "goods": [
            {
                "line": line,
                "paid": yuan(line.paid),
                "refund": yuan(line.refund),
                "unit_cost": yuan(line.unit_cost),
                "cost": yuan(line.cost),
            }
            for line in card.goods
        ],
        "cash": {
            "words": STATES[card.cash.state],
            "is_wrong": card.cash.state not in {CashState.NONE, CashState.AGREED},
            "paid_out": yuan(card.paid_out),
            "taken_back": yuan(card.taken_back),
            "gap": yuan(card.cash.gap_fen),
            "on": card.cash.on,
        },
    }
