"""What people fill in about suppliers and purchase orders."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from products.forms.stock import pieces_field
from products.models import Supplier

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _amount(label: Any, *, required: bool) -> forms.DecimalField:  # noqa: ANN401
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        required=required,
        error_messages={"invalid": _("写一个金额，比如 36.50"), "required": _("写一个金额")},
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )


class SupplierForm(forms.Form):
    """A supplier."""

    name = forms.CharField(
        label=_("名称"), max_length=60, error_messages={"required": _("写下供应商名称")}
    )
    contact = forms.CharField(label=_("联系方式"), max_length=80, required=False)
    lead_days = pieces_field(_("下单后几天到"))
    note = forms.CharField(label=_("备注"), max_length=200, required=False)


class SupplierEditForm(SupplierForm):
    """A supplier that is known."""

    is_on = forms.BooleanField(label=_("在合作"), required=False)


class PriceForm(forms.Form):
    """What a supplier asks for a SKU."""

    code = forms.CharField(
        label=_("商家编码"), max_length=80, error_messages={"required": _("写下商家编码")}
    )
    amount = _amount(_("单价"), required=True)
    minimum_quantity = pieces_field(_("起订量"))


class LineForm(forms.Form):
    """One SKU of a purchase order."""

    code = forms.CharField(
        label=_("商家编码"), max_length=80, error_messages={"required": _("写下商家编码")}
    )
    quantity = pieces_field(_("件数（0 是去掉）"), lowest=0)
    price = _amount(_("单价"), required=False)


class PurchaseForm(forms.Form):
    """A new purchase order: a SKU a line, more can be added to the draft."""

    supplier = forms.ModelChoiceField(
        label=_("供应商"),
        queryset=Supplier.objects.none(),
        empty_label=None,
        error_messages={"required": _("选一家供应商"), "invalid_choice": _("选一家供应商")},
    )
    code = forms.CharField(
        label=_("商家编码"), max_length=80, error_messages={"required": _("写下商家编码")}
    )
    quantity = pieces_field(_("件数"))
    price = _amount(_("单价"), required=False)
    expected_on = forms.DateField(
        label=_("预计到货（不填按交期）"),
        required=False,
        widget=_DATE,
        error_messages={"invalid": _("写一个日期")},
    )
    note = forms.CharField(label=_("备注"), max_length=200, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["supplier"].queryset = Supplier.objects.filter(is_on=True).order_by(  # type: ignore[attr-defined]
            "name", "pk"
        )


class ExpectedForm(forms.Form):
    """When it should be here."""

    expected_on = forms.DateField(
        label=_("预计到货"),
        required=False,
        widget=_DATE,
        error_messages={"invalid": _("写一个日期")},
    )


class CloseForm(forms.Form):
    """Why nothing more will come."""

    reason = forms.CharField(
        label=_("为什么结束"), max_length=200, error_messages={"required": _("写下为什么结束。")}
    )
