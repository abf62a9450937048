"""Addresses of reports, and why a report is given up."""

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.actions.report_addresses import AddressValues


class AddressForm(forms.Form):
    """One address. What is stored is never shown: left empty it stays as it is."""

    name = forms.CharField(label=_("叫什么"), max_length=60, help_text=_("比如：运营群"))
    address = forms.CharField(
        label=_("地址"),
        max_length=600,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("机器人的 Webhook 网址，或 Apprise 的写法。存的时候加密，以后不再显示。"),
    )
    gets_daily = forms.BooleanField(label=_("收日报"), required=False)
    gets_weekly = forms.BooleanField(label=_("收周报"), required=False)

    @property
    def values(self) -> AddressValues:
        """Give what was sent."""
        return AddressValues(**self.cleaned_data)


class GiveUpForm(forms.Form):
    """Why a report need not go to an address any more."""

    reason = forms.CharField(label=_("为什么不发了"), max_length=200)
