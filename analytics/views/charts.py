"""The two charts of the morning page, as pictures, tables and CSV."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.metrics import both_known, change
from analytics.queries import daily
from analytics.queries.daily import Figures
from analytics.views.figures import weekday_name
from shopops.lib.templatetags.shop import count, money, pct_change, wan

SPAN = 30
_MONDAY = date(2024, 1, 1)


def spans(today: date) -> tuple[list[date], list[date]]:
    """Give the last 30 days up to yesterday and the 30 before them."""
    days = [today - timedelta(days=n) for n in range(1, 2 * SPAN + 1)][::-1]
    return days[SPAN:], days[:SPAN]


def trend(by_day: dict[date, Figures], today: date) -> dict[str, Any]:
    """Give the paid amount of 30 days against the 30 before, for the template."""
    now_days, before_days = spans(today)
    now = [by_day[day].gross_amount for day in now_days]
    before = [by_day[day].gross_amount for day in before_days]
    total, total_before, common = both_known(now, before)
    sub = _("还没有可比的日子")
    if total is not None:
        sub = _("%(n)d 天共 ¥%(sum)s，比上期同样天数 %(change)s") % {
            "n": common,
            "sum": wan(total),
            "change": pct_change(change(total, total_before)),
        }
    span, span_before = _span(now_days), _span(before_days)
    return {
        "trend": {
            "kind": "trend",
            "x": [_short(day) for day in now_days],
            "now": [_float(value) for value in now],
            "before": [_float(value) for value in before],
            "now_label": _("本期"),
            "before_label": _("上期"),
            "unit": "¥",
            "unknown": _("未知"),
            "bands": [],
        },
        "trend_sub": sub,
        "trend_label": _("支付金额，%(span)s 对 %(before)s")
        % {"span": span, "before": span_before},
        "trend_legend": format_html(
            '<div class="so-legend"><span><i></i>{} {}</span><span><i class="d"></i>{} {}</span></div>',
            _("本期"),
            span,
            _("上期"),
            span_before,
        ),
        "trend_columns": [_("日期"), _("支付金额"), _("上期日期"), _("上期支付金额")],
        "trend_rows": [
            [_long(day), _amount(value), _long(other), _amount(old)]
            for day, value, other, old in zip(now_days, now, before_days, before, strict=True)
        ][::-1],
    }


def trend_table(by_day: dict[date, Figures], today: date) -> list[Sequence[object]]:
    """Give the trend as plain rows for a file; an unknown day is an empty cell."""
    now_days, before_days = spans(today)
    head = [_("日期"), _("支付金额"), _("支付买家数"), _("支付订单数"), _("退款金额")]
    rows: list[Sequence[object]] = [head]
    for day in [*before_days, *now_days]:
        one = by_day[day]
        values = (one.gross_amount, one.buyers, one.orders, one.refund_amount)
        rows.append([day.isoformat(), *map(_cell, values)])
    return rows


def heat(today: date, *, may_see_orders: bool) -> dict[str, Any]:
    """Give when orders are paid, by weekday and hour over 30 days, for the template; counts lead to the orders."""
    now_days, _before = spans(today)
    table = daily.heat(since=now_days[0], until=now_days[-1])
    total = sum(value or 0 for row in table for value in row)
    days = _weekdays()
    behind = _behind(now_days) if may_see_orders else ""
    return {
        "heat": {
            "kind": "heat",
            "days": days,
            "values": table,
            "unit": _("单"),
            "href": behind,
        },
        "heat_sub": _("支付订单数，近 30 天 %(n)s 单，小时 × 星期") % {"n": count(total)},
        "heat_label": _("近 30 天支付订单数，按星期和小时"),
        "heat_columns": [_("小时"), *days],
        "heat_rows": [
            [
                f"{hour:02d}",
                *(_counted(row[hour], behind, day, hour) for day, row in enumerate(table, start=1)),
            ]
            for hour in range(daily.HOURS)
        ],
    }


def _behind(days: list[date]) -> str:
    query = {"since": days[0].isoformat(), "until": days[-1].isoformat()}
    return f"{reverse('analytics:orders')}?{urlencode(query)}"


def _counted(value: int | None, behind: str, weekday: int, hour: int) -> SafeString | int | None:
    """Write a count with the way to its orders, where there is one."""
    if not value or not behind:
        return value
    url = f"{behind}&weekday={weekday}&hour={hour:02d}"
    return format_html('<a class="so-inw" href="{}">{}</a>', url, count(value))


def heat_table(today: date) -> list[Sequence[object]]:
    """Give the heat as plain rows for a file; unknown is an empty cell."""
    now_days, _before = spans(today)
    table = daily.heat(since=now_days[0], until=now_days[-1])
    rows: list[Sequence[object]] = [[_("小时"), *_weekdays()]]
    rows += [[f"{hour:02d}", *(_cell(row[hour]) for row in table)] for hour in range(daily.HOURS)]
    return rows


def _weekdays() -> list[str]:
    return [weekday_name(_MONDAY + timedelta(days=n)) for n in range(7)]


def _short(day: date) -> str:
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def _long(day: date) -> str:
    return f"{_short(day)} {weekday_name(day)}"


def _span(days: list[date]) -> str:
    return f"{_short(days[0])}–{_short(days[-1])}"


def _amount(value: Decimal | None) -> str:
    return _("未知") if value is None else money(value)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _cell(value: object) -> object:
    return "" if value is None else value
