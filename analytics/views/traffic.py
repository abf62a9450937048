"""Where visitors come from: free and paid, PC and wireless, by source; of the shop or of one item."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.queries import flow as flows
from analytics.queries.flow import Flow
from analytics.views.asking import EXPORT, VIEW, Data
from analytics.views.boards.asked import Asked, asked_of, picker
from analytics.views.boards.cards import card_file, file_url, shown
from analytics.views.boards.page import kept_views
from analytics.views.siblings import siblings
from analytics.views.traffic_parts import Asks, cards, chips
from analytics.wording.stats import DEVICES
from promotions.queries.traffic import item_names
from shopops.lib.business_time import business_date
from shopops.staff.access import requires


@require_GET
@requires(VIEW)
def traffic(request: HttpRequest) -> HttpResponse:
    """Show the sources over a span against another; `?device=`, `?item=`, `?source=` (one, by day)."""
    asked = asked_of(request, business_date(timezone.now()))
    asks = _asks(asked)
    now, past = _both(asked, asks)
    days = asked.days
    items = flows.items_with_flow(since=days.since, until=days.until)
    context: Data = {
        "is_empty": not now.sources,
        "cards": [
            shown(request, card, file_url(request, "traffic", card.code, asked.query))
            for card in cards(asked, asks, now, past)
        ]
        if now.sources
        else [],
        "chips": chips(asked, asks),
        "device_links": _device_links(asked, asks.device),
        "items": _items(asked, items, asks.item),
        "missing": [day for day in days.days if day not in now.known_days],
        "siblings": siblings(request, "traffic", since=days.since, until=days.until),
        "picker": picker(asked),
        "views": kept_views(asked, "traffic"),
        "code": "traffic",
        "query": asked.query,
    }
    return render(request, "analytics/traffic.html", context)


def _asks(asked: Asked) -> Asks:
    given = asked.request.GET
    return Asks(
        asked.choice("device", DEVICES, "all"),
        given.get("item", "")[:20],
        given.get("source", "")[:200].strip(),
    )


def _both(asked: Asked, asks: Asks) -> tuple[Flow, Flow | None]:
    """Give the sources of the span, and of what it is set against; None for nothing."""
    days, past, more = asked.days, asked.past, {"device": asks.device, "item": asks.item}
    return (
        flows.flow(since=days.since, until=days.until, **more),
        flows.flow(since=past.since, until=past.until, **more) if past else None,
    )


def _device_links(asked: Asked, current: str) -> list[Data]:
    return [
        {
            "label": words,
            "url": asked.with_(device="" if code == "all" else code),
            "current": code == current,
        }
        for code, words in DEVICES.items()
    ]


def _items(asked: Asked, items: Sequence[str], current: str) -> list[Data]:
    if not items:
        return []
    names = item_names(list(items))
    whole = {"label": _("全店"), "url": asked.with_(item=""), "current": not current}
    return [
        whole,
        *(
            {
                "label": names[no].title[:24] if no in names and names[no].title else no,
                "url": asked.with_(item=no),
                "current": no == current,
            }
            for no in items[:8]
        ),
    ]


@require_GET
@requires(EXPORT)
def traffic_csv(request: HttpRequest, part: str) -> StreamingHttpResponse:
    """Download one part of the page; `days` only of a source that the address names."""
    asked = asked_of(request, business_date(timezone.now()))
    asks, days = _asks(asked), asked.days
    stem = f"traffic-{part}-{days.since:%Y%m%d}-{days.until:%Y%m%d}"
    return card_file(request, cards(asked, asks, *_both(asked, asks)), part, stem)
