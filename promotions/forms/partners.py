"""What people fill in about distributors, partners and tools."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from products.forms.fields import MomentField, date_input
from promotions.choices import BillingCycle, DistributorState, ExchangeKind
from shopops.staff.models import User

# What a choice offers that may be left empty.
NOBODY = _("不选")


def lines(rows: int = 3) -> forms.Textarea:
    """Give a field of several lines."""
    return forms.Textarea(attrs={"rows": rows})


def amount_field(
    label: Any,  # noqa: ANN401
    *,
    required: bool = True,
    lowest: Decimal = Decimal("0.01"),
) -> forms.DecimalField:
    """Give a field for an amount in yuan."""
    return forms.DecimalField(
        label=label,
        min_value=lowest,
        max_digits=10,
        decimal_places=2,
        required=required,
        error_messages={"invalid": _("写一个金额，比如 36.50"), "required": _("写一个金额")},
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody who works here."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(queryset=User.objects.none(), empty_label=NOBODY, **options)

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        """Show a person's name."""
        return str(obj.name)


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several people who work here."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(queryset=User.objects.none(), **options)

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        """Show a person's name."""
        return str(obj.name)


class WithPeople(forms.Form):
    """A form whose person fields offer those who work here now."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, (PersonField, PeopleField)):
                field.queryset = User.objects.filter(is_active=True).order_by("name", "pk")


class DistributorForm(WithPeople):
    """A distributor."""

    name = forms.CharField(label=_("分销商"), max_length=60)
    shop = forms.CharField(label=_("店铺或链接"), max_length=200, required=False)
    contact = forms.CharField(label=_("联系方式"), max_length=80, required=False)
    owner = PersonField(label=_("谁负责"), required=False)
    follow_up_on = forms.DateField(label=_("下次跟进"), widget=date_input(), required=False)
    note = forms.CharField(label=_("备注"), max_length=400, required=False, widget=lines(2))


class MoveForm(forms.Form):
    """A step of a distributor."""

    state = forms.ChoiceField(label=_("到哪一步"), choices=DistributorState.choices)
    reason = forms.CharField(
        label=_("原因"), max_length=200, required=False, help_text=_("结束合作必须写。")
    )


class NoteForm(forms.Form):
    """What was said."""

    text = forms.CharField(label=_("说了什么"), max_length=400, widget=lines())
    next_on = forms.DateField(
        label=_("下次跟进"), widget=date_input(), required=False, help_text=_("不填就不再提醒。")
    )


class AgreedPriceForm(forms.Form):
    """A price agreed with a distributor."""

    sku_code = forms.CharField(label=_("商家编码"), max_length=80)
    amount = amount_field(_("最低卖多少（元）"))
    valid_from = forms.DateField(label=_("从哪天起"), widget=date_input())


class SeenForm(forms.Form):
    """A price at which a distributor was seen selling."""

    sku_code = forms.CharField(label=_("商家编码"), max_length=80)
    amount = amount_field(_("看到卖多少（元）"))
    seen_at = MomentField(label=_("什么时候看的"))
    place = forms.CharField(
        label=_("在哪里看到"), max_length=200, help_text=_("店铺、直播间或链接。")
    )
    note = forms.CharField(label=_("备注"), max_length=200, required=False)
    image = forms.FileField(
        label=_("截图"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class WarnForm(forms.Form):
    """How a distributor was told of a breach."""

    words = forms.CharField(label=_("怎么警告的"), max_length=300, widget=lines())


class PartnerForm(WithPeople):
    """A partner."""

    name = forms.CharField(label=_("伙伴"), max_length=60)
    sells = forms.CharField(label=_("卖什么"), max_length=80, required=False)
    contact = forms.CharField(label=_("联系方式"), max_length=80, required=False)
    owner = PersonField(label=_("谁负责"), required=False)
    follow_up_on = forms.DateField(label=_("下次跟进"), widget=date_input(), required=False)
    note = forms.CharField(label=_("备注"), max_length=400, required=False, widget=lines(2))
    is_on = forms.BooleanField(label=_("在合作"), required=False, initial=True)


class ExchangeForm(forms.Form):
    """An exchange with a partner."""

    name = forms.CharField(label=_("换什么"), max_length=80)
    kind = forms.ChoiceField(label=_("怎么换"), choices=ExchangeKind.choices)
    starts_on = forms.DateField(label=_("开始"), widget=date_input())
    ends_on = forms.DateField(label=_("结束"), widget=date_input())


class FiguresForm(forms.Form):
    """What one side of an exchange brought so far; empty is unknown."""

    shown = forms.IntegerField(label=_("展现"), min_value=0, max_value=10**9, required=False)
    clicks = forms.IntegerField(label=_("点击"), min_value=0, max_value=10**9, required=False)
    coupons_given = forms.IntegerField(
        label=_("发券"), min_value=0, max_value=10**9, required=False
    )
    coupons_used = forms.IntegerField(label=_("用券"), min_value=0, max_value=10**9, required=False)
    orders = forms.IntegerField(label=_("订单"), min_value=0, max_value=10**9, required=False)
    amount = amount_field(_("成交金额（元）"), required=False, lowest=Decimal(0))


class SubscriptionForm(WithPeople):
    """A tool that is paid for."""

    name = forms.CharField(label=_("工具"), max_length=60)
    purpose = forms.CharField(label=_("用来做什么"), max_length=200, required=False)
    cost_amount = amount_field(_("每期费用（元）"), lowest=Decimal(0))
    cycle = forms.ChoiceField(label=_("付费周期"), choices=BillingCycle.choices)
    renews_on = forms.DateField(label=_("下次续费"), widget=date_input())
    notice_days = forms.IntegerField(label=_("提前几天提醒"), min_value=0, max_value=90, initial=7)
    owner = PersonField(label=_("谁管续费"), required=False)
    is_automatic = forms.BooleanField(label=_("自动扣款"), required=False)
    users = PeopleField(label=_("谁在用"), required=False)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("为什么停"), max_length=200, widget=lines(2))


class NoFields(forms.Form):
    """A step that asks for nothing more."""
