"""The rows behind a figure: the orders of a day, by hour, province, item or SKU."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.queries.orders_behind import KEYS, orders_behind
from analytics.rules.spans import Days
from analytics.views.asking import VIEW, Data
from analytics.views.boards.asked import asked_of
from analytics.views.boards.links import SEES_ORDERS
from analytics.views.boards.parts import written
from orders.choices import PlatformStatus
from orders.models import Order
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import when
from shopops.staff.access import requires

_BASES = ("paid", "created")


@require_GET
@requires(SEES_ORDERS)
@requires(VIEW)
def orders(request: HttpRequest) -> HttpResponse:
    """Show the orders of the last day of a span, its other days a click away."""
    now = timezone.now()
    asked = asked_of(request, business_date(now))
    day = _day(request, asked.days)
    basis = asked.choice("basis", _BASES, "paid")
    keys = {name: request.GET[name][:120] for name in KEYS if name in request.GET}
    if not (keys.get("hour", "00").isdecimal() and int(keys.get("hour", "0")) < 24):
        del keys["hour"]
    after = request.GET.get("after", "")
    found = orders_behind(
        basis=basis, day=day, keys=keys, after=int(after) if after.isdecimal() else None
    )
    kept = {"basis": basis, **keys, "since": asked.days.since, "until": asked.days.until}
    context: Data = {
        "day": day,
        "basis": basis,
        "words": _words(keys),
        "rows": [_row(one, now) for one in found.rows],
        "columns": _columns(),
        "days": _days(asked.days, day, kept),
        "older": f"?{urlencode({**kept, 'day': day, 'after': found.rows[-1].pk})}"
        if found.has_more
        else "",
    }
    return render(request, "analytics/orders.html", context)


def _day(request: HttpRequest, days: Days) -> date:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return days.until
    return min(max(day, days.since), days.until)


def _words(keys: dict[str, str]) -> list[str]:
    labels = {"province": _("省份"), "hour": _("钟点"), "product": _("商品"), "sku": "SKU"}
    return [f"{labels[name]} {value or _('没写的')}" for name, value in keys.items()]


def _days(days: Days, day: date, kept: dict[str, object]) -> list[Data]:
    """Give the seven days of the span about this one."""
    near = [day + timedelta(days=n) for n in range(-3, 4)]
    return [
        {
            "label": f"{one:%m-%d}",
            "url": f"?{urlencode({**kept, 'day': one})}",
            "current": one == day,
        }
        for one in near
        if days.since <= one <= days.until
    ]


def _columns() -> list[Data]:
    texts = (
        ("tid", _("订单号")),
        ("status", _("平台状态")),
        ("at", _("付款")),
        ("province", _("省份")),
    )
    numbers = (("pieces", _("件数")), ("paid", _("支付金额")), ("refund", _("已退")))
    return [{"key": key, "label": label, "number": False} for key, label in texts] + [
        {"key": key, "label": label, "number": True} for key, label in numbers
    ]


def _row(order: Order, now: object) -> Data:
    url = reverse("orders:order", kwargs={"tid": order.tid})
    return {
        "cells": {
            "tid": format_html('<a class="so-inw mono" href="{}">{}</a>', url, order.tid),
            "status": _status(order.status),
            "at": when(order.paid_at, now) if order.paid_at else _("没付款"),  # type: ignore[arg-type]
            "province": order.receiver_province,
            "pieces": written(order.piece_count, "count"),
            "paid": written(order.paid_amount, "money"),
            "refund": written(order.refund_amount, "money") if order.refund_amount else "",
        }
    }


def _status(status: str) -> str:
    return str(PlatformStatus(status).label) if status in PlatformStatus.values else status
