"""What people fill in to merge, split and give. Forms check shape; actions decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.actions.merging import Consent
from orders.choices import ConsentChannel
from orders.queries.parcels import PackedLine


class ConsentForm(forms.Form):
    """That the buyer agreed to a merge. Both or neither."""

    consent_channel = forms.ChoiceField(
        label=_("买家在哪里同意的"),
        choices=[("", _("没问过")), *ConsentChannel.choices],
        required=False,
    )
    consent_words = forms.CharField(
        label=_("买家的原话"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason = forms.CharField(label=_("说明"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Channel and words belong together."""
        data = super().clean() or {}
        if data.get("consent_words") and not data.get("consent_channel"):
            self.add_error("consent_channel", _("选一下买家在哪里同意的"))
        if data.get("consent_channel") and not data.get("consent_words"):
            self.add_error("consent_words", _("写下买家同意的原话"))
        return data

    def consent(self) -> Consent | None:
        """Give the consent, if one was filled in."""
        data = self.cleaned_data
        if not data.get("consent_words"):
            return None
        return Consent(ConsentChannel(data["consent_channel"]), data["consent_words"])


class SplitForm(forms.Form):
    """How many of each piece go into a new parcel. One field a line, named `take_<place>`."""

    reason = forms.CharField(label=_("为什么拆"), max_length=200, required=False)

    def __init__(self, *args: Any, lines: Sequence[PackedLine], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        for at, line in enumerate(lines):
            self.fields[f"take_{at}"] = forms.IntegerField(
                label=_("%(code)s 拆出几件") % {"code": line.sku_code or line.title},
                min_value=0,
                max_value=line.quantity,
                required=False,
                widget=forms.NumberInput(
                    attrs={"inputmode": "numeric", "class": "form-control so-count"}
                ),
            )


class WeightForm(forms.Form):
    """The most that a parcel may weigh."""

    most_grams = forms.IntegerField(label=_("每包最多几克"), min_value=1, max_value=1_000_000)


class GiftForm(forms.Form):
    """A gift added by hand."""

    sku_code = forms.CharField(label=_("赠品的商家编码"), max_length=80)
    quantity = forms.IntegerField(label=_("件数"), min_value=1, max_value=999, initial=1)


class WhyForm(forms.Form):
    """A reason that may be left out."""

    reason = forms.CharField(label=_("说明"), max_length=200, required=False)
