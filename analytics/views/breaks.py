"""Every figure of every day beside what is usual, and the diagnosis of one of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from analytics import figures
from analytics.actions.events import Place, judge_cause
from analytics.choices import Verdict
from analytics.forms.breaks import CauseForm
from analytics.queries import breaks as queries
from analytics.queries.breaks import WATCHED, Seen
from analytics.queries.causes import Branch, tree
from analytics.queries.causes.base import Asked as Why
from analytics.queries.causes.base import Cause
from analytics.views import diagnosis_sources as sources
from analytics.views import diagnosis_tasks as tasks
from analytics.views.asking import EXPORT, csv_file
from analytics.views.boards.cards import card_file, file_url
from analytics.views.boards.cards import shown as shown_card
from analytics.views.diagnosis_parts import (
    MOST_PRODUCTS,
    day_rows,
    divided_rows,
    history,
    history_card,
    points,
    product_row,
    product_rows,
    rest_row,
    same_weekdays,
    signed,
    waterfall,
)
from analytics.views.figures import weekday_name
from analytics.wording.breaks import band_words, value_words
from products.views.acting import Asked, Data
from products.views.panels import Panel, answer, shown, version_sent
from shopops.checks.models import ProjectItem
from shopops.lib.business_time import business_date
from shopops.lib.words import listed
from shopops.staff.access import requires

SPAN = 14
ENTER = "analytics.enter"


@require_GET
@requires("analytics.view")
def breaks(request: HttpRequest) -> HttpResponse:
    """Show the last days, a row each, the watched figures in columns; what is unusual stands out."""
    today = business_date(timezone.now())
    since, until = _span(request, today)
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
        "csv_url": file_url(
            request, "breaks", "days", f"until={until}" + ("&only=1" if is_only else "")
        ),
        "filters": [
            {"label": _("全部"), "url": f"{here}?until={until}", "current": not is_only},
            {"label": _("只看不平常的"), "url": f"{here}?until={until}&only=1", "current": is_only},
        ],
        "before": f"{here}?until={since - timedelta(days=1)}",
        "after": f"{here}?until={until + timedelta(days=SPAN)}" if until < today - timedelta(days=1) else "",
    }  # fmt: skip
    return render(request, "analytics/breaks.html", context)


def _span(request: HttpRequest, today: date) -> tuple[date, date]:
    """Read `until`, at most yesterday; give the fortnight up to it."""
    yesterday = today - timedelta(days=1)
    until = min(queries.day_of(request.GET.get("until", "")) or yesterday, yesterday)
    return until - timedelta(days=SPAN - 1), until


@require_GET
@requires(EXPORT)
def breaks_csv(request: HttpRequest, part: str) -> StreamingHttpResponse:
    """Download the list (`days`): a row for each figure of each day; `?only=1` only what is unusual."""
    if part != "days":
        raise Http404(part)
    since, until = _span(request, business_date(timezone.now()))
    seen = queries.seen_between(since=since, until=until)
    rows = day_rows(seen, is_only=request.GET.get("only") == "1")
    return csv_file(rows, f"breaks-{since:%Y%m%d}-{until:%Y%m%d}.csv")


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
    now = timezone.now()
    branches = tree(Why(code, on, there.day, side, business_date(now)))
    subject = tasks.subject_of(on, code)
    lines = tasks.lines_of(subject)
    causes = [cause for branch in branches for cause in branch.causes]
    proposed = tasks.proposed(branches, lines, is_worse=here.is_worse)
    panels = [_cause_panel(cause, on, code) for cause in causes]
    giving = tasks.panels(subject, causes, proposed, now=now, on=request.GET.get("give", ""))
    sent = answer(request, panels, right=ENTER, back=_url(on, code)) or tasks.answered(
        request, giving, back=f"{_url(on, code)}#h-a"
    )
    if isinstance(sent, HttpResponse):
        return sent
    parts = {
        str(one["code"]): one
        for one in (shown(panels, sent) if request.user.has_perm(ENTER) else [])
    }
    may_give = request.user.has_perm(tasks.GIVE)
    same = same_weekdays(here)
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
        "divided": waterfall(divided) if divided else None,
        "is_divided": code in queries.DIVIDED,
        "history": history(here, same),
        "history_table": shown_card(request, history_card(here, same), ""),
        "branches": [_branch(branch, parts, lines) for branch in branches],
        "verdicts": _verdicts(branches),
        "products": [product_row(one) for one in products[:MOST_PRODUCTS]],
        "rest": rest_row(products),
        "rate_change": points(queries.rate_change(products)),
        "files": {
            part: file_url(request, "diagnosis", part, day=on.isoformat(), code=code)
            for part in ("parts", "products", "history")
        },
        "sources": sources.card(request, on, there.day, code),
        "others": _others(on, code),
        "tasks": tasks.card(
            request, subject, lines, shown(giving, sent) if may_give else [], proposed, now=now
        ),
        "finding": tasks.finding_of(request, code, on),
        "may_give": may_give,
        "now": now,
    }
    return render(request, "analytics/diagnosis.html", context, status=422 if sent else 200)


def _known_day(day: str, code: str) -> date:
    on = queries.day_of(day)
    if on is None or code not in WATCHED:
        raise Http404(f"{day} {code}")
    return on


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
        return points(Fraction(gap))
    return signed(value_words(code, abs(gap)), gap)


# --- causes --------------------------------------------------------------------------------------


def _branch(branch: Branch, parts: dict[str, Data], lines: Sequence[ProjectItem]) -> Data:
    given = {line.subject for line in lines}
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
        "causes": [
            {"row": one, "panel": parts.get(one.code), "is_given": one.code in given}
            for one in branch.causes
        ],
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


def _others(day: date, code: str) -> list[Data]:
    seen = queries.breaks_on(day)
    return [
        {"label": figures.figure(one.code).label, "url": _url(day, one.code), "side": one.side}
        for one in seen
        if one.code != code
    ]


@require_GET
@requires(EXPORT)
def diagnosis_csv(request: HttpRequest, day: str, code: str, part: str) -> StreamingHttpResponse:
    """Download one part: the proof (`parts`), the products (`products`), the same weekdays (`history`)."""
    on = _known_day(day, code)
    against = on - timedelta(days=7)
    stem = f"diagnosis-{code}-{part}-{on:%Y%m%d}"
    if part == "history":
        here = queries.seen_between(since=on, until=on, codes=(code,))[on][code]
        return card_file(request, [history_card(here, same_weekdays(here))], part, stem)
    if part == "parts" and code in queries.DIVIDED:
        return csv_file(divided_rows(queries.divide(on, against)), f"{stem}.csv")
    if part == "products" and code in queries.DIVIDED:
        return csv_file(product_rows(queries.product_parts(on, against)), f"{stem}.csv")
    raise Http404(part)
