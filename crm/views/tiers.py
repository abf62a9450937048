"""Tiers: who stands where, the plan in force, writing and trying another one."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.actions import tier_trial, tiers
from crm.actions.tiers import PlanValues
from crm.forms.members import PlanForm, plan_initial
from crm.models import TierChange, TierPlan
from crm.queries import tiers as queries
from crm.rules import tiers as rules
from crm.rules.tiers import Plan
from crm.wording import tiers as wording
from orders.views.rows import mask_nick
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.views.acting import (
    Asked,
    Saved,
    asked_of,
    last_operation,
    log_url,
    page_number,
    rows_of,
    running,
    show_both,
)
from shopops.lib.business_time import business_date
from shopops.lib.money import from_fen
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.work.choices import RunState
from shopops.work.models import Run
from shopops.workdesk.rows import row_of

type Data = dict[str, Any]

EDIT = "crm.set_tiers"
SIZE = 30


@require_http_methods(["GET"])
@requires("crm.view")
def tier_list(request: HttpRequest) -> HttpResponse:
    """Show the tiers of today with their people, what comes, and who rose and fell."""
    now = timezone.now()
    today = business_date(now)
    row = queries.plan_row(today)
    plan = queries.as_plan(row) if row else Plan(())
    counts, met = queries.counts_by_level(), queries.meeting(plan, on=today)
    before = page_number(request, "before")
    changes = queries.changes(before=before, size=SIZE + 1)
    names = {one.level: one.name for one in plan.levels}
    url = reverse("crm:tiers")
    context = {
        "now": now,
        "plan": row,
        "levels": _levels(plan, counts, met.by_level),
        "everybody": met.everybody,
        "members": sum(counts.values()),
        "ending": queries.ending_soon(today),
        "warnings": [
            wording.warning(*one, plan) for one in rules.warnings(met.by_level, met.everybody)
        ]
        if met.everybody
        else [],
        "later": [_plan(one) for one in queries.later_plans(today)],
        "earlier": [_plan(one) for one in queries.earlier_plans(today)],
        "changes": [
            _change(one, names, sees=request.user.has_perm("orders.view_contact"))
            for one in changes[:SIZE]
        ],
        "older_url": f"{url}?before={changes[SIZE - 1].pk}" if len(changes) > SIZE else "",
        "newest_url": url if before else "",
        "run": running(tiers.KIND, now=now),
        "can_edit": request.user.has_perm(EDIT),
        "log_url": log_url(request, "tier_plan"),
    }
    return render(request, "crm/tiers.html", context)


def _levels(plan: Plan, counts: dict[int, int], met: Any) -> list[Data]:  # noqa: ANN401
    return [
        {
            "level": one.level,
            "name": one.name,
            "rises": wording.conditions(one, plan.window_days),
            "keeps": wording.keeping(one, plan.keep_days),
            "discount": wording.discount(one.rate),
            "benefits": one.benefits,
            "count": counts.get(one.level, 0),
            "met": met[one.level],
        }
        for one in plan.levels
    ]


def _plan(row: TierPlan) -> Data:
    plan = queries.as_plan(row)
    return {
        "valid_from": row.valid_from,
        "by": row.changed_by.name if row.changed_by else "",
        "note": row.note,
        "text": wording.plan_json(plan)["tiers"],
        "url": f"{reverse('crm:tier_edit')}?from={row.valid_from.isoformat()}",
    }


def _change(one: TierChange, names: dict[int, str], *, sees: bool) -> Data:
    return {
        "name": one.customer.name if sees else mask_nick(one.customer.name),
        "url": reverse("crm:customer", args=[one.customer_id]),
        "on": one.on,
        "was": names.get(one.was, _("非会员") if not one.was else str(one.was)),
        "now": names.get(one.now, _("非会员") if not one.now else str(one.now)),
        "is_up": one.now > one.was,
        "why": one.get_why_display(),
    }


# --- writing and trying -------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires(EDIT)
def tier_edit(request: HttpRequest) -> HttpResponse:
    """Write the tiers from a day on, or try them first on what was paid."""
    if request.method == "POST":
        return _sent(asked_of(request, EDIT))
    now = timezone.now()
    run = _trial_run(request)
    values = tier_trial.values_of(run.payload["values"]) if run else _to_edit(request, now)
    return _form_page(request, PlanForm(initial=plan_initial(values)), values)


def _to_edit(request: HttpRequest, now: datetime) -> PlanValues:
    """Give a plan that begins later, asked for by its day; else the one in force, from today."""
    today = business_date(now)
    asked = request.GET.get("from", "")
    for row in queries.later_plans(today):
        if row.valid_from.isoformat() == asked:
            return PlanValues(row.valid_from, queries.as_plan(row), row.note)
    return PlanValues(today, queries.plan_in_force(today), "")


def _token(day: date) -> str:
    """Give the version of a day's plan as the form carries it: the day goes along, for it may be changed."""
    row = TierPlan.objects.filter(valid_from=day).first()
    return f"{day.isoformat()}:{row.version if row else 0}"


