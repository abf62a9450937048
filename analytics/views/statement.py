"""A month as a statement: its lines, the bill against the books, closing it, the same as a file."""

import io
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from analytics.actions.closing import UnableToCloseError, close_month
from analytics.models import MonthClose
from analytics.queries.statement import BillRow, Gap, Statement, next_month, statement
from analytics.rules import profit as rules
from analytics.views.profit_parts import month_of, sees_profit, yuan
from analytics.wording.profit import GROUPS, LINES, STATES
from orders.choices import BillKind
from orders.queries.bill import days_of, month_end
from orders.views.rows import order_url
from shopops.lib.business_time import business_date
from shopops.lib.exports import csv_rows, write_xlsx
from shopops.lib.templatetags.shop import money
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.work.clock import system_clock

type Data = dict[str, Any]

_VERDICTS: dict[str, tuple[str | Promise, str]] = {
    "agreed": (gettext_lazy("一致"), "done"),
    "differs": (gettext_lazy("对不上"), "late"),
    "told": (gettext_lazy("以账单为准"), ""),
    "left_out": (gettext_lazy("不计入"), ""),
    "unclassified": (gettext_lazy("要人归类"), "soon"),
}
_GAPS: dict[str, str | Promise] = {
    **STATES,
    "loose_payment": gettext_lazy("账单里有货款，店里没有这张订单"),
    "loose_refund": gettext_lazy("账单里有退款，店里没有这张订单"),
}


@require_http_methods(["GET", "POST"])
@never_cache
@sees_profit
def statement_page(request: HttpRequest) -> HttpResponse:
    """Show a month; POST closes it."""
    now = system_clock()
    month = month_of(request, business_date(now))
    wrong = ""
    if request.method == "POST":
        assert isinstance(request.user, User)  # noqa: S101
        seen = request.POST.get("seen", "")
        try:
            close_month(
                month=month,
                seen=int(seen) if seen.isdecimal() and len(seen) < 5 else 0,
                note=request.POST.get("note", ""),
                by=request.user,
                now=now,
            )
        except UnableToCloseError as refusal:
            wrong = str(refusal)
        else:
            messages.success(request, _("%(month)s 已关账。") % {"month": f"{month:%Y-%m}"})
            return redirect(f"{reverse('analytics:statement')}?month={month:%Y-%m}")
    found = statement(month=month)
    context = _context(request, found) | {
        "now": now,
        "wrong": wrong,
        "note": request.POST.get("note", ""),
        "is_over": business_date(now) > month_end(month),
        "closes": list(
            MonthClose.objects.filter(month=month).select_related("closed_by").order_by("-number")
        ),
    }
    return render(request, "analytics/statement.html", context, status=422 if wrong else 200)


def _context(request: HttpRequest, month: Statement) -> Data:
    query = f"?month={month.month:%Y-%m}"
    base = reverse("analytics:statement")
    missing = [day for day in days_of(month.month, month.last) if day not in month.covered]
    # A page of figures looks no further than today.
    until = max(min(month.last, business_date(system_clock())), month.month)
    span = f"since={month.month}&until={until}"
    exports = request.user.has_perm("analytics.export")
    return {
        "month": month,
        "title": f"{month.month:%Y-%m}",
        "earlier_url": f"{base}?month={_month_before(month):%Y-%m}",
        "later_url": f"{base}?month={next_month(month.month):%Y-%m}",
        "csv_url": reverse("analytics:statement_file", args=["csv"]) + query if exports else "",
        "xlsx_url": reverse("analytics:statement_file", args=["xlsx"]) + query if exports else "",
        "profit_url": f"{reverse('analytics:profit')}?{span}",
        "unknown_url": f"{reverse('analytics:profit')}?{span}&by=order&only=unknown",
        "bill_url": f"{reverse('orders:bill')}{query}"
        if request.user.has_perm("orders.view_bill")
        else "",
        "imports_url": reverse("intake:imports") if request.user.has_perm("intake.view") else "",
        "groups": _groups(month),
        "profit": yuan(month.profit) if month.period.orders else None,
        "at_most": yuan(month.total),
        "net": yuan(month.period.net),
        "known_profit": yuan(month.period.known_profit),
        "known_net": yuan(month.period.known_net),
        "correction": yuan(month.correction),
        "bill": [_bill_row(row) for row in month.bill],
        "gaps": [_gap(gap) for gap in month.gaps],
        "covered": len(month.covered),
        "missing": f"{missing[0]:%m-%d} … {missing[-1]:%m-%d}" if missing else "",
        "ad_days_missing": month.days - month.ads.known_days,
    }


