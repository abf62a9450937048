"""What people fill in about scores: a day as shown, indicators, one rating, plans; and what the solver is asked."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.actions.dsr import Said
from analytics.queries.shown import FIELDS
from analytics.rules.dsr import DAYS
from analytics.rules.experience import HOURS, INDICATORS, OF_FIVE, RATE
from analytics.score_choices import Score
from analytics.wording.dsr import field_words, indicator_words
from products.forms.fields import date_input
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import User


def _number(step: str) -> forms.NumberInput:
    return forms.NumberInput(attrs={"inputmode": "decimal", "step": step})


class ShownForm(forms.Form):
    """The scores of a day as the platform shows them; what is not known stays empty."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for name in FIELDS:
            self.fields[name] = forms.DecimalField(
                label=field_words(name),
                min_value=0,
                max_value=5,
                max_digits=6,
                decimal_places=5,
                required=False,
                widget=_number("0.00001"),
            )
        self.fields["note"] = forms.CharField(label=_("备注"), max_length=200, required=False)


class ExperienceForm(forms.Form):
    """A day's indicators as the platform's page says them. Rates are typed of a hundred."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for code, one in INDICATORS.items():
            name = indicator_words(code)
            unit = {RATE: _("（%）"), HOURS: _("（小时）"), OF_FIVE: ""}[one.unit]
            for end, label in (("", f"{name}{unit}"), ("_industry", _("行业"))):
                self.fields[f"{code}{end}"] = forms.DecimalField(
                    label=label,
                    min_value=0,
                    max_value={RATE: 100, OF_FIVE: 5}.get(one.unit, 2400),
                    max_digits=8,
                    decimal_places=3,
                    required=False,
                    widget=_number("0.001"),
                )

    def said(self) -> dict[str, Said]:
        """Give what was filled in, rates of one."""
        return {
            code: Said(self._read(code, one.unit), self._read(f"{code}_industry", one.unit))
            for code, one in INDICATORS.items()
        }

    def _read(self, name: str, unit: str) -> Decimal | None:
        value: Decimal | None = self.cleaned_data.get(name)
        return value / 100 if value is not None and unit == RATE else value


def typed(value: Decimal | None, unit: str) -> Decimal | None:
    """Turn a stored value into what a person types."""
    if value is None:
        return None
    return (value * 100 if unit == RATE else value).quantize(Decimal("0.001")).normalize() + 0


def score_typed(value: Decimal | None) -> Decimal | None:
    """Give a score as a person types it: two decimals, more only where they say something."""
    if value is None:
        return None
    short = value.quantize(Decimal("0.01"))
    return short if short == value else value.normalize()


class RatingForm(forms.Form):
    """One buyer's stars."""

    rated_at = forms.DateTimeField(
        label=_("什么时候打的"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    nick = forms.CharField(label=_("昵称"), max_length=80, required=False)
    tid = forms.RegexField(r"^\d{6,32}$", label=_("订单编号"), required=False)
    goods = forms.IntegerField(label=Score.GOODS.label, min_value=1, max_value=5, required=False)
    service = forms.IntegerField(
        label=Score.SERVICE.label, min_value=1, max_value=5, required=False
    )
    delivery = forms.IntegerField(
        label=Score.DELIVERY.label, min_value=1, max_value=5, required=False
    )

    def clean_rated_at(self) -> Any:  # noqa: ANN401
        """Read the time as Shanghai's, whatever the reader's clock."""
        return self.cleaned_data["rated_at"].replace(tzinfo=SHANGHAI)


class _Owned(forms.Form):
    """A form that names a colleague."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["owner"].queryset = User.objects.filter(is_active=True).order_by("name", "pk")  # type: ignore[attr-defined]


class _Person(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A colleague by name."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(queryset=User.objects.none(), empty_label=_("没有定"), **options)

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        """Show a person's name."""
        return str(obj.name)


class PlanForm(_Owned):
    """What a score is to be, by when, whose it is."""

    target = forms.DecimalField(
        label=_("要显示到"),
        min_value=1,
        max_value=5,
        max_digits=3,
        decimal_places=2,
        widget=_number("0.01"),
    )
    due_on = forms.DateField(label=_("到哪天"), widget=date_input())
    owner = _Person(label=_("谁负责"), required=False)


class LeverForm(_Owned):
    """What is done about a score by one lever."""

    text = forms.CharField(
        label=_("做什么"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    owner = _Person(label=_("谁做"), required=False)
    due_on = forms.DateField(label=_("到哪天"), widget=date_input(), required=False)
    is_done = forms.BooleanField(label=_("做完了"), required=False)


class SolverForm(forms.Form):
    """What the solver is asked; `today` bounds the day."""

    score = forms.ChoiceField(label=_("哪一项"), choices=Score.choices)
    target = forms.DecimalField(
        label=_("要显示到"),
        min_value=1,
        max_value=5,
        max_digits=3,
        decimal_places=2,
        widget=_number("0.01"),
    )
    due = forms.DateField(label=_("到哪天"), widget=date_input())
    a_day = forms.IntegerField(
        label=_("一天能来几个 5 分"), min_value=1, max_value=100_000, required=False
    )
    bad = forms.IntegerField(
        label=_("估计还会来几个 1 分"), min_value=0, max_value=100_000, required=False
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.today = today

    def clean_due(self) -> date:
        """Refuse a day that the solver cannot speak of."""
        due: date = self.cleaned_data["due"]
        last = self.today + timedelta(days=DAYS - 1)
        if not self.today < due <= last:
            raise forms.ValidationError(
                _("选明天到 %(last)s 之间的一天：再往后，现在来的评分也滚出去了。"),
                params={"last": last.isoformat()},
            )
        return due
