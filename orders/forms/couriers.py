"""What people fill in about carriers, courier rules, trace limits and waybills."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.audit import WordsField
from orders.rules.couriers import CourierFacts


class CourierRuleForm(forms.Form):
    """One courier rule; what stays empty asks nothing."""

    name = forms.CharField(label=_("名字"), max_length=60)
    carrier = forms.ChoiceField(label=_("发哪家"), required=False)
    only_if_requested = forms.BooleanField(label=_("只在买家指定时"), required=False)
    provinces = WordsField(label=_("省份，一行一个"), required=False)
    sku_codes = WordsField(label=_("含这些商家编码，一行一个"), required=False)
    minimum_grams = forms.IntegerField(label=_("重量从（克）"), min_value=0, required=False)
    maximum_grams = forms.IntegerField(label=_("重量不到（克）"), min_value=1, required=False)
    minimum_amount = forms.DecimalField(
        label=_("金额从（元）"), min_value=0, max_digits=10, decimal_places=2, required=False
    )
    maximum_amount = forms.DecimalField(
        label=_("金额不到（元）"), min_value=0, max_digits=10, decimal_places=2, required=False
    )
    is_on = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, *args: Any, carriers: list[str], **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        choices = [("", _("买家指定的那家")), *((name, name) for name in carriers)]
        self.fields["carrier"].choices = choices  # type: ignore[attr-defined]


class NewCourierRuleForm(CourierRuleForm):
    """A new rule, from a date on."""

    valid_from = forms.DateField(
        label=_("从哪天起"),
        required=False,
        help_text=_("空着就是今天"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class CarrierEditForm(forms.Form):
    """A carrier that the shop works with."""

    code = forms.CharField(
        label=_("平台代码"),
        max_length=20,
        required=False,
        help_text=_("如 ZTO、STO、SF，用来认单号"),
    )
    is_on = forms.BooleanField(label=_("在用"), required=False, initial=True)
    is_for_remote = forms.BooleanField(label=_("偏远地区用"), required=False)
    unserved = WordsField(label=_("不到的省份，一行一个"), required=False)
    note = forms.CharField(label=_("备注"), max_length=100, required=False)


class NewCarrierForm(CarrierEditForm):
    """A new carrier."""

    name = forms.CharField(
        label=_("名字"), max_length=40, help_text=_("写平台文件里的全名，以后不能改")
    )
    field_order = ("name",)


class TraceLimitForm(forms.Form):
    """How long a carrier may be silent."""

    pickup_hours = forms.IntegerField(label=_("交接后几小时揽收"), min_value=1, max_value=240)
    first_trace_hours = forms.IntegerField(
        label=_("揽收后几小时有新轨迹"), min_value=1, max_value=240
    )
    silence_hours = forms.IntegerField(label=_("在途最多静默几小时"), min_value=1, max_value=480)
    provinces = WordsField(label=_("省份，一行一个；其余省份的那行空着"), required=False)


class TryForm(forms.Form):
    """A parcel to try the rules on: an order, or made up."""

    tid = forms.CharField(
        label=_("订单号"),
        max_length=32,
        required=False,
        help_text=_("填了订单号，下面几项不用填"),
    )
    province = forms.CharField(label=_("省份"), max_length=20, required=False)
    grams = forms.IntegerField(label=_("重量（克）"), min_value=0, required=False)
    amount = forms.DecimalField(
        label=_("金额（元）"), min_value=0, max_digits=10, decimal_places=2, required=False
    )
    sku_codes = forms.CharField(label=_("商家编码"), max_length=200, required=False)
    requested = forms.CharField(label=_("买家指定快递"), max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for an order or a province."""
        data = super().clean() or {}
        if not data.get("tid") and not data.get("province"):
            self.add_error("province", _("填订单号，或者至少填省份。"))
        return data

    def facts(self) -> CourierFacts:
        """Give the made-up parcel."""
        data = self.cleaned_data
        codes = data["sku_codes"].replace("，", " ").replace(",", " ").split()
        return CourierFacts(
            province=data["province"].strip(),
            amount=data["amount"] if data["amount"] is not None else Decimal("0.00"),
            sku_codes=frozenset(codes),
            grams=data["grams"],
            requested=data["requested"].strip(),
        )


class LabelForm(forms.Form):
    """A waybill for a parcel."""

    waybill_no = forms.CharField(
        label=_("运单号"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    carrier = forms.CharField(
        label=_("快递公司"),
        max_length=40,
        required=False,
        help_text=_("空着就按包裹定的快递"),
    )


class ScanForm(LabelForm):
    """What a scanner types: the parcel, then its waybill."""

    code = forms.CharField(
        label=_("包裹号或订单号"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("code", "waybill_no", "carrier")


class ChooseCarrierForm(forms.Form):
    """Another carrier for a parcel, and why."""

    carrier = forms.CharField(label=_("快递公司"), max_length=40)
    reason = forms.CharField(label=_("为什么"), max_length=120)


class LabelFailedForm(forms.Form):
    """That a label could not be made."""

    words = forms.CharField(label=_("面单为什么失败"), max_length=200)
