"""What the pages of the service desk share: the span in the address, months, cells, files."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from crm.queries.agents import LEAD, Span
from shopops.lib.exports import write_xlsx

type Data = dict[str, Any]
LENGTHS = (1, 7, 14, 30, 90)
USUAL = 7
# A longer span is refused: nobody reads it day by day.
LONGEST = 370


@dataclass(frozen=True, slots=True)
class AskedSpan:
    """The span that an address asks for."""

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


def leads(request: HttpRequest) -> bool:
    """Say whether who asks sees everybody's figures."""
    return bool(request.user.has_perm(LEAD))


def span_of(request: HttpRequest, today: date) -> AskedSpan:
    """Read the span of an address: `days` up to yesterday, or `since` and `until`.

    What is no span gives the usual one, and says so.
    """
    yesterday = today - timedelta(days=1)
    since, until = request.GET.get("since", ""), request.GET.get("until", "")
    if since or until:
        own = _own(since, until, today=today)
        if own is not None:
            return AskedSpan(own, today, is_own=True)
        wrong = _(
            "日期要像 2026-06-18，开始不晚于结束，最多 %(days)s 天；先给你最近 %(usual)s 天。"
        ) % {"days": LONGEST, "usual": USUAL}
        return AskedSpan(_up_to(yesterday, USUAL), today, is_own=False, wrong=wrong)
    text = request.GET.get("days", "")
    days = int(text) if text.isdecimal() and len(text) < 4 and int(text) in LENGTHS else USUAL
    return AskedSpan(_up_to(yesterday, days), today, is_own=False)


def _up_to(day: date, days: int) -> Span:
    return Span(day - timedelta(days=days - 1), day)


def _own(since: str, until: str, *, today: date) -> Span | None:
    try:
        span = Span(date.fromisoformat(since), date.fromisoformat(until or since))
    except ValueError:
        return None
    return span if 1 <= span.length <= LONGEST and span.until <= today else None


def span_context(asked: AskedSpan) -> Data:
    """Give what `crm/_span.html` takes."""
    links = [
        {
            "label": _("昨天") if days == 1 else _("近 %(n)s 天") % {"n": days},
            "url": "?" + urlencode({"days": days}),
            "current": not asked.is_own and asked.span.length == days,
        }
        for days in LENGTHS
    ]
    return {
        "span": asked.span,
        "span_links": links,
        "span_kept": [],
        "span_wrong": asked.wrong,
        "today": asked.today,
    }


def month_asked(request: HttpRequest, today: date) -> date:
    """Read the month of an address, `2026-11`; the one of today where it is none."""
    text = request.GET.get("month", "")
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def change_of(code: str, now: Decimal | None, before: Decimal | None, *, less: bool) -> Data:
    """Say how a figure moved, and whether for the better."""
    if now is None or not before:
        return {"text": "", "tone": ""}
    moved = (now - before) / before
    if not moved:
        return {"text": _("持平"), "tone": ""}
    arrow = "↑" if moved > 0 else "↓"
    return {
        "text": f"{arrow}{abs(moved) * 100:.1f}%",
        "tone": "done" if (moved < 0) == less else "late",
    }


def as_workbook(rows: Sequence[Sequence[object]], *, name: str) -> HttpResponse:
    """Give rows as a workbook."""
    out = io.BytesIO()
    write_xlsx(rows, out, sheet=name[:31])
    answer = HttpResponse(
        out.getvalue(),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer
