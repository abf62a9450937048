"""What people noted of days: weather, platform events, the season, rivals, ourselves."""

from datetime import timedelta
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from analytics.actions import events as actions
from analytics.choices import EventKind
from analytics.forms.breaks import EventForm
from analytics.models import DayEvent
from products.views.acting import Asked, Data
from products.views.panels import Panel, answer, shown, version_sent
from promotions.forms.partners import NoFields
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

ENTER = "analytics.enter"
SPAN = timedelta(days=180)
FIELDS = ("kind", "name", "starts_on", "ends_on", "push", "is_left_out", "note")


@require_http_methods(["GET", "POST"])
@requires("analytics.view")
def events(request: HttpRequest) -> HttpResponse:
    """List what was noted in the last half year; a POST adds, corrects or takes away."""
    today = business_date(timezone.now())
    rows = list(
        DayEvent.objects.filter(ends_on__gte=today - SPAN)
        .select_related("changed_by")
        .order_by("-starts_on", "-pk")
    )
    panels = [_new(request), *(one for row in rows for one in _panels(row))]
    sent = answer(request, panels, right=ENTER, back=reverse("analytics:events"))
    if isinstance(sent, HttpResponse):
        return sent
    can_edit = request.user.has_perm(ENTER)
    parts = {str(one["code"]): one for one in shown(panels, sent)} if can_edit else {}
    context = {
        "rows": [
            {
                "row": row,
                "edit": parts.get(f"edit{row.pk}"),
                "remove": parts.get(f"remove{row.pk}"),
            }
            for row in rows
        ],
        "panels": [parts["add"]] if parts else [],
    }
    return render(request, "analytics/events.html", context, status=422 if sent else 200)


def _new(request: HttpRequest) -> Panel:
    return Panel(
        code="add",
        title=gettext_lazy("登记一件事"),
        button=gettext_lazy("登记"),
        make=EventForm,
        act=_add,
        icon="plus",
        initial=_asked(request),
        is_two=True,
        is_open="day" in request.GET,
    )


def _asked(request: HttpRequest) -> Data:
    """Take day and kind from the address: the diagnosis links here."""
    try:
        day = parse_date(request.GET.get("day", ""))
    except ValueError:
        day = None
    kind = request.GET.get("kind", "")
    return {
        **({"starts_on": day, "ends_on": day} if day else {}),
        **({"kind": kind} if kind in EventKind.values else {}),
    }


def _panels(row: DayEvent) -> list[Panel]:
    stored = {name: getattr(row, name) for name in FIELDS}
    return [
        Panel(
            code=f"edit{row.pk}",
            title=gettext_lazy("改"),
            button=gettext_lazy("保存"),
            make=EventForm,
            act=partial(_edit, row),
            initial=stored,
            version=row.version,
            stored=stored,
            key=("dayevent", str(row.pk)),
            is_two=True,
        ),
        Panel(
            code=f"remove{row.pk}",
            title=gettext_lazy("去掉"),
            button=gettext_lazy("去掉"),
            make=NoFields,
            act=partial(_remove, row),
            version=row.version,
            is_danger=True,
        ),
    ]


def _add(form: EventForm, asked: Asked) -> str:
    row = actions.add_event(values=form.cleaned_data, by=asked.by, now=asked.now)
    return _("登记了 %(name)s") % {"name": row.name}


def _edit(row: DayEvent, form: EventForm, asked: Asked) -> str:
    actions.edit_event(
        event_id=row.pk,
        values=form.cleaned_data,
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了")


def _remove(row: DayEvent, _form: object, asked: Asked) -> str:
    actions.remove_event(event_id=row.pk, version=version_sent(asked), by=asked.by, now=asked.now)
    return _("去掉了 %(name)s") % {"name": row.name}
