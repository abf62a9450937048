"""Forms of tiers, points, occasions and draws."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.actions.draws import DrawValues
from crm.actions.occasions import OccasionValues
from crm.actions.tiers import PlanValues
from crm.choices import Channel
from crm.forms.screening import ScreenedForm
from crm.models import Customer, Occasion
from crm.queries.points import customer_named
from crm.queries.tiers import amount, plan_in_force
from crm.rules.tiers import Level, Plan
from crm.tier_choices import DrawKind, OccasionKind, SpentOn, TierFall
from products.forms.fields import MOMENTS, WordsField, date_input, moment_input
from shopops.lib.money import to_fen

MOST_LEVELS = 4

type Day = date


def _money(label: Any, help_text: Any = "") -> forms.DecimalField:  # noqa: ANN401
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal("0.01"),
        max_digits=10,
        decimal_places=2,
        help_text=help_text,
    )


def _count(label: Any, help_text: Any = "") -> forms.IntegerField:  # noqa: ANN401
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=1_000_000, help_text=help_text
    )


class PlanForm(ScreenedForm):
    """The tiers from a day on: up to four, the lowest first; one without a name is none."""

    screened_fields = tuple(
        f"l{n}_{name}" for n in range(1, MOST_LEVELS + 1) for name in ("name", "benefits")
    )

    valid_from = forms.DateField(label=gettext_lazy("从哪天起"), widget=date_input())
    window_days = forms.IntegerField(
        label=gettext_lazy("看最近多少天"),
        min_value=1,
        max_value=3660,
        help_text=gettext_lazy("累计金额、次数和单笔都在这些天里算"),
    )
    keep_days = forms.IntegerField(
        label=gettext_lazy("等级保多少天"),
        min_value=1,
        max_value=3660,
        help_text=gettext_lazy("到期那天看保级条件"),
    )
    fall = forms.ChoiceField(label=gettext_lazy("没达到保级"), choices=TierFall.choices)
    note = forms.CharField(label=gettext_lazy("为什么改"), required=False, max_length=200)
    is_sure = forms.BooleanField(
        label=gettext_lazy("知道了：有等级没人够得上，或人人够得上，就要这样"), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for n in range(1, MOST_LEVELS + 1):
            self.fields |= {f"l{n}_{name}": field for name, field in _level_fields(n).items()}

    @property
    def common(self) -> list[forms.BoundField]:
        """Give the fields of the whole plan."""
        return [self[name] for name in ("valid_from", "window_days", "keep_days", "fall", "note")]

    @property
    def levels(self) -> list[list[forms.BoundField]]:
        """Give the fields of each tier."""
        return [
            [self[f"l{n}_{name}"] for name in _level_fields(n)] for n in range(1, MOST_LEVELS + 1)
        ]

    def values(self) -> PlanValues:
        """Give what was entered as the actions take it."""
        data = self.cleaned_data
        levels: list[Level] = []
        for n in range(1, MOST_LEVELS + 1):
            if data[f"l{n}_name"].strip():
                levels.append(_level(len(levels) + 1, n, data))
        plan = Plan(tuple(levels), data["window_days"], data["keep_days"], data["fall"])
        return PlanValues(data["valid_from"], plan, data["note"])


def _level_fields(n: int) -> dict[str, forms.Field]:
    return {
        "name": forms.CharField(
            label=_("第 %(n)s 级叫什么") % {"n": n},
            required=n == 1,
            max_length=20,
        ),
        "rate": forms.DecimalField(
            label=_("折扣"),
            required=False,
            min_value=Decimal("0.5"),
            max_value=Decimal(1),
            max_digits=3,
            decimal_places=2,
            help_text=_("0.98 就是 98 折，不填不打折"),
        ),
        "one_order": _money(_("一单满多少元")),
        "window_amount": _money(_("累计满多少元")),
        "window_orders": _count(_("累计买几单")),
        "keep_amount": _money(_("保级：满多少元"), _("两项都不填，就是再达到门槛")),
        "keep_orders": _count(_("保级：买几单")),
        "benefits": forms.CharField(label=_("还有什么好处"), required=False, max_length=400),
    }


def _level(level: int, n: int, data: dict[str, Any]) -> Level:
    def fen(name: str) -> int | None:
        value = data[f"l{n}_{name}"]
        return None if value is None else to_fen(value)

    return Level(
        level,
        data[f"l{n}_name"].strip(),
        fen("one_order"),
        fen("window_amount"),
        data[f"l{n}_window_orders"],
        fen("keep_amount"),
        data[f"l{n}_keep_orders"],
        data[f"l{n}_rate"] or Decimal(1),
        data[f"l{n}_benefits"].strip(),
    )


def plan_initial(values: PlanValues) -> dict[str, Any]:
    """Give what the form shows of a plan."""
    plan = values.plan
    found: dict[str, Any] = {
        "valid_from": values.valid_from,
        "window_days": plan.window_days,
        "keep_days": plan.keep_days,
        "fall": plan.fall,
        "note": values.note,
    }
    for n, one in enumerate(plan.levels[:MOST_LEVELS], 1):
        found |= {
            f"l{n}_name": one.name,
            f"l{n}_rate": one.rate,
            f"l{n}_one_order": amount(one.one_order_fen),
            f"l{n}_window_amount": amount(one.window_fen),
            f"l{n}_window_orders": one.window_orders,
            f"l{n}_keep_amount": amount(one.keep_fen),
            f"l{n}_keep_orders": one.keep_orders,
            f"l{n}_benefits": one.benefits,
        }
    return found


class CustomerField(forms.CharField):
    """A member name; gives the customer."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(label=gettext_lazy("会员名"), max_length=80, **options)

    def clean(self, value: Any) -> Any:  # noqa: ANN401
        """Find who goes by that name."""
        name = super().clean(value)
        found: Customer | None = customer_named(name.strip())
        if found is None:
            raise forms.ValidationError(
                _("没有会员名是「%(name)s」的客户，写全。"), params={"name": name}
            )
        return found


