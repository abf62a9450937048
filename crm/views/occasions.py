"""Occasions: whom to write to this week, and which days the shop keeps."""

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.actions import occasions as acts
from crm.forms.members import OccasionForm, occasion_initial
from crm.models import Occasion
from crm.queries import occasions as queries
from crm.queries.occasions import DueRow
from crm.queries.tiers import plan_in_force
from crm.views.serving import person_of
from orders.views.rows import mask_nick
from products.views.acting import Asked, log_url
from products.views.panels import Panel, answer, events_of, shown, version_sent
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

type Data = dict[str, Any]

EDIT = "crm.campaign"
MOST_PEOPLE = 200


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def occasion_list(request: HttpRequest) -> HttpResponse:
    """Show this week's occasions and all rules; a POST adds one."""
    now = timezone.now()
    today = business_date(now)
    panels = [
        Panel(
            code="add",
            title=gettext_lazy("加一个节点"),
            button=gettext_lazy("加上"),
            make=partial(OccasionForm, today=today, by=person_of(request)),
            act=_add,
            icon="plus",
            is_two=True,
        )
    ]
    sent = answer(request, panels, right=EDIT, back=reverse("crm:occasions"))
    if isinstance(sent, HttpResponse):
        return sent
    days = 30 if request.GET.get("show") == "month" else 7
    sees = request.user.has_perm("orders.view_contact")
    names = {one.level: one.name for one in plan_in_force(today).levels}
    url = reverse("crm:occasions")
    context = {
        "now": now,
        "today": today,
        "due": [_due(one, sees=sees) for one in queries.coming(today, days=days)],
        "segments": [
            {"label": _("未来 7 天"), "url": url, "current": days == 7},
            {"label": _("未来 30 天"), "url": f"{url}?show=month", "current": days != 7},
        ],
        "rows": [_row(one, names) for one in Occasion.objects.order_by("-is_on", "pk")],
        "panels": shown(panels, sent) if request.user.has_perm(EDIT) else [],
        "url": url,
        "log_url": log_url(request, "occasion"),
    }
    return render(request, "crm/occasions.html", context, status=422 if sent else 200)


def _due(one: DueRow, *, sees: bool) -> Data:
    row = one.due.occasion
    url = reverse("crm:occasion", args=[row.pk])
    return {
        "told_on": one.due.told_on,
        "happens_on": one.due.happens_on,
        "name": row.name,
        "kind": row.get_kind_display(),
        "what": row.what,
        "channel": row.get_channel_display(),
        "count": one.count,
        "names": [
            {"name": name if sees else mask_nick(name), "url": reverse("crm:customer", args=[pk])}
            for pk, name in one.names
        ],
        "more": one.count - len(one.names),
        "url": f"{url}?on={one.due.told_on.isoformat()}",
    }


def _row(row: Occasion, names: dict[int, str]) -> Data:
    if row.after_days:
        told = _("付款后 %(n)s 天") % {"n": row.after_days}
    elif row.days_before:
        told = _("提前 %(n)s 天") % {"n": row.days_before}
    else:
        told = _("当天")
    return {
        "row": row,
        "url": reverse("crm:occasion", args=[row.pk]),
        "told": told,
        "who": _("%(name)s 起") % {"name": names.get(row.from_level, row.from_level)}
        if row.from_level
        else _("所有客户"),
    }


def _add(form: OccasionForm, asked: Asked) -> str:
    acts.add_occasion(
        values=form.values(),
        overrule_reason=form.cleaned_data["overrule_reason"],
        by=asked.by,
        now=asked.now,
    )
    return _("加上了。")


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def occasion(request: HttpRequest, occasion_id: int) -> HttpResponse:
    """Show one occasion with whom it concerns on a day; a POST changes it."""
    row = get_object_or_404(Occasion, pk=occasion_id)
    now = timezone.now()
    today = business_date(now)
    here = reverse("crm:occasion", args=[row.pk])
    panels = [
        Panel(
            code="edit",
            title=gettext_lazy("改这个节点"),
            button=gettext_lazy("保存"),
            make=partial(OccasionForm, today=today, by=person_of(request)),
            act=partial(_change, row.pk),
            initial=occasion_initial(row),
            version=row.version,
            stored=occasion_initial(row),
            key=("occasion", str(row.pk)),
        )
    ]
    sent = answer(request, panels, right=EDIT, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    on = _day(request, today)
    due = next((one for one in queries.due(on) if one.occasion.pk == row.pk), None)
    sees = request.user.has_perm("orders.view_contact")
    people = due.customers.select_related("agent")[:MOST_PEOPLE] if due else ()
    context = {
        "now": now,
        "row": row,
        "on": on,
        "due": due,
        "count": due.customers.count() if due else 0,
        "people": [
            {
                "name": one.name if sees else mask_nick(one.name),
                "url": reverse("crm:customer", args=[one.pk]),
                "agent": one.agent.name if one.agent else "",
            }
            for one in people
        ],
        "events": events_of("occasion", row.pk),
        "panels": shown(panels, sent) if request.user.has_perm(EDIT) else [],
        "here": here,
    }
    return render(request, "crm/occasion.html", context, status=422 if sent else 200)


def _day(request: HttpRequest, today: date) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today


def _change(occasion_id: int, form: OccasionForm, asked: Asked) -> str:
    acts.change_occasion(
        occasion_id=occasion_id,
        version=version_sent(asked),
        values=form.values(),
        overrule_reason=form.cleaned_data["overrule_reason"],
        by=asked.by,
        now=asked.now,
    )
    return _("已保存。")
