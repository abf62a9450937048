"""Writing a campaign: who, what, when; and how long its texts are while they are written."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.actions import campaigns as acts
from crm.actions.campaign_errors import CampaignRefusedError, StaleCampaignError
from crm.actions.campaigns import MOST_ARMS, ArmValues, text_fault
from crm.forms.campaigns import (
    ArmForm,
    CampaignForm,
    arm_forms,
    campaign_initial,
    campaign_values,
)
from crm.models import Campaign, Segment
from crm.queries.messages import Rule, rule_of
from crm.rules import messages as rules
from crm.views.campaign_parts import Asked, asked_of, conflict
from shopops.lib.business_time import at_local, business_date
from shopops.staff.access import requires

# What variables look like in the count beside a text that is being written.
EXAMPLE = {"name": "小鹿乱撞", "days": "128", "item": "枕套 60支长绒棉 一对", "orders": "2"}


@require_http_methods(["GET", "POST"])
@requires("crm.campaign")
def new_campaign(request: HttpRequest) -> HttpResponse:
    """Write a new campaign."""
    return _page(request, None)


@require_http_methods(["GET", "POST"])
@requires("crm.campaign")
def edit_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Change a campaign that is not approved."""
    return _page(request, get_object_or_404(Campaign, pk=campaign_id))


def _page(request: HttpRequest, row: Campaign | None) -> HttpResponse:
    asked, status = asked_of(request), 200
    rule = rule_of(business_date(asked.now))
    if request.method == "POST":
        form, arms = CampaignForm(request.POST), arm_forms(request.POST)
        do = request.POST.get("do", "")
        if do:
            arms = _changed(arms, do, request.POST)
            form = CampaignForm(initial=request.POST.dict())
        elif _all_valid(form, arms):
            try:
                return _save(asked, row, form, arms)
            except StaleCampaignError as stale:
                return _conflict(asked, stale, row, form)
            except CampaignRefusedError as refusal:
                _show(refusal, form, arms)
        status = 200 if do else 422
    else:
        start = _first_moment(request, asked.now, rule)
        form = CampaignForm(initial=campaign_initial(row) if row else start)
        arms = arm_forms(campaign=row)
    context = {
        "now": asked.now,
        "campaign": row,
        "form": form,
        "arms": [
            {"form": arm, "at": at, "length": _length(arm, rule)} for at, arm in enumerate(arms)
        ],
        "count": len(arms),
        "can_add": len(arms) < MOST_ARMS,
        "version": request.POST.get("version", row.version if row else 0),
        "variables": [(f"{{{name}}}", words) for name, words in variable_words().items()],
        "has_segments": Segment.objects.filter(is_on=True).exists(),
        "can_overrule": request.user.has_perm("crm.overrule_words"),
    }
    return render(request, "crm/campaign_form.html", context, status=status)


def _all_valid(form: CampaignForm, arms: list[ArmForm]) -> bool:
    """Check every form, so that all that is wrong is said at once."""
    found = [form.is_valid(), *(arm.is_valid() for arm in arms)]
    return all(found)


def variable_words() -> dict[str, str]:
    """Say what each variable is filled with."""
    return {
        "name": _("旺旺名"),
        "days": _("多少天没买"),
        "item": _("上次买的商品"),
        "orders": _("买过几单"),
        "benefit": _("给的好处"),
        "shop": _("店名"),
    }


def _first_moment(request: HttpRequest, now: datetime, rule: Rule) -> dict[str, Any]:
    at = at_local(business_date(now) + timedelta(days=1), time(10, 30))
    at = rules.next_open(at, quiet_from=rule.quiet_from, quiet_to=rule.quiet_to)
    return {"starts_at": at, "segment": request.GET.get("segment", "")}


def _changed(arms: list[ArmForm], do: str, data: Any) -> list[ArmForm]:  # noqa: ANN401
    """Add a text, or drop one; what was typed stays."""
    typed = [
        {name: arm.data.get(f"{arm.prefix}-{name}", "") for name in arm.fields} for arm in arms
    ]
    if do == "add" and len(typed) < MOST_ARMS:
        typed.append({"name": chr(ord("A") + len(typed)), "weight": "1", "benefit_amount": "0"})
    elif do.startswith("drop:") and do[5:].isdecimal() and len(typed) > 1:
        typed = [one for at, one in enumerate(typed) if at != int(do[5:])]
    return [ArmForm(prefix=f"arm{at}", initial=one) for at, one in enumerate(typed)]


def _show(refusal: CampaignRefusedError, form: CampaignForm, arms: list[ArmForm]) -> None:
    for field, words in refusal.errors.items():
        if field.startswith("text"):
            arms[int(field[4:] or 0)].add_error("text", words)
        else:
            form.add_error(field if field in form.fields else None, words)


def _save(
    asked: Asked, row: Campaign | None, form: CampaignForm, arms: list[ArmForm]
) -> HttpResponse:
    saved = acts.save_campaign(
        campaign_id=row.pk if row else None,
        values=campaign_values(form, arms),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    messages.success(asked.request, _("已存成草稿，下一步抽人。"))
    return redirect("crm:campaign", saved.pk)


def _conflict(
    asked: Asked, stale: StaleCampaignError, row: Campaign | None, form: CampaignForm
) -> HttpResponse:
    assert row is not None  # noqa: S101
    row.refresh_from_db()
    theirs = campaign_initial(row)
    rows = [
        (field.label, theirs.get(name, ""), form.cleaned_data.get(name, ""))
        for name, field in form.fields.items()
    ]
    for at, arm in enumerate(row.arms.order_by("position")):
        label = _("文案 %(name)s") % {"name": arm.name}
        rows.append((label, arm.text, asked.data.get(f"arm{at}-text", "")))
    back = reverse("crm:campaign", args=[row.pk])
    return conflict(asked, stale, key=(acts.OBJECT, str(row.pk)), rows=rows, back=back)


@require_POST
@requires("crm.campaign")
def text_length(request: HttpRequest) -> HttpResponse:
    """Say how long a text is while it is written, for HTMX."""
    at = request.POST.get("at", "0")
    form = ArmForm(request.POST, prefix=f"arm{at if at.isdecimal() else 0}")
    rule = rule_of(business_date(timezone.now()))
    context = {"length": _length(form, rule)}
    return render(request, "crm/_text_length.html", context)


def _length(form: ArmForm, rule: Rule) -> dict[str, Any]:
    def typed(name: str) -> str:
        if form.is_bound:
            return str(form.data.get(f"{form.prefix}-{name}", ""))
        return str(form.initial.get(name, ""))

    text, benefit = typed("text"), typed("benefit")
    fault = text_fault(ArmValues("", text, benefit), rule=rule) if text.strip() else ""
    if refusals := acts.arm_refusals(text, benefit):
        fault = fault or refusals[0].sentence
    if fault or not text.strip():
        return {"fault": fault, "preview": ""}
    values = {**EXAMPLE, "benefit": benefit, "shop": rule.signature}
    preview = rules.whole(
        rules.filled(text, values), signature=rule.signature, opt_out_words=rule.opt_out_words
    )
    parts = rules.parts(preview)
    return {
        "fault": "",
        "preview": preview,
        "units": rules.units(preview),
        "parts": parts,
        "price": rule.price * parts,
        "fixed": not rules.variables_of(text),
    }