class SpendForm(forms.Form):
    """Points that are spent."""

    customer = CustomerField()
    points = forms.IntegerField(label=gettext_lazy("用多少分"), min_value=1, max_value=10_000_000)
    on = forms.ChoiceField(label=gettext_lazy("用在哪里"), choices=SpentOn.choices)
    reason = forms.CharField(label=gettext_lazy("换了什么"), max_length=200)
    once = forms.CharField(widget=forms.HiddenInput, max_length=40)


class AdjustForm(forms.Form):
    """Points that are given or taken by hand."""

    customer = CustomerField()
    points = forms.IntegerField(
        label=gettext_lazy("加多少分"),
        min_value=-10_000_000,
        max_value=10_000_000,
        help_text=gettext_lazy("扣就写负数"),
    )
    reason = forms.CharField(label=gettext_lazy("为什么"), max_length=200)
    once = forms.CharField(widget=forms.HiddenInput, max_length=40)


class PointRuleForm(forms.Form):
    """How points are earned."""

    valid_from = forms.DateField(label=gettext_lazy("从哪天起"), widget=date_input())
    points_per_yuan = forms.DecimalField(
        label=gettext_lazy("每元几分"), min_value=0, max_value=1000, max_digits=6, decimal_places=2
    )
    expire_days = forms.IntegerField(
        label=gettext_lazy("多少天后到期"),
        required=False,
        min_value=1,
        max_value=3660,
        help_text=gettext_lazy("不填就不到期"),
    )


def level_choices(today: date) -> list[tuple[int, str]]:
    """Give the tiers of today to choose from."""
    levels = plan_in_force(today).levels
    return [
        (0, _("所有客户")),
        *((one.level, _("%(name)s 起") % {"name": one.name}) for one in levels),
    ]


