"""What people fill in about activities."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from products.forms.fields import MomentField, date_input
from promotions.choices import ActivityKind, ActivityState
from promotions.importers.page_file import MOST_BYTES, MOST_SIGNS, read_page
from promotions.models import Activity
from promotions.rules.profit import START
from promotions.wording.activities import page_file_words
from promotions.wording.activity_log import FIELDS
from shopops.intake.reading.refusals import FileRefusedError
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import User

_WHEN = {"required": _("写下日期和时间"), "invalid": _("时间写成 2026-09-22 00:00 这样")}
_DATE = {"required": _("写一个日期"), "invalid": _("日期写成 2026-09-22 这样")}
_AMOUNT = {"invalid": _("写一个金额，比如 36.50"), "min_value": _("不能是负数。")}


def people() -> QuerySet[User]:
    """Give those whom work can be given to."""
    return User.objects.filter(is_active=True).order_by("name", "pk")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A person by name."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(queryset=User.objects.none(), required=False, empty_label="—", **options)

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        """Show the name."""
        return str(obj.name)


class PeopledForm(forms.Form):
    """A form in which people are chosen."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, PersonField):
                field.queryset = people()


def _moment(label: Any) -> forms.DateTimeField:  # noqa: ANN401
    return MomentField(label=label, error_messages=_WHEN)


def _date(label: Any, *, required: bool = False) -> forms.DateField:  # noqa: ANN401
    return forms.DateField(
        label=label, required=required, widget=date_input(), error_messages=_DATE
    )


def _money(label: Any, **options: Any) -> forms.DecimalField:  # noqa: ANN401
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        error_messages=_AMOUNT,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
        **options,
    )


class SpanForm(forms.Form):
    """From when to when."""

    starts_at = _moment(_("开始"))
    ends_at = _moment(_("结束"))


