"""What people fill in about audit."""

import re
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.choices import AuditRuleCode, Flag, HoldKind, KeywordAct, KeywordPlace
from orders.rules.audit_parameters import PARAMETERS, Parameter, ParameterKind

LABELS: dict[str, str | Promise] = {
    "from": _("从"),
    "to": _("到"),
    "minutes": _("分钟"),
    "wait_minutes": _("最多等几分钟"),
    "amount": _("金额（元）"),
    "count": _("最多"),
    "codes": _("商家编码，一行一个"),
    "provinces": _("省份，一行一个"),
    "days_ahead": _("提前几天放行"),
    "hold_unmatched": _("没有关键词能回答的备注也挂起"),
    "tolerance": _("每件允许差几元"),
    "below_lowest": _("低于付款当天算出的最低到手价也挂起"),
    "hold_unknown": _("看不出每行实付多少的也挂起"),
    "below_freight": _("邮费比运费模板算出的少也挂起"),
}
_SPLIT = re.compile(r"[\n,，、;；]+")


class WordsField(forms.CharField):
    """Several words, each on its own line or parted by commas."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        options.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401
        """Give the words as a list."""
        return [word.strip() for word in _SPLIT.split(str(value or "")) if word.strip()]

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401
        """Show a list one word a line."""
        return "\n".join(value) if isinstance(value, list) else value


def _field(parameter: Parameter) -> forms.Field:
    label: Any = LABELS[parameter.name]  # lazy words, which the stubs do not know
    match parameter.kind:
        case ParameterKind.CLOCK:
            attributes = {"inputmode": "numeric", "maxlength": 5, "autocomplete": "off"}
            return forms.TimeField(
                label=label,
                input_formats=["%H:%M"],
                widget=forms.TimeInput(attrs=attributes, format="%H:%M"),
                error_messages={"invalid": _("写成 16:00 这样")},
            )
        case ParameterKind.AMOUNT | ParameterKind.TOLERANCE as kind:
            least, most = (0, 100) if kind is ParameterKind.TOLERANCE else (1, None)
            return forms.DecimalField(
                label=label, min_value=least, max_value=most, max_digits=10, decimal_places=2
            )
        case ParameterKind.WORDS:
            return WordsField(label=label)
        case ParameterKind.SWITCH:
            return forms.BooleanField(label=label, required=False)
        case ParameterKind.DAYS:
            return forms.IntegerField(label=label, min_value=0, max_value=60)
        case _:
            return forms.IntegerField(label=label, min_value=1, max_value=100_000)


class RuleParametersForm(forms.Form):
    """The values of one audit rule, and whether it is on."""

    is_on = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, *args: Any, code: AuditRuleCode, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.code = code
        for parameter in PARAMETERS[code]:
            if parameter.kind is ParameterKind.FLAG_ACTS:
                self._add_flags()
            else:
                self.fields[parameter.name] = _field(parameter)
                self.fields[parameter.name].initial = parameter.start

    def _add_flags(self) -> None:
        acts = [
            ("", _("不管")),
            (KeywordAct.HOLD.value, KeywordAct.HOLD.label),
            (KeywordAct.URGENT.value, KeywordAct.URGENT.label),
        ]
        for flag in Flag:
            if flag:
                self.fields[f"flag_{flag.value}"] = forms.ChoiceField(
                    label=flag.label, choices=acts, required=False
                )

    def parameters(self) -> dict[str, Any]:
        """Give the values as `orders.rules.audit_parameters.checked` takes them."""
        data = self.cleaned_data
        values = {name: data[name] for name in LABELS if name in data}
        flags = {
            name.removeprefix("flag_"): act
            for name, act in data.items()
            if name.startswith("flag_") and act
        }
        return {**values, "acts": flags} if self.code == AuditRuleCode.FLAGS else values


def rule_initial(code: AuditRuleCode, parameters: dict[str, Any], *, is_on: bool) -> dict[str, Any]:
    """Give what a form shows of a stored rule."""
    shown = {"is_on": is_on, **parameters}
    if code == AuditRuleCode.FLAGS:
        shown |= {f"flag_{flag}": act for flag, act in parameters.get("acts", {}).items()}
    return shown


class NewRuleForm(forms.Form):
    """Which rule to add."""

    code = forms.ChoiceField(label=_("规则"), choices=AuditRuleCode.choices)


class KeywordForm(forms.Form):
    """Words in a message or memo, and what they ask for."""

    words = WordsField(label=_("关键词，一行一个"))
    unless = WordsField(label=_("有这些词就不算"), required=False)
    place = forms.ChoiceField(label=_("看哪里"), choices=KeywordPlace.choices, initial="both")
    act = forms.ChoiceField(label=_("怎么办"), choices=KeywordAct.choices)
    value = forms.CharField(
        label=_("快递或赠品"),
        required=False,
        max_length=40,
        help_text=_("指定快递写快递名，加赠品写赠品编码"),
    )
    hold_kind = forms.ChoiceField(
        label=_("挂成哪一种"), required=False, choices=[("", "—"), *HoldKind.choices]
    )

    def clean(self) -> dict[str, Any]:
        """Take the kind of hold as the value where the act is to hold."""
        data = super().clean() or {}
        if data.get("act") == KeywordAct.HOLD:
            data["value"] = data.get("hold_kind") or ""
            if not data["value"]:
                self.add_error("hold_kind", _("选一种挂起。"))
        elif data.get("act") in {KeywordAct.COURIER, KeywordAct.GIFT} and not data.get("value"):
            self.add_error("value", _("写下是哪家快递，或者哪个赠品。"))
        return data


class BlackListForm(forms.Form):
    """Put a buyer on the black list."""

    nick = forms.CharField(label=_("买家会员名"), max_length=80)
    reason = forms.CharField(label=_("为什么"), max_length=200)
