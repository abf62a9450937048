"""The shop's day by hand."""

from datetime import date, timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from analytics.actions import hand as actions
from analytics.actions.hand import BY_HAND
from analytics.figures import HAND, figure
from analytics.forms.hand import DayForm
from analytics.queries.known import figures_of
from analytics.queries.lineage import latest_by_hand
from analytics.views.asking import ENTER, Data
from analytics.wording.stats import figure_words, source_words, value_words
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.views.acting import Saved, asked_of, show_both
from shopops.lib.business_time import business_date
from shopops.staff.access import requires


@require_http_methods(["GET", "POST"])
@requires(ENTER)
def enter_day(request: HttpRequest) -> HttpResponse:
    """Enter a day's figures (`?day=`); what was entered before stands in the fields."""
    if request.method == "POST":
        return _enter(request)
    day = _day(request)
    last = latest_by_hand(day)
    initial: Data = {"day": day, "note": last.note if last else ""}
    if last is not None:
        initial |= {code: Decimal(value) for code, value in last.figures.items()}
    return _show(request, DayForm(initial=initial), day, last.pk if last else 0)


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return business_date(timezone.now()) - timedelta(days=1)


def _show(
    request: HttpRequest, form: DayForm, day: date, seen: int, *, status: int = 200
) -> HttpResponse:
    known = figures_of(BY_HAND, since=day, until=day)
    context: Data = {
        "form": form,
        "seen": seen,
        "day": day,
        "known": [
            {
                "label": figure(code).label,
                "value": value_words(known[code][day].value, figure(code).unit),
                "source": source_words(known[code][day].source),
                "is_known": known[code][day].value is not None,
                "is_file": known[code][day].source not in ("", HAND),
                "url": known[code][day].url,
            }
            for code in BY_HAND
        ],
        "back_url": _back(day),
        "today": business_date(timezone.now()),
    }
    return render(request, "analytics/enter_day.html", context, status=status)


def _back(day: date) -> str:
    return f"{reverse('analytics:lineage')}?day={day}"


def _enter(request: HttpRequest) -> HttpResponse:
    asked, form = asked_of(request, ENTER), DayForm(request.POST)
    seen = asked.number("seen")
    if not form.is_valid():
        return _show(request, form, _day(request), seen, status=422)
    values = dict(form.cleaned_data)
    day, note = values.pop("day"), values.pop("note")
    try:
        row = actions.enter_day(
            day=day, values=values, seen=seen, by=asked.by, now=asked.now, note=note
        )
    except StaleGoodsError as stale:
        return _show_both(request, form, stale)
    except GoodsRefusedError as refusal:
        for name, words in refusal.errors.items():
            form.add_error(name if name in form.fields else None, words)
        return _show(request, form, day, seen, status=422)
    from_ = next(iter(row.figures), "visitors")
    return redirect(f"{reverse('analytics:lineage')}?figure={from_}&day={day}")


def _show_both(request: HttpRequest, form: DayForm, stale: StaleGoodsError) -> HttpResponse:
    """Show what was entered meanwhile beside what was sent; sent again it carries the newest word."""
    day = form.cleaned_data["day"]
    last = latest_by_hand(day)
    stored = last.figures if last else {}
    rows = []
    for code in BY_HAND:
        mine = form.cleaned_data[code]
        theirs = stored.get(code)
        if mine is None and theirs is None:
            continue
        unit = figure(code).unit
        rows.append(
            (
                figure_words(code),
                value_words(Decimal(theirs), unit) if theirs is not None else "",
                value_words(Decimal(mine), unit) if mine is not None else "",
            )
        )
    saved = Saved(
        what=stale.what or _("这一天的手填数字"),
        version=last.pk if last else 0,
        by=last.said_by.name if last and last.said_by else "",
        at=last.said_at if last else None,
        rows=rows,
    )
    post = request.POST.copy()
    post["seen"] = str(last.pk if last else 0)
    request.POST = post  # type: ignore[assignment]
    return show_both(request, saved, back=_back(day), now=timezone.now())
