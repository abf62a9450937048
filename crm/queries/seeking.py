"""One page of a list by the key of its edge row, whatever the column that it is sorted by."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet

from shopops.lib.paging import AmountKey, Key, Page, decode_amount_key, decode_key, page_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class Sorting[M: Model]:
    """By which column a list is sorted (never null), then by key; and that column's value of a row."""

    column: str
    value: Callable[[M], datetime | date | int]
    kind: type[datetime] | type[date] | type[int] = datetime
    descending: bool = True


def seek[M: Model](
    rows: QuerySet[M], order: Sorting[M], *, after: str = "", before: str = "", size: int = PAGE
) -> Page[M]:
    """Give one page of rows. One query, whose cost does not grow with the place of the page.

    :raises ValueError: if a cursor is none of ours
    """
    backwards = bool(before)
    if after or before:
        edge, pk = _read(after or before, order.kind)
        side = "gt" if order.descending == backwards else "lt"
        tie = Q(**{f"{order.column}__{side}": edge}) | Q(**{f"pk__{side}": pk})
        # The bound alone is what the index can begin at; an OR reads everything before it, too.
        rows = rows.filter(Q(**{f"{order.column}__{side}e": edge}) & tie)
    sign = "-" if order.descending != backwards else ""
    return page_of(
        list(rows.order_by(f"{sign}{order.column}", f"{sign}pk")[: size + 1]),
        size=size,
        backwards=backwards,
        came_from=bool(after or before),
        key=lambda row: _key(order.value(row), row.pk),
    )


def _key(value: datetime | date | int, pk: int) -> Key | AmountKey:
    if isinstance(value, datetime):
        return value, pk
    return Decimal(value.toordinal() if isinstance(value, date) else value), pk


def _read(text: str, kind: type[Any]) -> tuple[Any, int]:
    if kind is datetime:
        return decode_key(text)
    number, pk = decode_amount_key(text)
    try:
        return (date.fromordinal(int(number)) if kind is date else int(number)), pk
    except (ValueError, OverflowError) as error:
        raise ValueError("not a page key") from error
