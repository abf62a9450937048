"""What people fill in about listing: material, words, slots, exemptions."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from products.choices import GoodsRuleCode
from products.forms.fields import PairsField, WordsField, date_input
from products.rules.parameters import PARAMETERS, Parameter

WEEKDAYS = (
    (0, _("周一")),
    (1, _("周二")),
    (2, _("周三")),
    (3, _("周四")),
    (4, _("周五")),
    (5, _("周六")),
    (6, _("周日")),
)


class MaterialForm(forms.Form):
    """A product's material for listing."""

    category = forms.CharField(label=_("类目"), max_length=80, required=False)
    brand = forms.CharField(label=_("品牌"), max_length=40, required=False)
    promise_hours = forms.IntegerField(
        label=_("几小时内发货"), min_value=1, max_value=1440, required=False
    )
    props = PairsField(label=_("属性"), required=False, help_text=_("一行一项，写成「材质：棉」。"))
    sizes = forms.CharField(
        label=_("尺寸数据"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("把每个规格的尺寸写全，检查时和 SKU 规格对。"),
    )
    detail = forms.CharField(
        label=_("详情页文字或源码"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ReasonForm(forms.Form):
    """A reason, in one line."""

    reason = forms.CharField(label=_("原因"), max_length=200)


class WordForm(forms.Form):
    """A new row of the word list."""

    word = forms.CharField(label=_("词"), max_length=40)
    is_forbidden = forms.TypedChoiceField(
        label=_("哪一种"),
        choices=(("1", _("不能用的词")), ("0", _("标题该有的关键词"))),
        coerce=lambda value: value == "1",
        initial="1",
    )
    category = forms.CharField(
        label=_("类目"), max_length=80, required=False, help_text=_("不填：所有类目。")
    )
    reason = forms.CharField(label=_("为什么"), max_length=200)
    exemptions = WordsField(
        label=_("这些说法里可以用"), required=False, help_text=_("一行一个，比如「最大承重」。")
    )
    valid_from = forms.DateField(label=_("从哪天起"), widget=date_input())
    source = forms.CharField(label=_("出处"), max_length=100, required=False)


class WordChangeForm(forms.Form):
    """Why a word is on the list, and what makes it harmless."""

    reason = forms.CharField(label=_("为什么"), max_length=200)
    exemptions = WordsField(label=_("这些说法里可以用"), required=False)


class SlotForm(forms.Form):
    """When in the week a product is listed."""

    product = forms.IntegerField(widget=forms.HiddenInput)
    weekday = forms.TypedChoiceField(label=_("星期"), choices=WEEKDAYS, coerce=int)
    at = forms.TimeField(
        label=_("几点"),
        input_formats=["%H:%M"],
        widget=forms.TimeInput(attrs={"maxlength": 5, "inputmode": "numeric"}, format="%H:%M"),
        error_messages={"invalid": _("写成 16:00 这样")},
    )


PARAMETER_LABELS: dict[str, str | Promise] = {
    "title_bytes": _("标题最多几个字节（GBK）"),
    "image_side": _("主图边长至少几像素"),
    "white_level": _("多亮算白（0–255）"),
    "white_rate": _("四周白色至少占几成（0–1）"),
    "needed_attributes": _("必填的属性，一行一个"),
    "slot_cap": _("一个小时最多排几个"),
    "showcase_slots": _("橱窗位个数"),
    "band_width": _("离平常几倍算低"),
    "fewest_pieces": _("库存低于几件提醒"),
    "rank_drop": _("名次掉几位算突然"),
    "price_cut_rate": _("对手降价几成提醒（0–1）"),
    "sales_leap_rate": _("对手月销涨几成提醒（0–1）"),
    "days": _("看最近几天"),
    "on_rate": _("问题率到多少打开二检（0–1）"),
    "off_rate": _("问题率低于多少关掉二检（0–1）"),
    "minimum_pieces": _("卖出不到几件不判断"),
    "minimum_people": _("不到几位买家不判断"),
    "slow_days": _("够卖超过几天算滞销"),
    "slow_cut_rate": _("滞销建议降几成（0–1）"),
    "season_cut_rate": _("季末建议降几成（0–1）"),
    "rival_gap_rate": _("比对手贵几成提醒（0–1）"),
    "near_hours": _("申诉到期前几小时提醒"),
    "behind_rate": _("照这样月底比目标少几成提醒（0–1）"),
    "first_day": _("从每月几号起看"),
}


def _field(parameter: Parameter) -> forms.Field:
    label: Any = PARAMETER_LABELS[parameter.name]  # lazy words, which the stubs do not know
    if parameter.is_words:
        return WordsField(label=label)
    if parameter.is_rate or isinstance(parameter.start, float):
        return forms.FloatField(label=label, min_value=parameter.low, max_value=parameter.high)
    low, high = int(parameter.low), int(parameter.high)
    return forms.IntegerField(label=label, min_value=low, max_value=high)


class GoodsRuleForm(forms.Form):
    """The figures of one rule."""

    def __init__(self, *args: Any, code: GoodsRuleCode, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for parameter in PARAMETERS[code]:
            self.fields[parameter.name] = _field(parameter)
