"""What people fill in about waves, bins and packing standards."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.audit import WordsField
from orders.forms.overruling import OverrulableForm

MOST_LIMIT = 20_000


class BuildForm(forms.Form):
    """How waves are built."""

    until = forms.ChoiceField(
        label=_("哪些订单"),
        choices=[
            ("today", _("今天要出的（含超时）")),
            ("tomorrow", _("到明天要出的")),
            ("all", _("全部已审的")),
        ],
        initial="today",
    )
    carrier = forms.ChoiceField(label=_("快递"))
    most = forms.IntegerField(
        label=_("每个波次最多几个包裹"), min_value=1, max_value=500, initial=40
    )
    limit = forms.IntegerField(label=_("最多几单"), min_value=1, max_value=MOST_LIMIT, initial=500)

    def __init__(self, *args: Any, carriers: list[str], **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        field = self.fields["carrier"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [("*", _("都要")), ("-", _("未定快递")), *((one, one) for one in carriers)]
        field.initial = "*"


class SkuForm(forms.Form):
    """What the warehouse knows of one SKU."""

    code = forms.CharField(label=_("商家编码"), max_length=80)
    bin_code = forms.CharField(
        label=_("货位"),
        max_length=20,
        required=False,
        help_text=_("写成 A-01-2 这样，按走的顺序排"),
    )
    barcode = forms.CharField(label=_("条码"), max_length=40, required=False)
    weight_grams = forms.IntegerField(
        label=_("一件几克"), min_value=1, max_value=200_000, required=False
    )
    title = forms.CharField(label=_("叫什么"), max_length=200, required=False)


class SkuFileForm(forms.Form):
    """Bins by paste or file."""

    text = forms.CharField(
        label=_("粘贴：商家编码、货位、条码、克重，一行一个"),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        required=False,
        help_text=_("可以从表格里直接复制过来，第一行是表头也行；空着的格子不改原来的"),
    )
    file = forms.FileField(label=_("或者传 CSV 文件"), required=False)


class StandardForm(OverrulableForm):
    """A packing standard; without a code it is the general one."""

    sku_code = forms.CharField(
        label=_("商家编码"), max_length=80, required=False, help_text=_("空着就是通用标准")
    )
    steps = WordsField(label=_("步骤，一行一个"), required=False)
    cards = WordsField(label=_("可以放的卡片，一行一个"), required=False)
    material_grams = forms.IntegerField(
        label=_("包材几克"), min_value=0, max_value=50_000, initial=0
    )
    needs_second_check = forms.BooleanField(label=_("要另一个人二次质检"), required=False)
    second_check_reason = forms.CharField(
        label=_("为什么要二次质检"), max_length=200, required=False
    )
    second_check_steps = WordsField(label=_("二次质检看什么，一行一个"), required=False)

    def _lines(self, name: str) -> list[str]:
        lines: list[str] = self.cleaned_data[name]
        if any(len(line) > 120 for line in lines):
            raise forms.ValidationError(_("一步最多 120 个字。"))
        return lines

    def clean_steps(self) -> list[str]:
        return self._lines("steps")

    def clean_cards(self) -> list[str]:
        return self._lines("cards")

    def clean_second_check_steps(self) -> list[str]:
        return self._lines("second_check_steps")
