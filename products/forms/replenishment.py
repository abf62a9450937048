"""What people fill in about replenishment."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from products.forms.stock import pieces_field


def _percent(label: Any) -> forms.DecimalField:  # noqa: ANN401
    return forms.DecimalField(
        label=label,
        max_digits=4,
        decimal_places=1,
        error_messages={
            "required": _("写一个百分比，比如 95"),
            "invalid": _("写一个百分比，比如 95"),
            "max_digits": _("写一个百分比，比如 95"),
            "max_whole_digits": _("写一个百分比，比如 95"),
            "max_decimal_places": _("最多一位小数"),
        },
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.1"}),
    )


class ReplenishmentRuleForm(forms.Form):
    """How the shop replenishes."""

    service_percent = _percent(_("服务水平 %（补货周期里不断货的比例）"))
    main_service_percent = _percent(_("主推款的服务水平 %"))
    review_days = pieces_field(_("几天下一次采购单"))
    lead_days = pieces_field(_("没有供应商时按几天到货"), lowest=0)
    history_days = pieces_field(_("看最近几天的销量"), lowest=84)

    def clean(self) -> dict[str, Any]:
        """Keep days within what a calendar holds."""
        for name, most in (("review_days", 90), ("lead_days", 365), ("history_days", 3000)):
            if (self.cleaned_data.get(name) or 0) > most:
                self.add_error(name, _("不能大于 %(n)s") % {"n": most})
        return self.cleaned_data
