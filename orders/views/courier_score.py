"""How carriers did: one table, transit by province, the score with its arithmetic, and the same as CSV."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from orders.queries.courier_score import (
    LONGEST_DAYS,
    CarrierReport,
    courier_reports,
    default_period,
)
from orders.rules.courier_score import FAULTS, PICKUP, POINTS, SILENCE, TRANSIT, Score
from shopops.lib.business_time import business_date
from shopops.lib.exports import csv_rows
from shopops.staff.access import requires

PROVINCES_SHOWN = 8
HEADERS = (
    "快递",
    "省份",
    "包裹",
    "已揽收",
    "按时揽收",
    "揽收小时中位",
    "揽收小时九成",
    "已签收",
    "在途天数中位",
    "在途天数九成",
    "停滞",
    "破损",
    "丢失",
    "其他责任",
    "投诉",
    "评分",
)


class PeriodForm(forms.Form):
    """Dates, both included."""

    first = forms.DateField(
        label=gettext_lazy("从"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("到"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, or is too long to count at once."""
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", _("结束要晚于开始。"))
        elif first and last and (last - first).days >= LONGEST_DAYS:
            self.add_error("last", _("最多看 %(n)d 天。") % {"n": LONGEST_DAYS})
        return data


def _period(request: HttpRequest) -> tuple[PeriodForm, tuple[date, date] | None]:
    start = default_period(business_date(timezone.now()))
    if "first" not in request.GET:
        return PeriodForm(initial={"first": start[0], "last": start[1]}), start
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return form, None
    return form, (form.cleaned_data["first"], form.cleaned_data["last"])


@require_GET
@requires("orders.set_warehouse")
def courier_score(request: HttpRequest) -> HttpResponse:
    """Show the reports of a period."""
    form, period = _period(request)
    now = timezone.now()
    reports = courier_reports(first=period[0], last=period[1], now=now) if period else []
    today = business_date(now)
    context = {
        "now": now,
        "form": form,
        "period": period,
        "reports": [_shown(one) for one in reports],
        "points": POINTS,
        "csv_url": f"csv/?first={period[0]}&last={period[1]}" if period else "",
        "presets": [
            {
                "label": _("最近 %(n)d 天") % {"n": days},
                "url": f"?first={today - timedelta(days=days)}&last={today - timedelta(days=1)}",
                "current": period == (today - timedelta(days=days), today - timedelta(days=1)),
            }
            for days in (7, 30, 90)
        ],
    }
    return render(request, "orders/courier_score.html", context, status=200 if period else 422)


@require_GET
@requires("orders.set_warehouse")
def courier_score_csv(request: HttpRequest) -> HttpResponseBase:
    """Give the same as CSV: a row for each carrier, and one for each of its provinces."""
    _form, period = _period(request)
    if period is None:
        return HttpResponse(_("日期不对。"), status=422, content_type="text/plain; charset=utf-8")
    reports = courier_reports(first=period[0], last=period[1], now=timezone.now())
    rows: list[tuple[object, ...]] = [HEADERS]
    for one in reports:
        rows.append(_csv_row(one))
        rows += [
            (one.carrier, place.province, "", "", "", "", "", place.parcels, round(place.days, 2))
            for place in one.provinces
        ]
    response = StreamingHttpResponse(
        csv_rows(rows, encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    name = f"couriers-{period[0]}-{period[1]}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv_row(one: CarrierReport) -> tuple[object, ...]:
    return (
        one.carrier,
        "",
        one.parcels,
        one.picked,
        one.in_time,
        _round(one.pickup_hours),
        _round(one.pickup_hours_p90),
        one.signed,
        _round(one.transit_days),
        _round(one.transit_days_p90),
        one.stalled,
        one.damage,
        one.loss,
        one.other,
        one.complaints,
        _round(one.score.total),
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _shown(one: CarrierReport) -> dict[str, Any]:
    longest = max((place.days for place in one.provinces), default=0.0) or 1.0
    return {
        "carrier": one.carrier or _("快递未知"),
        "parcels": one.parcels,
        "picked": one.picked,
        "pickup_hours": one.pickup_hours,
        "pickup_hours_p90": one.pickup_hours_p90,
        "signed": one.signed,
        "transit_days": one.transit_days,
        "transit_days_p90": one.transit_days_p90,
        "stalled": one.stalled,
        "stalled_share": one.stalled_share,
        "damage": one.damage,
        "loss": one.loss,
        "other": one.other,
        "complaints": one.complaints,
        "total": one.score.total,
        "is_small": one.score.is_small,
        "arithmetic": _arithmetic(one.score),
        "longest": longest,
        "provinces": one.provinces[:PROVINCES_SHOWN],
        "more": max(len(one.provinces) - PROVINCES_SHOWN, 0),
    }


def _arithmetic(score: Score) -> list[dict[str, Any]]:
    labels = {
        PICKUP: _("按时揽收"),
        TRANSIT: _("在途快慢（对全店中位）"),
        SILENCE: _("没有停滞（到 5% 得 0）"),
        FAULTS: _("没有破损丢失投诉（到 2% 得 0）"),
    }
    return [
        {
            "label": labels[part.code],
            "points": part.points,
            "share": part.share,
            "reached": part.reached,
        }
        for part in score.parts
    ]
