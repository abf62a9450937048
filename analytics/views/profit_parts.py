"""What the pages of profits share: who may see them, periods in addresses, amounts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from analytics.queries.statement import months_known
from orders.queries.bill import month_end
from shopops.lib.money import from_fen
from shopops.staff.access import requires

LONGEST = 92


def sees_profit(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let those through who may see both profits and costs: either tells the other."""
    return requires("analytics.view_profit")(requires("products.view_cost")(view))


@dataclass(frozen=True, slots=True)
class Span:
    """The days asked for, both included; `wrong` says why others are shown."""

    since: date
    until: date
    wrong: str = ""

    @property
    def query(self) -> str:
        """Give it as part of an address."""
        return urlencode({"since": self.since.isoformat(), "until": self.until.isoformat()})


def span_of(request: HttpRequest, today: date) -> Span:
    """Read `since` and `until`; else the latest month that has orders, up to today."""
    known = months_known()
    first = known[1] if known else today.replace(day=1)
    usual = Span(first, min(month_end(first), max(today, first)))
    texts = request.GET.get("since", ""), request.GET.get("until", "")
    if not any(texts):
        return usual
    try:
        since, until = (date.fromisoformat(text) for text in texts)
    except ValueError:
        return Span(usual.since, usual.until, _("日期要写成 2026-09-01 这样，先看这个月。"))
    if since > until:
        return Span(usual.since, usual.until, _("开始日期在结束日期后面，先看这个月。"))
    if (until - since).days >= LONGEST:
        return Span(
            until - timedelta(days=LONGEST - 1), until, _("一次最多看 92 天，看的是最后 92 天。")
        )
    return Span(since, until)


def month_of(request: HttpRequest, today: date) -> date:
    """Read `month` (2026-09); else the latest month that has orders.

    :raises Http404: if it is no month
    """
    text = request.GET.get("month", "") or request.POST.get("month", "")
    if not text:
        known = months_known()
        return known[1] if known else today.replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404(text) from error


def yuan(fen: int | None) -> Decimal | None:
    """Give fen as CNY; unknown stays unknown."""
    return None if fen is None else from_fen(fen)
