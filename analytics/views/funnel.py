"""The funnel: visitors, cart, order, payment; over a span against the span before."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.figures import figure
from analytics.metrics import both_known
from analytics.queries.known import Known, Period, figures_of, over
from analytics.rules.spans import Days
from analytics.views import asking
from analytics.views.asking import EXPORT, VIEW, Data
from analytics.views.boards.asked import asked_of, picker
from analytics.views.boards.page import kept_views
from analytics.views.siblings import siblings
from analytics.wording.stats import source_words, value_words
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import money_big, point_change, rate, wan
from shopops.staff.access import requires

STEPS = ("visitors", "cart_buyers", "ordered_buyers", "paid_buyers")
BESIDE = ("pay_rate", "order_rate", "order_pay_rate", "per_buyer", "paid_amount")
_MILLION = Decimal(1_000_000)
type Series = Mapping[str, Mapping[date, Known]]
_NOTHING: Series = {code: {} for code in (*STEPS, *BESIDE)}
_UNKNOWN = dict.fromkeys((*STEPS, *BESIDE), Period(None, 0, 0, is_visits=False, sources=()))


@require_GET
@requires(VIEW)
def funnel(request: HttpRequest) -> HttpResponse:
    """Show how many go on at each step, where each figure comes from, and what was before."""
    asked = asked_of(request, business_date(timezone.now()))
    days, codes = asked.days, [*STEPS, *BESIDE]
    series, sums = _read(codes, days)
    # Set against nothing, every figure before is unknown.
    past_series, past = _read(codes, asked.past) if asked.past else (_NOTHING, _UNKNOWN)
    is_empty = all(sums[code].value is None for code in STEPS)
    context: Data = {
        "is_empty": is_empty,
        "steps": _steps(sums, past, series, past_series),
        "kpis": [_kpi(code, sums[code], past[code], series[code]) for code in BESIDE],
        "chart": _chart(sums, past),
        "daily": _daily(series),
        "day_columns": _day_columns(),
        "day_rows": _day_rows(series),
        "is_visits": days.length > 1,
        "is_compared": asked.past is not None,
        "csv_url": asking.export_url(request, reverse("analytics:funnel_csv"), asked.query),
        "may_enter": request.user.has_perm(asking.ENTER),
        "siblings": siblings(request, "funnel", since=days.since, until=days.until),
        "picker": picker(asked),
        "views": kept_views(asked, "funnel"),
        "code": "funnel",
        "query": asked.query,
    }
    return render(request, "analytics/funnel.html", context)


def _read(codes: Sequence[str], days: Days) -> tuple[Series, Mapping[str, Period]]:
    return (
        figures_of(codes, since=days.since, until=days.until),
        over(codes, since=days.since, until=days.until),
    )


def _steps(
    sums: Mapping[str, Period], past: Mapping[str, Period], series: Series, past_series: Series
) -> list[Data]:
    steps: list[Data] = []
    first = STEPS[0]
    for place, code in enumerate(STEPS):
        one = sums[code]
        above = STEPS[place - 1] if place else None
        from_above = _share(series, code, above) if above else None
        past_share = _share(past_series, code, above) if above else None
        steps.append(
            {
                "label": figure(code).label,
                "value": value_words(one.value, "people"),
                "is_unknown": one.value is None,
                "change": asking.moved(code, one.value, past[code].value),
                "rate": rate(from_above, 2) if from_above is not None else "",
                "rate_change": ""
                if from_above is None or past_share is None
                else point_change(from_above - past_share),
                "of_first": rate(share, 2)
                if above and (share := _share(series, code, first)) is not None
                else "",
                "sources": " / ".join(source_words(name) for name in one.sources),
                "note": asking.period_note(one),
            }
        )
    return steps


def _share(series: Series, code: str, of: str) -> Decimal | None:
    """Give one step by another over the days that know both."""
    days = sorted(series[code])
    part, whole, _n = both_known(
        [series[code][day].value for day in days], [series[of][day].value for day in days]
    )
    return part / whole if part is not None and whole else None


def _kpi(code: str, now: Period, past: Period, series: Mapping[date, Known]) -> Data:
    spec = figure(code)
    return {
        "label": spec.label,
        "value": _big(now.value) if spec.unit == "money" else value_words(now.value, spec.unit),
        "points": [asking.number(series[day].value) for day in sorted(series)][-14:],
        "band": None,
        "tone": "us",
        "flag": _("缺 %(n)s 天") % {"n": now.days - now.known_days}
        if now.value is not None and now.known_days < now.days
        else None,
        "changes": [
            {"label": _("比上期"), "text": asking.moved(code, now.value, past.value) or _("未知")}
        ]
        if past.days
        else [],
        "unknown": "" if now.value is not None else _("没有来源讲到这段时间"),
        "url": "",
    }


def _big(value: Decimal | None) -> str:
    """Write an amount so that it fits a card: from a million on in 万."""
    if value is None:
        return ""
    return f"¥{wan(value)}" if value >= _MILLION else str(money_big(value))


def _chart(sums: Mapping[str, Period], past: Mapping[str, Period]) -> Data:
    labels = [str(figure(code).label) for code in STEPS]
    return {
        "data": {
            "kind": "bars",
            "x": labels,
            "series": [
                {
                    "name": _("本期"),
                    "values": [asking.number(sums[code].value) for code in STEPS],
                    "tone": "us",
                },
                {
                    "name": _("上期"),
                    "values": [asking.number(past[code].value) for code in STEPS],
                    "tone": "prev",
                },
            ],
            "unit": _("人"),
        },
        "columns": [_("步骤"), _("本期"), _("上期")],
        "rows": [
            [
                label,
                value_words(sums[code].value, "people"),
                value_words(past[code].value, "people"),
            ]
            for label, code in zip(labels, STEPS, strict=True)
        ],
    }


def _daily(series: Series) -> Data:
    days = sorted(series["pay_rate"])
    rates = [series["pay_rate"][day].value for day in days]
    points = [None if one is None else float(one * 100) for one in rates]
    return {
        "data": {
            "kind": "lines",
            "x": [asking.short(day) for day in days],
            "series": [{"name": str(figure("pay_rate").label), "values": points, "tone": "us"}],
            "unit": "%",
        },
        "columns": [_("日期"), figure("pay_rate").label],
        "rows": [
            [day.isoformat(), value_words(one, "rate")]
            for day, one in zip(days, rates, strict=True)
        ],
    }


_BY_DAY = (*STEPS, "pay_rate")


def _day_columns() -> list[Data]:
    figures = [{"key": code, "label": figure(code).label, "number": True} for code in _BY_DAY]
    return [{"key": "day", "label": _("日期"), "number": False}, *figures]


def _day_rows(series: Series) -> list[Data]:
    days = sorted(series[STEPS[0]], reverse=True)
    return [
        {
            "cells": {
                "day": day.isoformat(),
                **{code: asking.known_cell(code, series[code][day]) for code in _BY_DAY},
            }
        }
        for day in days
    ]


@require_GET
@requires(EXPORT)
def funnel_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Download the steps day by day, each with its source."""
    days = asked_of(request, business_date(timezone.now())).days
    codes = [*STEPS, *BESIDE]
    series = figures_of(codes, since=days.since, until=days.until)
    head = [_("日期")]
    for code in codes:
        head += [str(figure(code).label), _("%(name)s来源") % {"name": figure(code).label}]
    rows = [head]
    for day in days.days:
        cells = [day.isoformat()]
        for code in codes:
            known = series[code][day]
            cells += [_exact(known.value), source_words(known.source)]
        rows.append(cells)
    return asking.csv_file(rows, f"funnel-{days.since:%Y%m%d}-{days.until:%Y%m%d}.csv")


def _exact(value: Decimal | None) -> str:
    if value is None:
        return ""
    return (
        f"{value.quantize(Decimal('0.000001')).normalize():f}"
        if value != int(value)
        else f"{value:.0f}"
    )
