"""Show a page of figures, give its cards as files, keep its views."""

from collections.abc import Callable, Mapping
from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from analytics.actions import saved_views
from analytics.views.asking import EXPORT, VIEW
from analytics.views.boards import (
    cohorts,
    customers,
    hours,
    products,
    regions,
    returns,
    trend,
    turnover,
)
from analytics.views.boards.asked import Asked, asked_of, picker
from analytics.views.boards.cards import card_file, file_url, shown
from analytics.views.boards.parts import Board, Data
from analytics.views.siblings import siblings
from products.views.acting import asked_of as form_of
from products.views.acting import attempt
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.models import User

type Build = Callable[[Asked], Board]
PAGES: Mapping[str, Build] = {
    "trend": trend.build,
    "products": products.build,
    "regions": regions.build,
    "hours": hours.build,
    "customers": customers.build,
    "cohorts": cohorts.build,
    "turnover": turnover.build,
    "returns": returns.build,
}
# Whose views can be kept, with the right that opens the page: these, and those that are pages of their own.
KEPT: Mapping[str, str] = {
    **dict.fromkeys((*PAGES, "funnel", "traffic"), VIEW),
    "profit": "analytics.view_profit",
}


@require_GET
@requires(VIEW)
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show one page of figures."""
    asked = asked_of(request, business_date(timezone.now()))
    board = PAGES[code](asked)
    context: Data = {
        "board": board,
        "cards": [
            shown(request, card, file_url(request, code, card.code, asked.query))
            for card in board.cards
        ],
        "picker": picker(asked),
        "siblings": siblings(request, code, since=asked.days.since, until=asked.days.until),
        "views": kept_views(asked, code),
        "code": code,
        "query": asked.query,
        "has_chart": any(card.chart for card in board.cards),
    }
    return render(request, "analytics/board.html", context)


@require_GET
@requires(EXPORT)
def page_csv(request: HttpRequest, code: str, part: str) -> StreamingHttpResponse:
    """Download one card of a page, all its rows, exact."""
    asked = asked_of(request, business_date(timezone.now()))
    days = asked.days
    stem = f"{code}-{part}-{days.since:%Y%m%d}-{days.until:%Y%m%d}"
    return card_file(request, PAGES[code](asked).cards, part, stem)


# --- kept views


def kept_views(asked: Asked, code: str) -> Data:
    """Give a person's kept views of a page, as `analytics/_keepview.html` and the page take them."""
    person = asked.request.user
    kept = saved_views.views_of(person, code) if isinstance(person, User) else []
    here = reverse(f"analytics:{code}")
    tabs = [{"label": _("全部"), "url": here, "current": not asked.query, "name": ""}]
    tabs += [
        {
            "label": one["name"],
            "url": f"{here}?{one['query']}",
            "current": one["query"] == asked.query,
            "name": one["name"],
        }
        for one in kept
    ]
    return {
        "tabs": tabs if kept else [],
        "current": next((one["name"] for one in tabs if one["current"] and one["name"]), ""),
        "most": saved_views.LONGEST_NAME,
    }


@require_POST
@requires(VIEW)
def keep_view(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the page as it stands under a name, or forget a kept view."""
    if code not in KEPT:
        raise Http404(code)
    if not request.user.has_perm(KEPT[code]):
        raise PermissionDenied(KEPT[code])
    asked = form_of(request, VIEW)
    here = reverse(f"analytics:{code}")
    query = request.POST.get("query", "")
    name = request.POST.get("name", "").strip()
    if request.POST.get("part") == "drop":
        drop = partial(saved_views.drop_view, asked.by, page=code, name=name, now=asked.now)
        return attempt(asked, drop, done=_("视图「%(name)s」删了") % {"name": name}, url=here)
    act = partial(
        saved_views.keep_view, asked.by, page=code, name=name, query=_clean(query), now=asked.now
    )
    url = f"{here}?{_clean(query)}" if query else here
    return attempt(asked, act, done=_("视图「%(name)s」存好了") % {"name": name}, url=url)


def _clean(query: str) -> str:
    """Write a question anew, so that what is kept is an address's question and nothing else."""
    return urlencode([(name, str(value)) for name, value in QueryDict(query).items() if value])
