"""The proof of stock: on hand is the sum of the ledger, allocated what is set aside for open orders."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db import connection

from products.choices import AllocationState
from products.models import Allocation, StockLevel
from products.queries.catalogue_of import catalogue_of
from products.rules.stock import Wanted

type Which = Literal["ledger", "allocated", "open_orders"]
type OpenLines = Callable[[Sequence[str]], Sequence[Wanted]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two figures of a SKU that should be one. `tid`: the order that is not open, or wants another number."""

    sku_code: str
    which: Which
    stored: int
    proved: int
    tid: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """How much was looked at, and what does not agree."""

    skus: int
    moves: int
    allocations: int
    differences: list[Difference]


_LEDGER = """
WITH sums AS (
  SELECT sku_id, sum(quantity)::bigint AS total, count(*) AS moves FROM products_stockmove GROUP BY sku_id
)
SELECT coalesce(s.code, ''), coalesce(l.on_hand, 0), coalesce(m.total, 0), coalesce(m.moves, 0)
FROM products_stocklevel l FULL JOIN sums m ON m.sku_id = l.sku_id
LEFT JOIN products_sku s ON s.id = coalesce(l.sku_id, m.sku_id)
WHERE coalesce(l.on_hand, 0) <> coalesce(m.total, 0) ORDER BY 1
"""
_ALLOCATED = """
WITH sums AS (
  SELECT sku_id, sum(quantity)::bigint AS total FROM products_allocation
  WHERE state = 'held' GROUP BY sku_id
)
SELECT coalesce(s.code, ''), coalesce(l.allocated, 0), coalesce(m.total, 0)
FROM products_stocklevel l FULL JOIN sums m ON m.sku_id = l.sku_id
LEFT JOIN products_sku s ON s.id = coalesce(l.sku_id, m.sku_id)
WHERE coalesce(l.allocated, 0) <> coalesce(m.total, 0) ORDER BY 1
"""


def prove(*, open_lines: OpenLines) -> Proof:
    """Hold levels, ledger, allocations and open orders against one another; writes nothing.

    Reads the ledger once through an index that holds all it needs, and what is set aside once.
    """
    differences: list[Difference] = []
    with connection.cursor() as cursor:
        cursor.execute(_LEDGER)
        differences += [Difference(row[0], "ledger", row[1], int(row[2])) for row in cursor]
        cursor.execute(_ALLOCATED)
        differences += [Difference(row[0], "allocated", row[1], int(row[2])) for row in cursor]
        cursor.execute("SELECT count(*) FROM products_stockmove")
        moves = int(cursor.fetchone()[0])
    held = _held()
    differences += _against_orders(held, open_lines)
    return Proof(
        skus=StockLevel.objects.count(),
        moves=moves,
        allocations=len(held),
        differences=differences,
    )


type _Held = dict[tuple[str, str, int], tuple[int, str]]


def _held() -> _Held:
    rows = Allocation.objects.filter(state=AllocationState.HELD).order_by("tid", "pk")
    return {
        (tid, line_key, sku_id): (quantity, code)
        for tid, line_key, sku_id, quantity, code in rows.values_list(
            "tid", "line_key", "sku_id", "quantity", "sku__code"
        )
    }


def _against_orders(held: _Held, open_lines: OpenLines) -> list[Difference]:
    """Find pieces that are set aside for a line that is not open, or that wants another number."""
    lines = open_lines(sorted({tid for tid, _line, _sku in held}))
    catalogue = catalogue_of({line.sku_code for line in lines})
    wanted: Counter[tuple[str, str, int]] = Counter()
    for line in lines:
        for part in catalogue.parts.get(line.sku_code, ()):
            wanted[line.tid, line.line_key, part.sku_id] += part.quantity * line.quantity
    return [
        Difference(code, "open_orders", quantity, wanted[place], place[0])
        for place, (quantity, code) in held.items()
        if wanted[place] != quantity
    ]