class ActivityForm(PeopledForm):
    """An activity."""

    name = forms.CharField(
        label=_("活动名称"), max_length=80, error_messages={"required": _("写下活动名称。")}
    )
    kind = forms.ChoiceField(label=_("哪一种"), choices=ActivityKind.choices)
    starts_at = _moment(_("开始"))
    ends_at = _moment(_("结束"))
    owner_id = PersonField(label=_("谁负责"))
    contact = forms.CharField(label=_("平台联系人"), max_length=80, required=False)
    follow_up_on = _date(_("哪天跟进"))
    uplift = forms.DecimalField(
        label=_("预计销量是平时的几倍"),
        max_digits=6,
        decimal_places=2,
        min_value=0,
        help_text=_("补货按它备货；不变写 1。"),
        error_messages={"invalid": _("写一个数，比如 2.5"), "required": _("写一个数，不变写 1")},
    )
    forecast_amount = _money(_("预计销售额"))
    forecast_buyers = forms.IntegerField(
        label=_("预计买家数"),
        min_value=0,
        required=False,
        error_messages={"invalid": _("写一个整数"), "min_value": _("不能是负数。")},
    )
    cost_amount = _money(_("活动费用"), help_text=_("报名费、图片、推广，优惠之外的。"))
    page_text = forms.CharField(
        label=_("页面要写的话"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("一行一句；以后把页面文案贴回来，会比出哪句不一样。"),
    )
    note = forms.CharField(
        label=_("备注"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def values(self) -> dict[str, Any]:
        """Give what was entered as `ActivityValues` takes it."""
        data = dict(self.cleaned_data)
        owner = data.pop("owner_id")
        data["cost_amount"] = data["cost_amount"] or 0
        return {**data, "owner_id": owner.pk if owner else None}

    @staticmethod
    def initial_of(row: Activity) -> dict[str, Any]:
        """Give an activity's values as the form shows them."""
        values = {name: getattr(row, name) for name in ActivityForm.base_fields}
        return values | {
            "starts_at": row.starts_at.astimezone(SHANGHAI),
            "ends_at": row.ends_at.astimezone(SHANGHAI),
        }


class MoveForm(forms.Form):
    """Where an activity goes; which fields are asked for follows from the state."""

    reason = forms.CharField(label=_("原因"), max_length=200, required=False)
    contact = forms.CharField(label=_("找谁问（小二、联系方式）"), max_length=80, required=False)
    follow_up_on = _date(_("哪天去问结果"))

    ASKED = {
        ActivityState.SIGNED_UP: ("follow_up_on", "contact"),
        ActivityState.IN_REVIEW: ("follow_up_on",),
        ActivityState.REFUSED: ("reason", "contact", "follow_up_on"),
        ActivityState.CANCELLED: ("reason",),
    }

    def __init__(self, *args: Any, to: ActivityState, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        asked = self.ASKED.get(to, ())
        self.fields = {name: self.fields[name] for name in asked}
        if to in {ActivityState.REFUSED, ActivityState.CANCELLED}:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = _("写下原因。")
        if to == ActivityState.SIGNED_UP:
            self.fields["follow_up_on"].required = True


class NoteForm(forms.Form):
    """What was said, and when to ask again."""

    text = forms.CharField(
        label=_("说了什么"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("写下说了什么。")},
    )
    next_on = _date(_("下次哪天跟进"))


class TaskForm(PeopledForm):
    """A point of one's own in the preparation."""

    name = forms.CharField(
        label=_("准备什么"), max_length=80, error_messages={"required": _("写下要准备什么。")}
    )
    owner_id = PersonField(label=_("谁做"))
    due_on = _date(_("哪天前"))


class PlanTaskForm(PeopledForm):
    """Who does a point, until when, and whether it is needed."""

    owner_id = PersonField(label=_("谁做"))
    due_on = _date(_("哪天前"))
    is_needed = forms.BooleanField(label=_("这次需要"), required=False)
    note = forms.CharField(label=_("说明（不需要时写为什么）"), max_length=200, required=False)


class ApproveForm(forms.Form):
    """Why an activity runs although its check fails."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("写下为什么照这个价发布。")},
    )


class PageForm(forms.Form):
    """What the shop page says: pasted, or the page in a file."""

    seen = forms.CharField(
        label=_("页面上的文案和时间"),
        required=False,
        max_length=MOST_SIGNS,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    file = forms.FileField(
        label=_("或者选文件：存下来的网页、文本、表格"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".txt,.html,.htm,.csv,.xlsx"}),
    )

    def clean(self) -> dict[str, Any]:
        """Read the file where there is one; it counts before what is pasted."""
        data: dict[str, Any] = super().clean() or {}
        file = data.get("file")
        if file is not None:
            try:
                data["seen"] = read_page(file.read(MOST_BYTES + 1))
            except FileRefusedError as refused:
                self.add_error("file", page_file_words(refused.reason))
        elif not data.get("seen", "").strip() and not self.errors:
            self.add_error("seen", _("把页面上的活动文案贴进来，或者选一个文件。"))
        return data


class LessonForm(forms.Form):
    """What one learnt."""

    lesson = forms.CharField(
        label=_("复盘心得"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("写下复盘的心得，活动才算复盘完。")},
    )


class ItemsForm(forms.Form):
    """A list of items."""

    text = forms.CharField(
        label=_("商家编码、活动价、报名件数、划线价，一行一个"),
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "mono"}),
        error_messages={"required": _("贴上商家编码，一行一个。")},
        strip=False,
    )


class PickForm(forms.Form):
    """Which SKUs are looked for, and at what price they go in."""

    q = forms.CharField(
        label=_("编码、标题里的词，或者很多编码"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("多个编码用空格、逗号或换行分开；店里没有的会列出来。"),
    )
    in_stock = forms.BooleanField(label=_("只看有可用库存的"), required=False)
    rate = forms.DecimalField(
        label=_("活动价打几折"),
        required=False,
        min_value=Decimal("0.1"),
        max_value=10,
        max_digits=4,
        decimal_places=2,
        help_text=_("按一口价算，9.5 就是 95 折；空着不改价。"),
        error_messages={
            "invalid": _("写一个数，比如 9.5"),
            "min_value": _("折扣写 0.1 到 10 之间的数。"),
            "max_value": _("折扣写 0.1 到 10 之间的数。"),
        },
    )


class ProfitForm(forms.Form):
    """The rates of the price check from a day on."""

    valid_from = _date(_("从哪天起"), required=True)
    source = forms.CharField(
        label=_("从哪里来（合同、账单）"),
        max_length=200,
        error_messages={"required": _("写下费率从哪里来，比如合同或账单。")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for name in START:
            is_rate = name.endswith("_rate")
            self.fields[name] = forms.DecimalField(
                label=FIELDS[name],
                min_value=0,
                max_value=1 if is_rate else 1_000_000,
                max_digits=12,
                decimal_places=4 if is_rate else 2,
                help_text=_("0.05 就是 5%") if is_rate else "",
                error_messages={
                    "invalid": _("写一个数"),
                    "required": _("写一个数"),
                    "min_value": _("不能是负数。"),
                    "max_value": _("比率不能超过 1"),
                },
            )
