"""What people fill in about freight templates: the template, its rows by province, its products."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.forms.fields import MomentField, WordsField
from promotions.actions.freight import FreightGiven
from promotions.choices import FreightUnit
from promotions.models import FreightTemplate
from promotions.rules.freight import UNITS, AreaGiven, province

SPARE_ROWS = 3
MOST_ROWS = 40


class FreightForm(forms.Form):
    """A template without its rows."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    unit = forms.ChoiceField(label=gettext_lazy("怎么计"), choices=FreightUnit.choices)
    is_default = forms.BooleanField(
        label=gettext_lazy("默认模板"),
        required=False,
        help_text=gettext_lazy("没有指定模板的商品都按它算"),
    )
    is_on = forms.BooleanField(label=gettext_lazy("启用"), required=False, initial=True)
    since = MomentField(
        label=gettext_lazy("从什么时候起改（留空：改这一行）"),
        required=False,
    )
    valid_to = MomentField(
        label=gettext_lazy("用到什么时候"),
        required=False,
    )
    source = forms.CharField(
        label=gettext_lazy("出处"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("比如：千牛的运费模板，几号核对过"),
    )

    def given(self, areas: tuple[AreaGiven, ...]) -> FreightGiven:
        """Give what was entered as the actions take it."""
        data = self.cleaned_data
        return FreightGiven(
            name=data["name"].strip(),
            unit=FreightUnit(data["unit"]),
            areas=areas,
            is_default=data["is_default"],
            is_on=data["is_on"],
            source=data["source"].strip(),
            since=data["since"],
            valid_to=data["valid_to"],
        )


class NewFreightForm(FreightForm):
    """A template that is not there yet."""

    code = forms.CharField(
        label=gettext_lazy("代号"),
        max_length=20,
        help_text=gettext_lazy("平台上的模板 ID，或者自己起的短名；存了就不再改"),
    )
    field_order = ("code", "name")

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["since"].label = gettext_lazy("从什么时候起（留空：现在）")


def _number(label: Any, places: int) -> forms.DecimalField:  # noqa: ANN401
    step = "any" if places == 1 else "0.01"
    return forms.DecimalField(
        label=label,
        required=False,
        max_digits=8,
        decimal_places=places,
        widget=forms.NumberInput(attrs={"step": step, "min": "0", "inputmode": "decimal"}),
    )


class AreaForm(forms.Form):
    """One row: provinces, first and further step. A row without any figure is no row."""

    regions = WordsField(
        label=gettext_lazy("省份"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": 200}),
    )
    first = _number(gettext_lazy("首"), 1)
    first_amount = _number(gettext_lazy("首费"), 2)
    add = _number(gettext_lazy("每加"), 1)
    add_amount = _number(gettext_lazy("续费"), 2)

    def __init__(self, *args: Any, is_nationwide: bool = False, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.is_nationwide = is_nationwide
        self.fields["regions"].widget.attrs["placeholder"] = (
            "" if is_nationwide else _("新疆、西藏")
        )
        if is_nationwide:
            del self.fields["regions"]

    def clean(self) -> dict[str, Any]:
        """Ask for all figures of a row that has one, and for provinces beside them."""
        data: dict[str, Any] = super().clean() or {}
        figures = ("first", "first_amount", "add", "add_amount")
        filled = [name for name in figures if data.get(name) is not None]
        if self.is_nationwide or filled or data.get("regions"):
            for name in figures:
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("要填。"))
            if not self.is_nationwide and not data.get("regions"):
                self.add_error("regions", _("写这一行是哪些省份的。"))
        return data

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was entered."""
        return not any(value not in (None, "", []) for value in self.cleaned_data.values())

    def given(self, unit: str) -> AreaGiven:
        """Give the row as the actions take it."""
        data = self.cleaned_data
        return AreaGiven(
            regions=tuple(province(name) for name in data.get("regions", ())),
            first=_small(data["first"], unit),
            first_amount=data["first_amount"],
            add=_small(data["add"], unit),
            add_amount=data["add_amount"],
        )


def _small(size: Decimal, unit: str) -> int:
    """Give a size in the small unit; half a piece stays wrong (0) and is refused by the rules."""
    exact = size * UNITS[unit]
    return int(exact) if exact == exact.to_integral_value() else 0


def area_forms(data: Any, row: FreightTemplate | None) -> list[AreaForm]:  # noqa: ANN401
    """Give the rows of a template's form: the nationwide one first, spare ones last."""
    stored = (
        [] if row is None else sorted(row.areas.all(), key=lambda one: (bool(one.regions), one.pk))
    )
    initials: list[dict[str, Any]] = []
    for area in stored:
        size = UNITS[row.unit] if row else 1
        initials.append(
            {
                "regions": "、".join(area.regions),
                "first": _plain(area.first, size),
                "first_amount": area.first_amount,
                "add": _plain(area.add, size),
                "add_amount": area.add_amount,
            }
        )
    if not initials or (stored and stored[0].regions):
        initials.insert(0, {"first": 1, "add": 1})
    count = len(initials) + SPARE_ROWS
    if data is not None:
        sent = str(data.get("areas", ""))
        count = max(1, min(MOST_ROWS, int(sent))) if sent.isdecimal() and len(sent) < 4 else count
    initials += [{}] * (count - len(initials))
    return [
        AreaForm(data, prefix=f"a{at}", initial=initials[at], is_nationwide=at == 0)
        for at in range(count)
    ]


def _plain(size: int, unit: int) -> str:
    text = f"{Decimal(size) / unit:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class FreightProductsForm(forms.Form):
    """The products of a template, one a line, with the volume of a piece where it goes by volume."""

    products = forms.CharField(
        label=gettext_lazy("商品ID，一行一个"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("按体积的模板在后面空一格写每件几立方米，比如 612345 0.02"),
    )

    def clean_products(self) -> dict[str, int | None]:
        """Read item numbers with their volumes."""
        found: dict[str, int | None] = {}
        for number, line in enumerate(self.cleaned_data["products"].splitlines(), start=1):
            parts = line.split()
            if not parts:
                continue
            try:
                volume = int(Decimal(parts[1]) * UNITS["volume"]) if len(parts) > 1 else None
            except (InvalidOperation, ValueError):
                volume = 0
            if len(parts) > 2 or (volume is not None and not 0 < volume < 2_000_000_000):
                raise forms.ValidationError(
                    _("第 %(line)s 行：写“商品ID”，或者“商品ID 每件几立方米”"),
                    params={"line": number},
                )
            found[parts[0]] = volume
        return found
