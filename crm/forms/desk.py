"""What people fill in about reviews, follow-ups and answers."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.forms.screening import ScreenedForm
from crm.review_choices import (
    FollowCause,
    FollowKind,
    FollowResult,
    ProofKind,
    Rating,
    ReviewCause,
    ReviewOutcome,
    Scene,
    Tone,
    Topic,
)
from crm.rules.answers import VARIABLES
from orders.choices import CaseType
from products.forms.fields import MOMENTS, moment_input
from shopops.staff.models import User

NONE = [("", _("—"))]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody who works here, by name."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(
            queryset=User.objects.filter(is_active=True).order_by("name", "pk"), **options
        )

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        """Show the name."""
        return str(obj.name)


class ReviewAnswerForm(ScreenedForm):
    """What was said to the buyer."""

    screened_fields = ("words",)
    words = forms.CharField(label=_("答复"), max_length=500, widget=_area(4))
    answer_id = forms.IntegerField(required=False, widget=forms.HiddenInput())


class OwnerForm(forms.Form):
    """To whom it goes."""

    owner = PersonField(label=_("谁处理"), required=False)


class CauseForm(forms.Form):
    """Why it was written."""

    cause = forms.ChoiceField(label=_("原因"), choices=ReviewCause.choices)
    note = forms.CharField(label=_("备注"), max_length=500, required=False, widget=_area(2))


class EndForm(forms.Form):
    """How it ended."""

    outcome = forms.ChoiceField(label=_("结果"), choices=ReviewOutcome.choices)
    note = forms.CharField(label=_("备注"), max_length=500, required=False, widget=_area(2))


class ManyCauseForm(forms.Form):
    """Why many were written; notes belong to each of them."""

    cause = forms.ChoiceField(label=_("原因"), choices=ReviewCause.choices)


class ManyEndForm(forms.Form):
    """How many ended."""

    outcome = forms.ChoiceField(label=_("结果"), choices=ReviewOutcome.choices)


class LinkForm(forms.Form):
    """Which order it is about."""

    tid = forms.CharField(label=_("订单编号"), max_length=32)


class ClaimForm(forms.Form):
    """Why a review is malicious."""

    claim = forms.CharField(label=_("为什么是恶意评价"), max_length=1000, widget=_area(4))


class ProofForm(forms.Form):
    """One piece of evidence."""

    kind = forms.ChoiceField(label=_("证据"), choices=ProofKind.choices)
    happened_at = forms.DateTimeField(
        label=_("什么时候的"), widget=moment_input(), input_formats=MOMENTS
    )
    words = forms.CharField(
        label=_("说明或聊天原文"), max_length=4000, required=False, widget=_area(4)
    )
    file = forms.FileField(label=_("图片、视频或 PDF"), required=False)


class MoveForm(forms.Form):
    """Where the complaint goes."""

    words = forms.CharField(label=_("投诉编号或平台怎么说"), max_length=500, required=False)


class TouchForm(ScreenedForm):
    """What came of speaking to a customer."""

    screened_fields = ("words",)
    result = forms.ChoiceField(
        label=_("买家怎么说"), choices=FollowResult.choices, widget=forms.RadioSelect()
    )
    words = forms.CharField(label=_("说了什么"), max_length=500, required=False, widget=_area(4))
    cause = forms.ChoiceField(
        label=_("什么问题"), choices=[*NONE, *FollowCause.choices], required=False
    )
    case_type = forms.ChoiceField(
        label=_("买家要什么"), choices=[*NONE, *CaseType.choices], required=False
    )
    amount = forms.DecimalField(
        label=_("当场给的券（元）"),
        min_value=5,
        max_value=10,
        max_digits=4,
        decimal_places=2,
        required=False,
        help_text=_("只在到得太晚或压坏破损时，5 到 10 元；先道歉，再说补偿，不提评价。"),
    )
    answer_id = forms.IntegerField(required=False, widget=forms.HiddenInput())


class AssignForm(ScreenedForm):
    """To whom old customers go, and why."""

    screened_fields = ("why",)

    agent = PersonField(label=_("交给谁"))
    why = forms.CharField(label=_("聊什么"), max_length=200, required=False)


class AnswerForm(ScreenedForm):
    """A standard answer."""

    screened_fields = ("title", "text")
    scene = forms.ChoiceField(label=_("场景"), choices=Scene.choices)
    title = forms.CharField(label=_("标题"), max_length=60)
    keywords = forms.CharField(
        label=_("别的说法"),
        max_length=200,
        required=False,
        help_text=_("用空格分开，搜索时也找它们。"),
    )
    text = forms.CharField(
        label=_("正文"),
        max_length=1000,
        widget=_area(6),
        help_text=format_lazy(
            _("能用的变量：{names}"), names=" ".join(f"{{{one}}}" for one in VARIABLES)
        ),
    )


class ChatForm(forms.Form):
    """A chat export, pasted or as a file."""

    text = forms.CharField(
        label=_("粘贴聊天记录"), required=False, max_length=2_000_000, widget=_area(6)
    )
    file = forms.FileField(
        label=_("或者选 CSV、TXT 文件"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("text", "").strip() and not data.get("file") and not self.errors:
            self.add_error("text", _("粘贴聊天记录，或者选一个文件。"))
        return data


def _any(choices: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    return [("", _("全部")), *choices]


def _people() -> list[tuple[str, str]]:
    rows = User.objects.filter(is_active=True).order_by("name", "pk")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


class ReviewFilterForm(forms.Form):
    """What the list of reviews is narrowed to. What stands in the address and is none is refused."""

    q = forms.CharField(label=_("评论里的词、昵称或订单号"), max_length=80, required=False)
    rating = forms.ChoiceField(label=_("评价"), choices=_any(Rating.choices), required=False)
    topic = forms.ChoiceField(label=_("话题"), choices=_any(Topic.choices), required=False)
    tone = forms.ChoiceField(label=_("语气"), choices=_any(Tone.choices), required=False)
    cause = forms.ChoiceField(label=_("原因"), choices=_any(ReviewCause.choices), required=False)
    sku = forms.CharField(label="SKU", max_length=80, required=False)
    month = forms.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        label=_("哪个月"),
        required=False,
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    since = forms.DateField(label=_("从哪天起"), required=False, widget=forms.HiddenInput())
    owner = forms.ChoiceField(label=_("谁处理"), required=False)
    agent = forms.ChoiceField(label=_("谁接待"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        people = _any(_people())
        for name in ("owner", "agent"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.choices = people


class TaskFilterForm(forms.Form):
    """What the list of follow-ups is narrowed to."""

    q = forms.CharField(label=_("会员名或订单号"), max_length=80, required=False)
    kind = forms.ChoiceField(label=_("为什么"), choices=_any(FollowKind.choices), required=False)
    result = forms.ChoiceField(label=_("结果"), choices=_any(FollowResult.choices), required=False)
    owner = forms.ChoiceField(label=_("谁跟"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = _any([("0", _("没人领")), *_people()])
