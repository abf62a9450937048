"""Old customers: who looks after how many, an agent's list, giving them out with a preview."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.actions import handing as actions
from crm.forms.service import HandOutForm
from crm.models import Customer
from crm.queries import agents, handing
from crm.queries.agents import LEAD, OWN
from crm.queries.handing import Keeper, Plan, Wanted
from crm.service_choices import HandOutRule
from crm.views import service_parts as parts
from crm.views.service_parts import Data
from crm.views.serving import pager_of
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.views.acting import asked_of, page_number
from shopops.lib.business_time import business_date
from shopops.lib.money import from_fen
from shopops.lib.paging import Page
from shopops.staff.access import requires

SAMPLE = 20


@require_http_methods(["GET", "POST"])
@requires(OWN)
def agent_customers(request: HttpRequest) -> HttpResponse:
    """Show who looks after whom; the lead tries a hand-out (`?try=1`) and a POST does what was shown."""
    if request.method == "POST":
        return _give(request)
    is_lead = parts.leads(request)
    keepers = handing.keepers() if is_lead else []
    of = page_number(request, "of") if is_lead else int(request.user.pk or 0)
    edge = {name: request.GET.get(name, "") for name in ("after", "before")}
    try:
        page = handing.kept(of, **edge) if of else Page([], None, None)
    except ValueError as error:
        raise Http404(str(of)) from error
    is_tried = is_lead and request.GET.get("try") == "1"
    form = _form(request.GET if is_tried else None, keepers, of=of)
    context = {
        "now": timezone.now(),
        "is_lead": is_lead,
        "keepers": [_keeper_row(one, of) for one in keepers],
        "unkept": handing.unkept() if is_lead else 0,
        "of": of,
        "of_name": agents.people([of])[of].name if of and agents.people([of]) else "",
        "rows": [_row(one, sees=request.user.has_perm("crm.view")) for one in page.rows],
        "page": pager_of(page, f"?of={of}"),
        "form": form if is_lead else None,
        "tried": _tried(form) if is_tried else None,
    }
    return render(request, "crm/agent_customers.html", context)


def _form(data: QueryDict | None, keepers: list[Keeper], *, of: int = 0) -> HandOutForm:
    initial = {"of": of, "rule": HandOutRule.LAST_AGENT, "least_orders": 1, "days": 0}
    return HandOutForm(data, keepers=keepers, initial=initial)


def _keeper_row(one: Keeper, of: int) -> Data:
    return {
        "name": one.agent.name,
        "customers": one.customers,
        "is_here": one.is_here,
        "url": f"{reverse('crm:agent_customers')}?of={one.agent.pk}",
        "current": one.agent.pk == of,
    }


def _row(one: handing.KeptRow, *, sees: bool) -> Data:
    stat = one.customer.stat
    return {
        "name": one.customer.name,
        "url": reverse("crm:customer", args=[one.customer.pk]) if sees else "",
        "orders": stat.paid_orders,
        "paid": from_fen(stat.paid_fen),
        "last_paid": stat.last_paid_date,
        "since": one.since.since_at if one.since else None,
        "touch": one.touch,
    }


def _wanted(form: HandOutForm) -> Wanted:
    values = form.cleaned_data
    return actions.check(
        Wanted(
            of_agent=int(values["of"]) or None,
            to=tuple(one.pk for one in values["to"]),
            rule=HandOutRule(values["rule"]),
            least_orders=values["least_orders"],
            days=values["days"],
        )
    )


def _tried(form: HandOutForm) -> Data | None:
    """Give what the form would do; None where it is wrong, which the form then says."""
    if not form.is_valid():
        return None
    try:
        plan = handing.plan(_wanted(form), today=business_date(timezone.now()))
    except GoodsRefusedError as refusal:
        for name, words in refusal.errors.items():
            form.add_error(name if name in form.fields else None, words)
        return None
    people = agents.people(plan.by_agent())
    return {
        "count": len(plan.given),
        "more": plan.count - len(plan.given),
        "again": sum(one.again for one in plan.given),
        "mark": actions.mark_of(plan),
        "people": [{"name": people[key].name, "count": n} for key, n in plan.by_agent().items()],
        "sample": _sample(plan),
        "hidden": _hidden(form),
    }


def _sample(plan: Plan) -> list[Data]:
    shown = plan.given[:SAMPLE]
    people = agents.people(one.agent_id for one in shown)
    names = Customer.objects.in_bulk([one.customer_id for one in shown])
    return [
        {
            "name": names[one.customer_id].name,
            "agent": people[one.agent_id].name,
            "again": one.again,
        }
        for one in shown
    ]


def _hidden(form: HandOutForm) -> list[Data]:
    assert isinstance(form.data, QueryDict)  # noqa: S101
    return [
        {"name": name, "value": value} for name in form.fields for value in form.data.getlist(name)
    ]


def _give(request: HttpRequest) -> HttpResponse:
    asked = asked_of(request, LEAD, back=reverse("crm:agent_customers"))
    form = _form(request.POST, handing.keepers())
    if not form.is_valid():
        return asked.say_errors(form)
    try:
        count = actions.give_customers(
            wanted=_wanted(form),
            mark=str(asked.data.get("mark", "")),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError:
        messages.error(request, _("客户在你看过之后变了，没有分配。再看一下预览。"))
        kept = request.POST.copy()
        for name in ("csrfmiddlewaretoken", "mark"):
            kept.pop(name, None)
        kept["try"] = "1"
        return redirect(f"{asked.back}?{kept.urlencode()}")
    except GoodsRefusedError as refusal:
        messages.error(request, refusal.message)
        return redirect(asked.back)
    return asked.done(_("分好了 %(count)s 个客户。") % {"count": count})
