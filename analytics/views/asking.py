"""What the pages of figures share: the span in the address, cells, exports, charts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.figures import figure
from analytics.metrics import change
from analytics.queries.known import Known, Period
from analytics.wording.stats import source_words, value_words
from shopops.lib.exports import csv_rows
from shopops.lib.templatetags.shop import pct_change, point_change

type Data = dict[str, Any]
VIEW, EXPORT, ENTER = "analytics.view", "analytics.export", "analytics.enter"

__all__ = [
    "ENTER",
    "EXPORT",
    "VIEW",
    "Data",
    "csv_file",
    "known_cell",
    "moved",
    "number",
    "period_note",
    "short",
]


def short(day: date) -> str:
    """Write a day on an axis."""
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def number(value: Decimal | None) -> float | None:
    """Give a figure to a chart; unknown is a gap."""
    return None if value is None else float(value)


def moved(code: str, now: Decimal | None, past: Decimal | None) -> str:
    """Write a change: of rates in points, of the others relative; nothing where a side is unknown."""
    if now is None or past is None:
        return ""
    if figure(code).unit == "rate":
        return point_change(now - past)
    return pct_change(change(now, past))


def known_cell(code: str, known: Known) -> SafeString | str:
    """Write a figure of a day with the way to its sources."""
    words = value_words(known.value, figure(code).unit)
    if not known.url:
        return words
    return format_html(
        '<a class="so-inw" href="{}" title="{}">{}</a>',
        known.url,
        source_words(known.source) or _("没有来源讲到这一天"),
        words,
    )


def period_note(period: Period) -> str:
    """Say over how many days a figure is, where not over all."""
    if period.known_days == period.days:
        return ""
    if not period.known_days:
        return _("没有来源讲到这段时间")
    return _("%(n)d 天里知道 %(k)d 天") % {"n": period.days, "k": period.known_days}


def csv_file(rows: Iterable[Sequence[object]], name: str) -> StreamingHttpResponse:
    """Give rows as a file; an unknown cell is empty."""
    response = StreamingHttpResponse(
        csv_rows(
            (["" if cell is None else cell for cell in row] for row in rows), encoding="utf-8-sig"
        ),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def export_url(request: HttpRequest, url: str, query: Mapping[str, str] | str) -> str:
    """Give the address of a file, for those who may export."""
    return f"{url}?{query}" if request.user.has_perm(EXPORT) else ""
