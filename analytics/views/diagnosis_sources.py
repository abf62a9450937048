"""The card of a diagnosis that says which sources of visitors made the difference, and its file."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.queries import breaks
from analytics.queries.source_parts import OF_SOURCES, SourcePart, SourceParts, source_parts
from analytics.rules.contribution import exact_text
from analytics.views.asking import csv_file
from analytics.views.diagnosis_parts import points, signed
from analytics.views.traffic_parts import KIND_WORDS
from products.views.acting import Data
from shopops.lib.templatetags.shop import count
from shopops.staff.access import requires

MOST_SOURCES = 12
WEEK = timedelta(days=7)


def card(request: HttpRequest, day: date, against: date, code: str) -> Data | None:
    """Give the card as `analytics/_diagnosis_sources.html` takes it; None for figures that sources do not make."""
    if code not in OF_SOURCES:
        return None
    found = source_parts(day, against)
    if found is None:
        return {"is_known": False}
    largest = max((abs(one.change or 0) for one in found.parts), default=0) or 1
    rest = found.parts[MOST_SOURCES:]
    kwargs = {"day": day.isoformat(), "code": code}
    return {
        "is_known": True,
        "rows": [_row(one, largest) for one in found.parts[:MOST_SOURCES]],
        "rest": {"count": len(rest), "change": _people(sum(one.change or 0 for one in rest))}
        if rest
        else None,
        "sum": {"pair": _pair(found.before, found.after), "change": _people(found.change)},
        "shop": {
            "pair": _pair(found.shop_before, found.shop_after),
            "change": _people(found.shop_change),
        },
        "unexplained": _people(found.unexplained),
        "rate_change": "" if found.rate_change is None else points(found.rate_change),
        "csv": reverse("analytics:diagnosis_sources_csv", kwargs=kwargs)
        if request.user.has_perm("analytics.export")
        else "",
        "url": f"{reverse('analytics:traffic')}?since={day}&until={day}",
    }


def _row(part: SourcePart, largest: int) -> Data:
    change = part.change or 0
    width = abs(change) * 50 / largest
    return {
        "name": part.key,
        "kind": KIND_WORDS[part.kind],
        "pair": _pair(part.before, part.after),
        "change": _people(part.change),
        "tone": "late" if change < 0 else "",
        "own": points(part.rate.own) if part.rate else "",
        "share": points(part.rate.share) if part.rate else "",
        "both": points(part.rate.both) if part.rate else "",
        # From the middle to the left what went, to the right what came.
        "bar": {
            "x": f"{50 - width if change < 0 else 50:.2f}",
            "width": f"{width:.2f}",
            "kind": "dn" if change < 0 else "up",
        },
    }


def _pair(before: int | None, after: int | None) -> str:
    return " → ".join(_("未知") if one is None else count(one) for one in (before, after))


def _people(change: int | None) -> str:
    """Write a change of people with its sign; empty where it is unknown."""
    return "" if change is None else signed(count(abs(change)), change)


@require_GET
@requires("analytics.export")
def sources_csv(request: HttpRequest, day: str, code: str) -> StreamingHttpResponse:
    """Download every source's part, their sum, the shop's own change and what is not explained."""
    on = breaks.day_of(day)
    if on is None or code not in OF_SOURCES:
        raise Http404(f"{day} {code}")
    head = [_("来源"), _("类别"), _("之前访客"), _("之后访客"), _("访客差"),
            _("自己变"), _("占比变"), _("转化合计")]  # fmt: skip
    found = source_parts(on, on - WEEK)
    rows: list[Sequence[object]] = [head, *(_lines(found) if found else [])]
    return csv_file(rows, f"diagnosis-sources-{code}-{on:%Y%m%d}.csv")


def _lines(found: SourceParts) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = [
        [
            one.key,
            str(KIND_WORDS[one.kind]),
            one.before,
            one.after,
            one.change,
            *(_exact(part) for part in _rates(one)),
        ]
        for one in found.parts
    ]
    rows.append(
        [_("各来源合计"), "", found.before, found.after, found.change, "", "", _exact(found.rate_change)]
    )  # fmt: skip
    rows.append([_("全店访客"), "", found.shop_before, found.shop_after, found.shop_change])
    rows.append([_("来源没解释的"), "", "", "", found.unexplained])
    return rows


def _rates(part: SourcePart) -> tuple[Fraction | None, ...]:
    if part.rate is None:
        return None, None, None
    return part.rate.own, part.rate.share, part.rate.both


def _exact(value: Fraction | None) -> str:
    return "" if value is None else exact_text(value)
