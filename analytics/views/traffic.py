"""Where visitors come from: free and paid, PC and wireless, by source; of the shop or of one item."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET

from analytics.metrics import change
from analytics.queries import flow as flows
from analytics.queries.flow import Flow, Source
from analytics.rules.traffic_sources import KINDS, Kind
from analytics.views import asking
from analytics.views.asking import EXPORT, VIEW, Data
from analytics.views.boards.asked import Asked, asked_of, picker
from analytics.views.boards.page import kept_views
from analytics.views.siblings import siblings
from analytics.wording.stats import DEVICES, value_words
from promotions.queries.traffic import item_names
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import pct_change, rate
from shopops.staff.access import requires

KIND_WORDS: Mapping[Kind, object] = {
    "free": _l("免费"),
    "paid": _l("付费"),
    "own": _l("自主访问"),
    "outside": _l("站外"),
    "unknown": _l("不知道哪类"),
}
_TONES: Mapping[Kind, str] = {
    "free": "us",
    "paid": "soon",
    "own": "done",
    "outside": "prev",
    "unknown": "late",
}
_FIGURES = ("visitors", "ordered_buyers", "paid_buyers", "paid_amount")


@require_GET
@requires(VIEW)
def traffic(request: HttpRequest) -> HttpResponse:
    """Show the sources over a span against the span before; `?device=`, `?item=`."""
    asked = asked_of(request, business_date(timezone.now()))
    device, item = _device(request), request.GET.get("item", "")[:20]
    now, past = _both(asked, device, item)
    span = asked.days
    items = flows.items_with_flow(since=span.since, until=span.until)
    context: Data = {
        "is_empty": not now.sources,
        "columns": _columns(now),
        "rows": _rows(now, past),
        "kinds": _kinds(now, past),
        "kind_chart": _kind_chart(now, past),
        "terminals": _terminals(asked),
        "top": _top(now, past),
        "device_links": _device_links(request, device),
        "items": _items(request, items, item),
        "item": item,
        "missing": [day for day in span.days if day not in now.known_days],
        "csv_url": asking.export_url(
            request,
            reverse("analytics:traffic_csv"),
            asked.query,
        ),
        "siblings": siblings(request, "traffic", since=span.since, until=span.until),
        "picker": picker(asked),
        "views": kept_views(asked, "traffic"),
        "code": "traffic",
        "query": asked.query,
    }
    return render(request, "analytics/traffic.html", context)


def _device(request: HttpRequest) -> str:
    asked = request.GET.get("device", "all")
    return asked if asked in DEVICES else "all"


def _both(asked: Asked, device: str, item: str) -> tuple[Flow, Flow]:
    days, past = asked.days, asked.past
    return (
        flows.flow(since=days.since, until=days.until, device=device, item=item),
        flows.flow(since=past.since, until=past.until, device=device, item=item)
        if past
        else Flow((), frozenset()),
    )


def _columns(now: Flow) -> list[Data]:
    """Give the columns; amounts only where some file has them."""
    has_amounts = any("paid_amount" in one.sums for one in now.sources)
    labels = [
        ("visitors", _("访客（逐日合计）")),
        ("share", _("占比")),
        ("change", _("比上期")),
        ("ordered_buyers", _("下单买家")),
        ("order_rate", _("下单转化率")),
        ("paid_buyers", _("支付买家")),
        ("pay_rate", _("支付转化率")),
        *([("paid_amount", _("支付金额"))] if has_amounts else []),
    ]
    return [
        {"key": "name", "label": _("来源"), "number": False},
        {"key": "kind", "label": _("类别"), "number": False},
        *({"key": key, "label": label, "number": True} for key, label in labels),
    ]


def _rows(now: Flow, past: Flow) -> list[Data]:
    """Give groups with their sources below them, the largest first."""
    wholes, past_wholes = flows.groups(now.sources), flows.groups(past.sources)
    past_by_key = {one.key: one for one in past.sources}
    total = _sum(wholes)
    rows: list[Data] = []
    for group in sorted(wholes.values(), key=lambda one: -_visits(one)):
        rows.append({"cells": _cells(group, past_wholes.get(group.key), total, depth=0)})
        parts = [one for one in now.sources if one.group == group.key and not one.is_whole]
        rows += [
            {"cells": _cells(part, past_by_key.get(part.key), total, depth=1)} for part in parts
        ]
    return rows


def _visits(source: Source) -> Decimal:
    return source.sums.get("visitors", Decimal(0))


def _sum(wholes: Mapping[str, Source]) -> Decimal:
    return sum((_visits(one) for one in wholes.values()), Decimal(0))


def _cells(one: Source, past: Source | None, total: Decimal, *, depth: int) -> dict[str, object]:
    visits = one.sums.get("visitors")
    before = past.sums.get("visitors") if past else None
    return {
        "name": _name(one, depth),
        "kind": KIND_WORDS[one.kind],
        "visitors": value_words(visits, "people"),
        "share": rate(visits / total, 1) if visits is not None and total else "—",
        "change": pct_change(change(visits, before)) if before is not None else _("上期没有"),
        "ordered_buyers": value_words(one.sums.get("ordered_buyers"), "people"),
        "order_rate": _ratio(one, "ordered_buyers"),
        "paid_buyers": value_words(one.sums.get("paid_buyers"), "people"),
        "pay_rate": _ratio(one, "paid_buyers"),
        "paid_amount": value_words(one.sums.get("paid_amount"), "money"),
    }


def _name(one: Source, depth: int) -> SafeString:
    if not depth:
        return format_html('<b class="strong">{}</b>', one.key)
    return format_html('<span class="so-in1">{}</span>', one.key.partition(" / ")[2])


def _ratio(one: Source, code: str) -> str:
    part, visits = one.sums.get(code), one.sums.get("visitors")
    return rate(part / visits, 2) if part is not None and visits else "—"


def _kinds(now: Flow, past: Flow) -> list[Data]:
    sums, before = flows.by_kind(now.sources), flows.by_kind(past.sources)
    total = sum(sums.values(), Decimal(0))
    return [
        {
            "label": KIND_WORDS[kind],
            "visits": value_words(sums[kind], "people"),
            "share": rate(sums[kind] / total, 1) if total else "—",
            "change": pct_change(change(sums[kind], before.get(kind))) if kind in before else "",
        }
        for kind in KINDS
        if kind in sums
    ]


def _kind_chart(now: Flow, past: Flow) -> Data:
    sums, before = flows.by_kind(now.sources), flows.by_kind(past.sources)
    shown = [kind for kind in KINDS if kind in sums or kind in before]
    parts = [_shares(sums), _shares(before)]
    return {
        "data": {
            "kind": "bars",
            "stacked": True,
            "x": [_("本期"), _("上期")],
            "series": [
                {
                    "name": str(KIND_WORDS[kind]),
                    "values": [part.get(kind) for part in parts],
                    "tone": _TONES[kind],
                }
                for kind in shown
            ],
            "unit": "%",
        },
        "columns": ["", *(str(KIND_WORDS[kind]) for kind in shown)],
        "rows": [
            [label, *(_percent(part.get(kind)) for kind in shown)]
            for label, part in zip((_("本期"), _("上期")), parts, strict=True)
        ],
    }


def _shares(sums: Mapping[Kind, Decimal]) -> dict[Kind, float]:
    total = sum(sums.values(), Decimal(0))
    return {kind: round(float(value / total * 100), 1) for kind, value in sums.items() if total}


def _percent(value: float | None) -> str:
    return _("未知") if value is None else f"{value:.1f}%"


def _terminals(asked: Asked) -> Data:
    by_device = flows.devices(since=asked.days.since, until=asked.days.until)
    days = asked.days.days
    shown = [device for device in ("wireless", "pc") if by_device[device]]
    return {
        "is_empty": not shown,
        "data": {
            "kind": "lines",
            "x": [asking.short(day) for day in days],
            "series": [
                {
                    "name": str(DEVICES[device]),
                    "values": [asking.number(by_device[device].get(day)) for day in days],
                    "tone": "us" if device == "wireless" else "soon",
                }
                for device in shown
            ],
            "unit": _("人"),
        },
        "columns": [_("日期"), *(str(DEVICES[device]) for device in shown)],
        "rows": [
            [
                day.isoformat(),
                *(value_words(by_device[device].get(day), "people") for device in shown),
            ]
            for day in days
        ],
    }


def _top(now: Flow, past: Flow) -> Data:
    parts = [one for one in now.sources if not one.is_whole] or list(now.sources)
    before = {one.key: one for one in past.sources}
    shown = parts[:10]

    def values(sources: Sequence[Source | None]) -> list[float | None]:
        return [asking.number(one.sums.get("visitors")) if one else None for one in sources]

    old = [before.get(one.key) for one in shown]
    names = [one.key.partition(" / ")[2] or one.key for one in shown]
    return {
        "data": {
            "kind": "bars",
            "x": names,
            "series": [
                {"name": _("本期"), "values": values(shown), "tone": "us"},
                {"name": _("上期"), "values": values(old), "tone": "prev"},
            ],
            "unit": _("人"),
        },
        "columns": [_("来源"), _("本期"), _("上期")],
        "rows": [
            [
                name,
                value_words(one.sums.get("visitors"), "people"),
                value_words(two.sums.get("visitors") if two else None, "people"),
            ]
            for name, one, two in zip(names, shown, old, strict=True)
        ],
    }


def _device_links(request: HttpRequest, current: str) -> list[Data]:
    return [
        {"label": words, "url": _with(request, device=code), "current": code == current}
        for code, words in DEVICES.items()
    ]


def _items(request: HttpRequest, items: Sequence[str], current: str) -> list[Data]:
    if not items:
        return []
    names = item_names(list(items))
    whole = {"label": _("全店"), "url": _with(request, item=""), "current": not current}
    return [
        whole,
        *(
            {
                "label": names[no].title[:24] if no in names and names[no].title else no,
                "url": _with(request, item=no),
                "current": no == current,
            }
            for no in items[:8]
        ),
    ]


def _with(request: HttpRequest, **changed: str) -> str:
    kept = {name: value for name, value in request.GET.items() if name not in changed}
    return "?" + urlencode({**kept, **{name: value for name, value in changed.items() if value}})


@require_GET
@requires(EXPORT)
def traffic_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Download the sources of a span with the span before."""
    asked = asked_of(request, business_date(timezone.now()))
    now, past = _both(asked, _device(request), request.GET.get("item", "")[:20])
    before = {one.key: one for one in past.sources}
    head = [
        _("来源"),
        _("类别"),
        _("天数"),
        _("访客"),
        _("上期访客"),
        _("下单买家"),
        _("支付买家"),
        _("支付金额"),
    ]
    rows: list[Sequence[object]] = [head]
    for one in now.sources:
        old = before.get(one.key)
        rows.append(
            [
                one.key,
                str(KIND_WORDS[one.kind]),
                len(one.days),
                one.sums.get("visitors"),
                old.sums.get("visitors") if old else None,
                *(one.sums.get(code) for code in _FIGURES[1:]),
            ]
        )
    return asking.csv_file(rows, f"traffic-{asked.days.since:%Y%m%d}-{asked.days.until:%Y%m%d}.csv")
