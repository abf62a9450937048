"""What people fill in about tests, material and festivals."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from products.forms.fields import WordsField, date_input
from products.forms.watch import ProductKeyField
from promotions.choices import (
    FestivalKind,
    MaterialKind,
    TrialMeasure,
    TrialSplit,
    TrialState,
    TrialSubject,
)
from promotions.forms.partners import NOBODY, amount_field, lines
from promotions.models import Activity, Trial

PERCENT = Decimal(100)


class TrialForm(forms.Form):
    """A test to set up."""

    name = forms.CharField(label=_("测什么"), max_length=80)
    subject = forms.ChoiceField(label=_("改的是"), choices=TrialSubject.choices)
    product_id = ProductKeyField(
        label=_("哪个商品"), required=False, help_text=_("商品ID 或货号。")
    )
    split = forms.ChoiceField(label=_("怎么分"), choices=TrialSplit.choices)
    block_days = forms.IntegerField(
        label=_("一段几天"),
        min_value=1,
        max_value=14,
        initial=1,
        help_text=_("只有按段轮换才用到。"),
    )
    measure = forms.ChoiceField(
        label=_("看什么"), choices=TrialMeasure.choices, initial="buyer_rate"
    )
    names = WordsField(label=_("各种方案"), help_text=_("一行一种，2 到 5 种，第一行是现在的。"))
    starts_on = forms.DateField(label=_("从哪天起"), widget=date_input())
    planned_days = forms.IntegerField(
        label=_("至少测几天"),
        min_value=7,
        max_value=120,
        initial=14,
        help_text=_("两种方案按天轮换，14 天正好每种星期几都轮到。"),
    )
    baseline = forms.DecimalField(
        label=_("现在是多少"),
        min_value=Decimal("0.0001"),
        max_digits=10,
        decimal_places=4,
        help_text=_("比率写百分数，比如 4.2；金额写每访客几元。"),
    )
    smallest_lift = forms.DecimalField(
        label=_("至少想看出多大的提升（%）"),
        min_value=1,
        max_value=500,
        max_digits=5,
        decimal_places=1,
        initial=15,
        help_text=_("相对现在的：现在 4 个百分点，写 15 就是看得出 4.6 个百分点。越小要的人越多。"),
    )
    spread = amount_field(_("每访客金额的标准差（元）"), required=False)

    def clean(self) -> dict[str, Any]:
        """Make parts of 1 of what was written as percent."""
        data: dict[str, Any] = super().clean() or {}
        is_amount = data.get("measure") == TrialMeasure.AMOUNT
        if is_amount and not data.get("spread") and "spread" not in self.errors:
            self.add_error("spread", _("看金额的测试要写标准差。"))
        if "baseline" in data and not is_amount:
            data["baseline"] /= PERCENT
        if "smallest_lift" in data:
            data["smallest_lift"] /= PERCENT
        return data


class DayForm(forms.Form):
    """A day's figures of one form, or of all: fields `people_N`, `hits_N`, `amount_N` by form."""

    date = forms.DateField(label=_("哪天的数"), widget=date_input())

    def __init__(self, *args: Any, trial: Trial, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.variants = list(trial.variants.order_by("position", "pk"))
        is_clicks = trial.measure == TrialMeasure.CLICK_RATE
        for one in self.variants:
            self.fields[f"people_{one.pk}"] = forms.IntegerField(
                label=f"{one.name} · {_('展现') if is_clicks else _('访客')}",
                min_value=0,
                max_value=10**9,
                required=False,
            )
            self.fields[f"hits_{one.pk}"] = forms.IntegerField(
                label=f"{one.name} · {_('点击') if is_clicks else _('支付买家')}",
                min_value=0,
                max_value=10**9,
                required=False,
            )
            if trial.measure == TrialMeasure.AMOUNT:
                self.fields[f"amount_{one.pk}"] = amount_field(
                    f"{one.name} · {_('支付金额（元）')}", required=False, lowest=Decimal(0)
                )

    def clean(self) -> dict[str, Any]:
        """Ask for both figures of a form, or for none."""
        data: dict[str, Any] = super().clean() or {}
        for one in self.variants:
            people, hits = data.get(f"people_{one.pk}"), data.get(f"hits_{one.pk}")
            if (people is None) != (hits is None) and not self.errors:
                self.add_error(
                    f"hits_{one.pk}", _("「%(name)s」两个数都要填。") % {"name": one.name}
                )
        return data


class DecideForm(forms.Form):
    """What a test ends with."""

    chosen = forms.ChoiceField(label=_("以后用哪种"))
    lesson = forms.CharField(label=_("学到了什么"), max_length=400, widget=lines())

    def __init__(self, *args: Any, offered: list[tuple[int, str]], **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["chosen"].choices = offered  # type: ignore[attr-defined]


class StopForm(forms.Form):
    """Why a test ends early."""

    lesson = forms.CharField(label=_("为什么停"), max_length=400, widget=lines())


class MaterialForm(forms.Form):
    """A piece of material."""

    kind = forms.ChoiceField(label=_("是什么"), choices=MaterialKind.choices)
    title = forms.CharField(label=_("标题"), max_length=80)
    text = forms.CharField(label=_("内容"), max_length=4000, required=False, widget=lines(5))
    tags = WordsField(label=_("标签"), required=False, help_text=_("用逗号分开，比如 双11，主图。"))
    image = forms.FileField(
        label=_("图片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def clean_tags(self) -> list[str]:
        """Keep each tag once, in the order written."""
        tags = [str(one)[:20] for one in self.cleaned_data["tags"]]
        return list(dict.fromkeys(tags))[:12]


class MaterialEditForm(MaterialForm):
    """A piece of material that is known."""

    is_on = forms.BooleanField(label=_("在用"), required=False)


class UseForm(forms.Form):
    """Where a piece is used: one of the three."""

    activity = forms.ModelChoiceField(
        label=_("活动"), queryset=Activity.objects.none(), required=False, empty_label=NOBODY
    )
    product_id = ProductKeyField(label=_("商品"), required=False, help_text=_("商品ID 或货号。"))
    trial = forms.ModelChoiceField(
        label=_("测试"), queryset=Trial.objects.none(), required=False, empty_label=NOBODY
    )

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["activity"].queryset = Activity.objects.order_by("-starts_at", "-pk")  # type: ignore[attr-defined]
        self.fields["trial"].queryset = Trial.objects.filter(state=TrialState.RUNNING).order_by(  # type: ignore[attr-defined]
            "-starts_on", "-pk"
        )

    def clean(self) -> dict[str, Any]:
        """Ask for exactly one."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and sum(value is not None for value in data.values()) != 1:
            raise forms.ValidationError(_("活动、商品、测试里选一个。"))
        return data


class FestivalForm(forms.Form):
    """A festival."""

    name = forms.CharField(label=_("节日"), max_length=40)
    kind = forms.ChoiceField(label=_("哪一类"), choices=FestivalKind.choices)
    starts_on = forms.DateField(label=_("开始"), widget=date_input())
    ends_on = forms.DateField(label=_("结束"), widget=date_input())
    is_certain = forms.BooleanField(label=_("日子已经核对过"), required=False)
    note = forms.CharField(label=_("备注"), max_length=200, required=False)
