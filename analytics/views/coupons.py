"""Coupons and other marketing tools, under the funnel: taken, used, what was paid with them, by day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.importers.coupon import COUPON
from analytics.metrics import change
from analytics.queries.tools import Tool, ToolDay, files_of, tools
from analytics.views import asking
from analytics.views.asking import EXPORT, Data
from analytics.views.boards.asked import Asked, against_words, asked_of
from analytics.views.boards.links import SEES_FILES
from analytics.views.boards.parts import Column, line_chart, moved, number, short, written
from analytics.wording.stats import figure_words
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import pct_change
from shopops.staff.access import requires

_SUMS = ("taken", "used", "paid_amount", "paid_buyers")
_UNITS = {"paid_amount": "money"}


def card(request: HttpRequest, asked: Asked) -> Data:
    """Give the card as `analytics/_coupons.html` takes it; without any file it says which one is missing."""
    now = tools(since=asked.days.since, until=asked.days.until)
    past = tools(since=asked.past.since, until=asked.past.until) if asked.past else []
    before = {one.key: one for one in past}
    return {
        "columns": _columns(asked),
        "rows": [_row(one, before.get(one.key), asked) for one in now],
        "chart": _chart(asked, now, before),
        "files": _files(asked, now),
        "missing": asked.days.length - len({day for one in now for day in one.days}),
        "csv_url": asking.export_url(request, reverse("analytics:coupons_csv"), asked.query)
        if now
        else "",
        "imports_url": reverse("intake:imports") if asked.may(SEES_FILES) else "",
    }


def _columns(asked: Asked) -> list[Column]:
    compared = {"what": against_words(asked)} if asked.past else None
    return [
        Column("name", _("券或工具")),
        *(Column(code, figure_words(code), _UNITS.get(code, "count")) for code in _SUMS[:2]),
        Column("use_rate", _("使用率"), "rate"),
        *([Column("rate_by", _("使用率比%(what)s") % compared, "points")] if compared else []),
        Column("paid_amount", figure_words("paid_amount"), "money"),
        *([Column("paid_by", _("支付比%(what)s") % compared, "change")] if compared else []),
        Column("paid_buyers", figure_words("paid_buyers"), "count"),
        Column("days", _("知道几天"), "count"),
    ]


def _row(one: Tool, past: Tool | None, asked: Asked) -> Data:
    paid, old = one.total("paid_amount"), past.total("paid_amount") if past else None
    # What has no coupons has none to take: that is not unknown.
    has_coupons = one.key.startswith(COUPON)
    cells = {code: written(one.total(code), _UNITS.get(code, "count")) for code in _SUMS}
    cells |= {
        "name": one.key,
        "use_rate": written(one.use_rate, "rate"),
        "rate_by": moved(one.use_rate, past.use_rate if past else None, "rate"),
        "paid_by": pct_change(change(paid, old)) if old is not None else _("未知"),
        "days": f"{len(one.days)} / {asked.days.length}",
    }
    if not has_coupons:
        cells |= dict.fromkeys(("taken", "used", "use_rate", "rate_by"), "—")
    return {"cells": cells}


def _shown(found: Sequence[Tool]) -> Tool | None:
    """Give the coupon that is drawn: of those whose use is known the one that brought most."""
    return next((one for one in found if one.total("used") is not None), None)


def _chart(asked: Asked, now: Sequence[Tool], before: dict[str, Tool]) -> Data | None:
    one = _shown(now)
    if one is None:
        return None
    days = asked.days.days
    series = [
        (figure_words(code), [number(_said(one, day).get(code)) for day in days], tone)
        for code, tone in (("taken", "soon"), ("used", "us"))
    ]
    labels = [_("日期"), figure_words("taken"), figure_words("used")]
    old: list[Decimal | None] = []
    if asked.past is not None:
        tool = before.get(one.key)
        past_days = asked.past.days
        old = [_said(tool, day).get("used") if tool else None for day in past_days][: len(days)]
        old += [None] * (len(days) - len(old))
        name = _("使用，%(against)s") % {"against": against_words(asked)}
        series.append((name, [number(value) for value in old], "prev"))
        labels.append(name)
    rows = [
        [
            day.isoformat(),
            *(written(_said(one, day).get(code), "count") for code in ("taken", "used")),
            *([written(old[place], "count")] if old else []),
        ]
        for place, day in enumerate(days)
    ]
    return {
        "title": _("「%(name)s」每天领了多少、用了多少") % {"name": one.key},
        "data": line_chart([short(day) for day in days], series, _("张")),
        "columns": labels,
        "rows": rows,
    }


def _said(tool: Tool, day: date) -> dict[str, Decimal]:
    said = tool.days.get(day)
    return said.figures if said else {}


def _files(asked: Asked, found: Sequence[Tool]) -> list[SafeString]:
    """Give the files that say it, each with the way to its rows for those who may see files."""
    shown = []
    for one in files_of(found):
        if not asked.may(SEES_FILES):
            shown.append(format_html("{}", one.name))
            continue
        url = reverse("intake:batch", args=[one.batch_id])
        shown.append(format_html('<a class="so-inw so-any" href="{}">{}</a>', url, one.name))
    return shown


@require_GET
@requires(EXPORT)
def coupons_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Download every tool day by day with the file and line that say it; a day without a word is empty."""
    asked = asked_of(request, business_date(timezone.now()))
    span = asked.days
    found = tools(since=span.since, until=span.until)
    names = {one.batch_id: one.name for one in files_of(found)}
    rows: list[Sequence[object]] = [
        [_("日期"), _("券或工具"), *map(figure_words, _SUMS[:2]), _("使用率"),
         *map(figure_words, _SUMS[2:]), _("来源"), _("文件"), _("行")],
    ]  # fmt: skip
    for tool in found:
        for day in span.days:
            said = tool.days.get(day) or ToolDay()
            share = said.use_rate
            rows.append(
                [
                    day.isoformat(), tool.key, *(said.figures.get(code) for code in _SUMS[:2]),
                    None if share is None else f"{share.quantize(Decimal('0.000001')).normalize():f}",
                    *(said.figures.get(code) for code in _SUMS[2:]),
                    _("营销工具效果") if said.figures else None,
                    names.get(said.batch_id or 0), said.line,
                ]
            )  # fmt: skip
    return asking.csv_file(rows, f"coupons-{span.since:%Y%m%d}-{span.until:%Y%m%d}.csv")
