"""What people fill in about benefits: the fields of one kind, its SKUs pasted, its times."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.forms.fields import MomentField
from promotions.actions.benefits import BenefitGiven
from promotions.choices import Audience, BenefitKind
from shopops.lib.money import parse_amount

_SPLIT = re.compile(r"[\s,，;；\t]+")
# Which fields a kind has, in order.
FIELDS: Mapping[str, tuple[str, ...]] = {
    BenefitKind.PRICE_TOOL: ("price", "fold"),
    BenefitKind.ITEM_OFF: ("off",),
    BenefitKind.ITEM_RATE: ("fold",),
    BenefitKind.OFFICIAL: ("percent", "off", "is_super"),
    BenefitKind.COUPON: ("threshold", "off", "limit", "scope"),
    BenefitKind.MULTI_OFF: ("pieces", "amount", "off", "repeats"),
    BenefitKind.MULTI_RATE: ("pieces", "fold"),
    BenefitKind.SECOND_HALF: (),
    BenefitKind.CROSS: ("per", "off"),
    BenefitKind.ASSET: ("off",),
    BenefitKind.GIFT: ("gift_sku", "gift_quantity", "cost"),
    BenefitKind.POSTAGE: ("from_amount", "regions"),
    BenefitKind.RETURN_INSURANCE: ("cost",),
    BenefitKind.AUCTION: ("start",),
}
# What a kind cannot be without; a cut or a price may stand behind each code instead.
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    BenefitKind.ITEM_RATE: ("fold",),
    BenefitKind.COUPON: ("threshold", "off"),
    BenefitKind.MULTI_OFF: ("off",),
    BenefitKind.MULTI_RATE: ("pieces", "fold"),
    BenefitKind.CROSS: ("per", "off"),
    BenefitKind.ASSET: ("off",),
    BenefitKind.GIFT: ("gift_sku",),
    BenefitKind.AUCTION: ("start",),
}
_COMMON = ("name", "starts_at", "ends_at", "audience", "is_shop_wide", "skus", "shop_share")


def _money(label: Any, help_text: Any = "") -> forms.DecimalField:  # noqa: ANN401
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=False,
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )


def _whole(label: Any) -> forms.IntegerField:  # noqa: ANN401
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=9999)


class BenefitForm(forms.Form):
    """One benefit of a kind."""

    name = forms.CharField(label=gettext_lazy("名字"), max_length=80)
    price = _money(gettext_lazy("活动价（元）"), gettext_lazy("各编码不一样的，写在编码后面"))
    fold = forms.DecimalField(
        label=gettext_lazy("打几折"),
        help_text=gettext_lazy("9 折写 9，96 折写 9.6"),
        required=False,
        max_digits=5,
        decimal_places=3,
        widget=forms.NumberInput(attrs={"step": "0.001", "inputmode": "decimal"}),
    )
    percent = forms.DecimalField(
        label=gettext_lazy("立减比例（%）"), required=False, max_digits=5, decimal_places=2
    )
    threshold = _money(gettext_lazy("满多少（元）"), gettext_lazy("无门槛写 0"))
    pieces = _whole(gettext_lazy("满几件"))
    amount = _money(gettext_lazy("或满多少（元）"))
    per = _money(gettext_lazy("每满（元）"))
    off = _money(gettext_lazy("减多少（元）"))
    limit = _whole(gettext_lazy("每人限用几张"))
    scope = forms.ChoiceField(
        label=gettext_lazy("券的范围"),
        choices=[("shop", gettext_lazy("店铺券")), ("item", gettext_lazy("商品券"))],
        required=False,
    )
    repeats = forms.BooleanField(label=gettext_lazy("每满都减，上不封顶"), required=False)
    is_super = forms.BooleanField(
        label=gettext_lazy("超级立减（不与跨店满减同享）"), required=False
    )
    gift_sku = forms.CharField(label=gettext_lazy("赠品编码"), required=False, max_length=80)
    gift_quantity = _whole(gettext_lazy("送几件"))
    cost = _money(gettext_lazy("每单成本（元）"))
    from_amount = _money(gettext_lazy("满多少包邮（元）"))
    regions = forms.CharField(
        label=gettext_lazy("只到哪些省"),
        help_text=gettext_lazy("写省份，用空格分开；空着就是规则里不除外的都包"),
        required=False,
        max_length=200,
    )
    start = _money(gettext_lazy("起拍价（元）"))
    starts_at = MomentField(label=gettext_lazy("开始"))
    ends_at = MomentField(label=gettext_lazy("结束"))
    audience = forms.ChoiceField(label=gettext_lazy("给谁"), choices=Audience.choices)
    is_shop_wide = forms.BooleanField(label=gettext_lazy("全店商品"), required=False)
    skus = forms.CharField(
        label=gettext_lazy("商家编码，一行一个"),
        help_text=gettext_lazy("后面可以跟这个编码自己的金额，比如：4214 12.50"),
        required=False,
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )
    shop_share = forms.DecimalField(
        label=gettext_lazy("店铺承担（%）"),
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        initial=100,
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        kind: BenefitKind,
        hidden_cost: str | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """Have the fields of a kind.

        :param hidden_cost: what it costs, kept as it is and not shown; None: the cost may be seen
        """
        super().__init__(*args, **options)
        self.kind, self.hidden_cost = kind, hidden_cost
        if kind == BenefitKind.GIFT:
            self.fields["cost"].label = _("每件赠品成本（元）")
            self.fields["cost"].help_text = _("空着就按赠品编码的成本")
        if kind == BenefitKind.ITEM_OFF:
            self.fields["off"].help_text = _("各编码不一样的，写在编码后面")
        wanted = ("name", *FIELDS[kind], *_COMMON[1:])
        self.fields = {
            name: self.fields[name] for name in wanted if name != "cost" or hidden_cost is None
        }
        for name in _REQUIRED.get(kind, ()):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = (
                _("写上赠品的商家编码。") if name == "gift_sku" else _("这一项要填。")
            )

    def clean_skus(self) -> dict[str, Decimal | None]:
        """Read codes with their own figures; the second one of a pair is the amount."""
        found: dict[str, Decimal | None] = {}
        for number, line in enumerate(self.cleaned_data["skus"].splitlines(), start=1):
            parts = [part for part in _SPLIT.split(line.strip()) if part]
            if not parts:
                continue
            if len(parts) > 2:
                self.add_error(
                    "skus", _("第 %(line)s 行：一行写一个编码和它的金额") % {"line": number}
                )
                continue
            if parts[0] in found:
                self.add_error(
                    "skus",
                    _("第 %(line)s 行：%(code)s 写了两次") % {"line": number, "code": parts[0]},
                )
                continue
            found[parts[0]] = self._own(number, parts)
        return found

    def clean_regions(self) -> list[str]:
        """Read provinces by their short names, each once."""
        names = _SPLIT.split(self.cleaned_data["regions"].replace("、", " ").strip())
        return list(dict.fromkeys(name for name in names if name))

    def _own(self, number: int, parts: list[str]) -> Decimal | None:
        if len(parts) == 1:
            return None
        try:
            return parse_amount(parts[1])
        except ValueError:
            self.add_error(
                "skus",
                _("第 %(line)s 行：“%(value)s”不是金额") % {"line": number, "value": parts[1]},
            )
            return None

    def clean(self) -> dict[str, Any]:
        """Ask for one of the figures that a kind needs."""
        data: dict[str, Any] = super().clean() or {}
        fold, percent = data.get("fold"), data.get("percent")
        if fold is not None and not 0 < fold < 10:
            self.add_error("fold", _("折扣要在 0 和 10 之间，9 折写 9。"))
        if percent is not None and not 0 < percent < 100:
            self.add_error("percent", _("比例要在 0 和 100 之间，12% 写 12。"))
        if self.kind == BenefitKind.MULTI_OFF:
            self._one_threshold(data)
        return data

    def _one_threshold(self, data: Mapping[str, Any]) -> None:
        """Ask for pieces or an amount, not both and not neither."""
        given = [data.get(name) is not None for name in ("pieces", "amount")]
        if not any(given) and not self.errors:
            self.add_error("pieces", _("写上满几件，或者满多少元。"))
        elif all(given):
            self.add_error("amount", _("满几件和满多少元只写一个。"))

    def given(self, *, code: str = "", activity_id: int | None = None) -> BenefitGiven:
        """Give what was filled in, as the action takes it."""
        data = self.cleaned_data
        return BenefitGiven(
            kind=self.kind,
            name=data["name"],
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            parameters=parameters_of(data)
            | ({"cost": self.hidden_cost} if self.hidden_cost else {}),
            audience=Audience(data["audience"]),
            is_shop_wide=data["is_shop_wide"],
            shop_share=data["shop_share"] / 100,
            code=code,
            activity_id=activity_id,
            skus={} if data["is_shop_wide"] else data["skus"],
        )


_PLAIN = ("price", "threshold", "amount", "per", "off", "cost", "from_amount", "start")
_AS_THEY_ARE = ("pieces", "limit", "scope", "repeats")


def parameters_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn what people write (9.6 折, 12 %) into a benefit's parameters."""
    found: dict[str, Any] = {name: str(data[name]) for name in _PLAIN if data.get(name) is not None}
    found |= {name: data[name] for name in _AS_THEY_ARE if data.get(name)}
    for name, parts in (("fold", 10), ("percent", 100)):
        if data.get(name) is not None:
            found["rate"] = f"{(data[name] / parts).normalize():f}"
    if data.get("is_super"):
        found["rule"] = "IT4"
    if data.get("regions"):
        found["regions"] = data["regions"]
    if data.get("gift_sku"):
        found["sku"], found["quantity"] = data["gift_sku"], data.get("gift_quantity") or 1
    return found


def initial_of(given: BenefitGiven) -> dict[str, Any]:
    """Turn a stored benefit into what its form shows."""
    stored = given.parameters
    found: dict[str, Any] = {name: stored[name] for name in _PLAIN if name in stored}
    found |= {name: stored[name] for name in _AS_THEY_ARE if name in stored}
    try:
        rate = Decimal(str(stored["rate"])) if "rate" in stored else None
    except InvalidOperation:
        rate = None
    if rate is not None:
        key, times = ("percent", 100) if given.kind == BenefitKind.OFFICIAL else ("fold", 10)
        found[key] = f"{(rate * times).normalize():f}"
    return found | {
        "is_super": stored.get("rule") == "IT4",
        "gift_sku": stored.get("sku", ""),
        "regions": " ".join(stored.get("regions") or ()),
        "gift_quantity": stored.get("quantity"),
        "name": given.name,
        "starts_at": given.starts_at,
        "ends_at": given.ends_at,
        "audience": given.audience,
        "is_shop_wide": given.is_shop_wide,
        "shop_share": f"{(given.shop_share * 100).normalize():f}",
        "skus": "\n".join(
            code if own is None else f"{code} {own}" for code, own in given.skus.items()
        ),
    }
