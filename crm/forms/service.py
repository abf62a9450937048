"""What people fill in at the service desk."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.queries import agents
from crm.rules.agents import AMOUNTS, COUNTS, RATES, SECONDS
from crm.rules.bonus import AWARDS, DEDUCTIONS, Rule, stored
from crm.service_choices import HandOutRule, Measure
from crm.wording.service import AMOUNTS as AMOUNT_WORDS
from crm.wording.service import FIGURES
from products.forms.fields import date_input
from shopops.staff.models import User

NOBODY = "0"


def _lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class AgentField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An agent who works at the desk now."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(queryset=User.objects.none(), **options)

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        """Show a person's name."""
        return str(obj.name)


class AgentsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Agents who work at the desk now."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(queryset=User.objects.none(), **options)

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        """Show a person's name."""
        return str(obj.name)


class WithAgents(forms.Form):
    """A form whose agent fields offer those who work at the desk now."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, (AgentField, AgentsField)):
                field.queryset = agents.agents()


class DayForm(forms.Form):
    """A day of an agent by hand; what is not known stays empty."""

    day = forms.DateField(label=_("哪一天"), widget=date_input())

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for name in COUNTS:
            self.fields[name] = forms.IntegerField(
                label=FIGURES[name], min_value=0, max_value=1_000_000, required=False
            )
        for name in (*AMOUNTS, *SECONDS):
            self.fields[name] = forms.DecimalField(
                label=FIGURES[name],
                min_value=0,
                max_value=86_400 if name in SECONDS else None,
                max_digits=8 if name in SECONDS else 12,
                decimal_places=2,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
            )
        self.fields["note"] = forms.CharField(label=_("备注"), max_length=200, required=False)


class NameForm(WithAgents):
    """Who a chat tool's name is."""

    agent = AgentField(label=_("是谁"), required=False, empty_label=_("不是人（机器人、店铺号）"))


class TargetForm(forms.Form):
    """A target from a day on."""

    value = forms.DecimalField(
        label=_("目标"),
        max_digits=10,
        decimal_places=4,
        required=False,
        help_text=_("秒、元，或百分数里的数：85 是 85%。留空就不再设。"),
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )
    missed_days = forms.IntegerField(
        label=_("连续几天没达标才提醒"), min_value=1, max_value=60, initial=3
    )
    valid_from = forms.DateField(label=_("从哪天起"), widget=date_input())


def target_value(measure: str, value: Decimal | None) -> Decimal | None:
    """Turn what was typed into what is stored: rates were typed of a hundred."""
    return value / 100 if value is not None and measure in RATES else value


def target_typed(measure: str, value: Decimal | None) -> Decimal | None:
    """Turn a stored target into what a person types."""
    if value is None:
        return None
    return (value * 100 if measure in RATES else value).normalize().quantize(Decimal("0.01"))


class ScoreForm(forms.Form):
    """The shop's service score of a day."""

    day = forms.DateField(label=_("哪一天"), widget=date_input())
    score = forms.DecimalField(
        label=_("服务态度分"),
        min_value=0,
        max_value=5,
        max_digits=4,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )


class RuleForm(forms.Form):
    """What brings and costs how much, in yuan; deductions are typed without a sign."""

    month = forms.DateField(
        label=_("从哪个月起"), widget=date_input(), help_text=_("从这一天所在的月份起算。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for name in stored(Rule()):
            if name == "least_asked":
                self.fields[name] = forms.IntegerField(
                    label=AMOUNT_WORDS[name], min_value=0, max_value=100_000
                )
                continue
            self.fields[name] = forms.DecimalField(
                label=AMOUNT_WORDS[name],
                min_value=0,
                max_value=1_000_000,
                decimal_places=2,
                help_text=_("扣，元") if name in DEDUCTIONS else _("加，元"),
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
            )


def rule_typed(rule: Rule) -> dict[str, Any]:
    """Turn a rule into what a person types."""
    values: dict[str, Any] = dict(stored(rule))
    for name in DEDUCTIONS | AWARDS:
        values[name] = abs(Decimal(values[name])) / 100
    return values


def rule_sent(values: dict[str, Any]) -> Rule:
    """Turn what was typed into a rule in fen."""
    fen = {name: int(values[name] * 100) for name in DEDUCTIONS | AWARDS}
    for name in DEDUCTIONS:
        fen[name] = -fen[name]
    return Rule(**fen, least_asked=values["least_asked"])


class MonthForm(forms.Form):
    """Which month to work out."""

    month = forms.DateField(widget=forms.HiddenInput)


class WordsForm(forms.Form):
    """Why a line is wrong."""

    words = forms.CharField(label=_("为什么不对"), max_length=400, widget=_lines())


class ReasonForm(forms.Form):
    """Why a line is struck or kept."""

    reason = forms.CharField(label=_("理由"), max_length=400, widget=_lines())


class ExamForm(forms.Form):
    """An exam sheet."""

    title = forms.CharField(label=_("卷子"), max_length=60)
    pass_mark = forms.IntegerField(
        label=_("及格分（满分 100）"), min_value=1, max_value=100, initial=80
    )
    valid_days = forms.IntegerField(
        label=_("几天后要重考"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=_("留空：考过一次就算。"),
    )
    is_on = forms.BooleanField(label=_("在用"), required=False, initial=True)
    text = forms.CharField(
        label=_("题目"),
        max_length=50_000,
        widget=_lines(16),
        help_text=_(
            "题和题之间空一行；第一行是题，下面每行一个选项：对的用 * 开头，错的用 - 开头。"
        ),
    )


class HandOutForm(WithAgents):
    """Whom to give to whom."""

    of = forms.TypedChoiceField(
        label=_("谁的老客"), coerce=int, required=False, empty_value="0", choices=[]
    )
    least_orders = forms.IntegerField(
        label=_("至少付过几单"), min_value=1, max_value=1000, initial=1
    )
    days = forms.IntegerField(
        label=_("最近几天买过"), min_value=0, max_value=3650, initial=0, help_text=_("0 是不限。")
    )
    to = AgentsField(label=_("给谁"))
    rule = forms.ChoiceField(label=_("怎么分"), choices=HandOutRule.choices)

    def __init__(self, *args: Any, keepers: Any = (), **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        field = self.fields["of"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101
        field.choices = [
            (0, _("还没有人照看的")),
            *((one.agent.pk, one.agent.name) for one in keepers if one.customers),
        ]


MEASURE_CHOICES = Measure.choices
