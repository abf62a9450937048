"""Tags with their rules: a tag is put by hand, or every day by a segment's conditions."""

from functools import partial
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
from crm.actions.customer_errors import CustomerRefusedError, StaleTagError
from crm.actions.member_errors import MemberRefusedError, StaleMemberError
from crm.models import Segment, Tag
from crm.rules.conditions import parse
from crm.wording.segments import sentence
from products.views.acting import Asked, log_url, page_number
from products.views.panels import Panel, answer, shown, version_sent
from shopops.staff.access import requires

EDIT = "crm.campaign"
MOST = 200


class TagRuleForm(forms.Form):
    """A new tag and by which conditions it is put."""

    name = forms.CharField(label=gettext_lazy("标签名"), max_length=30)
    segment = forms.ModelChoiceField(
        label=gettext_lazy("按哪个人群的条件贴"),
        queryset=Segment.objects.filter(is_on=True).order_by("name", "pk"),
        required=False,
        empty_label=gettext_lazy("不选，只手工贴"),
    )


KEEP, SEGMENT, HAND = "keep", "segment", "hand"


class TagChangeForm(forms.Form):
    """How a tag that is there is put from now on."""

    how = forms.ChoiceField(
        label=gettext_lazy("怎么贴"),
        choices=[
            (KEEP, gettext_lazy("规则不变")),
            (SEGMENT, gettext_lazy("按下面人群的条件")),
            (HAND, gettext_lazy("只手工贴")),
        ],
        help_text=gettext_lazy("换了规则，以前按规则贴上的会撕下来，手工贴的留着。"),
    )
    segment = forms.ModelChoiceField(
        label=gettext_lazy("人群"),
        queryset=Segment.objects.filter(is_on=True).order_by("name", "pk"),
        required=False,
        empty_label=gettext_lazy("选一个人群"),
    )
    is_on = forms.BooleanField(
        label=gettext_lazy("在用"),
        required=False,
        help_text=gettext_lazy("停用以后不能再贴，按规则贴上的会撕下来。"),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the segment where the rule is to be its."""
        data = super().clean() or {}
        if data.get("how") == SEGMENT and not data.get("segment"):
            self.add_error("segment", _("选一个人群。"))
        return data


@require_http_methods(["GET", "POST"])
@requires("crm.view")
def tag_list(request: HttpRequest) -> HttpResponse:
    """List the tags with rule and people; a POST makes a tag, or changes the one that `?tag=` names."""
    here = reverse("crm:tags")
    chosen = Tag.objects.filter(pk=page_number(request, "tag")).first()
    panels = [*([_change_panel(chosen)] if chosen else []), _new_panel()]
    sent = answer(request, panels, right=EDIT, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    may = request.user.has_perm(EDIT)
    rows = Tag.objects.annotate(people=Count("customers")).order_by("-is_on", "-people", "name")
    context = {
        "now": timezone.now(),
        "rows": [_row(one, may=may) for one in rows[:MOST]],
        "panels": shown(panels, sent) if may else [],
        "url": f"{here}?tag={chosen.pk}" if chosen else here,
        "log_url": log_url(request, "tag"),
    }
    return render(request, "crm/tags.html", context, status=422 if sent else 200)


def _new_panel() -> Panel:
    return Panel(
        code="rule",
        title=gettext_lazy("加标签"),
        button=gettext_lazy("存下并马上贴"),
        make=TagRuleForm,
        act=_make,
        icon="plus",
        is_two=True,
    )


def _change_panel(tag: Tag) -> Panel:
    return Panel(
        code="change",
        title=_("改标签「%(name)s」") % {"name": tag.name},
        button=gettext_lazy("存下并马上贴"),
        make=TagChangeForm,
        act=partial(_change, tag),
        initial={"how": KEEP, "is_on": tag.is_on},
        icon="edit",
        version=tag.version,
        stored={"how": _rule(tag) or _("只手工贴"), "is_on": tag.is_on},
        key=("tag", tag.name),
        is_open=True,
    )


def _rule(tag: Tag) -> str:
    return sentence(parse(tag.rule)) if tag.rule else ""


def _row(row: Any, *, may: bool) -> dict[str, Any]:  # noqa: ANN401
    return {
        "name": row.name,
        "rule": _rule(row),
        "people": row.people,
        "is_on": row.is_on,
        "url": f"{reverse('crm:customers')}?tag={row.pk}",
        "edit_url": f"?tag={row.pk}" if may else "",
    }


def _make(form: TagRuleForm, asked: Asked) -> str:
    segment = form.cleaned_data["segment"]
    rule = segment.conditions if segment else {}
    return _saved(asked, name=form.cleaned_data["name"], rule=rule, is_on=True, version=0)


def _change(tag: Tag, form: TagChangeForm, asked: Asked) -> str:
    data = form.cleaned_data
    rules = {KEEP: None, HAND: {}, SEGMENT: data["segment"] and data["segment"].conditions}
    return _saved(
        asked,
        name=tag.name,
        rule=rules[data["how"]],
        is_on=data["is_on"],
        version=version_sent(asked),
    )


def _saved(asked: Asked, **values: Any) -> str:  # noqa: ANN401
    try:
        tag = acts.save_rule(**values, by=asked.by, now=asked.now)
    except StaleTagError as stale:
        if not stale.seen:
            raise MemberRefusedError(stale.message, field="name") from stale
        raise StaleMemberError(
            _("标签「%(name)s」") % {"name": stale.name}, seen=stale.seen, current=stale.current
        ) from stale
    except CustomerRefusedError as refusal:
        field = "segment" if values["rule"] else "name"
        raise MemberRefusedError(refusal.message, field=field) from refusal
    return _("存好了，「%(name)s」现在贴着 %(n)s 人。") % {
        "name": tag.name,
        "n": f"{tag.customers.count():,}",
    }
