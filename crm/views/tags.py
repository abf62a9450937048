"""Tags with their rules: a tag is put by hand, or every day by a segment's conditions."""

from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.actions import tags as acts
from crm.actions.customer_errors import CustomerRefusedError
from crm.actions.member_errors import MemberRefusedError
from crm.models import Segment, Tag
from crm.rules.conditions import parse
from crm.wording.segments import sentence
from products.views.acting import Asked, log_url
from products.views.panels import Panel, answer, shown
from shopops.staff.access import requires

EDIT = "crm.campaign"
MOST = 200


class TagRuleForm(forms.Form):
    """A tag and by which conditions it is put."""

    name = forms.CharField(label=gettext_lazy("标签名"), max_length=30)
    segment = forms.ModelChoiceField(
        label=gettext_lazy("按哪个人群的条件贴"),
        queryset=Segment.objects.filter(is_on=True).order_by("name", "pk"),
        required=False,
        help_text=gettext_lazy("不选就只手工贴；以前按规则贴上的会撕下来，手工贴的留着。"),
    )


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def tag_list(request: HttpRequest) -> HttpResponse:
    """List the tags with rule and people; a POST gives a tag its rule."""
    here = reverse("crm:tags")
    panels = [
        Panel(
            code="rule",
            title=gettext_lazy("加标签或改规则"),
            button=gettext_lazy("存下并马上贴"),
            make=TagRuleForm,
            act=_save,
            icon="plus",
            is_two=True,
        )
    ]
    sent = answer(request, panels, right=EDIT, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    rows = Tag.objects.annotate(people=Count("customers")).order_by("-is_on", "-people", "name")
    context = {
        "now": timezone.now(),
        "rows": [_row(one) for one in rows[:MOST]],
        "panels": shown(panels, sent) if request.user.has_perm(EDIT) else [],
        "url": here,
        "log_url": log_url(request, "tag"),
    }
    return render(request, "crm/tags.html", context, status=422 if sent else 200)


def _row(row: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "name": row.name,
        "rule": sentence(parse(row.rule)) if row.rule else "",
        "people": row.people,
        "url": f"{reverse('crm:customers')}?tag={row.pk}",
    }


def _save(form: TagRuleForm, asked: Asked) -> str:
    segment = form.cleaned_data["segment"]
    try:
        tag = acts.save_rule(
            name=form.cleaned_data["name"],
            rule=segment.conditions if segment else {},
            by=asked.by,
            now=asked.now,
        )
    except CustomerRefusedError as refusal:
        raise MemberRefusedError(
            refusal.message, field="segment" if segment else "name"
        ) from refusal
    return _("存好了，「%(name)s」现在贴着 %(n)s 人。") % {
        "name": tag.name,
        "n": f"{tag.customers.count():,}",
    }