def _month_before(month: Statement) -> Any:  # noqa: ANN401
    return month.month.replace(day=1).fromordinal(month.month.toordinal() - 1).replace(day=1)


def _groups(month: Statement) -> list[Data]:
    groups = []
    for label, codes in GROUPS:
        lines = [_line(month, code) for code in codes if _is_shown(month, code)]
        known = [month.lines[code].fen or 0 for code in codes]
        groups.append({"label": label, "lines": lines, "sum": yuan(sum(known))})
    return groups


def _is_shown(month: Statement, code: str) -> bool:
    line = month.lines[code]
    always = code in {*rules.REVENUE, rules.GOODS, rules.ADVERTISING}
    return always or bool(line.fen or line.estimated or line.billed or line.frozen)


def _line(month: Statement, code: str) -> Data:
    line = month.lines[code]
    note = ""
    if code == rules.GOODS and month.unknown_cost_orders:
        note = _("%(n)d 单的成本未知，没有算进来") % {"n": month.unknown_cost_orders}
    elif code == rules.ADVERTISING and 0 < month.ads.known_days < month.days:
        note = _("只有 %(n)d 天有报表") % {"n": month.ads.known_days}
    elif line.shop:
        note = _("其中 %(a)s 不属于任何订单") % {"a": money(yuan(line.shop))}
    return {
        "code": code,
        "label": LINES[code],
        "amount": yuan(line.fen),
        "estimated": yuan(line.estimated) if line.estimated else None,
        "billed": yuan(line.billed + line.shop) if line.billed_orders or line.shop else None,
        "difference": yuan(line.difference),
        "correction": yuan(line.correction) if line.correction else None,
        "frozen": yuan(line.frozen),
        "note": note,
    }


def _bill_row(row: BillRow) -> Data:
    label, tone = _VERDICTS[row.verdict]
    return {
        "label": BillKind(row.kind).label,
        "lines": row.lines,
        "income": yuan(row.income),
        "expense": yuan(row.expense),
        "net": yuan(row.net),
        "books": yuan(row.books),
        "gap": yuan(row.gap),
        "orders": row.orders,
        "verdict": label,
        "tone": tone,
    }


def _gap(gap: Gap) -> Data:
    return {
        "tid": gap.tid,
        "url": order_url(gap.tid) if gap.is_known else "",
        "profit_url": reverse("analytics:order_profit", args=[gap.tid]) if gap.is_known else "",
        "words": _GAPS[gap.state],
        "on": gap.on,
        "gap": yuan(gap.gap),
    }


# --- as a file ----------------------------------------------------------------------------------


@require_GET
@requires("analytics.export")
@sees_profit
def statement_file(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """Give the statement as XLSX or CSV. Unknown is empty, never zero."""
    if form not in {"csv", "xlsx"}:
        raise Http404(form)
    month = statement(month=month_of(request, business_date(system_clock())))
    name = f"statement-{month.month:%Y-%m}.{form}"
    response: HttpResponse | StreamingHttpResponse
    if form == "xlsx":
        book = io.BytesIO()
        write_xlsx(_table(month), book, sheet=f"{month.month:%Y-%m}")
        response = HttpResponse(
            book.getvalue(),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    else:
        response = StreamingHttpResponse(
            csv_rows(_table(month), encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
        )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _table(month: Statement) -> list[list[object]]:
    head = [_("项目"), _("金额"), _("估算"), _("账单"), _("差"), _("关账时"), _("更正"), _("说明")]
    rows: list[list[object]] = [[_("月结"), f"{month.month:%Y-%m}"], list(head)]
    for group in _groups(month):
        rows.append([group["label"], group["sum"]])
        rows += [
            [
                line["label"], line["amount"], line["estimated"], line["billed"], line["difference"],
                line["frozen"], line["correction"], line["note"],
            ]
            for line in group["lines"]
        ]  # fmt: skip
    rows.append([_("利润"), yuan(month.profit)])
    if month.profit is None:
        rows.append([_("不高于"), yuan(month.total)])
    rows += [
        [],
        [
            _("账单名目"),
            _("行"),
            _("收入"),
            _("支出"),
            _("账单净额"),
            _("店里的账"),
            _("差"),
            _("结论"),
        ],
    ]
    for row in (_bill_row(one) for one in month.bill):
        names = ("label", "lines", "income", "expense", "net", "books", "gap", "verdict")
        rows.append([row[name] for name in names])
    rows += [[_("账单覆盖天数"), f"{len(month.covered)} / {month.days}"], []]
    rows.append([_("订单"), _("哪天"), _("差"), _("怎么不同")])
    rows += [[gap["tid"], gap["on"], gap["gap"], gap["words"]] for gap in map(_gap, month.gaps)]
    return rows