def _sent(asked: Asked) -> HttpResponse:
    form = PlanForm(asked.data, by=asked.by)
    if not form.is_valid():
        return _form_page(asked.request, form, None, status=422)
    values = form.values()
    try:
        if "try" in asked.data:
            run = tier_trial.request_trial(values=values, by=asked.by, now=asked.now)
            return redirect(f"{reverse('crm:tier_edit')}?trial={run.pk}#trial")
        tiers.save_plan(
            values=values,
            version=_version_sent(asked, values),
            is_sure=form.cleaned_data["is_sure"],
            overrule_reason=form.cleaned_data["overrule_reason"],
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError:
        return _conflict(asked, form, values)
    except GoodsRefusedError as refusal:
        for field, words in refusal.errors.items():
            form.add_error(field if field in form.fields else None, words)
        return _form_page(asked.request, form, None, status=422)
    asked_done = Asked(asked.request, asked.by, asked.now, reverse("crm:tiers"))
    return asked_done.done(_("已保存，从 %(day)s 起算。") % {"day": values.valid_from})


def _version_sent(asked: Asked, values: PlanValues) -> int:
    """Give the version that was seen of that day's plan; 0 where the day is another than was opened."""
    day, _sign, version = str(asked.data.get("version", "")).rpartition(":")
    is_same = day == values.valid_from.isoformat() and version.isdecimal() and len(version) < 9
    return int(version) if is_same else 0


def _conflict(asked: Asked, form: PlanForm, values: PlanValues) -> HttpResponse:
    row = TierPlan.objects.get(valid_from=values.valid_from)
    stored = plan_initial(PlanValues(row.valid_from, queries.as_plan(row), row.note))
    last = last_operation("tier_plan", row.valid_from.isoformat())
    saved = Saved(
        what=_("会员等级"),
        version=_token(row.valid_from),
        by=last.actor_name if last else "",
        at=last.at if last else None,
        rows=rows_of(form, stored | {"is_sure": form.cleaned_data["is_sure"]}),
    )
    url = reverse("crm:tier_edit")
    return show_both(asked.request, saved, back=url, now=asked.now, action=url)


def _form_page(
    request: HttpRequest, form: PlanForm, values: PlanValues | None, *, status: int = 200
) -> HttpResponse:
    run = _trial_run(request)
    context = {
        "now": timezone.now(),
        "form": form,
        "version": request.POST.get("version") or (_token(values.valid_from) if values else ""),
        "trial": _trial(run, request) if run else None,
    }
    return render(request, "crm/tier_form.html", context, status=status)


def _trial_run(request: HttpRequest) -> Run | None:
    text = request.GET.get("trial", "")
    if not text.isdecimal() or len(text) > 18 or not isinstance(request.user, User):
        return None
    runs = Run.objects.filter(pk=int(text), kind=tier_trial.KIND)
    return runs.filter(created_by=request.user).first()


def _trial(run: Run, request: HttpRequest) -> Data:
    row = row_of(run, now=timezone.now(), can_control=False)
    if run.state != RunState.DONE or not run.result:
        return {"row": row}
    result, plan = run.result, tier_trial.values_of(run.payload["values"]).plan
    people = [*result["sample"]["rises"], *result["sample"]["falls"]]
    names = queries.names_of([one[0] for one in people])
    if not request.user.has_perm("orders.view_contact"):
        names = {key: mask_nick(name) for key, name in names.items()}
    return {
        "row": row,
        "is_done": True,
        "everybody": result["everybody"],
        "rises": result["rises"],
        "falls": result["falls"],
        "warnings": [wording.warning(code, level, plan) for code, level in result["odd"]],
        "levels": [_tried(one.level, one.name, result) for one in plan.levels],
        "cost_new": from_fen(sum(result["cost"]["new"].values())),
        "cost_old": from_fen(sum(result["cost"]["old"].values())),
        "orders_new": result["orders"]["new"],
        "orders_old": result["orders"]["old"],
        "sample": [
            {
                "name": names.get(key, "—"),
                "url": reverse("crm:customer", args=[key]),
                "was": _level_name(was),
                "then": _level_name(then, plan),
                "is_up": then > was,
            }
            for key, was, then in people
        ],
    }


def _level_name(level: int, plan: Plan | None = None) -> str:
    found = (plan or queries.plan_in_force(business_date(timezone.now()))).find(level)
    return found.name if found else _("非会员")


def _tried(level: int, name: str, result: Data) -> Data:
    key = str(level)
    return {
        "name": name,
        "met": result["meeting"].get(key, 0),
        "old": result["old"].get(key, 0),
        "new": result["new"].get(key, 0),
        "cost": from_fen(result["cost"]["new"].get(key, 0)),
        "cost_old": from_fen(result["cost"]["old"].get(key, 0)),
    }
