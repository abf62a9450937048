"""Which columns the list of products has for a person, and in which order. No query."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shopops.staff.models import User

LIST = "products"
FIXED = "title"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `right`: only who holds it may see it."""

    code: str
    label: str | Promise
    is_figure: bool = False
    by_default: bool = True
    right: str = ""


COLUMNS: dict[str, Column] = {
    column.code: column
    for column in (
        Column("title", _("商品")),
        Column("status", _("状态")),
        Column("stock", _("可用库存"), is_figure=True),
        Column("cover", _("可卖天数"), is_figure=True),
        Column("trend", _("近 14 天件数")),
        Column("price", _("售价"), is_figure=True),
        Column("margin", _("毛利率"), is_figure=True, right="products.view_cost"),
        Column("warn", _("要注意")),
        Column("role", _("角色"), by_default=False),
        Column("skus", _("SKU 数"), is_figure=True, by_default=False),
        Column("category", _("类目"), by_default=False),
        Column("brand", _("品牌"), by_default=False),
    )
}
DEFAULT: tuple[str, ...] = tuple(code for code, one in COLUMNS.items() if one.by_default)


def columns_of(person: User) -> list[Column]:
    """Give a person's columns, left to right, without those that they may not see."""
    chosen = known(person.preferences.get("columns", {}).get(LIST, ())) or DEFAULT
    return [one for one in map(COLUMNS.__getitem__, chosen) if _may(person, one)]


def _may(person: User, column: Column) -> bool:
    return not column.right or person.has_perm(column.right)


def offered_to(person: User) -> list[Column]:
    """Give the columns that a person may choose from."""
    return [one for one in COLUMNS.values() if _may(person, one)]


def known(codes: Iterable[str]) -> tuple[str, ...]:
    """Keep the codes of columns that there are, each once, and the product itself in any case."""
    return _known(tuple(codes))


@lru_cache(maxsize=256)
def _known(codes: tuple[str, ...]) -> tuple[str, ...]:
    shown = tuple(code for code in dict.fromkeys(codes) if code in COLUMNS)
    return shown if FIXED in shown or not shown else (FIXED, *shown)
