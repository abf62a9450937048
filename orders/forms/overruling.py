"""The field with which a person lets refused words stand: seen only once something was refused."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.actions.overruling import RIGHT
from shopops.staff.models import User


class OverrulableForm(forms.Form):
    """A form with a text for buyers. The action decides; this shows the field to who may fill it in."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["overrule_reason"] = forms.CharField(
            label=gettext_lazy("放行的理由"),
            max_length=300,
            required=False,
            widget=forms.HiddenInput(),
        )

    def offer_overruling(self, by: User) -> None:
        """Show the field after a refusal, to who holds the right."""
        if not by.has_perm(RIGHT):
            return
        self.fields["overrule_reason"].widget = forms.TextInput(attrs={"maxlength": 300})
        self["overrule_reason"].help_text = _("判断有误才放行；理由和你的名字会记入操作记录。")
