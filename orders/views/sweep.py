"""The daily sweep: what yesterday missed, who goes after it, and how it ended."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orders.actions import sweep
from orders.actions.errors import OrderRefusedError
from orders.choices import Stage
from orders.forms.cases import FollowForm, PassOnForm, SettleForm
from orders.models import SweepItem
from orders.queries.sweep import (
    SweepScope,
    day_summary,
    follow_ups_of,
    open_count,
    sweep_page,
)
from orders.views.cases import SCOPE_LABELS, person_of
from orders.views.rows import STAGE_TONES, order_url
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.models import Operation
from shopops.staff.operations import name_of
from shopops.staff.queries import role_names

type Data = dict[str, Any]
ACT_LABELS = {
    "follow": gettext_lazy("记跟进"),
    "give": gettext_lazy("转给同事"),
    "settle": gettext_lazy("了结"),
}
_FORMS = {"follow": FollowForm, "give": PassOnForm, "settle": SettleForm}
_RUNS: dict[str, Callable[[Data, Data], object]] = {
    "follow": lambda sent, base: sweep.follow_up(note=sent["note"], **base),
    "give": lambda sent, base: sweep.give_item(to=sent["to"], **base),
    "settle": lambda sent, base: sweep.settle_item(how=sent["how"], **base),
}
ACT_RIGHT = "orders.note"


@require_GET
@never_cache
@requires("orders.view")
def sweep_list(request: HttpRequest) -> HttpResponse:
    """Show open items of all days, or all of one day."""
    day, scope = _day(request), request.GET.get("scope", "all")
    if scope not in SCOPE_LABELS:
        raise Http404(scope)
    wanted = SweepScope(day=day, scope=scope, with_settled=day is not None)
    try:
        page = sweep_page(
            wanted=wanted,
            person=person_of(request),
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
    except ValueError as error:
        raise Http404 from error
    now = timezone.now()
    yesterday = business_date(now) - timedelta(days=1)
    history = follow_ups_of(tids=[item.order.tid for item in page.rows])
    names = role_names()
    may_act = request.user.has_perm(ACT_RIGHT)
    context = {
        "now": now,
        "day": day,
        "tabs": _tabs(day, scope, yesterday),
        "scopes": [
            {"label": label, "url": _url(day, code), "current": code == scope}
            for code, label in SCOPE_LABELS.items()
        ],
        "summary": day_summary(day=day) if day else None,
        "rows": [_row(item, names, history.get(item.pk, []), now) for item in page.rows],
        "acts": _acts() if may_act else [],
        "here": request.get_full_path(),
        "page": {
            "newer_url": page.before and _url(day, scope, before=page.before),
            "older_url": page.after and _url(day, scope, after=page.after),
        },
    }
    return render(request, "orders/sweep.html", context)


def _day(request: HttpRequest) -> date | None:
    text = request.GET.get("date", "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404(text) from error


def _url(day: date | None, scope: str, **cursor: str) -> str:
    query = {"date": day.isoformat() if day else "", "scope": scope if scope != "all" else ""}
    kept = {name: value for name, value in {**query, **cursor}.items() if value}
    return reverse("orders:sweep") + (f"?{urlencode(kept)}" if kept else "")


def _tabs(day: date | None, scope: str, yesterday: date) -> list[Data]:
    tabs: list[Data] = [
        {"label": _("没了结的"), "url": _url(None, scope), "count": open_count(), "tone": "",
         "current": day is None},
        {"label": _("昨天"), "url": _url(yesterday, scope), "count": None, "tone": "",
         "current": day == yesterday},
    ]  # fmt: skip
    if day is not None and day != yesterday:
        tabs.append(
            {"label": day.isoformat(), "url": _url(day, scope), "count": None, "tone": "",
             "current": True}
        )  # fmt: skip
    return tabs


def _acts() -> list[Data]:
    return [{"code": code, "label": label} for code, label in ACT_LABELS.items()]


def _row(item: SweepItem, names: dict[str, str], history: list[Operation], now: datetime) -> Data:
    order, stage = item.order, Stage(item.order.stage)
    today = business_date(now)
    return {
        "id": item.pk,
        "version": item.version,
        "tid": order.tid,
        "order_url": order_url(order.tid),
        "date": item.date,
        "kind_label": item.get_kind_display(),
        "kind_tone": "late" if item.kind == "missed" else "soon",
        "cause_label": item.get_cause_display(),
        "stage_label": stage.label,
        "stage_tone": STAGE_TONES[stage],
        "amount": item.predicted_amount,
        "owner": item.owner.name if item.owner else names.get(item.owner_role, item.owner_role),
        "has_owner": item.owner is not None,
        "follow_up_on": item.follow_up_on,
        "is_overdue": item.settled_at is None and item.follow_up_on < today,
        "follow_up_count": item.follow_up_count,
        "note": item.note,
        "settled_at": item.settled_at,
        "outcome": item.get_outcome_display(),
        "forms": {code: form(auto_id=f"id_{item.pk}_{code}_%s") for code, form in _FORMS.items()}
        if item.settled_at is None
        else {},
        "history": [
            {
                "text": str(name_of(one.name)),
                "detail": one.reason or str(one.new.get("name", "")),
                "who": one.actor_name or _("系统"),
                "at": one.at,
                "tone": "done" if one.name == "orders.sweep.settled" else "",
            }
            for one in history
        ],
    }


@require_POST
@requires(ACT_RIGHT)
def sweep_act(request: HttpRequest, item_id: int, act: str) -> HttpResponse:
    """Follow an item up, give it to somebody, or settle it."""
    if act not in _FORMS or not SweepItem.objects.filter(pk=item_id).exists():
        raise Http404(act)
    form = _FORMS[act](request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect(_back(request))
    version = request.POST.get("version", "")
    base: Data = {
        "item_id": item_id,
        "version": int(version) if version.isdigit() else None,
        "by": person_of(request),
        "now": timezone.now(),
    }
    try:
        _RUNS[act](form.cleaned_data, base)
    except OrderRefusedError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已%(act)s。") % {"act": ACT_LABELS[act]})
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    here = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(here, allowed_hosts={request.get_host()}):
        return here
    return reverse("orders:sweep")
