"""Freight templates in words: rows, sizes, what is wrong with a row."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from promotions.rules.freight import UNITS, AreaFault
from shopops.lib.templatetags.shop import money
from shopops.lib.words import phrases
from shopops.staff.operations import name_operations, name_parts


class Area(Protocol):
    """A row of a template."""

    first: int
    first_amount: Decimal
    add: int
    add_amount: Decimal

    @property
    def regions(self) -> Sequence[str]:
        """Give the provinces that it is for; none: nationwide."""
        ...


_FAULTS = {
    "nationwide": gettext_noop("要有一行全国的，也只能有一行。"),
    "unknown": gettext_noop("没有「%(value)s」这个省份，写简称，比如 内蒙古。"),
    "twice": gettext_noop("「%(value)s」写了两次。"),
    "size": gettext_noop("要大于 0、不超过 9999。"),
    "step": gettext_noop("件数写整数，公斤和立方米最多一位小数。"),
    "fee": gettext_noop("运费要在 0.00 到 999.99 之间。"),
    "add_over_first": gettext_noop("续费不能高过首费（首费是 0 时除外）。"),
}


def area_error(fault: AreaFault) -> str:
    """Say what is wrong with a row."""
    return _(_FAULTS[fault.code]) % {"value": fault.value}


def size_words(size: int, unit: str) -> str:
    """Write a size in the unit that people use: 1 件, 0.5 公斤, 0.1 立方米."""
    shown = f"{Decimal(size) / UNITS[unit]:.10f}".rstrip("0").rstrip(".")
    return {"weight": _("%(n)s 公斤"), "volume": _("%(n)s 立方米")}.get(unit, _("%(n)s 件")) % {
        "n": shown
    }


def area_words(area: Area, unit: str) -> str:
    """Say what a row costs: 首 1 件 ¥8.00，每加 1 件 ¥3.00."""
    if not area.first_amount and not area.add_amount:
        return _("包邮")
    return _("首 %(first)s %(fee)s，每加 %(add)s %(more)s") % {
        "first": size_words(area.first, unit),
        "fee": money(area.first_amount),
        "add": size_words(area.add, unit),
        "more": money(area.add_amount),
    }


def regions_words(area: Area) -> str:
    """Name where a row is for."""
    return _("、").join(area.regions) or _("全国其余")


def areas_words(areas: Iterable[Area], unit: str) -> str:
    """Say all rows in one sentence, as the log shows them."""
    return phrases([f"{regions_words(area)} {area_words(area, unit)}" for area in areas])


def name_all() -> None:
    """Give the log its words of freight templates."""
    name_operations(
        {
            "promotions.freight.created": gettext_lazy("新建运费模板"),
            "promotions.freight.changed": gettext_lazy("改运费模板"),
            "promotions.freight.products_set": gettext_lazy("改运费模板的商品"),
        }
    )
    name_parts("object", {"freight": gettext_lazy("运费模板")})
    name_parts(
        "field",
        {
            "areas": gettext_lazy("各地运费"),
            "unit": gettext_lazy("怎么计"),
            "is_default": gettext_lazy("默认模板"),
            "products": gettext_lazy("商品"),
        },
    )
