"""Every figure of every day beside what is usual, and the diagnosis of one of them."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from analytics import figures
from analytics.actions.events import Place, judge_cause
from analytics.choices import Verdict
from analytics.forms.breaks import CauseForm
from analytics.queries import breaks as queries
from analytics.queries.breaks import WATCHED, Divided, ProductPart, Seen
from analytics.queries.causes import Branch, tree
from analytics.queries.causes.base import Asked as Why
from analytics.queries.causes.base import Cause
from analytics.queries.known import figures_of
from analytics.views.figures import weekday_name
from analytics.wording.breaks import band_words, value_words
from products.views.acting import Asked, Data
from products.views.panels import Panel, answer, shown, version_sent
from shopops.lib.business_time import business_date
from shopops.lib.exports import csv_rows
from shopops.lib.money import from_fen
from shopops.lib.templatetags.shop import count, day_words, money, rate
from shopops.lib.words import listed
from shopops.staff.access import requires

SPAN = 14
MOST_SPAN = 92
MOST_PRODUCTS = 8
ENTER = "analytics.enter"


@require_GET
@requires("analytics.view")
def breaks(request: HttpRequest) -> HttpResponse:
    """Show the last days, a row each, the watched figures in columns; what is unusual stands out."""
    today = business_date(timezone.now())
    until = _day(request.GET.get("until", "")) or today - timedelta(days=1)
    until = min(until, today - timedelta(days=1))
    since = until - timedelta(days=SPAN - 1)
    seen = queries.seen_between(since=since, until=until)
    is_only = request.GET.get("only") == "1"
    rows = [
        {
            "day": one,
            "cells": [_cell(seen[one][code]) for code in WATCHED],
            "broken": sum(bool(cell.side) for cell in seen[one].values()),
        }
        for one in sorted(seen, reverse=True)
    ]
    here = reverse("analytics:breaks")
    context = {
        "columns": [figures.figure(code).label for code in WATCHED],
        "rows": [row for row in rows if row["broken"] or not is_only],
        "broken": sum(int(str(row["broken"])) for row in rows),
        "since": since,
        "until": until,
        "filters": [
            {"label": _("全部"), "url": f"{here}?until={until}", "current": not is_only},
            {"label": _("只看不平常的"), "url": f"{here}?until={until}&only=1", "current": is_only},
        ],
        "before": f"{here}?until={since - timedelta(days=1)}",
        "after": f"{here}?until={until + timedelta(days=SPAN)}" if until < today - timedelta(days=1) else "",
    }  # fmt: skip
    return render(request, "analytics/breaks.html", context)


def _cell(seen: Seen) -> Data:
    return {
        "value": value_words(seen.code, seen.known.value),
        "side": seen.side,
        "tone": "" if not seen.side else "soon" if seen.is_worse else "us",
        "usual": band_words(seen.code, seen.band),
        "url": _url(seen.day, seen.code),
    }


def _url(day: date, code: str) -> str:
    return reverse("analytics:diagnosis", kwargs={"day": day.isoformat(), "code": code})


@require_http_methods(["GET", "POST"])
@requires("analytics.view")
def diagnosis(request: HttpRequest, day: str, code: str) -> HttpResponse:
    """Show what a figure's difference is made of and fill the tree of causes; a POST judges a cause."""
    on = _known_day(day, code)
    seen = queries.seen_between(since=on - timedelta(days=7), until=on, codes=(code,))
    here, there = seen[on][code], seen[on - timedelta(days=7)][code]
    side = here.side or _side_of(here, there)
    branches = tree(Why(code, on, there.day, side))
    panels = [_cause_panel(cause, on, code) for branch in branches for cause in branch.causes]
    sent = answer(request, panels, right=ENTER, back=_url(on, code))
    if isinstance(sent, HttpResponse):
        return sent
    can_judge = request.user.has_perm(ENTER)
    parts = {str(one["code"]): one for one in shown(panels, sent)} if can_judge else {}
    divided = queries.divide(on, there.day) if code in queries.DIVIDED else None
    products = queries.product_parts(on, there.day) if code in queries.DIVIDED else []
    context = {
        "seen": here,
        "label": figures.figure(code).label,
        "value": value_words(code, here.known.value),
        "before": value_words(code, there.known.value),
        "gap": _gap(code, here, there),
        "usual": band_words(code, here.band),
        "weekday": weekday_name(on),
        "against": there.day,
        "source": _sources(here),
        "url": here.known.url,
        "in_a_row": queries.days_in_a_row(code, on, here.side) if here.side else 0,
        "divided": _waterfall(divided) if divided else None,
        "is_divided": code in queries.DIVIDED,
        "history": _history(here),
        "branches": [_branch(branch, parts) for branch in branches],
        "verdicts": _verdicts(branches),
        "products": [_product(one, divided) for one in products[:MOST_PRODUCTS]],
        "rest": _rest(products),
        "rate_change": _points(queries.rate_change(products)),
        "csv": _csv_url(on, code) if request.user.has_perm("analytics.export") else "",
        "others": _others(on, code),
    }
    return render(request, "analytics/diagnosis.html", context, status=422 if sent else 200)


