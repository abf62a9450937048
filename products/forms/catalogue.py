"""Forms of products and SKUs."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.choices import ProductRole, ProductStatus
from products.models import Product

INPUT = {"class": "form-control"}
MOST_PARTS = 50


def _text(limit: int, label: Any, *, needed: bool = False) -> forms.CharField:  # noqa: ANN401
    return forms.CharField(
        label=label, max_length=limit, required=needed, widget=forms.TextInput(attrs=INPUT)
    )


def _number(label: Any, lowest: int, highest: int, *, needed: bool = False) -> forms.IntegerField:  # noqa: ANN401
    return forms.IntegerField(
        label=label,
        min_value=lowest,
        max_value=highest,
        required=needed,
        widget=forms.NumberInput(attrs=INPUT),
    )


class ProductForm(forms.Form):
    """What a person may change of a product."""

    title = _text(200, gettext_lazy("标题"))
    item_code = _text(80, gettext_lazy("货号"))
    category = _text(80, gettext_lazy("类目"))
    brand = _text(40, gettext_lazy("品牌"))
    season = _text(20, gettext_lazy("季节"))
    status = forms.ChoiceField(
        label=gettext_lazy("状态"),
        choices=ProductStatus.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("角色"),
        choices=[("", "—"), *ProductRole.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    promise_hours = _number(gettext_lazy("承诺小时"), 1, 1080)
    is_main = forms.BooleanField(label=gettext_lazy("主推款"), required=False)
    in_showcase = forms.BooleanField(label=gettext_lazy("橱窗推荐"), required=False)


class SkuForm(forms.Form):
    """What a person may change of a SKU. Prices have their own page and their own right."""

    title = _text(200, gettext_lazy("名称"))
    spec = _text(200, gettext_lazy("规格"))
    barcode = _text(40, gettext_lazy("条码"))
    bin_code = _text(20, gettext_lazy("货位"))
    weight_grams = _number(gettext_lazy("重量（克）"), 1, 1_000_000)
    pack_size = _number(gettext_lazy("装箱数"), 1, 100_000, needed=True)
    promise_hours = _number(gettext_lazy("承诺小时"), 1, 1080)
    product = forms.CharField(
        label=gettext_lazy("属于商品（商品ID 或货号）"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs=INPUT),
    )
    is_on = forms.BooleanField(label=gettext_lazy("上架"), required=False)

    def clean_product(self) -> int | None:
        """Find the product by what a person knows of it."""
        text = str(self.cleaned_data.get("product") or "").strip()
        if not text:
            return None
        rows = list(Product.objects.filter(item_no=text)[:1]) or list(
            Product.objects.filter(item_code=text).order_by("pk")[:2]
        )
        if not rows:
            raise forms.ValidationError(_("没有商品ID 或货号是 %(text)s 的商品。") % {"text": text})
        if len(rows) > 1:
            raise forms.ValidationError(
                _("货号 %(text)s 有几个商品，请填商品ID。") % {"text": text}
            )
        return rows[0].pk

    def values(self) -> dict[str, Any]:
        """Give what the action takes."""
        data = dict(self.cleaned_data)
        data["product_id"] = data.pop("product")
        return data


class BundleForm(forms.Form):
    """The parts of a bundle: a line each, `编码 件数`."""

    parts = forms.CharField(
        label=gettext_lazy("单品"),
        required=False,
        max_length=6000,
        widget=forms.Textarea(
            attrs={**INPUT, "rows": 6, "spellcheck": "false", "autocapitalize": "off"}
        ),
        help_text=gettext_lazy("每行一个：编码，空格，件数（不写是 1 件）。全部删掉就不再是套装。"),
    )

    def clean_parts(self) -> dict[str, int]:
        """Read the lines."""
        found: dict[str, int] = {}
        lines = [line.strip() for line in str(self.cleaned_data["parts"]).splitlines()]
        for line in filter(None, lines):
            code, pieces = _line(line)
            if code in found:
                raise forms.ValidationError(_("%(code)s 写了两次。") % {"code": code})
            found[code] = pieces
        return found


def _line(line: str) -> tuple[str, int]:
    code, _blank, tail = line.replace("×", " ").replace("*", " ").rpartition(" ")
    if not code:
        return tail, 1
    if not tail.isascii() or not tail.isdigit() or len(tail) > 6:
        raise forms.ValidationError(_("「%(line)s」的件数不是整数。") % {"line": line})
    return code.strip(), int(tail)


class ImageForm(forms.Form):
    """A main image."""

    image = forms.FileField(
        label=gettext_lazy("主图"),
        widget=forms.FileInput(attrs={**INPUT, "accept": "image/jpeg,image/png,image/webp"}),
    )


class ListFilterForm(forms.Form):
    """What the list of products can be narrowed to."""

    q = _text(80, gettext_lazy("标题、编码、货号或商品ID"))
    status = forms.ChoiceField(
        label=gettext_lazy("状态"),
        choices=[("", "—"), *ProductStatus.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("角色"),
        choices=[("", "—"), *ProductRole.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    brand = _text(40, gettext_lazy("品牌"))
    category = _text(80, gettext_lazy("类目"))


class BulkRoleForm(forms.Form):
    """The role that chosen products get."""

    role = forms.ChoiceField(
        label=gettext_lazy("角色"),
        choices=ProductRole.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class BulkStatusForm(forms.Form):
    """The status that chosen products get; what is forbidden is decided on the page of violations."""

    status = forms.ChoiceField(
        label=gettext_lazy("状态"),
        choices=[
            (ProductStatus.ON_SHELF.value, ProductStatus.ON_SHELF.label),
            (ProductStatus.OFF_SHELF.value, ProductStatus.OFF_SHELF.label),
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
