"""What the pages of paid traffic share: the span in the address, cells, exports."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from promotions.choices import Channel
from promotions.queries.ad_margins import Margin
from promotions.queries.traffic import Span
from promotions.rules.traffic import Traffic, profit_after_ads
from shopops.lib.exports import csv_rows, write_xlsx
from shopops.lib.templatetags.shop import count, money, rate

type Data = dict[str, Any]
CHANNELS = "promotions.channels"
COST = "products.view_cost"
LENGTHS = (7, 14, 30, 90)
# A span longer than this is cut: nobody reads it day by day, and older days are in the export.
LONGEST = 370


@dataclass(frozen=True, slots=True)
class Asked:
    """The span that an address asks for, and how it is written in addresses."""

    span: Span
    today: date
    is_own: bool
    wrong: str = ""

    @property
    def query(self) -> str:
        """Give it as the query of an address."""
        if self.is_own:
            return urlencode({"since": self.span.since, "until": self.span.until})
        return urlencode({"days": self.span.length})


def span_of(request: HttpRequest, today: date, *, usual: int = 7) -> Asked:
    """Read the span of an address: `days` up to yesterday, or `since` and `until`.

    What is no span gives the usual one, and says so.
    """
    yesterday = today - timedelta(days=1)
    given = request.GET.get("since", ""), request.GET.get("until", "")
    if any(given):
        own = _own(*given, today=today)
        if own is not None:
            return Asked(own, today, is_own=True)
        wrong = _(
            "日期要像 2026-06-18，开始不晚于结束，最多 %(days)s 天；先给你最近 %(usual)s 天。"
        ) % {
            "days": LONGEST,
            "usual": usual,
        }
        return Asked(_up_to(yesterday, usual), today, is_own=False, wrong=wrong)
    text = request.GET.get("days", "")
    days = int(text) if text.isdecimal() and len(text) < 4 and int(text) in LENGTHS else usual
    return Asked(_up_to(yesterday, days), today, is_own=False)


def _up_to(day: date, days: int) -> Span:
    return Span(day - timedelta(days=days - 1), day)


def _own(since: str, until: str, *, today: date) -> Span | None:
    try:
        span = Span(date.fromisoformat(since), date.fromisoformat(until or since))
    except ValueError:
        return None
    return span if 1 <= span.length <= LONGEST and span.until <= today else None


def span_context(asked: Asked, request: HttpRequest) -> Data:
    """Give what `promotions/_span.html` takes."""
    kept = {
        name: value
        for name, value in request.GET.items()
        if name not in {"days", "since", "until"} and value
    }
    links = [
        {
            "label": _("近 %(n)s 天") % {"n": days},
            "url": "?" + urlencode({**kept, "days": days}),
            "current": not asked.is_own and asked.span.length == days,
        }
        for days in LENGTHS
    ]
    return {
        "span": asked.span,
        "span_links": links,
        "span_query": asked.query,
        "span_kept": list(kept.items()),
        "span_wrong": asked.wrong,
        "today": asked.today,
    }


def channel_words(code: str) -> str:
    """Name a channel."""
    return str(Channel(code).label)


# --- cells of tables


def times(value: Decimal | None) -> str:
    """Write a return: 3.17."""
    return "—" if value is None else f"{value:.2f}"


COLUMNS: tuple[tuple[str, Any], ...] = (
    ("shown", count),
    ("clicks", count),
    ("spend_amount", money),
    ("click_rate", lambda value: rate(value, 2)),
    ("click_cost", money),
    ("carts", count),
    ("deals", count),
    ("deal_amount", money),
    ("roas", times),
)


def traffic_cells(one: Traffic | None) -> dict[str, str]:
    """Give the figures of a row; an unknown day is unknown, never nought."""
    if one is None:
        return {name: _("未知") if name == "spend_amount" else "—" for name, _shown in COLUMNS}
    return {name: shown(getattr(one, name)) for name, shown in COLUMNS}


def roas_cell(
    one: Traffic, margin: Margin | None, *, with_margin: bool, with_words: bool = True
) -> SafeString | str:
    """Give the return, red under break-even; the line itself only to whoever may see costs.

    :param with_words: off where the line stands in a column of its own beside it
    """
    value = one.roas
    if value is None or margin is None:
        return times(value)
    never, line = margin.never_pays, margin.line
    if not never and (line is None or value >= line):
        return times(value)
    if not with_words:
        label = _("低于保本线")
        return format_html('<b class="t-late" title="{}">{}</b>', label, times(value))
    words = _("低于保本线")
    if with_margin:
        words = _("不投也亏") if never else _("保本 %(line)s") % {"line": times(line)}
    return format_html(
        '<b class="t-late">{}</b><span class="xs muted so-goods__c">{}</span>', times(value), words
    )


def line_cell(margin: Margin | None) -> SafeString | str:
    """Give the break-even return."""
    if margin is None or margin.rate is None:
        return _("未知")
    if margin.never_pays:
        return format_html('<span class="t-late">{}</span>', _("不投也亏"))
    return times(margin.line)


def profit_cell(one: Traffic, margin: Margin | None) -> SafeString | str:
    """Give the profit after ads, red where it is a loss."""
    value = profit_after_ads(one, margin.rate if margin else None)
    if value is None:
        return _("未知")
    return format_html('<b class="t-late">{}</b>', money(value)) if value < 0 else money(value)


def column(key: str, label: object, *, number: bool = True) -> Data:
    """Give a column as `components/_table.html` takes it."""
    return {"key": key, "label": str(label), "number": number}


# --- files


def export(
    rows: Sequence[Sequence[object]], *, name: str, form: str
) -> HttpResponse | StreamingHttpResponse:
    """Give rows as a file: csv or xlsx.

    :raises Http404: for another form
    """
    if form == "csv":
        answer: HttpResponse | StreamingHttpResponse = StreamingHttpResponse(
            csv_rows(rows, encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
        )
    elif form == "xlsx":
        out = io.BytesIO()
        write_xlsx(rows, out, sheet=name[:31])
        answer = HttpResponse(
            out.getvalue(),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
