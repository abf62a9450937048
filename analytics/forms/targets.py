"""What a month shall bring."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.figures import figure

_PERCENT = _("%(name)s（%%）")


class TargetsForm(forms.Form):
    """A target of each figure; empty is none. Rates are written in percent."""

    def __init__(self, *args: Any, codes: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.codes = codes
        for code in codes:
            spec = figure(code)
            is_rate = spec.unit == "rate"
            is_whole = spec.unit in ("people", "count")
            self.fields[code] = forms.DecimalField(
                label=_PERCENT % {"name": spec.label} if is_rate else str(spec.label),
                max_digits=12,
                decimal_places=0 if is_whole else 2,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
            )
        self.fields["note"] = forms.CharField(label=_("按什么定的"), max_length=200, required=False)

    @property
    def values(self) -> dict[str, Decimal | None]:
        """Give the targets, rates between 0 and 1."""
        found: dict[str, Decimal | None] = {}
        for code in self.codes:
            value = self.cleaned_data[code]
            is_rate = figure(code).unit == "rate"
            found[code] = value / 100 if value is not None and is_rate else value
        return found


def shown(code: str, value: Decimal | None) -> Decimal | None:
    """Give a stored target as the form writes it."""
    if value is None:
        return None
    plain = value * 100 if figure(code).unit == "rate" else value
    return Decimal(f"{plain.normalize():f}")
