"""What people fill in about paid channels."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from products.forms.fields import date_input
from promotions.choices import Channel, PlanState
from promotions.rules.channel_parameters import PARAMETERS

PARAMETER_LABELS = {
    "fee_rate": _("平台、支付、运费占售价"),
    "under_days": _("连续几天低于保本才提醒"),
    "band_width": _("偏离几倍平常波动算变化"),
    "least_change_rate": _("至少变化多少才算"),
    "least_spend": _("一天花费低于多少不建议（元）"),
    "least_clicks": _("点击少于多少不看比率"),
    "raise_over_rate": _("高过保本多少才建议加"),
    "balance_days": _("余额至少够几天"),
}


def _amount(label: object, *, required: bool = False, help_text: object = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,  # type: ignore[arg-type]
        required=required,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        help_text=help_text,  # type: ignore[arg-type]
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )


class AccountForm(forms.Form):
    """A channel's cap and when its balance is low."""

    cap = _amount(_("日限额（元）"), help_text=_("从今天起；留空是不限"))
    low_balance = _amount(_("余额低于多少提醒（元）"), help_text=_("留空只按够花几天提醒"))
    is_used = forms.BooleanField(label=_("在用：每天要有报表"), required=False)


class BalanceForm(forms.Form):
    """What stands on an account."""

    channel = forms.ChoiceField(label=_("渠道"), choices=Channel.choices)
    day = forms.DateField(label=_("哪一天"), widget=date_input())
    amount = _amount(_("余额（元）"), required=True)


class PlanForm(forms.Form):
    """A plan's state, cap and note."""

    state = forms.ChoiceField(label=_("状态"), choices=PlanState.choices)
    cap = _amount(_("日限额（元）"), help_text=_("从今天起；留空是不限"))
    note = forms.CharField(label=_("备注"), max_length=200, required=False)


class RuleForm(forms.Form):
    """By which figures traffic is judged."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for one in PARAMETERS:
            label = PARAMETER_LABELS[one.name]
            if one.is_whole:
                self.fields[one.name] = forms.IntegerField(
                    label=label, min_value=int(one.low), max_value=int(one.high)
                )
            else:
                self.fields[one.name] = forms.FloatField(
                    label=label,
                    min_value=one.low,
                    max_value=one.high,
                    help_text=_("0.08 是 8%") if one.is_rate else "",
                )
