"""What people fill in about events and causes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.choices import EventKind, Push, Verdict
from products.forms.fields import date_input


class EventForm(forms.Form):
    """Something of one day or several that no file tells."""

    kind = forms.ChoiceField(label=_("哪一类"), choices=EventKind.choices)
    name = forms.CharField(label=_("什么事"), max_length=60)
    starts_on = forms.DateField(label=_("开始"), widget=date_input())
    ends_on = forms.DateField(label=_("结束"), widget=date_input())
    push = forms.ChoiceField(label=_("往哪边"), choices=Push.choices)
    is_left_out = forms.BooleanField(
        label=_("算「平常」时不算这几天"),
        help_text=_("大促、断网这样不平常的日子"),
        required=False,
    )
    note = forms.CharField(label=_("备注"), max_length=200, required=False)


class CauseForm(forms.Form):
    """What a person says of a branch of causes."""

    verdict = forms.ChoiceField(label=_("是不是"), choices=Verdict.choices)
    note = forms.CharField(label=_("为什么"), max_length=300)
