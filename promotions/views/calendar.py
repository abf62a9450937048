"""The calendar of activities: a month or a week, each activity a bar that can be moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.views.acting import Asked, answer
from promotions.actions import activities as acts
from promotions.actions.activity_locks import ActivityRefusedError
from promotions.actions.check import request_check
from promotions.models import Activity
from promotions.queries.activity_list import ActivityRow, activities_between
from promotions.queries.festivals import FestivalRow, festivals_between
from promotions.views.activity_parts import Data, row_of, warn_outside
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff.access import requires

MOST_LANES = 9


@require_http_methods(["GET", "POST"])
@requires("promotions.view")
def calendar(request: HttpRequest) -> HttpResponse:
    """Show a month or a week; a POST moves one activity by whole days."""
    now = timezone.now()
    view = "week" if request.GET.get("view") == "week" else "month"
    at = _day(request.GET.get("at", ""), business_date(now))
    here = f"{reverse('promotions:calendar')}?view={view}&at={at.isoformat()}"
    if request.method == "POST":
        done = answer(request, {"move": ("promotions.edit", _move)}, back=here)
        if done is not None:
            return done
    first, last = _bounds(at, view)
    rows = activities_between(day_bounds(first)[0], day_bounds(last)[1])
    shown = [row_of(row, now=now) for row in rows]
    festivals = festivals_between(first, last)
    context = {
        "now": now,
        "view": view,
        "at": at,
        "title": f"{at.year}-{at.month:02d}" if view == "month" else _week_words(first, last),
        "weeks": _weeks(rows, shown, first, last, at=at, now=now, view=view, festivals=festivals),
        "festivals": festivals,
        "weekdays": [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")],
        "rows": shown,
        "here": here,
        "views": [
            {"label": _("月"), "url": _url("month", at), "current": view == "month"},
            {"label": _("周"), "url": _url("week", at), "current": view == "week"},
        ],
        "before_url": _url(view, _shift(at, view, -1)),
        "after_url": _url(view, _shift(at, view, 1)),
        "today_url": _url(view, business_date(now)),
        "can_edit": request.user.has_perm("promotions.edit"),
    }
    return render(request, "promotions/calendar.html", context)


def _url(view: str, at: date) -> str:
    return f"{reverse('promotions:calendar')}?view={view}&at={at.isoformat()}"


def _day(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if 2000 <= day.year <= 2100 else otherwise


def _bounds(at: date, view: str) -> tuple[date, date]:
    """Give the first Monday and the last Sunday that are shown."""
    if view == "week":
        first = at - timedelta(days=at.weekday())
        return first, first + timedelta(days=6)
    start = at.replace(day=1)
    end = (start + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return start - timedelta(days=start.weekday()), end + timedelta(days=6 - end.weekday())


def _shift(at: date, view: str, n: int) -> date:
    if view == "week":
        return at + timedelta(days=7 * n)
    return (at.replace(day=1) + timedelta(days=32 if n > 0 else -1)).replace(day=1)


def _week_words(first: date, last: date) -> str:
    return f"{first.year}-{first.month:02d}-{first.day:02d} – {last.month:02d}-{last.day:02d}"


@dataclass(frozen=True, slots=True)
class _Bar:
    """A piece of an activity in one week: first column, columns, lane; all from 1."""

    column: int
    width: int
    lane: int
    row: Data


def _weeks(  # noqa: PLR0913
    rows: list[ActivityRow],
    shown: list[Data],
    first: date,
    last: date,
    *,
    at: date,
    now: datetime,
    view: str,
    festivals: Sequence[FestivalRow],
) -> list[Data]:
    today = business_date(now)
    weeks = []
    for n in range((last - first).days // 7 + 1):
        monday = first + timedelta(days=7 * n)
        bars, hidden = _bars(rows, shown, monday)
        days = [monday + timedelta(days=k) for k in range(7)]
        weeks.append(
            {
                "monday": monday,
                "days": [
                    {
                        "date": day,
                        "is_today": day == today,
                        "is_other": view == "month" and day.month != at.month,
                        "festivals": _named_on(festivals, day, first),
                    }
                    for day in days
                ],
                "bars": bars,
                "lanes": max([bar.lane for bar in bars], default=0),
                "hidden": hidden,
            }
        )
    return weeks


def _named_on(festivals: Sequence[FestivalRow], day: date, first: date) -> list[str]:
    """Give the festivals that are written on a day: where they begin, or on the first day shown."""
    return [one.name for one in festivals if max(one.starts_on, first) == day]


def _bars(rows: list[ActivityRow], shown: list[Data], monday: date) -> tuple[list[_Bar], int]:
    """Put a week's activities into lanes so that none covers another; count those without a place."""
    taken: list[int] = []
    bars, hidden = [], 0
    for row, data in zip(rows, shown, strict=True):
        start = (business_date(row.activity.starts_at) - monday).days
        end = (business_date(row.activity.ends_at - timedelta(microseconds=1)) - monday).days
        if end < 0 or start > 6:
            continue
        since, until = max(start, 0), min(end, 6)
        lane = next((n for n, busy in enumerate(taken) if busy < since), len(taken))
        if lane >= MOST_LANES:
            hidden += 1
            continue
        taken[lane:] = [until, *taken[lane + 1 :]]
        piece = {**data, "begins_here": start >= 0, "ends_here": end <= 6}
        bars.append(_Bar(since + 1, until - since + 1, lane + 1, piece))
    return bars, hidden


def _move(asked: Asked) -> HttpResponse:
    """Move an activity by whole days; its clock times stay."""
    text = str(asked.data.get("days", ""))
    days = int(text) if text.lstrip("-").isdecimal() and len(text) < 5 else 0
    if not days:
        raise ActivityRefusedError(_("没有换日子。"))
    row = Activity.objects.get(pk=asked.number("activity"))
    shift = timedelta(days=days)
    moved = acts.move_dates(
        activity_id=row.pk,
        starts_at=row.starts_at + shift,
        ends_at=row.ends_at + shift,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    request_check(activity_id=row.pk, now=asked.now, by=asked.by)
    warn_outside(asked.request, row.pk)
    return asked.done(_("「%(name)s」已改时间，正在重新查价格。") % {"name": moved.name})
