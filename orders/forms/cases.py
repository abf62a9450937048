"""What people fill in about after-sales, the daily sweep and limits."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.choices import (
    CaseEventKind,
    CaseGrade,
    CaseState,
    CaseType,
    CompensationKind,
    CourierFault,
    Responsible,
    ToldChannel,
)
from orders.forms.acts import PassOnForm, ReasonForm

_MOST = Decimal("99999.99")


def _words(label: Any, *, rows: int = 3, limit: int = 2000) -> forms.CharField:  # noqa: ANN401
    return forms.CharField(
        label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": rows})
    )


class NewCaseForm(forms.Form):
    """Open a case on one order."""

    type = forms.ChoiceField(label=_("买家要什么"), choices=CaseType.choices)
    line = forms.TypedChoiceField(label=_("哪一件"), coerce=int, empty_value=None, required=False)
    words = _words(_("买家说了什么"))
    channel = forms.ChoiceField(label=_("在哪说的"), choices=ToldChannel.choices)
    is_complaint = forms.BooleanField(label=_("买家在投诉"), required=False)

    def __init__(self, *args: Any, lines: list[tuple[int, str]], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["line"]
        field.choices = [("", _("整张订单")), *lines]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What the buyer was answered."""

    channel = forms.ChoiceField(label=_("怎么答复的"), choices=ToldChannel.choices)
    words = _words(_("答复买家的话"))


class WordsForm(forms.Form):
    """A note, a piece of chat, or the buyer's next word."""

    kind = forms.ChoiceField(
        label=_("记什么"),
        choices=[
            (one.value, one.label)
            for one in (CaseEventKind.NOTE, CaseEventKind.BUYER, CaseEventKind.CHAT)
        ],
    )
    words = _words(_("内容"), rows=4)


class GradeForm(forms.Form):
    """How bad a case is."""

    grade = forms.ChoiceField(label=_("定级"), choices=CaseGrade.choices)


class BlameForm(forms.Form):
    """Whose fault it was."""

    responsible = forms.ChoiceField(label=_("责任方"), choices=Responsible.choices)
    carrier = forms.CharField(label=_("快递公司"), max_length=40, required=False)
    courier_fault = forms.ChoiceField(
        label=_("快递哪里不好"),
        choices=[("", _("不是快递的责任")), *CourierFault.choices],
        required=False,
    )


class MoveForm(forms.Form):
    """Whose turn it is."""

    state = forms.ChoiceField(
        label=_("轮到谁"),
        choices=[
            (one.value, one.label)
            for one in (CaseState.ANSWERED, CaseState.WAITING_BUYER, CaseState.WAITING_GOODS)
        ],
    )


class CloseCaseForm(forms.Form):
    """End a case."""

    resolution = forms.CharField(label=_("怎么解决的"), max_length=300)


class CompensationForm(forms.Form):
    """Promise the buyer something."""

    kind = forms.ChoiceField(label=_("给什么"), choices=CompensationKind.choices)
    amount = forms.DecimalField(
        label=_("金额（元）"),
        min_value=Decimal("0.01"),
        max_value=_MOST,
        max_digits=8,
        decimal_places=2,
        error_messages={
            "min_value": _("金额要大于 0。"),
            "max_value": _("金额最多 99,999.99 元。"),
            "max_decimal_places": _("金额最多两位小数。"),
        },
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )
    reason = forms.CharField(label=_("为什么补偿"), max_length=200)


class DecideForm(forms.Form):
    """Approve or refuse a compensation."""

    reason = forms.CharField(label=_("说明"), max_length=200, required=False)


class LimitForm(forms.Form):
    """One limit of the grid."""

    role = forms.CharField(max_length=40, widget=forms.HiddenInput)
    grade = forms.ChoiceField(choices=CaseGrade.choices, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    amount = forms.DecimalField(
        label=_("上限（元）"), min_value=0, max_value=_MOST, max_digits=8, decimal_places=2
    )


class FollowForm(forms.Form):
    """What was found and done about a missed order."""

    note = forms.CharField(label=_("查到什么、做了什么"), max_length=300)


class SettleForm(forms.Form):
    """End an item of the sweep by hand."""

    how = forms.CharField(label=_("怎么了结的"), max_length=300)


__all__ = [
    "AnswerForm",
    "BlameForm",
    "CloseCaseForm",
    "CompensationForm",
    "DecideForm",
    "FollowForm",
    "GradeForm",
    "LimitForm",
    "MoveForm",
    "NewCaseForm",
    "PassOnForm",
    "ReasonForm",
    "SettleForm",
    "WordsForm",
]
