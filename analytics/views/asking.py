"""What the pages of figures share: rights, changes in words, files."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.utils.translation import gettext as _

from analytics.figures import figure
from analytics.metrics import change
from analytics.queries.known import Period
from shopops.lib.exports import csv_rows
from shopops.lib.templatetags.shop import pct_change, point_change

type Data = dict[str, Any]
VIEW, EXPORT, ENTER = "analytics.view", "analytics.export", "analytics.enter"
# A file of orders is written while it is sent, and holds one of the few processes that answer pages: so
# many rows take some ten seconds.
MOST_IN_A_FILE = 100_000

__all__ = [
    "ENTER",
    "EXPORT",
    "MOST_IN_A_FILE",
    "VIEW",
    "Data",
    "csv_file",
    "moved",
    "number",
    "period_note",
    "too_many",
]


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


def too_many(request: HttpRequest, number: int, page: str) -> HttpResponseRedirect | None:
    """Send back to a page, in words, who asks for a file of too many rows; None if it may be written."""
    if number <= MOST_IN_A_FILE:
        return None
    words = _("这段时间约有 %(n)s 行，一份文件最多 %(most)s 行。把日期选短一点，分几次下载。")
    messages.error(request, words % {"n": f"{number:,}", "most": f"{MOST_IN_A_FILE:,}"})
    return HttpResponseRedirect(f"{page}?{request.GET.urlencode()}")


def export_url(request: HttpRequest, url: str, query: str) -> str:
    """Give the address of a file, for those who may export."""
    return f"{url}?{query}" if request.user.has_perm(EXPORT) else ""