class OccasionForm(ScreenedForm):
    """An occasion."""

    screened_fields = ("name", "what")

    kind = forms.ChoiceField(label=gettext_lazy("哪一种"), choices=OccasionKind.choices)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    date = forms.DateField(
        label=gettext_lazy("哪一天"),
        required=False,
        widget=date_input(),
        help_text=gettext_lazy("节日、上新、会员专享才写"),
    )
    days_before = forms.IntegerField(
        label=gettext_lazy("提前几天"), min_value=0, max_value=90, initial=0
    )
    after_days = forms.IntegerField(
        label=gettext_lazy("付款几天后"),
        required=False,
        min_value=1,
        max_value=365,
        help_text=gettext_lazy("商品回访才写"),
    )
    from_level = forms.TypedChoiceField(label=gettext_lazy("对谁"), coerce=int)
    channel = forms.ChoiceField(label=gettext_lazy("怎么说"), choices=Channel.choices)
    what = forms.CharField(
        label=gettext_lazy("说什么、给什么"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    goods = WordsField(
        label=gettext_lazy("哪些商品"),
        required=False,
        help_text=gettext_lazy("商家编码或商品ID，一行一个"),
    )
    is_on = forms.BooleanField(label=gettext_lazy("启用"), required=False, initial=True)
    field_order = (
        "kind", "name", "date", "days_before", "after_days", "from_level", "channel", "what", "goods",
        "is_on",
    )  # fmt: skip

    def __init__(self, *args: Any, today: Day, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["from_level"].choices = level_choices(today)  # type: ignore[attr-defined]

    def values(self) -> OccasionValues:
        """Give what was entered as the actions take it."""
        data = {
            name: value for name, value in self.cleaned_data.items() if name in self.base_fields
        }
        return OccasionValues(**{**data, "goods": tuple(dict.fromkeys(data["goods"]))})


def occasion_initial(row: Occasion) -> dict[str, Any]:
    """Give what the form shows of an occasion."""
    return {name: getattr(row, name) for name in OccasionForm.base_fields}


class DrawForm(ScreenedForm):
    """An activity of customers."""

    screened_fields = ("name", "prize", "rules")

    kind = forms.ChoiceField(label=gettext_lazy("哪一种"), choices=DrawKind.choices)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    prize = forms.CharField(label=gettext_lazy("奖品"), max_length=120)
    winners = forms.IntegerField(label=gettext_lazy("中奖几人"), min_value=1, max_value=1000)
    starts_at = forms.DateTimeField(
        label=gettext_lazy("报名从"), widget=moment_input(), input_formats=MOMENTS
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("报名到（不含）"), widget=moment_input(), input_formats=MOMENTS
    )
    from_level = forms.TypedChoiceField(label=gettext_lazy("谁能参加"), coerce=int)
    word_from = forms.CharField(
        label=gettext_lazy("外面的数从哪来"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("比如结束次日的福彩 3D 开奖号：有它，谁也不能挑着加名单"),
    )
    rules = forms.CharField(
        label=gettext_lazy("规则"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    field_order = (
        "kind", "name", "prize", "winners", "starts_at", "ends_at", "from_level", "word_from", "rules",
    )  # fmt: skip

    def __init__(self, *args: Any, today: Day, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["from_level"].choices = level_choices(today)  # type: ignore[attr-defined]

    def values(self) -> DrawValues:
        """Give what was entered as the actions take it."""
        data = {
            name: value for name, value in self.cleaned_data.items() if name in self.base_fields
        }
        return DrawValues(**data)


class EnterForm(forms.Form):
    """Somebody who takes part."""

    customer = CustomerField()
    text = forms.CharField(
        label=gettext_lazy("写了或发了什么"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class StrikeForm(forms.Form):
    """An entry that does not count."""

    number = forms.IntegerField(label=gettext_lazy("几号"), min_value=1)
    reason = forms.CharField(label=gettext_lazy("为什么"), max_length=200)


class WordForm(forms.Form):
    """The outside number by which is drawn."""

    word = forms.CharField(label=gettext_lazy("外面的数"), required=False, max_length=80)
