"""What the list of products can be sorted by, and where one of its pages begins and ends."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from products.models import Product


@dataclass(frozen=True, slots=True)
class Sort:
    """One way to sort. What is unknown comes last, either way; of equals the newest first."""

    code: str
    column: str
    field: str
    name: str | Promise
    is_falling: bool = False
    right: str = ""


SORTS: dict[str, Sort] = {
    sort.code: sort
    for sort in (
        Sort("cover", "cover", "cover_days", _("可卖天数从少到多")),
        Sort("-cover", "cover", "cover_days", _("可卖天数从多到少"), is_falling=True),
        Sort("-sales", "trend", "sold", _("近 14 天件数从多到少"), is_falling=True),
        Sort("sales", "trend", "sold", _("近 14 天件数从少到多")),
        Sort("stock", "stock", "stock", _("可用库存从少到多")),
        Sort("-stock", "stock", "stock", _("可用库存从多到少"), is_falling=True),
        Sort("margin", "margin", "margin_rate", _("毛利率从低到高"), right="products.view_cost"),
        Sort(
            "-margin",
            "margin",
            "margin_rate",
            _("毛利率从高到低"),
            is_falling=True,
            right="products.view_cost",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Edge:
    """The row at the edge of a page: its id, and its figure (None: unknown) where one sorts by it."""

    id: int
    value: Decimal | None = None

    @staticmethod
    def parse(text: str) -> "Edge | None":
        """Read what `str` wrote; None for anything else."""
        number, _mark, value = text.partition("_")
        if not (number.isascii() and number.isdecimal() and len(number) < 18):
            return None
        try:
            known = Decimal(value) if value else None
        except InvalidOperation:
            return None
        if known is not None and (not known.is_finite() or abs(known) > 10**20):
            return None
        return Edge(int(number), known)

    def __str__(self) -> str:
        return f"{self.id}_{self.value}" if self.value is not None else str(self.id)


def sorted_rows(
    rows: "QuerySet[Product]", sort: Sort | None, *, after: Edge | None, before: Edge | None
) -> "QuerySet[Product]":
    """Give the rows behind an edge in their order, or those before one in the opposite order."""
    is_back = before is not None
    edge = before or after
    if sort is None:
        if edge is not None:
            rows = rows.filter(pk__gt=edge.id) if is_back else rows.filter(pk__lt=edge.id)
        return rows.order_by("pk" if is_back else "-pk")
    field = f"figures__{sort.field}"
    if edge is not None:
        rows = rows.filter(_beyond(field, sort, edge, is_back=is_back))
    falls = sort.is_falling != is_back
    nulls = {"nulls_first": True} if is_back else {"nulls_last": True}
    order = F(field).desc(**nulls) if falls else F(field).asc(**nulls)
    return rows.order_by(order, "pk" if is_back else "-pk")


def _beyond(field: str, sort: Sort, edge: Edge, *, is_back: bool) -> Q:
    same_side = Q(pk__gt=edge.id) if is_back else Q(pk__lt=edge.id)
    if edge.value is None:
        unknown = Q(**{f"{field}__isnull": True}) & same_side
        return unknown | Q(**{f"{field}__isnull": False}) if is_back else unknown
    way = "lt" if sort.is_falling != is_back else "gt"
    found = Q(**{f"{field}__{way}": edge.value}) | (Q(**{field: edge.value}) & same_side)
    return found if is_back else found | Q(**{f"{field}__isnull": True})