def _known_day(day: str, code: str) -> date:
    on = _day(day)
    if on is None or code not in WATCHED:
        raise Http404(f"{day} {code}")
    return on


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _side_of(here: Seen, there: Seen) -> int:
    """Give which way a figure went that lies within its band: what the tree then looks for."""
    if here.known.value is None or there.known.value is None:
        return -1
    return 1 if here.known.value > there.known.value else -1


def _sources(seen: Seen) -> str:
    codes = seen.known.source.split("+") if seen.known.source else []
    return listed(figures.SOURCE_LABELS.get(one, one) for one in codes)


def _gap(code: str, here: Seen, there: Seen) -> str:
    if here.known.value is None or there.known.value is None:
        return ""
    gap = here.known.value - there.known.value
    if figures.figure(code).unit == "rate":
        return _points(Fraction(gap))
    return signed(value_words(code, abs(gap)), gap)


def signed(words: str, value: Decimal | int | Fraction) -> str:
    """Write a figure with its sign."""
    return f"{'＋' if value > 0 else '−' if value < 0 else ''}{words}"


def _points(value: Fraction) -> str:
    points = Decimal(value.numerator * 100) / Decimal(value.denominator)
    return signed(_("%(n)s 点") % {"n": f"{abs(points):.2f}"}, value)


def _fen(fen: int) -> str:
    return signed(money(from_fen(abs(fen))), fen)


# --- the difference in parts ---------------------------------------------------------------------


