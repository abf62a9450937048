"""Predicted lateness against the penalties in the Alipay bill."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from orders.queries.bill import BillMonth, bill_month, month_end, months_with_lines
from orders.views.rows import order_url
from shopops.lib.business_time import business_date
from shopops.lib.exports import csv_rows
from shopops.staff.access import requires

type Data = dict[str, Any]


@require_GET
@never_cache
@requires("orders.view_bill")
def bill(request: HttpRequest) -> HttpResponse:
    """Show one month: days, orders, lines without an order."""
    now = timezone.now()
    known = months_with_lines()
    first = _month(request) or (known[1] if known else business_date(now)).replace(day=1)
    month = bill_month(first=first, today=business_date(now))
    context = {
        "now": now,
        "month": month,
        "has_bill": known is not None,
        "title": f"{first:%Y-%m}",
        "earlier_url": _url((first - timedelta(days=1)).replace(day=1)),
        "later_url": _url(month_end(first) + timedelta(days=1)),
        "csv_url": f"{reverse('orders:bill_csv')}?month={first:%Y-%m}",
        "imports_url": reverse("intake:imports") if request.user.has_perm("intake.view") else "",
        "orders": [
            {
                "tid": row.tid,
                "url": order_url(row.tid),
                "missed_on": row.missed_on,
                "predicted": row.predicted,
                "billed": row.billed,
                "difference": row.difference,
                "kinds": row.kinds,
            }
            for row in month.orders
        ],
        "days": [day for day in month.days if day.predicted or day.billed or day.unmatched],
    }
    return render(request, "orders/bill.html", context)


def _month(request: HttpRequest) -> date | None:
    text = request.GET.get("month", "")
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404(text) from error


def _url(first: date) -> str:
    return f"{reverse('orders:bill')}?month={first:%Y-%m}"


@require_GET
@requires("orders.view_bill")
def bill_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Give the same as a file: days first, then orders. Unknown is empty, never zero."""
    today = business_date(timezone.now())
    first = _month(request) or today.replace(day=1)
    month = bill_month(first=first, today=today)
    response = StreamingHttpResponse(
        csv_rows(_csv(month), encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="penalties-{first:%Y-%m}.csv"'
    return response


def _csv(month: BillMonth) -> list[list[object]]:
    rows: list[list[object]] = [[_("日期"), _("预计赔付"), _("账单赔付"), _("对不上的行")]]
    rows += [
        [day.date.isoformat(), _text(day.predicted), _text(day.billed), day.unmatched]
        for day in month.days
    ]
    rows += [[], [_("订单"), _("预计赔付"), _("账单赔付"), _("差"), _("账单上的名目")]]
    rows += [
        [row.tid, _text(row.predicted), _text(row.billed), _text(row.difference), row.kinds]
        for row in month.orders
    ]
    return rows


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"
