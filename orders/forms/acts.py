"""Acts on orders, queues, and the cutoff calendar."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.choices import Flag, HoldKind, Stage
from orders.models import CarrierPickup, RuleRow
from shopops.lib.business_time import SHANGHAI
from shopops.staff.queries import people_who_may
from shopops.work.models import BusinessDay

WEEKDAYS = [
    (0, _("周一")),
    (1, _("周二")),
    (2, _("周三")),
    (3, _("周四")),
    (4, _("周五")),
    (5, _("周六")),
    (6, _("周日")),
]


def _time(label: Any, *, required: bool) -> forms.TimeField:  # noqa: ANN401
    return forms.TimeField(
        label=label,
        required=required,
        widget=forms.TimeInput(attrs={"type": "time", "step": 60}, format="%H:%M"),
    )


def _clock(label: Any) -> forms.TimeField:  # noqa: ANN401
    """A time of day as text: a time input shows 04:00 PM wherever the browser speaks English."""
    attributes = {"inputmode": "numeric", "placeholder": "—", "maxlength": 5, "autocomplete": "off"}
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TimeInput(attrs=attributes, format="%H:%M"),
        error_messages={"invalid": _("写成 16:00 这样")},
    )


def _date(label: Any, *, required: bool = True) -> forms.DateField:  # noqa: ANN401
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class HoldForm(forms.Form):
    """Put an order on hold."""

    kind = forms.ChoiceField(label=_("为什么挂起"), choices=HoldKind.choices, initial="hand_set")
    note = forms.CharField(label=_("说明"), max_length=300, required=False)
    due_at = forms.DateTimeField(
        label=_("期限"),
        required=False,
        help_text=_("空着就按这一种挂起的期限"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class CloseHoldForm(forms.Form):
    """End a hold."""

    resolution = forms.CharField(label=_("怎么解决的"), max_length=300)


def _kind() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("哪一种挂起"),
        choices=[("", _("只有一个挂起的单")), *HoldKind.choices],
        required=False,
        help_text=_("有几个挂起的单，要选一种，其他的不动"),
    )


class CloseHoldsForm(CloseHoldForm):
    """End one hold of each of several orders."""

    kind = _kind()


class WaybillForm(forms.Form):
    """Hand a parcel over under a waybill."""

    carrier = forms.CharField(
        label=_("快递公司"), max_length=40, widget=forms.TextInput(attrs={"list": "carriers"})
    )
    waybill_no = forms.CharField(
        label=_("运单号"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class CarrierForm(forms.Form):
    """Hand several parcels over to one carrier; each order brings its own waybill number."""

    carrier = forms.CharField(label=_("快递公司"), max_length=40)
    waybills = forms.CharField(
        label=_("运单号"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("一行一单：订单号 空格 运单号。可以从表格里直接粘贴。"),
    )


class MemoForm(forms.Form):
    """Memo, flag and urgency."""

    text = forms.CharField(
        label=_("备注"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    flag = forms.TypedChoiceField(label=_("旗"), choices=Flag.choices, coerce=int)
    is_urgent = forms.BooleanField(label=_("加急"), required=False)


class AgreeForm(forms.Form):
    """A ship-by time agreed with the buyer."""

    agreed_at = forms.DateTimeField(
        label=_("约定最晚发货"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    words = forms.CharField(
        label=_("买家同意的原话"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the people who work here."""

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        """Name the person."""
        return str(obj.name)


class ClaimForm(forms.Form):
    """Take the next holds."""

    limit = forms.TypedChoiceField(
        label=_("领几个"),
        widget=forms.Select(attrs={"class": "form-select form-select-sm so-desk__n"}),
        coerce=int,
        choices=[(5, "5"), (10, "10"), (20, "20"), (50, "50")],
        initial=10,
    )


class PassOnForm(forms.Form):
    """Hand a hold over to a colleague."""

    to = PersonField(label=_("交给谁"), queryset=people_who_may("orders.hold"), empty_label=None)
    note = forms.CharField(label=_("交代一句"), max_length=200, required=False)


class PassHoldsOnForm(PassOnForm):
    """Hand one hold of each of several orders over to a colleague."""

    kind = _kind()


class ReasonForm(forms.Form):
    """An act that must say why."""

    reason = forms.CharField(label=_("原因"), max_length=200)


