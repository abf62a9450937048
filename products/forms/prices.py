"""What people fill in about prices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from products.choices import SECRET_KINDS, PriceKind


class PriceForm(forms.Form):
    """One new price."""

    kind = forms.ChoiceField(label=_("哪种价"), choices=PriceKind.choices)
    amount = forms.DecimalField(
        label=_("新价（元）"),
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )
    reason = forms.CharField(label=_("为什么改"), max_length=200)

    def __init__(self, *args: Any, with_cost: bool, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        kinds = [one for one in PriceKind.choices if with_cost or one[0] not in SECRET_KINDS]
        # What is changed most stands first.
        kinds.sort(
            key=lambda one: [PriceKind.LIST, PriceKind.ACTIVITY].count(PriceKind(one[0])) * -1
        )
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """The manager's word."""

    reason = forms.CharField(label=_("为什么批，或者为什么不批"), max_length=200)
