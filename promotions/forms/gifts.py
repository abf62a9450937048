"""What people fill in about gift rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from products.forms.fields import MomentField, WordsField
from promotions.actions.gift_rules import GiftValues
from promotions.choices import ActivityState, GiftShortage
from promotions.models import Activity

_GONE = (ActivityState.CANCELLED, ActivityState.ENDED, ActivityState.SUMMED_UP)


class GiftForm(forms.Form):
    """One gift rule."""

    name = forms.CharField(label=_("名称"), max_length=80)
    gift_code = forms.CharField(label=_("赠品的商家编码"), max_length=80)
    activity = forms.ModelChoiceField(
        label=_("属于哪个活动"),
        queryset=Activity.objects.none(),
        required=False,
        empty_label=_("不属于活动，单独送"),
        help_text=_("活动进行了才送"),
    )
    starts_at = MomentField(label=_("付款从"))
    ends_at = MomentField(label=_("付款到（不含）"))
    from_amount = forms.DecimalField(
        label=_("满多少元"),
        required=False,
        max_digits=10,
        decimal_places=2,
        help_text=_("按算数的商品实付算，不含邮费"),
    )
    pieces = forms.IntegerField(label=_("送几件"), initial=1)
    every_pieces = forms.IntegerField(
        label=_("每买几件送一份"), required=False, help_text=_("不填就一单一份")
    )
    most_times = forms.IntegerField(label=_("一单最多几份"), required=False)
    quota = forms.IntegerField(
        label=_("一共送几件"), required=False, help_text=_("不填就送到没货为止")
    )
    first_orders = forms.IntegerField(
        label=_("只送前几单"), required=False, help_text=_("按审单通过的先后，同一批按付款先后")
    )
    when_out = forms.ChoiceField(label=_("送完了怎么办"), choices=GiftShortage.choices)
    goods = WordsField(
        label=_("买了哪些才送"),
        required=False,
        help_text=_("商家编码或商品ID，一行一个；不填就全店都算"),
    )
    note = forms.CharField(label=_("备注"), required=False, max_length=200)
    is_once_per_buyer = forms.BooleanField(label=_("每个买家只送一份"), required=False)
    is_on = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        chosen = self.initial.get("activity")
        rows = Activity.objects.exclude(state__in=_GONE)
        if chosen:
            rows = rows | Activity.objects.filter(pk=chosen)
        self.fields["activity"].queryset = rows.order_by("-starts_at", "-pk")  # type: ignore[attr-defined]

    def values(self) -> GiftValues:
        """Give what was entered as the actions take it."""
        data = dict(self.cleaned_data)
        activity = data.pop("activity")
        return GiftValues(
            **{
                **data,
                "gift_code": data["gift_code"].strip(),
                "activity_id": activity.pk if activity else None,
                "goods": tuple(dict.fromkeys(data["goods"])),
                "when_out": GiftShortage(data["when_out"]),
            }
        )


def gift_initial(values: GiftValues) -> dict[str, Any]:
    """Give what the form shows of a stored rule."""
    names = GiftForm.base_fields.keys() - {"activity", "goods"}
    return {
        **{name: getattr(values, name) for name in names},
        "activity": values.activity_id,
        "goods": list(values.goods),
    }
