"""What people fill in about ranks, competitors and violations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from products.choices import RankSort, ViolationState
from products.forms.fields import MomentField, date_input
from products.models import Product
from shopops.staff.models import User


class RankForm(forms.Form):
    """One look at a rank."""

    keyword = forms.CharField(label=_("搜的词"), max_length=60)
    sort = forms.ChoiceField(label=_("排序"), choices=RankSort.choices)
    position = forms.IntegerField(
        label=_("第几名"), min_value=1, required=False, help_text=_("没找到就不填。")
    )
    looked_at = forms.IntegerField(
        label=_("看了前几名"), min_value=1, max_value=10_000, initial=200
    )
    at = MomentField(label=_("什么时候看的"))


class ProductKeyField(forms.CharField):
    """A product by the platform's number or the shop's own 货号."""

    def to_python(self, value: Any) -> Any:  # noqa: ANN401
        """Give the product's id, None for an empty field."""
        text = str(value or "").strip()
        if not text:
            return None
        found = Product.objects.filter(item_no=text).first()
        if found is None:
            by_code = list(Product.objects.filter(item_code=text).order_by("pk")[:2])
            if len(by_code) > 1:
                raise forms.ValidationError(
                    _("货号 %(value)s 有几个商品，写商品ID"), params={"value": text}
                )
            found = by_code[0] if by_code else None
        if found is None:
            raise forms.ValidationError(_("没有商品 %(value)s"), params={"value": text})
        return found.pk

    def validate(self, value: Any) -> None:  # noqa: ANN401
        """Ask for a product where one is needed."""
        if self.required and value is None:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:  # noqa: ANN401
        """Do not measure the id as if it were the text."""


class CompetitorForm(forms.Form):
    """A competitor's item."""

    shop = forms.CharField(label=_("店铺"), max_length=60)
    title = forms.CharField(label=_("商品标题"), max_length=120)
    item_no = forms.CharField(label=_("对手的商品ID"), max_length=32, required=False)
    product_id = ProductKeyField(
        label=_("对着我们哪个商品"), required=False, help_text=_("商品ID 或货号。")
    )


class RivalLookForm(forms.Form):
    """What was seen of a competitor on a day."""

    date = forms.DateField(label=_("哪天看的"), widget=date_input())
    price_amount = forms.DecimalField(
        label=_("价格（元）"), min_value=0, max_digits=10, decimal_places=2, required=False
    )
    monthly_sales = forms.IntegerField(
        label=_("月销"), min_value=0, max_value=100_000_000, required=False
    )
    activity = forms.CharField(label=_("活动"), max_length=60, required=False)
    ad_pressure = forms.IntegerField(
        label=_("广告力度（0–5）"), min_value=0, max_value=5, required=False
    )
    note = forms.CharField(label=_("备注"), max_length=200, required=False)


class ViolationForm(forms.Form):
    """A violation as the platform tells it."""

    kind = forms.CharField(label=_("什么违规"), max_length=60)
    product_id = ProductKeyField(
        label=_("哪个商品"), required=False, help_text=_("商品ID 或货号；店铺违规不填。")
    )
    found_at = MomentField(label=_("什么时候发现"))
    appeal_until = MomentField(label=_("申诉截止"), required=False)
    owner = forms.ModelChoiceField(label=_("谁负责"), queryset=User.objects.none(), required=False)
    points = forms.DecimalField(
        label=_("扣分"), min_value=0, max_digits=5, decimal_places=1, initial=0
    )
    penalty_amount = forms.DecimalField(
        label=_("罚款（元）"), min_value=0, max_digits=10, decimal_places=2, initial=0
    )
    forbids_listing = forms.BooleanField(label=_("这个商品禁止上架"), required=False)
    words = forms.CharField(
        label=_("平台怎么说的"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["owner"].queryset = _people()  # type: ignore[attr-defined]
        self.fields["owner"].label_from_instance = lambda person: person.name  # type: ignore[attr-defined]


def _people() -> Any:  # noqa: ANN401
    return User.objects.filter(is_active=True).order_by("name", "pk")


class AppealForm(forms.Form):
    """How a violation was appealed against."""

    words = forms.CharField(
        label=_("怎么申诉的"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class EndViolationForm(forms.Form):
    """How a violation ended."""

    state = forms.ChoiceField(
        label=_("怎么结的"),
        choices=[
            (one.value, one.label)
            for one in (ViolationState.WITHDRAWN, ViolationState.UPHELD, ViolationState.MENDED)
        ],
    )
    ending = forms.CharField(
        label=_("结果"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class OwnerForm(forms.Form):
    """To whom a violation goes."""

    owner = forms.ModelChoiceField(label=_("谁负责"), queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["owner"].queryset = _people()  # type: ignore[attr-defined]
        self.fields["owner"].label_from_instance = lambda person: person.name  # type: ignore[attr-defined]
