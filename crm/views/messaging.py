"""Refusals that came in, and the rules of writing to people."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.actions.campaign_errors import CampaignRefusedError, StaleCampaignError
from crm.actions.message_rules import FIELDS, set_message_rule
from crm.actions.opt_outs import Heard, hear_replies
from crm.forms.campaigns import MessageRuleForm, RepliesForm
from crm.importers.replies import read_replies
from crm.models import MessageRule, OptOut
from crm.queries.messages import rule_row
from crm.views.campaign_parts import Names, asked_of, conflict, need
from crm.wording.campaigns import reply_error
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

NEWEST = 100


@require_http_methods(["GET", "POST"])
@requires("crm.campaign")
def replies(request: HttpRequest) -> HttpResponse:
    """Show who refused; a POST takes answers in, and who refuses in them is out at once."""
    asked, status = asked_of(request), 200
    form, heard, errors = RepliesForm(), None, []
    if request.method == "POST":
        form = RepliesForm(request.POST, request.FILES)
        if form.is_valid():
            found, broken = read_replies(form.cleaned_data["text"])
            heard = hear_replies(
                replies=found,
                channel=form.cleaned_data["channel"],
                source=getattr(form.cleaned_data.get("file"), "name", "") or _("粘贴"),
                by=asked.by,
                now=asked.now,
            )
            errors = [(one.line, reply_error(one.code, one.value)) for one in broken[:50]]
            _say(request, heard)
            form = RepliesForm()
        else:
            status = 422
    names = Names.of(request)
    rows = OptOut.objects.select_related("customer", "campaign", "by")
    context = {
        "now": timezone.now(),
        "form": form,
        "heard": heard,
        "errors": errors,
        "rows": [
            {"row": row, "name": names.name(row.customer.name)}
            for row in rows.order_by("-recorded_at", "-pk")[:NEWEST]
        ],
    }
    return render(request, "crm/replies.html", context, status=status)


def _say(request: HttpRequest, heard: Heard) -> None:
    words = _("新退订 %(new)d 人，早已退订 %(old)d 人，别的话 %(other)d 条。") % {
        "new": heard.refused,
        "old": heard.already,
        "other": heard.other,
    }
    messages.success(request, words)


@require_http_methods(["GET", "POST"])
@requires("crm.campaign")
def message_rules(request: HttpRequest) -> HttpResponse:
    """Show the rules of writing; whoever may send may change them."""
    asked = asked_of(request)
    row = rule_row(business_date(asked.now))
    usual = row or MessageRule(valid_from=business_date(asked.now))
    stored: dict[str, Any] = {name: getattr(usual, name) for name in FIELDS}
    can_edit, status = request.user.has_perm("crm.send"), 200
    form = MessageRuleForm(initial=stored)
    if request.method == "POST":
        need(request, "crm.send")
        form, status = MessageRuleForm(request.POST), 422
        if form.is_valid():
            seen = request.POST.get("version", "")
            try:
                set_message_rule(
                    values=form.cleaned_data,
                    seen_id=int(seen) if seen.isdecimal() else 0,
                    by=asked.by,
                    now=asked.now,
                )
            except StaleCampaignError as stale:
                rows = [
                    (field.label, stored[name], form.cleaned_data[name])
                    for name, field in form.fields.items()
                ]
                key = ("message_rule", usual.valid_from.isoformat())
                back = reverse("crm:message_rules")
                return conflict(asked, stale, key=key, rows=rows, back=back)
            except CampaignRefusedError as refusal:
                for field, words in refusal.errors.items():
                    form.add_error(field or None, words)
            else:
                messages.success(request, _("已存，从今天起算。"))
                return redirect("crm:message_rules")
    context = {
        "now": asked.now,
        "form": form,
        "row": row,
        "rows": MessageRule.objects.order_by("-valid_from")[:20],
        "can_edit": can_edit,
    }
    return render(request, "crm/message_rules.html", context, status=status)
