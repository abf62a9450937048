"""Profit by SKU and by order over a period, and one order taken apart."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from analytics.queries import profit as queries
from analytics.queries.coverage import covered_days
from analytics.rules.reconcile import CashState
from analytics.views.asking import EXPORT, csv_file, too_many
from analytics.views.boards.asked import Asked, asked_of, picker
from analytics.views.boards.cards import file_url
from analytics.views.boards.page import kept_views
from analytics.views.profit_figures import small_figures, unknown_words
from analytics.views.profit_parts import sees_profit, yuan
from analytics.views.siblings import siblings
from analytics.wording.profit import LINES, STATES
from orders.models import Order
from orders.queries.bill import BILL_KIND
from orders.views.rows import order_url
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.work.clock import system_clock

type Data = dict[str, Any]

_SKU_SORTS = ("-profit", "profit", "-net", "-pieces", "rate")
_ORDER_SORTS = ("profit", "-profit", "-net")
MOST_SKUS = 100
ORDER_DAYS = 92


@require_GET
@never_cache
@sees_profit
def profit(request: HttpRequest) -> HttpResponse:
    """Show SKUs, or orders (`by=order`), of a span against another."""
    now = system_clock()
    asked = asked_of(request, business_date(now))
    days = asked.days
    period = queries.period_profit(since=days.since, until=days.until)
    ads = queries.ad_spend(since=days.since, until=days.until)
    by = asked.choice("by", ("sku", "order"), "sku")
    turned = {"sort": "", "only": "", "after": ""}
    context: Data = {
        "now": now,
        "by": by,
        "ways": [
            {"label": _("按 SKU"), "url": asked.with_(by="", **turned), "current": by == "sku"},
            {"label": _("按订单"), "url": asked.with_(by="order", **turned), "current": by == "order"},
        ],
        "is_pending": queries.is_pending(since=days.since, until=days.until),
        "is_empty": not period.orders,
        "kpis": small_figures(asked, period, ads),
        "unknown": unknown_words(period),
        "csv_url": file_url(request, "profit", f"{by}s", asked.query),
        "siblings": siblings(request, "profit", since=days.since, until=days.until),
        "statement_url": f"{reverse('analytics:statement')}?month={days.until:%Y-%m}",
        "picker": picker(asked),
        "views": kept_views(asked, "profit"),
        "code": "profit",
        # A view is of the first page.
        "query": asked.with_(after="").removeprefix("?"),
    }  # fmt: skip
    context |= _orders(asked, now) if by == "order" else _skus(asked, period, ads)
    return render(request, "analytics/profit.html", context)


@require_GET
@requires(EXPORT)
@sees_profit
def profit_csv(request: HttpRequest, part: str) -> HttpResponseBase:
    """Give all SKUs of a span as a file (`skus`), or its orders (`orders`). Unknown is empty, never zero."""
    now = system_clock()
    asked = asked_of(request, business_date(now))
    if part not in ("skus", "orders"):
        raise Http404(part)
    days = asked.days
    if part == "orders":
        number = queries.period_profit(since=days.since, until=days.until).orders
        if refused := too_many(request, number, reverse("analytics:profit")):
            return refused
    rows = _sku_table(asked) if part == "skus" else _order_table(asked, now)
    return csv_file(rows, f"profit-{part}-{days.since:%Y%m%d}-{days.until:%Y%m%d}.csv")


# --- by SKU -------------------------------------------------------------------------------------


def _sku_rows(
    asked: Asked, period: queries.PeriodProfit, ads: queries.AdSpend
) -> tuple[list[queries.SkuRow], queries.SkuRow | None, str]:
    days = asked.days
    rows, rest = queries.sku_rows(period, since=days.since, until=days.until, extra=-ads.fen)
    sort = asked.choice("sort", _SKU_SORTS, "-profit")
    rows.sort(key=lambda row: _sku_turn(row, sort))
    return rows, rest, sort


def _skus(asked: Asked, period: queries.PeriodProfit, ads: queries.AdSpend) -> Data:
    rows, rest, sort = _sku_rows(asked, period, ads)
    return {
        "sort": sort,
        "sort_urls": {name: asked.with_(sort=name) for name in _SKU_SORTS},
        "rows": [_sku(row) for row in rows[:MOST_SKUS]],
        "rest": _sku(rest) if rest else None,
        "row_count": len(rows),
        "most": MOST_SKUS,
    }


def _sku_table(asked: Asked) -> list[list[object]]:
    days = asked.days
    period = queries.period_profit(since=days.since, until=days.until)
    ads = queries.ad_spend(since=days.since, until=days.until)
    rows, rest, _sort = _sku_rows(asked, period, ads)
    table: list[list[object]] = [
        ["SKU", _("名称"), _("件数"), _("净收入"), _("货品成本"), _("分摊费用"), _("利润"),
         _("利润率"), _("成本已知")]
    ]  # fmt: skip
    for row in [*rows, *([rest] if rest else [])]:
        fens = (row.net, row.cost, row.shared, row.profit)
        rates = (row.profit_rate, row.known_rate)
        table.append(
            [row.key, row.label, row.pieces, *map(yuan, fens), *(_of_one(one) for one in rates)]
        )
    return table


def _of_one(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.4f}"


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


# --- by order -----------------------------------------------------------------------------------


def _only(asked: Asked) -> str:
    return asked.choice("only", queries.ONLY, "")


def _covered(asked: Asked, now: datetime) -> Collection[date]:
    """Give the days that bills cover: without one a difference is none."""
    return covered_days(kind=BILL_KIND, since=asked.days.since, until=business_date(now))


def _orders(asked: Asked, now: datetime) -> Data:
    sort, only = asked.choice("sort", _ORDER_SORTS, "profit"), _only(asked)
    covered, days = _covered(asked, now), asked.days
    # Sorting reads every order of the span: a page looks at its last three months, the file at all.
    since = max(days.since, days.until - timedelta(days=ORDER_DAYS - 1))
    after = asked.request.GET.get("after", "")
    try:
        page = queries.order_page(
            since=since, until=days.until, sort=sort, only=only, after=after, covered=covered
        )
    except ValueError as error:
        raise Http404("after") from error
    labels = {"": _("全部"), "losing": _("亏本"), "unknown": _("成本未知"), "gap": _("与账单不符")}
    return {
        "sort": sort,
        "sort_urls": {name: asked.with_(sort=name, after="") for name in _ORDER_SORTS},
        "filters": [
            {"label": label, "url": asked.with_(only=code, after=""), "current": code == only}
            for code, label in labels.items()
        ],
        "listed_since": since if since > days.since else None,
        "rows": [_order(row, covered) for row in page.rows],
        "first_url": asked.with_(after="") if after else None,
        "older_url": asked.with_(after=page.after) if page.after else None,
    }


def _order(row: queries.OrderRow, covered: Collection[date]) -> Data:
    return {
        "tid": row.tid,
        "url": reverse("analytics:order_profit", args=[row.tid]),
        "title": row.title,
        "date": row.paid_on,
        "net": yuan(row.net),
        "profit": yuan(row.profit),
        "rate": row.profit_rate,
        "loses": row.profit is not None and row.profit < 0,
        "unknown_pieces": row.unknown_pieces,
        "cash": STATES[row.cash_state] if row.cash_state else "",
        "is_covered": row.cash_date in covered,
        "cash_date": row.cash_date,
        "cash_gap": yuan(row.cash_gap),
    }


def _order_table(asked: Asked, now: datetime) -> Iterator[list[object]]:
    """Give the orders of the span and the filter, day by day; read while it is sent."""
    head: list[object] = [
        _("订单编号"), _("商品"), _("付款日期"), _("净收入"), _("利润"), _("利润率"),
        _("成本未知件数"), _("账单"), _("账单日期"), _("差"),
    ]  # fmt: skip
    # In words once: there are many rows.
    states = {code: str(words) for code, words in STATES.items()}
    uncovered, covered = _("还没有账单"), _covered(asked, now)
    only, days = _only(asked), asked.days

    def rows() -> Iterator[list[object]]:
        yield head
        for row in queries.order_rows(
            since=days.since, until=days.until, only=only, covered=covered
        ):
            is_told = row.cash_date in covered
            yield [
                row.tid,
                row.title,
                row.paid_on.isoformat(),
                yuan(row.net),
                yuan(row.profit),
                _of_one(row.profit_rate),
                row.unknown_pieces,
                (states[row.cash_state] if is_told else uncovered) if row.cash_state else None,
                row.cash_date.isoformat() if row.cash_state and row.cash_date else None,
                yuan(row.cash_gap) if row.cash_state and is_told else None,
            ]

    return rows()


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
