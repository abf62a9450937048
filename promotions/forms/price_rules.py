"""What people fill in about price rules: the row's own figures, when it counts, where it was read."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from products.forms.fields import MomentField
from promotions.choices import RuleMark
from promotions.wording.benefits import parameter_label, parameter_value

_CHOICES = {
    "basis": ("sequential", "parallel"),
    "shop_group": ("stack", "best_of"),
    "remainder": ("last", "largest"),
    "share_by": ("base", "item_net", "paid"),
}


def editable(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give the figures that a person may change: single values, no lists and no switches."""
    return {
        name: value
        for name, value in parameters.items()
        if isinstance(value, (str, int)) and not isinstance(value, bool) and name != "tool"
    }


class PriceRuleForm(forms.Form):
    """One dated row."""

    is_on = forms.BooleanField(label=_("启用"), required=False)
    mark = forms.ChoiceField(label=_("出处标记"), choices=RuleMark.choices)
    source = forms.CharField(label=_("出处"), max_length=200)
    since = MomentField(
        label=_("从什么时候起改（留空：改这一行）"),
        required=False,
    )
    valid_to = MomentField(label=_("用到什么时候"), required=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        parameters: Mapping[str, Any],
        **options: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **options)
        self.stored = parameters
        own: dict[str, forms.Field] = {}
        for name in editable(parameters):
            if name in _CHOICES:
                choices = [(one, parameter_value(one)) for one in _CHOICES[name]]
                own[name] = forms.ChoiceField(label=parameter_label(name), choices=choices)
            else:
                own[name] = forms.CharField(label=parameter_label(name), max_length=20)
        self.fields = {**own, **self.fields}

    def parameters(self) -> dict[str, Any]:
        """Give all of the row's parameters, those that cannot be edited as they were."""
        changed: dict[str, Any] = {}
        for name, value in editable(self.stored).items():
            text = str(self.cleaned_data[name]).strip()
            changed[name] = int(text) if isinstance(value, int) and text.isdecimal() else text
        return {**self.stored, **changed}
