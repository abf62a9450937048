"""Forms of customers."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.choices import Channel, CutMethod, LifeStage, RfmSegment
from crm.models import Customer, Tag
from crm.rules.rfm import SCORES
from shopops.staff.models import User

_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}


def _any(choices: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    return [("", _("不限")), *choices]


_MONTH = {"class": "form-control", "type": "month"}


def a_month(text: str) -> None:
    """Refuse what is no month as 2026-06."""
    _refuse_unless(re.fullmatch(r"20\d\d-\d\d", text), f"{text}-01", _("月份要像 2026-06。"))


def a_day(text: str) -> None:
    """Refuse what is no day as 2026-06-18."""
    _refuse_unless(re.fullmatch(r"20\d\d-\d\d-\d\d", text), text, _("日期要像 2026-06-18。"))


def _refuse_unless(match: re.Match[str] | None, day: str, words: Any) -> None:  # noqa: ANN401
    try:
        date.fromisoformat(day if match else "")
    except ValueError:
        raise forms.ValidationError(words) from None


_SCORES = [(str(score), str(score)) for score in range(SCORES, 0, -1)]


class ListFilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(
        label=_("会员名或手机号"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs=_TEXT),
    )
    stage = forms.ChoiceField(
        label=_("生命阶段"),
        choices=_any(LifeStage.choices),
        required=False,
        widget=forms.Select(attrs=_SELECT),
    )
    segment = forms.ChoiceField(
        label=_("价值分层"),
        choices=_any(RfmSegment.choices),
        required=False,
        widget=forms.Select(attrs=_SELECT),
    )
    recency = forms.ChoiceField(
        label=_("最近（R）"),
        choices=_any(_SCORES),
        required=False,
        widget=forms.Select(attrs=_SELECT),
    )
    frequency = forms.ChoiceField(
        label=_("次数（F）"),
        choices=_any(_SCORES),
        required=False,
        widget=forms.Select(attrs=_SELECT),
    )
    tag = forms.ChoiceField(label=_("标签"), required=False, widget=forms.Select(attrs=_SELECT))
    province = forms.CharField(
        label=_("省份"), max_length=20, required=False, widget=forms.TextInput(attrs=_TEXT)
    )
    agent = forms.ChoiceField(label=_("负责人"), required=False, widget=forms.Select(attrs=_SELECT))
    first = forms.CharField(
        label=_("首次付款的月份"),
        required=False,
        validators=[a_month],
        widget=forms.TextInput(attrs=_MONTH),
    )
    again = forms.CharField(
        label=_("哪个月又付过款（要先选首次付款的月份）"),
        required=False,
        validators=[a_month],
        widget=forms.TextInput(attrs=_MONTH),
    )
    until = forms.CharField(
        label=_("首次付款的月份算到哪天"),
        required=False,
        validators=[a_day],
        widget=forms.TextInput(attrs={"class": "form-control", "type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        tags = Tag.objects.filter(is_on=True).order_by("name", "pk").values_list("pk", "name")
        self._choices("tag", _any((str(pk), name) for pk, name in tags))
        self._choices("agent", _any(_people()))

    def clean(self) -> dict[str, Any]:
        """Look for those who came again among the first-time buyers of a month only."""
        data = super().clean() or {}
        if data.get("again") and not data.get("first"):
            self.add_error("again", _("先选首次付款的月份。"))
        if not data.get("first"):
            data["until"] = ""
        return data

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices


def _people() -> list[tuple[str, str]]:
    people = User.objects.filter(is_active=True).order_by("name", "pk").values_list("pk", "name")
    return [(str(pk), name) for pk, name in people]


class CustomerForm(forms.Form):
    """What a person writes of a customer."""

    note = forms.CharField(
        label=_("备注"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )
    birth_month = forms.IntegerField(
        label=_("生日：月"),
        min_value=1,
        max_value=12,
        required=False,
        widget=forms.NumberInput(attrs=_TEXT),
    )
    birth_day = forms.IntegerField(
        label=_("生日：日"),
        min_value=1,
        max_value=31,
        required=False,
        widget=forms.NumberInput(attrs=_TEXT),
    )
    agent = forms.ChoiceField(label=_("负责人"), required=False, widget=forms.Select(attrs=_SELECT))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["agent"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [("", _("没有")), *_people()]

    @classmethod
    def of(cls, customer: Customer) -> "CustomerForm":
        """Give the form of what stands."""
        return cls(
            initial={
                "note": customer.note,
                "birth_month": customer.birth_month,
                "birth_day": customer.birth_day,
                "agent": str(customer.agent_id or ""),
            }
        )


class ConsentForm(forms.Form):
    """That a person agreed to be written to."""

    channel = forms.ChoiceField(
        label=_("渠道"), choices=Channel.choices, widget=forms.Select(attrs=_SELECT)
    )
    proof = forms.CharField(
        label=_("凭据：在哪里、怎么说的"), max_length=200, widget=forms.TextInput(attrs=_TEXT)
    )


class BlackListForm(forms.Form):
    """Why, and until when."""

    reason = forms.CharField(label=_("理由"), max_length=200, widget=forms.TextInput(attrs=_TEXT))
    until = forms.DateField(
        label=_("到哪天为止（可不填）"),
        required=False,
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}),
    )


def _cuts(label: Any) -> forms.CharField:  # noqa: ANN401
    return forms.CharField(
        label=label, max_length=80, required=False, widget=forms.TextInput(attrs=_TEXT)
    )


class RfmRuleForm(forms.Form):
    """Window and cut points."""

    window_days = forms.IntegerField(
        label=_("看多少天"), min_value=1, max_value=3660, widget=forms.NumberInput(attrs=_TEXT)
    )
    method = forms.ChoiceField(
        label=_("怎么分五档"), choices=CutMethod.choices, widget=forms.Select(attrs=_SELECT)
    )
    recency = _cuts(_("距今天数的 4 个分界（固定分界时填，如 30 90 180 300）"))
    frequency = _cuts(_("单数的 4 个分界（如 1 2 3 5）"))
    monetary = _cuts(_("金额的 4 个分界，元（如 100 300 800 2000）"))

    def clean(self) -> dict[str, Any]:
        """Read the cut points; only fixed ones are needed."""
        data = super().clean() or {}
        data["cuts"] = {}
        if data.get("method") == CutMethod.FIXED:
            for name, unit in (("recency", 1), ("frequency", 1), ("monetary", 100)):
                data["cuts"][name] = self._points(name, str(data.get(name, "")), unit)
        return data

    def _points(self, name: str, text: str, unit: int) -> list[int]:
        parts = text.replace(",", " ").replace("，", " ").replace("、", " ").split()
        if len(parts) != 4 or not all(one.isdecimal() for one in parts):
            self.add_error(name, _("要 4 个整数，从小到大。"))
            return []
        points = [int(one) * unit for one in parts]
        if points != sorted(points):
            self.add_error(name, _("要从小到大。"))
        return points


class LifeRuleForm(forms.Form):
    """Days that part the stages of life; all empty: by the shop's own intervals."""

    active_days = forms.IntegerField(
        label=_("活跃：几天内买过"),
        min_value=1,
        required=False,
        widget=forms.NumberInput(attrs=_TEXT),
    )
    cooling_days = forms.IntegerField(
        label=_("转凉：到几天"), min_value=2, required=False, widget=forms.NumberInput(attrs=_TEXT)
    )
    asleep_days = forms.IntegerField(
        label=_("沉睡：到几天，再久算流失"),
        min_value=3,
        required=False,
        widget=forms.NumberInput(attrs=_TEXT),
    )

    def clean(self) -> dict[str, Any]:
        """Either all or none, each larger than the one before."""
        data = super().clean() or {}
        days = [data.get(name) for name in ("active_days", "cooling_days", "asleep_days")]
        known = [one for one in days if one is not None]
        if len(known) < len(days):
            if known:
                raise forms.ValidationError(_("三个都填，或者都不填（按店里自己的间隔）。"))
            return data
        if known != sorted(set(known)):
            raise forms.ValidationError(_("要一个比一个大。"))
        return data
