"""Where a number comes from: all sources of a figure of a day, which counts and why."""

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET

from analytics.choices import NEW, OLD, REFUNDED
from analytics.figures import (
    CHANNELS,
    HAND,
    NEEDS_COST,
    ORDERS,
    PRODUCT_DAYS,
    REFUNDS,
    figure,
    visible,
)
from analytics.queries.known import PRODUCT, SHOP, figures_of, lineage_url
from analytics.queries.lineage import COUNTS, LESS_TRUSTED, OLDER, Word, words_about
from analytics.views.asking import ENTER, VIEW, Data
from analytics.views.boards.links import SEES_ORDERS
from analytics.views.boards.parts import COST
from analytics.wording.stats import source_words, value_words
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

_WHY: dict[str, str | Promise] = {
    COUNTS: _l("算这个：排在前面的来源里第一个知道的"),
    LESS_TRUSTED: _l("没算：有更可信的来源讲到这一天"),
    OLDER: _l("没算：同一来源后来有更新的数"),
    "": _l("没讲到这一天"),
}


@require_GET
@requires(VIEW)
def lineage(request: HttpRequest) -> HttpResponse:
    """Show a figure of a day (`?figure=&day=`, of an item `&scope=product&key=`)."""
    now = timezone.now()
    yesterday = business_date(now) - timedelta(days=1)
    code, day = request.GET.get("figure", "visitors"), _day(request, yesterday)
    scope = PRODUCT if request.GET.get("scope") == PRODUCT else SHOP
    key = request.GET.get("key", "")[:40] if scope == PRODUCT else ""
    try:
        spec = figure(code)
    except LookupError:
        raise Http404 from None
    sees_cost = request.user.has_perm(COST)
    if code in NEEDS_COST and not sees_cost:
        raise PermissionDenied(COST)
    known = figures_of([code, *spec.parts], since=day, until=day, key=key, scope=scope)
    context: Data = {
        "now": now,
        "spec": spec,
        "day": day,
        "key": key,
        "scope": scope,
        "value": value_words(known[code][day].value, spec.unit),
        "source": source_words(known[code][day].source),
        "is_known": known[code][day].value is not None,
        "parts": [
            {
                "label": figure(part).label,
                "value": value_words(known[part][day].value, figure(part).unit),
                "words": _words(request, part, day, scope, key),
            }
            for part in spec.parts or (code,)
        ],
        "choices": [{"code": one.code, "label": one.label} for one in visible(sees_cost=sees_cost)],
        "days": [
            {"label": label, "url": lineage_url(code, other, scope=scope, key=key)}
            for label, other in (
                (_("前一天"), day - timedelta(days=1)),
                (_("后一天"), day + timedelta(days=1)),
            )
            if other <= business_date(now)
        ],
        "enter_url": f"{reverse('analytics:enter_day')}?day={day}"
        if scope == SHOP and request.user.has_perm(ENTER)
        else "",
        "today": business_date(now),
    }
    return render(request, "analytics/lineage.html", context)


def _day(request: HttpRequest, usual: date) -> date:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return usual
    return day if day.year > 2000 and day <= business_date(timezone.now()) else usual


def _words(request: HttpRequest, code: str, day: date, scope: str, key: str) -> list[Data]:
    unit = figure(code).unit
    return [
        {
            "source": source_words(word.source),
            "value": "" if word.value is None else value_words(word.value, unit),
            "is_counting": word.why == COUNTS,
            "why": _WHY[word.why],
            "said_at": word.said_at,
            "said_by": word.said_by,
            "note": word.note,
            "file_name": word.file_name,
            "line": word.line,
            "url": _url(request, word, day, _keys(code, scope, key))
            if word.value is not None
            else "",
        }
        for word in words_about(code, day, scope=scope, key=key)
    ]


# Figures that are of some orders of a day only.
_KINDS = {"new_buyers": NEW, "old_buyers": OLD}


def _keys(code: str, scope: str, key: str) -> dict[str, str]:
    """Give what narrows the orders of a day to those behind a figure."""
    narrowed = {"product": key} if scope == PRODUCT else {}
    return narrowed | ({"buyer_kind": _KINDS[code]} if code in _KINDS else {})


def _url(request: HttpRequest, word: Word, day: date, keys: Mapping[str, str]) -> str:
    """Give the rows behind a word, for those who may see them."""
    if word.batch_id is not None and request.user.has_perm("intake.view"):
        return reverse("intake:batch", args=[word.batch_id])
    span = {"since": day.isoformat(), "until": day.isoformat()}
    links: dict[str, tuple[str, str, Mapping[str, str]]] = {
        ORDERS: ("analytics:orders", SEES_ORDERS, {**span, **keys}),
        REFUNDS: ("analytics:orders", SEES_ORDERS, {"basis": REFUNDED, **span, **keys}),
        CHANNELS: ("promotions:channels", "promotions.channels", span),
        HAND: ("analytics:enter_day", ENTER, {"day": day.isoformat()}),
        PRODUCT_DAYS: ("intake:imports", "intake.view", {}),
    }
    name, right, query = links.get(word.source, ("", "", {}))
    if not name or not request.user.has_perm(right):
        return ""
    try:
        return reverse(name) + (f"?{urlencode(query)}" if query else "")
    except NoReverseMatch:
        return ""
