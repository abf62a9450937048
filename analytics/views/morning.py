"""The morning page: what must leave today, what is late, what did not come, yesterday's figures."""

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.queries import coverage, daily
from analytics.queries.breaks import WATCHED, seen_between
from analytics.queries.owners import people_by_role
from analytics.queries.target_pace import goings
from analytics.views import charts, figures, morning_parts, must
from analytics.views.boards.targets import offered, row_words
from analytics.views.figures import weekday_name
from analytics.views.strip import strip
from orders.queries import queues
from orders.queries.risk import recent_late_money
from orders.wording import minute_words
from shopops.lib.business_time import business_date
from shopops.lib.exports import csv_rows
from shopops.staff.access import requires
from shopops.staff.models import Shop, User
from shopops.staff.queries import current_shop, role_names, roles_of
from shopops.work.clock import system_clock

VIEWS = (figures.YESTERDAY, figures.TODAY, figures.WEEK)


@require_GET
@requires("analytics.view")
def morning(request: HttpRequest) -> HttpResponse:
    """Show the page; `?day=` chooses yesterday (default), today so far or this week."""
    now = system_clock()
    today = business_date(now)
    code = request.GET.get("day", "")
    code = code if code in VIEWS else figures.YESTERDAY
    context: dict[str, Any] = {
        "day_text": _day_text(today),
        "views": figures.view_links(code, today),
        "is_new": not coverage.has_any_data(),
        "report_url": morning_parts.daily_report(),
    }
    if not context["is_new"]:
        context |= _figures(request, code, today, now)
        context |= _charts(request, context.pop("by_day"), today)
        context["targets"] = _targets(request, today)
        context["scores"] = morning_parts.scores(today)
        context["list"] = morning_parts.my_list(_person(request), today)
        if request.user.has_perm("checks.view"):
            context["checked"] = morning_parts.checked(today)
    return render(request, "analytics/morning.html", context)


def _figures(request: HttpRequest, code: str, today: date, now: datetime) -> dict[str, Any]:
    shop = current_shop() or Shop(platform=Shop.Platform.TMALL)
    may_see_orders = request.user.has_perm("orders.view")
    by_day = daily.daily(since=figures.facts_since(today), until=today - timedelta(days=1))
    view = figures.view_of(code, by_day=by_day, today=today, now=now)
    yesterday = today - timedelta(days=1)
    codes = tuple(dict.fromkeys((*WATCHED, *figures.CODES)))
    seen = seen_between(since=yesterday, until=yesterday, codes=codes)[yesterday]
    kpis = figures.kpis(view, by_day=by_day, today=today, seen=seen)
    states = coverage.file_states(day=today - timedelta(days=1))
    absent = coverage.missing(states)
    late = recent_late_money(platform=shop.platform, now=now)
    rows = must.findings(
        must.Situation(queues.counts(), late, absent, view, kpis, seen, today=today, now=now)
    )
    shown = _owned([row for row in rows if request.user.has_perm(row.right)])
    person = _person(request)
    own = {role.code for role in roles_of(person)}
    mine = [row for row in shown if _is_mine(row, person, own)]
    is_mine = request.GET.get("mine") == "1"
    return {
        "by_day": by_day,
        "strip": strip(shop=shop, may_see_orders=may_see_orders, now=now),
        "kpis": kpis,
        "must": mine if is_mine else shown,
        "must_counts": must.counted(mine if is_mine else shown),
        "scopes": _scopes(code, len(mine), is_mine=is_mine),
        "is_mine": is_mine,
        "late_money": must.late_money(late, now=now, may_see_orders=may_see_orders),
        "missing": _missing(absent, now),
        "files_ok": len(states) - len(absent),
        "files_text": _("%(n)d 种文件都讲到了昨天") % {"n": len(states)},
    }


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the right in front of the view
    return request.user


def _is_mine(row: must.Must, person: User, own: Container[str]) -> bool:
    """Tell whether a row is a person's: named, or of their role while it names nobody else."""
    if row.owner == person.name:
        return True
    return not row.person and row.owner_role in own


def _scopes(code: str, count: int, *, is_mine: bool) -> list[dict[str, Any]]:
    """Give the switch between the whole shop and one's own."""
    here = f"?day={code}"
    return [
        {"label": _("全店"), "url": here, "current": not is_mine},
        {"label": _("我的 %(n)d") % {"n": count}, "url": f"{here}&mine=1", "current": is_mine},
    ]


def _owned(rows: list[must.Must]) -> list[must.Must]:
    names, people = role_names(), people_by_role(codes={row.owner_role for row in rows})
    owned = []
    for row in rows:
        role = names.get(row.owner_role, row.owner_role)
        holders = people.get(row.owner_role, [])
        alone = holders[0] if len(holders) == 1 else ""
        name = row.owner or alone
        owned.append(replace(row, owner=name or role, role=role if name else "", person=name))
    return owned


def _missing(absent: Iterable[coverage.FileState], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "label": state.label,
            "text": state.without,
            "last": _("到 %(at)s") % {"at": minute_words(state.last_exported_at, now=now)}
            if state.last_exported_at
            else _("从没来过"),
            "tone": "late" if state.kind == coverage.ORDERS else "soon",
        }
        for state in absent
    ]


def _charts(request: HttpRequest, by_day: dict[date, daily.Figures], today: date) -> dict[str, Any]:
    context = charts.trend(by_day, today) | charts.heat(
        today, may_see_orders=request.user.has_perm("orders.view")
    )
    if request.user.has_perm("analytics.export"):
        context |= {
            "trend_csv_url": reverse("morning_trend_csv"),
            "heat_csv_url": reverse("morning_heat_csv"),
        }
    return context


def _targets(request: HttpRequest, today: date) -> list[dict[str, Any]]:
    """Give how this month's targets go, as of yesterday."""
    yesterday = today - timedelta(days=1)
    going = goings(yesterday, until=yesterday, codes=offered(request))
    return [row_words(one) for one in going[:4]]


def _day_text(today: date) -> str:
    yesterday = today - timedelta(days=1)
    return _("%(month)d月%(day)d日 %(weekday)s · 昨日指 %(m)d月%(d)d日 %(w)s") % {
        "month": today.month,
        "day": today.day,
        "weekday": weekday_name(today),
        "m": yesterday.month,
        "d": yesterday.day,
        "w": weekday_name(yesterday),
    }


@require_GET
@requires("analytics.export")
def trend_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Download the figures of the last 60 days, day by day."""
    today = business_date(system_clock())
    by_day = daily.daily(since=figures.facts_since(today), until=today - timedelta(days=1))
    return _csv(charts.trend_table(by_day, today), f"trend-{today:%Y%m%d}.csv")


@require_GET
@requires("analytics.export")
def heat_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Download paid orders by weekday and hour over the last 30 days."""
    today = business_date(system_clock())
    return _csv(charts.heat_table(today), f"heat-{today:%Y%m%d}.csv")


def _csv(rows: list[Any], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        csv_rows(rows, encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
