"""The cutoff page: the week, what differs from it, carriers, rules, and the what-if."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders.actions import calendar
from orders.actions.calendar import DayTimes
from orders.actions.errors import CalendarRefusedError
from orders.forms import (
    BusinessDayForm,
    EndRuleForm,
    OverrideForm,
    PickupForm,
    RuleForm,
    WeekForm,
    WhatIfForm,
)
from orders.models import CarrierPickup, RuleRow
from orders.queries import cutoff_page as queries
from orders.queries.what_if import what_if_cutoff
from orders.views import cutoff_parts as parts
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.models import User

WHAT_IF_DAYS = 30


@require_http_methods(["GET", "POST"])
@requires("orders.view")
def cutoff(request: HttpRequest) -> HttpResponse:
    """Show the cutoff settings; a POST of one part tries or saves it."""
    if request.method == "POST":
        if not request.user.has_perm("orders.set_cutoff"):
            raise PermissionDenied("orders.set_cutoff")
        handler = PARTS.get(request.POST.get("part", ""))
        if handler is not None:
            return handler(request)
    return _page(request)


@require_POST
@requires("orders.view")
def what_if(request: HttpRequest) -> HttpResponse:
    """Answer what another cutoff would have done; a part for htmx, the whole page otherwise."""
    form = WhatIfForm(request.POST)
    if not form.is_valid():
        return _page(request)
    result = _what_if_result(form.cleaned_data["cutoff"], form.cleaned_data["days"], timezone.now())
    if getattr(request, "htmx", None):
        return render(request, "orders/cutoff.html#what_if", {"result": result})
    return _page(request, tried=form.cleaned_data["cutoff"])


def _save_week(request: HttpRequest) -> HttpResponse:
    form = WeekForm(request.POST)
    if not form.is_valid():
        return _page(request, week_form=form, status=422)
    if request.POST.get("version") != queries.calendar_version():
        messages.error(request, _("截单设置刚被同事改过，你的改动没有保存。看一下现在的设置再改。"))
        return redirect("orders:cutoff")
    times = _week_times(form)
    by, now = _person(request), timezone.now()

    def change() -> int:
        return calendar.set_weekdays(
            times=times, valid_from=form.cleaned_data["valid_from"], by=by, now=now
        )

    try:
        if "confirm" not in request.POST:
            preview = parts.preview(calendar.rehearse(change), times)
            return _page(request, week_form=form, preview=preview)
        moved = change()
    except CalendarRefusedError as refusal:
        for field, words in refusal.errors.items():
            form.add_error(field if field in form.fields else None, words)
        return _page(request, week_form=form, status=422)
    messages.success(request, _("已保存，%(n)d 张订单的应出时间变了。") % {"n": moved})
    return redirect("orders:cutoff")


def _save_override(request: HttpRequest) -> HttpResponse:
    form = OverrideForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            moved = calendar.set_override(
                day=data["date"],
                times=DayTimes(data["cutoff"], data["handover"], data["is_handover_next_day"]),
                note=data["note"],
                by=_person(request),
                now=timezone.now(),
            )
        except CalendarRefusedError as refusal:
            _add_errors(form, refusal)
        else:
            messages.success(request, _("已加上，%(n)d 张订单的应出时间变了。") % {"n": moved})
            return redirect("orders:cutoff")
    return _say_errors(request, form)


def _remove_override(request: HttpRequest) -> HttpResponse:
    try:
        day = date.fromisoformat(request.POST.get("date", ""))
        moved = calendar.remove_override(day=day, by=_person(request), now=timezone.now())
    except (ValueError, CalendarRefusedError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已去掉，%(n)d 张订单的应出时间变了。") % {"n": moved})
    return redirect("orders:cutoff")


def _save_pickup(request: HttpRequest) -> HttpResponse:
    known = CarrierPickup.objects.filter(carrier=request.POST.get("carrier", "")).first()
    form = PickupForm(request.POST, instance=known)
    if form.is_valid():
        try:
            calendar.set_pickup(
                pickup=form.save(commit=False), by=_person(request), now=timezone.now()
            )
        except CalendarRefusedError as refusal:
            _add_errors(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("orders:cutoff")
    return _say_errors(request, form)


def _save_rule(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST, codes=parts.rule_codes())
    if form.is_valid():
        data = form.cleaned_data
        row = RuleRow(
            code=data["code"],
            platform=data["platform"],
            valid_from=data["valid_from"],
            parameters=form.parameters(),
            source_note=data["source_note"],
        )
        try:
            moved = calendar.add_rule_row(row=row, by=_person(request), now=timezone.now())
        except CalendarRefusedError as refusal:
            _add_errors(form, refusal)
        else:
            messages.success(request, _("已加上，%(n)d 张订单的应出时间变了。") % {"n": moved})
            return redirect("orders:cutoff")
    return _say_errors(request, form)


def _end_rule(request: HttpRequest) -> HttpResponse:
    rows = parts.lines_choices(
        queries.rule_lines(today=business_date(timezone.now()), with_ended=False)
    )
    form = EndRuleForm(request.POST, rows=rows)
    if form.is_valid():
        data = form.cleaned_data
        try:
            moved = calendar.end_rule_row(
                row_id=data["row"],
                valid_to=data["valid_to"],
                by=_person(request),
                now=timezone.now(),
            )
        except CalendarRefusedError as refusal:
            _add_errors(form, refusal)
        except RuleRow.DoesNotExist:
            messages.error(request, _("没有这一行规则。"))
            return redirect("orders:cutoff")
        else:
            messages.success(request, _("已停用，%(n)d 张订单的应出时间变了。") % {"n": moved})
            return redirect("orders:cutoff")
    return _say_errors(request, form)


def _save_business_day(request: HttpRequest) -> HttpResponse:
    form = BusinessDayForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            moved = calendar.set_business_day(
                day=data["date"],
                kind=data["kind"],
                name=data["name"],
                by=_person(request),
                now=timezone.now(),
            )
        except CalendarRefusedError as refusal:
            _add_errors(form, refusal)
        else:
            messages.success(request, _("已保存，%(n)d 张订单的应出时间变了。") % {"n": moved})
            return redirect("orders:cutoff")
    return _say_errors(request, form)


def _confirm_year(request: HttpRequest) -> HttpResponse:
    year = request.POST.get("year", "")
    try:
        calendar.confirm_year(year=int(year), by=_person(request), now=timezone.now())
    except (ValueError, CalendarRefusedError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(year)s 年的日历已确认。") % {"year": year})
    return redirect("orders:cutoff")


PARTS = {
    "weekdays": _save_week,
    "override": _save_override,
    "remove_override": _remove_override,
    "pickup": _save_pickup,
    "rule": _save_rule,
    "end_rule": _end_rule,
    "business_day": _save_business_day,
    "confirm_year": _confirm_year,
}


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _add_errors(form: forms.BaseForm, refusal: CalendarRefusedError) -> None:
    for field, words in refusal.errors.items():
        form.add_error(field if field in form.fields else None, words)


def _say_errors(request: HttpRequest, form: forms.BaseForm) -> HttpResponse:
    for field, errors in form.errors.items():
        label = form.fields[field].label if field in form.fields else ""
        messages.error(request, f"{label} {errors[0]}".strip())
    return redirect("orders:cutoff")


def _week_times(form: WeekForm) -> dict[int, DayTimes]:
    data = form.cleaned_data
    return {n: DayTimes(data[f"cutoff_{n}"], data[f"handover_{n}"]) for n in range(7)}


def _page(
    request: HttpRequest,
    *,
    week_form: WeekForm | None = None,
    preview: dict[str, Any] | None = None,
    tried: time | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    today = business_date(now)
    next_week = request.GET.get("week") == "next"
    shown = today + timedelta(days=7) if next_week else today
    with_ended = request.GET.get("ended") == "1"
    page = queries.cutoff_page(week_of=shown, now=now, with_ended=with_ended)
    can_edit = request.user.has_perm("orders.set_cutoff")
    form = week_form or WeekForm(initial=parts.week_initial(page.rules, today))
    parts.dress_week_form(form)
    context = {
        "now": now,
        "weeks": parts.weeks(today, is_next=next_week),
        "days": parts.days(page, form if can_edit else None, now=now),
        "weekday_form": form,
        "version": page.version,
        "preview": preview,
        "what_if": _what_if(page, tried, now),
        "overrides": parts.overrides(page, can_edit=can_edit, url=reverse("orders:cutoff")),
        "override_form": OverrideForm(initial={"date": today + timedelta(days=1)}),
        "override_hidden": [{"name": "part", "value": "override"}],
        "pickups": parts.pickups(page),
        "pickup_form": PickupForm(initial={"weekdays": [0, 1, 2, 3, 4, 5]}),
        "pickup_hidden": [{"name": "part", "value": "pickup"}],
        "rules": [parts.rule_row(line) for line in page.rule_lines],
        "show_ended": with_ended,
        "ended_url": "?" if with_ended else "?ended=1",
        "unconfirmed_year": parts.unconfirmed_words(page.unconfirmed_from),
        "rule_form": RuleForm(codes=parts.rule_codes(), initial={"valid_from": today}),
        "rule_hidden": [{"name": "part", "value": "rule"}],
        "end_rule_form": EndRuleForm(
            rows=parts.lines_choices(page.rule_lines), initial={"valid_to": today}
        ),
        "end_rule_hidden": [{"name": "part", "value": "end_rule"}],
        "business_day_form": BusinessDayForm(initial={"date": today + timedelta(days=1)}),
        "business_day_hidden": [{"name": "part", "value": "business_day"}],
        "unconfirmed": page.unconfirmed_from.year if page.unconfirmed_from else None,
        "can_edit": can_edit,
        "log_url": f"{reverse('staff:log')}?type=calendar"
        if request.user.has_perm("staff.view_log")
        else "",
    }
    return render(request, "orders/cutoff.html", context, status=status)


def _what_if(page: queries.CutoffPage, tried: time | None, now: datetime) -> dict[str, Any] | None:
    cutoff = parts.usual_cutoff(page.rules)
    if cutoff is None:
        return None
    result = _what_if_result(tried or cutoff, WHAT_IF_DAYS, now)
    return parts.what_if(cutoff, WHAT_IF_DAYS, result) if result["orders"] else None


def _what_if_result(cutoff: time, days: int, now: datetime) -> dict[str, Any]:
    return parts.what_if_result(what_if_cutoff(cutoff=cutoff, days=days, now=now))
