"""What people fill in about stock and counts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from products.choices import AllocateAt
from products.rules.stock import MOST_PIECES

_REASON = _("原因")
_WHOLE = {
    "invalid": _("写一个整数"),
    "required": _("写一个整数"),
    "min_value": _("不能小于 %(limit_value)s"),
    "max_value": _("不能大于 %(limit_value)s"),
}


def pieces_field(label: Any, *, lowest: int = 1, required: bool = True) -> forms.IntegerField:  # noqa: ANN401
    """Give a field for a whole number of pieces or days."""
    return forms.IntegerField(
        label=label,
        min_value=lowest,
        max_value=MOST_PIECES,
        required=required,
        error_messages=_WHOLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def _reason(label: Any = _REASON, *, required: bool = True) -> forms.CharField:  # noqa: ANN401
    return forms.CharField(
        label=label,
        max_length=200,
        required=required,
        error_messages={"required": _("写下原因，它会留在流水里。")},
    )


class AddForm(forms.Form):
    """Pieces that come in."""

    quantity = pieces_field(_("件数"))
    reference = forms.CharField(
        label=_("单号（采购单、订单或退款）"), max_length=60, required=False
    )
    reason = _reason(_("备注"), required=False)


class TakeForm(forms.Form):
    """Pieces that go out without an order."""

    quantity = pieces_field(_("件数"))
    reason = _reason()


class AdjustForm(forms.Form):
    """A correction, with its sign."""

    quantity = pieces_field(_("增减（减少写负数）"), lowest=-MOST_PIECES)
    reason = _reason()


class LimitsForm(forms.Form):
    """From when on a SKU is short."""

    threshold = pieces_field(_("少于几件算缺（不填按店铺规则）"), lowest=0, required=False)
    cover_days = pieces_field(_("不够卖几天算缺（不填按店铺规则）"), lowest=0, required=False)
    safety = pieces_field(_("安全库存"), lowest=0)


class RuleForm(forms.Form):
    """The shop's rules of stock."""

    threshold = pieces_field(_("少于几件算缺"), lowest=0)
    main_threshold = pieces_field(_("主推款少于几件算缺"), lowest=0)
    cover_days = pieces_field(_("不够卖几天算缺"), lowest=0)
    main_cover_days = pieces_field(_("主推款不够卖几天算缺"), lowest=0)
    sales_days = pieces_field(_("按最近几天的销量算"))
    unsent_days = pieces_field(_("付款几天还没发出要催"))
    allocate_at = forms.ChoiceField(
        label=_("什么时候占用库存"), choices=AllocateAt.choices, widget=forms.RadioSelect
    )
    holds_unknown = forms.BooleanField(
        label=_("编码不在商品表的订单挂起（商品表齐了再开）"), required=False
    )
    returns_at_refund = forms.BooleanField(label=_("退货退款成功，货自动入库"), required=False)


class CountForm(forms.Form):
    """A new count."""

    note = forms.CharField(label=_("盘哪里"), max_length=200, required=False)


class ScanForm(forms.Form):
    """One scanned piece."""

    code = forms.CharField(
        label=_("扫条码，或输商家编码"),
        max_length=80,
        error_messages={"required": _("扫一个条码，或输商家编码")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "enterkeyhint": "done", "autofocus": True}
        ),
    )
    pieces = pieces_field(_("件数"))


class PasteForm(forms.Form):
    """Counted pieces, a SKU a line."""

    lines = forms.CharField(
        label=_("一行一个：编码 数量"),
        strip=False,
        max_length=2_000_000,
        error_messages={"required": _("还没有贴任何东西")},
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