class QueueFilterForm(forms.Form):
    """Conditions that narrow a queue."""

    kind = forms.ChoiceField(
        label=_("挂起原因"), choices=[("", _("不限")), *HoldKind.choices], required=False
    )
    whose = forms.ChoiceField(
        label=_("谁处理"),
        choices=[("", _("不限")), ("mine", _("我的")), ("role", _("我岗位的"))],
        required=False,
    )
    untold = forms.BooleanField(label=_("只看买家没告知的"), required=False)
    province = forms.CharField(label=_("省份"), max_length=20, required=False)
    stage = forms.ChoiceField(
        label=_("阶段"), choices=[("", _("不限")), *Stage.choices], required=False
    )
    urgent = forms.BooleanField(label=_("只看加急"), required=False)
    q = forms.CharField(label=_("在本队列里搜"), max_length=80, required=False)


class WeekForm(forms.Form):
    """Cutoff and hand-over of each weekday; both empty means no shipping."""

    valid_from = _date(_("从哪天起"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        for number, name in WEEKDAYS:
            self.fields[f"cutoff_{number}"] = _clock(_("截单"))
            self.fields[f"handover_{number}"] = _clock(_("交接"))
            self.fields[f"cutoff_{number}"].help_text = name


class OverrideForm(forms.Form):
    """One date that differs from its weekday."""

    date = _date(_("日子"))
    note = forms.CharField(label=_("名目"), max_length=60)
    cutoff = _time(_("截单（不发货就空着）"), required=False)
    handover = _time(_("交接"), required=False)
    is_handover_next_day = forms.BooleanField(label=_("第二天才交接"), required=False)


class PickupForm(forms.ModelForm):  # type: ignore[type-arg]
    """When a carrier fetches parcels."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("哪几天"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    pickup = _time(_("揽收"), required=True)
    packed_by = _time(_("打完包"), required=True)

    class Meta:
        model = CarrierPickup
        fields = ("carrier", "weekdays", "pickup", "packed_by", "note", "is_active")
        labels = {"carrier": _("快递"), "note": _("用在"), "is_active": _("在用")}


class RuleForm(forms.Form):
    """A new row of the rule book; figures that the code does not use stay empty."""

    code = forms.ChoiceField(label=_("管什么"))
    platform = forms.ChoiceField(label=_("平台"), choices=RuleRow.Platform.choices)
    valid_from = _date(_("生效"))
    hours = forms.IntegerField(label=_("付款后几小时内揽收"), min_value=1, required=False)
    until = forms.DateTimeField(
        label=_("最晚（只用于大促）"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    percent = forms.DecimalField(
        label=_("按实付的百分之几"), min_value=0, max_value=100, decimal_places=2, required=False
    )
    minimum = forms.DecimalField(
        label=_("最低（元）"), min_value=0, decimal_places=2, required=False
    )
    maximum = forms.DecimalField(
        label=_("最高（元）"), min_value=0, decimal_places=2, required=False
    )
    after_hours = forms.IntegerField(label=_("迟发后几小时算缺货"), min_value=1, required=False)
    source_note = forms.CharField(label=_("来源"), max_length=300)

    def __init__(self, *args: Any, codes: list[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = codes  # type: ignore[attr-defined]

    def parameters(self) -> dict[str, Any]:
        """Give the filled-in figures as the rule book keeps them."""
        data = self.cleaned_data
        found: dict[str, Any] = {
            name: data[name] for name in ("hours", "after_hours") if data[name] is not None
        }
        if data["until"] is not None:
            found["until"] = data["until"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        if data["percent"] is not None:
            found["rate"] = str((data["percent"] / 100).normalize())
        for name in ("minimum", "maximum"):
            if data[name] is not None:
                found[name] = str(data[name])
        return found


class EndRuleForm(forms.Form):
    """End a row of the rule book."""

    row = forms.TypedChoiceField(label=_("哪一行"), coerce=int)
    valid_to = _date(_("最后一天"))

    def __init__(self, *args: Any, rows: list[tuple[int, str]], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["row"].choices = rows  # type: ignore[attr-defined]


class BusinessDayForm(forms.Form):
    """What one date is by the State Council's notice."""

    date = _date(_("日子"))
    kind = forms.ChoiceField(label=_("是什么日子"), choices=BusinessDay.Kind.choices)
    name = forms.CharField(label=_("名目"), max_length=40, required=False)


class WhatIfForm(forms.Form):
    """A cutoff to try on past orders."""

    cutoff = _time(_("截单"), required=True)
    days = forms.IntegerField(label=_("最近几天"), min_value=1, max_value=365, initial=30)


def local_input(at: datetime) -> str:
    """Write an instant as a datetime-local input wants it."""
    return at.strftime("%Y-%m-%dT%H:%M")


class SubjectForm(forms.Form):
    """Whose data, and why."""

    key = forms.CharField(
        label=_("订单号、会员名或完整手机号"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=300,
        help_text=_("谁、什么时候、怎么提出的；不要写姓名和号码，操作记录里会留下"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    sure = forms.BooleanField(
        label=_("确定要删除（导出不用勾）"),
        required=False,
    )
