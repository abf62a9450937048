"""Tools that are paid for: the list with its sums, and one."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from products.views.acting import Asked, Data
from promotions.actions import subscriptions as actions
from promotions.forms.partners import NoFields, ReasonForm, SubscriptionForm
from promotions.models import Subscription
from promotions.queries.partners import SubscriptionRow
from promotions.queries.partners import subscriptions as all_tools
from promotions.rules.partners import total
from promotions.views.panels import Panel, answer, events_of, shown, version_sent
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

RIGHT = "promotions.partners"
FIELDS = (
    "name", "purpose", "cost_amount", "cycle", "renews_on", "notice_days", "owner", "is_automatic",
)  # fmt: skip
TONES = {"past": "late", "near": "soon", "far": "wait"}


@require_http_methods(["GET", "POST"])
@requires(RIGHT)
def subscriptions(request: HttpRequest) -> HttpResponse:
    """List tools, the next renewal first, with what they come to; a POST adds one."""
    panels = [
        Panel(
            code="add",
            title=gettext_lazy("加一个工具"),
            button=gettext_lazy("加上"),
            make=SubscriptionForm,
            act=_add,
            icon="plus",
            is_two=True,
        )
    ]
    sent = answer(request, panels, right=RIGHT, back=reverse("promotions:subscriptions"))
    if isinstance(sent, HttpResponse):
        return sent
    now = timezone.now()
    found = all_tools(today=business_date(now))
    running = [one for one in found.rows if one.nearness]
    context = {
        "now": now,
        "rows": [_row(one) for one in found.rows],
        "monthly": found.monthly,
        "yearly": found.yearly,
        "count": len(running),
        "near": sum(one.nearness != "far" for one in running),
        "unused": sum(one.is_unused for one in running),
        "unused_amount": total([one.yearly for one in running if one.is_unused]),
        "panels": shown(panels, sent),
    }
    return render(request, "promotions/subscriptions.html", context, status=422 if sent else 200)


def _row(one: SubscriptionRow) -> Data:
    return {
        "row": one.row,
        "url": reverse("promotions:subscription", kwargs={"subscription_id": one.row.pk}),
        "users": [user.name for user in one.users],
        "monthly": one.monthly,
        "nearness": one.nearness,
        "tone": TONES.get(one.nearness, "wait"),
        "is_unused": one.is_unused and bool(one.nearness),
    }


def _add(form: SubscriptionForm, asked: Asked) -> str:
    values = dict(form.cleaned_data)
    users = values.pop("users")
    actions.add_subscription(values=values, users=users, by=asked.by, now=asked.now)
    return _("加上了。")


@require_http_methods(["GET", "POST"])
@requires(RIGHT)
def subscription(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Show one tool; a POST of a panel renews, changes or cancels it."""
    row = get_object_or_404(
        Subscription.objects.select_related("owner").prefetch_related("users"), pk=subscription_id
    )
    panels = _panels(row)
    here = reverse("promotions:subscription", kwargs={"subscription_id": row.pk})
    sent = answer(request, panels, right=RIGHT, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    now = timezone.now()
    found = all_tools(today=business_date(now))
    one = next(each for each in found.rows if each.row.pk == row.pk)
    context = {
        "now": now,
        "row": row,
        "found": one,
        "tone": TONES.get(one.nearness, "wait"),
        "events": events_of("subscription", row.pk),
        "panels": shown(panels, sent),
    }
    return render(request, "promotions/subscription.html", context, status=422 if sent else 200)


def _panels(row: Subscription) -> list[Panel]:
    stored = {name: getattr(row, name) for name in FIELDS}
    users = sorted(row.users.all(), key=lambda one: one.pk)
    edit = Panel(
        code="edit",
        title=gettext_lazy("改这个工具"),
        button=gettext_lazy("保存"),
        make=SubscriptionForm,
        act=partial(_edit, row),
        initial={**stored, "users": [one.pk for one in users]},
        version=row.version,
        stored=stored,
        key=("subscription", str(row.pk)),
    )
    if row.cancelled_on is not None:
        return [edit]
    cancel = Panel(
        code="cancel",
        title=gettext_lazy("停掉，不再续"),
        button=gettext_lazy("停掉"),
        make=ReasonForm,
        act=partial(_cancel, row),
        icon="ban",
        version=row.version,
        is_danger=True,
    )
    renew = Panel(
        code="renew",
        title=gettext_lazy("已经续了一期"),
        button=gettext_lazy("续好了"),
        make=NoFields,
        act=partial(_renew, row),
        icon="refresh",
        version=row.version,
        is_open=True,
    )
    return [renew, edit, cancel]


def _edit(row: Subscription, form: SubscriptionForm, asked: Asked) -> str:
    values = dict(form.cleaned_data)
    users = values.pop("users")
    actions.edit_subscription(
        subscription_id=row.pk,
        values=values,
        users=users,
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了。")


def _renew(row: Subscription, form: NoFields, asked: Asked) -> str:
    done = actions.renew_subscription(
        subscription_id=row.pk, version=version_sent(asked), by=asked.by, now=asked.now
    )
    return _("下次续费 %(day)s。") % {"day": done.renews_on}


def _cancel(row: Subscription, form: ReasonForm, asked: Asked) -> str:
    actions.cancel_subscription(
        subscription_id=row.pk,
        reason=form.cleaned_data["reason"],
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("停掉了。")
