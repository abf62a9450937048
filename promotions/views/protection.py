"""Price protection: what promises how long, labels of orders, and who is still protected."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from products.views.acting import Asked, Data, log_url
from products.views.panels import Panel, answer, shown
from promotions.actions import protection as actions
from promotions.forms.protection import EventForm, LabelsForm
from promotions.models import PriceRuleRow
from promotions.queries.price_rules import as_rule
from promotions.queries.protection import label_rows
from promotions.rules.protection import DEFAULT, is_confirmed
from shopops.staff.access import requires

RIGHT = "promotions.set_rules"
MOST_LABELS = 30


@require_http_methods(["GET", "POST"])
@requires("promotions.view")
def price_protection(request: HttpRequest) -> HttpResponse:
    """Show the dated rows and the labels; a POST adds an event's promise or notes labels."""
    panels = [
        Panel(
            code="event",
            title=gettext_lazy("加一个活动的价保"),
            button=gettext_lazy("加上"),
            make=EventForm,
            act=_add,
            icon="plus",
            is_two=True,
        ),
        Panel(
            code="labels",
            title=gettext_lazy("贴订单上的价保标签"),
            button=gettext_lazy("存标签"),
            make=LabelsForm,
            act=_note,
            icon="tag",
        ),
    ]
    here = reverse("promotions:protection")
    sent = answer(request, panels, right=RIGHT, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    now = timezone.now()
    rows = PriceRuleRow.objects.filter(code__startswith="PP").select_related("changed_by")
    can_set = request.user.has_perm(RIGHT)
    context = {
        "now": now,
        "rows": [
            _row(row) | {"holds": as_rule(row).holds(now)}
            for row in rows.order_by("code", "-valid_from", "pk")
        ],
        "labels": label_rows(MOST_LABELS),
        "panels": shown(panels, sent) if can_set else [],
        "log_url": log_url(request, "price_rule"),
    }
    return render(
        request, "promotions/protection.html", context, status=422 if sent is not None else 200
    )


def _row(row: PriceRuleRow) -> Data:
    after, days = row.parameters.get("days_after_event"), row.parameters.get("days")
    return {
        "row": row,
        "words": _("到活动结束后 %(n)s 天") % {"n": after}
        if after
        else _("付款起 %(n)s 天") % {"n": days},
        "is_default": row.code == DEFAULT,
        "is_read": is_confirmed(as_rule(row)),
        # An event's days count from its end: without one they say nothing.
        "is_open": bool(after) and row.valid_to is None,
    }


def _add(form: EventForm, asked: Asked) -> str:
    row = actions.add_event(given=form.given(), by=asked.by, now=asked.now)
    return _("已加上 %(code)s，以后改它在到手价规则里。") % {"code": row.code}


def _note(form: LabelsForm, asked: Asked) -> str:
    labels = form.cleaned_data["labels"]
    count = actions.note_labels(labels=labels, by=asked.by, now=asked.now)
    return _("%(n)s 个订单，%(m)s 个有变化。") % {"n": len(labels), "m": count}
