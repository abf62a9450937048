"""Targets of a month: how they go, who said what, and saying others."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from analytics.actions import targets as actions
from analytics.actions.targets import TARGETED
from analytics.figures import NEEDS_COST, Unit, figure
from analytics.forms.targets import TargetsForm, shown
from analytics.models import Target
from analytics.queries.target_pace import Going, current_targets, goings, said
from analytics.rules.pace import days_of_month
from analytics.rules.spans import Days
from analytics.views.asking import EXPORT, VIEW, csv_file
from analytics.views.boards.margin import margin_note
from analytics.views.boards.parts import COST, Data, exact, line_chart, number, short, written
from analytics.wording.stats import value_words
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.views.acting import Saved, asked_of, show_both
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

SET = "analytics.set_targets"
# Under this part of what was due a target is late, under the next it is soon late.
_LATE, _SOON = Decimal("0.9"), Decimal("0.98")


def offered(request: HttpRequest) -> tuple[str, ...]:
    """Give the figures whose targets a person may see."""
    sees_cost = request.user.has_perm(COST)
    return tuple(code for code in TARGETED if sees_cost or code not in NEEDS_COST)


@require_http_methods(["GET", "POST"])
@requires(VIEW)
def targets(request: HttpRequest) -> HttpResponse:
    """Show a month (`?month=2026-09`); set its targets."""
    month = _month(request)
    if request.method == "POST":
        return _set(request, month)
    stored = current_targets(month)
    initial: Data = {
        code: shown(code, stored[code].value) for code in offered(request) if code in stored
    }
    form = TargetsForm(initial=initial, codes=offered(request))
    return _show(request, month, form)


def _month(request: HttpRequest) -> date:
    today = business_date(timezone.now())
    try:
        return date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return today.replace(day=1)


def _show(
    request: HttpRequest, month: date, form: TargetsForm, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    today = business_date(now)
    codes = offered(request)
    going = goings(month, until=today - timedelta(days=1), codes=codes)
    stored = current_targets(month)
    main = next((one for one in going if one.pace is not None), None)
    context: Data = {
        "month": month,
        "months": _months(today, month),
        "rows": [row_words(one) for one in going],
        "margin_note": margin_note(_so_far(month, today))
        if any(one.target.figure == "gross_margin" for one in going)
        else "",
        "chart": _chart(main, today) if main else None,
        "chart_label": figure(main.target.figure).label if main else "",
        "is_own_curve": bool(main and main.is_own_curve),
        "form": form,
        "seen": [(code, stored[code].version) for code in codes if code in stored],
        "may_set": request.user.has_perm(SET) and month >= today.replace(day=1),
        "said": [_word(one) for one in said(month) if one.figure in codes],
        "csv_url": f"{reverse('analytics:targets_csv')}?month={month:%Y-%m}"
        if request.user.has_perm(EXPORT) and main
        else "",
        "now": now,
    }
    return render(request, "analytics/targets.html", context, status=status)


def _so_far(month: date, today: date) -> Days:
    """Give the days of a month up to yesterday."""
    days = days_of_month(month)
    return Days(days[0], max(min(days[-1], today - timedelta(days=1)), days[0]))


def _months(today: date, month: date) -> list[Data]:
    first = today.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    earlier = (before - timedelta(days=1)).replace(day=1)
    found = sorted({earlier, before, first, after, month})
    return [
        {"label": f"{one:%Y-%m}", "url": f"?month={one:%Y-%m}", "current": one == month}
        for one in found
    ]


def row_words(going: Going) -> Data:
    """Give a target in words: what, how much, how it goes, in which tone."""
    code = going.target.figure
    spec, rate, pace = figure(code), going.rate, going.pace
    tone = "wait" if rate is None else "done"
    if rate is not None and rate < _SOON:
        tone = "late" if rate < _LATE else "soon"
    words = {"done": _("赶得上"), "soon": _("差一点"), "late": _("落后"), "wait": _("未知")}
    gap = going.past_days - going.known_days
    return {
        "label": spec.label,
        "url": f"{reverse('analytics:trend')}?figure={code}&month={going.target.month:%Y-%m}",
        "target": value_words(going.target.value, spec.unit).removesuffix(".00"),
        "value": value_words(going.value, spec.unit),
        "share": going.value / going.target.value
        if going.value is not None and going.target.value
        else None,
        "rate": rate,
        "due": _about(pace.due, spec.unit) if pace else "",
        "outlook": _about(pace.outlook, spec.unit) if pace else "",
        "rest": _about(pace.rest_a_day, spec.unit) if pace and pace.rest_a_day is not None else "",
        "tone": tone,
        "words": words[tone],
        "gap": _("%(n)s 天未知") % {"n": gap} if gap else "",
    }


def _about(value: Decimal | None, unit: Unit) -> str:
    """Write what is reckoned ahead: whole yuan, whole people, or unknown."""
    whole = None if value is None else value.quantize(Decimal(1))
    return value_words(whole, unit).removesuffix(".00")


def _chart(going: Going, today: date) -> Data:
    spec = figure(going.target.figure)
    days = days_of_month(going.target.month)
    plan = list(accumulate(going.plan[day] for day in days))
    done: list[Decimal | None] = []
    run = Decimal(0)
    for day in days:
        run += going.known.get(day, Decimal(0))
        done.append(run if day in going.known else None)
    unit = "¥" if spec.unit == "money" else ""
    return {
        "data": line_chart(
            [short(day) for day in days],
            [
                (_("实际累计"), [number(one) for one in done], "us"),
                (_("按目标"), [number(one) for one in plan], "prev"),
            ],
            unit,
        ),
        "columns": [_("日期"), _("当天目标"), _("当天实际"), _("目标累计"), _("实际累计")],
        "rows": [
            [
                day.isoformat(),
                written(going.plan[day], "money" if unit else "count"),
                "" if day >= today else written(going.known.get(day), "money" if unit else "count"),
                written(plan[n], "money" if unit else "count"),
                "" if day >= today else written(done[n], "money" if unit else "count"),
            ]
            for n, day in enumerate(days)
        ],
    }


def _word(one: Target) -> Data:
    spec = figure(one.figure)
    return {
        "at": one.set_at,
        "by": one.set_by.name,
        "what": spec.label,
        "value": value_words(one.value, spec.unit) if one.value is not None else _("撤掉了"),
        "note": one.note,
    }


def _set(request: HttpRequest, month: date) -> HttpResponse:
    back = f"{reverse('analytics:targets')}?month={month:%Y-%m}"
    asked = asked_of(request, SET, back=back)
    form = TargetsForm(request.POST, codes=offered(request))
    if not form.is_valid():
        return _show(request, month, form, status=422)
    try:
        made = actions.set_targets(
            month=month,
            values=form.values,
            seen={code: asked.number(f"seen_{code}") for code in form.codes},
            by=asked.by,
            now=asked.now,
            note=form.cleaned_data["note"],
        )
    except StaleGoodsError as stale:
        return _show_both(request, form, month, stale, back)
    except GoodsRefusedError as refusal:
        for name, words in refusal.errors.items():
            form.add_error(name if name in form.fields else None, words)
        return _show(request, month, form, status=422)
    if not made:
        return redirect(back)
    return asked.done(_("%(month)s 的目标存好了") % {"month": f"{month:%Y-%m}"})


def _show_both(
    request: HttpRequest, form: TargetsForm, month: date, stale: StaleGoodsError, back: str
) -> HttpResponse:
    """Show what was set meanwhile beside what was sent; sent again it carries the newest versions."""
    stored = current_targets(month)
    rows: list[tuple[object, object, object]] = []
    post = request.POST.copy()
    for code, mine in form.values.items():
        theirs = stored[code].value if code in stored else None
        post[f"seen_{code}"] = str(stored[code].version if code in stored else 0)
        if mine != theirs:
            unit = figure(code).unit
            rows.append(
                (
                    str(figure(code).label),
                    value_words(theirs, unit) if theirs is not None else "",
                    value_words(mine, unit) if mine is not None else "",
                )
            )
    request.POST = post  # type: ignore[assignment]
    last = max(stored.values(), key=lambda one: one.set_at, default=None)
    saved = Saved(
        what=stale.what,
        version=last.version if last else 0,
        by=last.set_by.name if last else "",
        at=last.set_at if last else None,
        rows=rows,
    )
    return show_both(request, saved, back=back, now=timezone.now())


@require_GET
@requires(EXPORT)
def targets_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Download the days of a month: plan and what came, of each target that is summed."""
    month = _month(request)
    today = business_date(timezone.now())
    going = [
        one
        for one in goings(month, until=today - timedelta(days=1), codes=offered(request))
        if one.pace is not None
    ]
    head: list[object] = [_("日期")]
    for one in going:
        label = figure(one.target.figure).label
        head += [_("%(name)s目标") % {"name": label}, str(label)]
    rows: list[list[object]] = [head]
    for day in Days(month, days_of_month(month)[-1]).days:
        cells: list[object] = [day.isoformat()]
        for one in going:
            cells += [exact(one.plan[day], "money"), exact(one.known.get(day), "money")]
        rows.append(cells)
    return csv_file(rows, f"targets-{month:%Y%m}.csv")
