"""What the pages of profits share: who may see them, months in addresses, amounts."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponseBase

from analytics.queries.statement import months_known
from shopops.lib.money import from_fen
from shopops.staff.access import requires


def sees_profit(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let those through who may see both profits and costs: either tells the other."""
    return requires("analytics.view_profit")(requires("products.view_cost")(view))


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
