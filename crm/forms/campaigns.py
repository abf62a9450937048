"""What people fill in about campaigns, refusals and the rules of writing."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.actions.campaigns import MOST_ARMS, ArmValues, CampaignValues
from crm.choices import Backend, Channel
from crm.models import Campaign, Segment
from shopops.lib.business_time import SHANGHAI

_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
ARM_FIELDS = ("name", "text", "benefit", "benefit_amount", "weight", "overrule_reason")


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class CampaignForm(forms.Form):
    """Who, when, and the frame; the texts are forms of their own."""

    name = forms.CharField(label=_("名字"), max_length=60)
    segment = forms.ModelChoiceField(
        label=_("人群"), queryset=Segment.objects.none(), empty_label=None
    )
    channel = forms.ChoiceField(label=_("渠道"), choices=Channel.choices, initial=Channel.SMS)
    backend = forms.ChoiceField(label=_("谁来发"), choices=Backend.choices, initial=Backend.UPLOAD)
    holdout_percent = forms.IntegerField(
        label=_("留出百分之几不发"),
        min_value=0,
        max_value=50,
        initial=20,
        help_text=_("随机留出，才知道多买是不是发消息带来的。"),
    )
    starts_at = forms.DateTimeField(label=_("什么时候发"), widget=_moment(), input_formats=_MOMENTS)
    window_days = forms.IntegerField(label=_("看几天的效果"), min_value=1, max_value=90, initial=7)
    goal = forms.CharField(label=_("为什么发"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["segment"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = Segment.objects.filter(is_on=True).order_by("name", "pk")


class ArmForm(forms.Form):
    """One text with one benefit."""

    name = forms.CharField(label=_("组名"), max_length=20)
    text = forms.CharField(
        label=_("文案"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    benefit = forms.CharField(
        label=_("给什么好处"), max_length=60, required=False, help_text=_("不给就空着")
    )
    benefit_amount = forms.DecimalField(
        label=_("每单成本（元）"),
        min_value=Decimal(0),
        max_digits=8,
        decimal_places=2,
        required=False,
        initial=0,
    )
    weight = forms.IntegerField(label=_("占几份"), min_value=1, max_value=100, initial=1)
    overrule_reason = forms.CharField(label=_("被拦的词为什么放行"), max_length=200, required=False)

    def values(self) -> ArmValues:
        """Give what was filled in."""
        data = self.cleaned_data
        return ArmValues(
            name=data["name"],
            text=data["text"],
            benefit=data["benefit"],
            benefit_amount=data["benefit_amount"] or Decimal(0),
            weight=data["weight"],
            overrule_reason=data["overrule_reason"],
        )


def arm_forms(data: Any = None, campaign: Campaign | None = None) -> list[ArmForm]:  # noqa: ANN401
    """Give the forms of the texts: as sent, as stored, or a first one."""
    if data is not None:
        sent = str(data.get("arms", "1"))
        count = min(max(int(sent) if sent.isdecimal() else 1, 1), MOST_ARMS)
        return [ArmForm(data, prefix=f"arm{at}") for at in range(count)]
    if campaign is None:
        return [ArmForm(prefix="arm0", initial={"name": "A"})]
    return [
        ArmForm(prefix=f"arm{at}", initial={name: getattr(arm, name) for name in ARM_FIELDS})
        for at, arm in enumerate(campaign.arms.order_by("position"))
    ]


def campaign_initial(campaign: Campaign) -> dict[str, Any]:
    """Give a stored campaign as the form shows it."""
    names = ("name", "segment", "channel", "backend", "holdout_percent", "window_days", "goal")
    return {
        **{name: getattr(campaign, name) for name in names},
        "starts_at": campaign.starts_at.astimezone(SHANGHAI),
    }


def campaign_values(form: CampaignForm, arms: list[ArmForm]) -> CampaignValues:
    """Give what was filled in; both must be valid."""
    data = dict(form.cleaned_data)
    segment: Segment = data.pop("segment")
    starts_at: datetime = data.pop("starts_at")
    return CampaignValues(
        **data, segment_id=segment.pk, starts_at=starts_at, arms=[arm.values() for arm in arms]
    )


class ReasonForm(forms.Form):
    """Why something is held or ended."""

    reason = forms.CharField(label=_("为什么"), max_length=200)


class RepliesForm(forms.Form):
    """What people answered, pasted or as a file."""

    channel = forms.ChoiceField(label=_("渠道"), choices=Channel.choices, initial=Channel.SMS)
    text = forms.CharField(
        label=_("粘贴回复"),
        required=False,
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("一行一条：手机号或旺旺，回复内容，时间（可不写）。"),
    )
    file = forms.FileField(
        label=_("或者选一个 CSV 文件"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two, and read a file as text."""
        data: dict[str, Any] = super().clean() or {}
        file = data.get("file")
        if file:
            try:
                data["text"] = _read(file.read(5_000_000))
            except UnicodeDecodeError:
                self.add_error("file", _("这个文件的文字编码认不出来，另存为 UTF-8 再试。"))
        elif not data.get("text", "").strip() and not self.errors:
            self.add_error("text", _("粘贴回复，或者选一个文件。"))
        return data


def _read(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


_HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


class MessageRuleForm(forms.Form):
    """How people may be written to."""

    cap_count = forms.IntegerField(label=_("每人最多几条"), min_value=1, max_value=30)
    cap_days = forms.IntegerField(label=_("多少天内"), min_value=1, max_value=365)
    quiet_from = forms.TypedChoiceField(label=_("几点后不发"), choices=_HOURS, coerce=int)
    quiet_to = forms.TypedChoiceField(label=_("到几点"), choices=_HOURS, coerce=int)
    signature = forms.CharField(
        label=_("签名"), max_length=20, required=False, help_text=_("空着就用店名。")
    )
    opt_out_words = forms.CharField(label=_("怎么退订"), max_length=20)
    most_parts = forms.IntegerField(
        label=_("一条消息最多拆几条"),
        min_value=1,
        max_value=10,
        help_text=_("70 字一条，超了每 67 字一条。"),
    )
    price_amount = forms.DecimalField(
        label=_("每条价格（元）"), min_value=Decimal(0), max_digits=7, decimal_places=4
    )
