"""The shop's day by hand."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.actions.hand import BY_HAND
from analytics.figures import figure
from products.forms.fields import date_input


class DayForm(forms.Form):
    """Figures of one day; what is not known stays empty."""

    day = forms.DateField(label=_("哪一天"), widget=date_input())

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for code in BY_HAND:
            spec = figure(code)
            if spec.unit in ("people", "count"):
                self.fields[code] = forms.IntegerField(
                    label=str(spec.label), min_value=0, max_value=2_000_000_000, required=False
                )
                continue
            is_score = spec.unit == "score"
            self.fields[code] = forms.DecimalField(
                label=str(spec.label),
                min_value=0,
                max_value=5 if is_score else None,
                max_digits=6 if is_score else 12,
                decimal_places=5 if is_score else 2,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
            )
        self.fields["note"] = forms.CharField(label=_("从哪看到的"), max_length=200, required=False)
