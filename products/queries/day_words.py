"""What the product files said of a product's day: the words that count and the earlier ones.

A day is one row with what counts. The row as it was before a file changed it, and what an older export
said after a later one, stand beside the changes of imports, under these two names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from products.models import ProductDay
from shopops.intake.models import Batch, RowChange

TABLE, OLDER = "products_productday", "products_productday.older"


@dataclass(frozen=True, slots=True)
class DayWord:
    """One file's word about a figure of a product's day."""

    value: Decimal
    counts: bool
    batch_id: int | None
    file_name: str
    said_at: datetime | None


def words_about(*, item_no: str, day: date, column: str) -> list[DayWord]:
    """Give what all files said of a figure, the one that counts first, then the later exports. Three queries.

    :param column: a figure of `ProductDay`
    """
    row = ProductDay.objects.filter(product__item_no=item_no, date=day).order_by("pk").first()
    if row is None:
        return []
    changes = list(RowChange.objects.filter(table__in=(TABLE, OLDER), row_pk=row.pk).order_by("pk"))
    now: dict[str, Any] = {"batch_id": row.batch_id, column: getattr(row, column)}
    said = _said([*(one.before for one in changes if one.table == TABLE), now], column)
    late = [_word(one.before, column) for one in changes if one.table == OLDER]
    batches = _batches(batch for _value, batch in [*said, *(one for one in late if one)])
    # A file that was taken back says nothing any more.
    earlier = [
        one
        for one in (*said[:-1], *(one for one in late if one))
        if (batch := batches.get(one[1] or 0)) is None or batch.undone_at is None
    ]
    found = [_day_word(*one, batches, counts=False) for one in earlier]
    found.sort(key=lambda one: one.said_at.timestamp() if one.said_at else 0.0, reverse=True)
    return [*(_day_word(*one, batches, counts=True) for one in said[-1:]), *found]


type _Said = tuple[Decimal, int | None]


def _said(states: Sequence[Mapping[str, Any]], column: str) -> list[_Said]:
    """Give each new number with the file that brought it; a file that left it as it was said nothing new."""
    found: list[_Said] = []
    for state in states:
        one = _word(state, column)
        if one and (not found or found[-1][0] != one[0]):
            found.append(one)
    return found


def _word(state: Mapping[str, Any], column: str) -> _Said | None:
    value = state.get(column)
    return None if value is None else (Decimal(str(value)), state.get("batch_id"))


def _batches(ids: Iterable[int | None]) -> dict[int, Batch]:
    wanted = {one for one in ids if one is not None}
    return {one.pk: one for one in Batch.objects.filter(pk__in=wanted).order_by("pk")}


def _day_word(
    value: Decimal, batch_id: int | None, batches: Mapping[int, Batch], *, counts: bool
) -> DayWord:
    batch = batches.get(batch_id or 0)
    name, at = (batch.file_name, batch.exported_at) if batch else ("", None)
    return DayWord(value, counts, batch_id, name, at)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A day of which product files say other numbers, with one of them as an example.

    `files`: how many files told of it; `items`: how many products differ.
    """

    day: date
    files: int
    items: int
    item_no: str
    column: str
    before: Decimal
    now: Decimal


_DIFFERING = f"""
SELECT d.date, p.item_no, n.name, (c.before ->> n.name)::numeric, (to_jsonb(d) ->> n.name)::numeric,
  c.batch_id, d.batch_id
FROM products_productday d JOIN products_product p ON p.id = d.product_id
JOIN intake_rowchange c ON c."table" IN ('{TABLE}', '{OLDER}') AND c.row_pk = d.id
CROSS JOIN unnest(%(columns)s::text[]) AS n (name)
WHERE d.date BETWEEN %(since)s AND %(until)s
  AND (c.before ->> n.name)::numeric <> (to_jsonb(d) ->> n.name)::numeric
  AND NOT EXISTS (SELECT FROM intake_batch b
    WHERE b.id = (c.before ->> 'batch_id')::bigint AND b.undone_at IS NOT NULL)
ORDER BY d.date DESC, array_position(%(columns)s::text[], n.name), p.item_no, c.id DESC
"""


def disagreements(*, since: date, until: date, columns: Sequence[str]) -> list[Disagreement]:
    """Give the days of which two files say other numbers, the newest first. One query.

    :param columns: the figures to compare; an example is of the first that differs
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING, {"since": since, "until": until, "columns": list(columns)})
        rows = cursor.fetchall()
    found = []
    for day in dict.fromkeys(row[0] for row in rows):
        mine = [row for row in rows if row[0] == day]
        _day, item_no, column, before, now, *_rest = mine[0]
        files = {batch for row in mine for batch in row[5:]}
        items = len({row[1] for row in mine})
        found.append(Disagreement(day, max(len(files), 2), items, item_no, column, before, now))
    return found