def _waterfall(divided: Divided) -> Data:
    """Give the rows of the proof, each with the bar between where it begins and where it ends."""
    old, new, parts = divided.before.parts, divided.after.parts, divided.parts
    steps = [
        (
            _("访客"),
            f"{count(old.visitors)} → {count(new.visitors)}",
            signed(_("%(n)s 人") % {"n": count(abs(new.visitors - old.visitors))}, new.visitors - old.visitors),
            parts.visitors_fen,
        ),
        (_("转化率"), f"{_rate(old)} → {_rate(new)}", _points(new.factors()[1] - old.factors()[1]), parts.rate_fen),
        (_("客单价"), f"{_each(old)} → {_each(new)}", _each_gap(old, new), parts.each_fen),
    ]  # fmt: skip
    levels = [old.amount_fen]
    for *_words, fen in steps:
        levels.append(levels[-1] + fen)
    low, high = min(levels), max(levels)
    base = max(0, low - (high - low or high or 1) // 2)
    scale = (high - base) or 1
    rows, at = [], old.amount_fen
    for label, change, words, fen in steps:
        rows.append(
            {
                "label": label,
                "change": change,
                "words": words,
                "part": _fen(fen),
                "tone": "late" if fen < 0 else "",
                "until": money(from_fen(at + fen)),
                "bar": _bar(at, at + fen, base, scale),
            }
        )
        at += fen
    return {
        "before": {
            "formula": _formula(old),
            "amount": money(from_fen(old.amount_fen)),
            "bar": _bar(base, old.amount_fen, base, scale, kind="keep"),
        },
        "rows": rows,
        "after": {
            "formula": _formula(new),
            "amount": money(from_fen(new.amount_fen)),
            "bar": _bar(base, new.amount_fen, base, scale, kind="keep"),
        },
        "total": _fen(parts.total_fen),
        "is_less": parts.total_fen < 0,
        "size": money(from_fen(abs(parts.total_fen))),
        "axis": f"{money(from_fen(base))} – {money(from_fen(high))}",
        "sources": listed(
            dict.fromkeys(str(figures.SOURCE_LABELS[one]) for one in divided.after.sources)
        ),
    }


def _bar(start: int, end: int, base: int, scale: int, *, kind: str = "") -> Data:
    low, high = min(start, end), max(start, end)
    return {
        "x": f"{(low - base) / scale * 100:.2f}",
        "width": f"{max((high - low) / scale * 100, 0.4):.2f}",
        "kind": kind or ("up" if end >= start else "dn"),
    }


def _rate(parts: Any) -> str:  # noqa: ANN401
    share = parts.factors()[1]
    return rate(Decimal(share.numerator) / Decimal(share.denominator), 2)


def _each(parts: Any) -> str:  # noqa: ANN401
    return money(from_fen(round(parts.factors()[2])))


def _each_gap(old: Any, new: Any) -> str:  # noqa: ANN401
    return _fen(round(new.factors()[2]) - round(old.factors()[2]))


def _formula(parts: Any) -> str:  # noqa: ANN401
    share = parts.factors()[1]
    exact = rate(Decimal(share.numerator) / Decimal(share.denominator), 4)
    return f"{count(parts.visitors)} × {exact} × {_each(parts)}"


def _history(seen: Seen) -> Data | None:
    """Give the same weekdays and this day as circles, the band behind them."""
    if seen.band is None or seen.known.value is None:
        return None
    days = seen.band.days
    values = figures_of((seen.code,), since=days[0], until=seen.day)[seen.code]
    known = [(one, values[one].value) for one in days]
    points = [(one, float(value)) for one, value in known if value is not None]
    points.append((seen.day, float(seen.known.value)))
    low = min([seen.band.low, *(value for _day, value in points)])
    high = max([seen.band.high, *(value for _day, value in points)])
    spread = (high - low) or 1.0

    def y(value: float) -> float:
        return round(12 + (high - value) / spread * 100, 1)

    top, bottom = y(seen.band.high), y(seen.band.low)
    place = {one: round(4 + n * 91.6 / len(days), 1) for n, one in enumerate([*days, seen.day])}
    dots = [
        {
            "x": place[one],
            "y": y(value),
            "title": f"{day_words(one, None)} {value_words(seen.code, value)}",
            "is_now": one == seen.day,
        }
        for one, value in points
    ]
    return {
        "dots": dots,
        "top": top,
        "height": max(round(bottom - top, 1), 2),
        "low": value_words(seen.code, seen.band.low),
        "high": value_words(seen.code, seen.band.high),
        "low_y": min(bottom + 13, 124),
        "high_y": max(top - 4, 9),
        "count": len(points),
        "first": points[0][0],
    }


# --- causes --------------------------------------------------------------------------------------


def _branch(branch: Branch, parts: dict[str, Data]) -> Data:
    said = [
        (_("是 %(n)d"), branch.count(Verdict.YES)),
        (_("不是 %(n)d"), branch.count(Verdict.NO)),
        (_("不知道 %(n)d"), branch.count(Verdict.UNKNOWN)),
    ]
    return {
        "label": branch.label,
        "icon": branch.icon,
        "is_wide": branch.code == "ourselves",
        "counts": " · ".join(words % {"n": number} for words, number in said if number),
        "causes": [{"row": one, "panel": parts.get(one.code)} for one in branch.causes],
    }


def _verdicts(branches: list[Branch]) -> list[Data]:
    tones = {
        Verdict.YES: ("late", "alert-circle"),
        Verdict.NO: ("done", "check"),
        Verdict.UNKNOWN: ("", "help-circle"),
    }
    return [
        {
            "label": Verdict(verdict).label,
            "count": sum(branch.count(verdict) for branch in branches),
            "tone": tone,
            "icon": icon,
        }
        for verdict, (tone, icon) in tones.items()
    ]


def _cause_panel(cause: Cause, day: date, code: str) -> Panel:
    word = cause.word
    stored = {"verdict": word.verdict, "note": word.note} if word else {}

    def act(form: CauseForm, asked: Asked) -> str:
        judge_cause(
            Place(day, code, cause.code),
            verdict=Verdict(form.cleaned_data["verdict"]),
            text=form.cleaned_data["note"],
            version=version_sent(asked),
            by=asked.by,
            now=asked.now,
        )
        return _("记下了：%(label)s") % {"label": cause.label}

    return Panel(
        code=cause.code,
        title=cause.label,
        button=_("记下"),
        make=CauseForm,
        act=act,
        initial=stored or {"verdict": cause.verdict},
        version=word.version if word else 0,
        stored=stored or None,
        key=("causeword", str(word.pk)) if word else ("", ""),
    )


# --- products ------------------------------------------------------------------------------------


def _product(part: ProductPart, divided: Divided | None) -> Data:
    url = reverse("products:product", args=[part.product_id]) if part.product_id else ""
    largest = abs(divided.parts.total_fen) if divided and divided.parts.total_fen else 0
    return {
        "title": part.title or part.item_no,
        "url": url,
        "is_main": part.is_main,
        "visitors": _pair(part, "visitors"),
        "buyers": _pair(part, "buyers"),
        "own": _points(part.rate.own) if part.rate else "",
        "share": _points(part.rate.share) if part.rate else "",
        "both": _points(part.rate.both) if part.rate else "",
        "amount": _fen(part.amount_fen),
        "tone": "late" if part.amount_fen < 0 else "",
        "weight": min(abs(part.amount_fen) * 100 // largest, 100) if largest else 0,
    }


def _pair(part: ProductPart, what: str) -> str:
    words = (
        _("未知") if one is None else count(getattr(one, what)) for one in (part.before, part.after)
    )
    return " → ".join(words)


def _rest(products: list[ProductPart]) -> Data | None:
    rest = products[MOST_PRODUCTS:]
    if not products:
        return None
    return {
        "count": len(rest),
        "amount": _fen(sum(one.amount_fen for one in rest)),
        "both": _points(queries.rate_change(rest)),
        "all_amount": _fen(sum(one.amount_fen for one in products)),
        "all": len(products),
    }


def _others(day: date, code: str) -> list[Data]:
    seen = queries.breaks_on(day)
    return [
        {"label": figures.figure(one.code).label, "url": _url(day, one.code), "side": one.side}
        for one in seen
        if one.code != code
    ]


def _csv_url(day: date, code: str) -> str:
    return reverse("analytics:diagnosis_csv", kwargs={"day": day.isoformat(), "code": code})


@require_GET
@requires("analytics.export")
def diagnosis_csv(request: HttpRequest, day: str, code: str) -> StreamingHttpResponse:
    """Download what each product did to the difference, with the shop's own parts above."""
    on = _known_day(day, code)
    against = on - timedelta(days=7)
    divided = queries.divide(on, against)
    rows: list[list[object]] = [[_("项"), _("之前"), _("之后"), _("份")]]
    if divided:
        old, new, parts = divided.before.parts, divided.after.parts, divided.parts
        rows += [
            [_("访客"), old.visitors, new.visitors, from_fen(parts.visitors_fen)],
            [_("转化率"), _rate(old), _rate(new), from_fen(parts.rate_fen)],
            [_("客单价"), _each(old), _each(new), from_fen(parts.each_fen)],
            [
                _("支付金额"),
                from_fen(old.amount_fen),
                from_fen(new.amount_fen),
                from_fen(parts.total_fen),
            ],
        ]
    for one in queries.product_parts(on, against):
        name = f"{one.item_no} {one.title}".strip()
        rows.append([name, from_fen(one.before_fen), from_fen(one.after_fen), from_fen(one.amount_fen)])  # fmt: skip
    response = StreamingHttpResponse(
        csv_rows(rows, encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="diagnosis-{code}-{on:%Y%m%d}.csv"'
    return response
