"""What the rollup holds, read for pages, reports and the API: sums of a period or of each day.

A ratio is always derived from the sums of the same days. Distinct buyers do not add up: over several
days they are counted from the orders, and only if asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from analytics.choices import BASES, DIMS, REFUND_DIMS, REFUNDED, ROLLED
from analytics.metrics import ratio
from analytics.models import DayRollup
from analytics.queries.measures import BUYER_COUNTS, MEASURES
from analytics.queries.metrics import buyers_by
from analytics.queries.spans_sql import span_cells
from shopops.lib.money import from_fen

# Plain SQL: a shop has thousands of keys, and the ORM converts every sum of every one of them.
_SUMS = "SELECT key, coalesce(max(label), ''), {measures} FROM ({cells}) AS cells GROUP BY key ORDER BY key"
# What can be counted twice over days.
_ADDITIVE = tuple(name for name in MEASURES if name not in BUYER_COUNTS)


@dataclass(frozen=True, slots=True)
class Cell:
    """The sums of one key of a dimension; amounts in whole fen, what they mean in `queries.facts`.

    `date` is None for a period. `buyers` and `ordered_buyers` are None where they were not counted.
    """

    key: str
    label: str
    date: date | None
    orders: int
    paid_orders: int
    valid_orders: int
    unpaid_orders: int
    refunded_orders: int
    ordered_buyers: int | None
    buyers: int | None
    pieces: int
    kept_pieces: int
    costed_pieces: int
    ordered_fen: int
    gross_fen: int
    refund_fen: int
    postage_fen: int
    costed_fen: int
    cost_fen: int

    @property
    def paid_amount(self) -> Decimal:
        """Give 支付金额: postage included, not reduced by later refunds."""
        return from_fen(self.gross_fen)

    @property
    def ordered_amount(self) -> Decimal:
        """Give 下单金额."""
        return from_fen(self.ordered_fen)

    @property
    def refund_amount(self) -> Decimal:
        """Give what came back of these orders; on the basis `refunded`, what came back on these days."""
        return from_fen(self.refund_fen)

    @property
    def net_amount(self) -> Decimal:
        """Give the paid amount less refunds."""
        return from_fen(self.gross_fen - self.refund_fen)

    @property
    def postage_amount(self) -> Decimal:
        """Give the postage that buyers paid."""
        return from_fen(self.postage_fen)

    @property
    def cost_amount(self) -> Decimal | None:
        """Give what the kept goods cost whose cost is known; None if no cost is. Needs `products.view_cost`."""
        return from_fen(self.cost_fen) if self.costed_pieces else None

    @property
    def margin_amount(self) -> Decimal | None:
        """Give the gross margin of the kept goods whose cost is known. Needs `products.view_cost`."""
        return from_fen(self.costed_fen - self.cost_fen) if self.costed_pieces else None

    @property
    def margin_rate(self) -> Decimal | None:
        """Give the margin by what was left of the price of the same goods. Needs `products.view_cost`."""
        if not self.costed_pieces:
            return None
        return ratio(Decimal(self.costed_fen - self.cost_fen), self.costed_fen)

    @property
    def known_cost_rate(self) -> Decimal | None:
        """Give the share of kept pieces whose cost is known, 0 to 1; None if none was kept."""
        return ratio(Decimal(self.costed_pieces), self.kept_pieces)

    @property
    def per_buyer(self) -> Decimal | None:
        """Give 客单价; None if buyers were not counted."""
        return ratio(self.paid_amount, self.buyers)

    @property
    def per_order(self) -> Decimal | None:
        """Give 笔单价."""
        return ratio(self.paid_amount, self.paid_orders)


def sums(*, basis: str, dim: str, since: date, until: date, with_buyers: bool = True) -> list[Cell]:
    """Give the sums of each key over a period, both ends included, the largest net amount first.

    Two queries over the rollup: whole months are read as such. `with_buyers` counts distinct buyers over
    several days from the orders of the whole period, which a page over a year should not ask for.

    :raises ValueError: if the basis has no such dimension
    """
    _known(basis, (dim,))
    is_period = since != until and basis in BASES
    unknown = BUYER_COUNTS if is_period else ()
    cells = span_cells(basis=basis, dim=dim, since=since, until=until, columns=", ".join(MEASURES))
    measures = ", ".join(
        "NULL::bigint" if name in unknown else f"sum({name})::bigint" for name in MEASURES
    )
    with connection.cursor() as cursor:
        cursor.execute(_SUMS.format(measures=measures, cells=cells.sql), cells.values)
        # By place: the fields of a cell stand as `MEASURES` do, and there are thousands of cells.
        found = [Cell(key, label, None, *values) for key, label, *values in cursor.fetchall()]
    if is_period and with_buyers:
        found = _counted(found, basis, dim, since, until)
    return sorted(found, key=lambda cell: (cell.refund_fen - cell.gross_fen, cell.key))


def _counted(cells: Iterable[Cell], basis: str, dim: str, since: date, until: date) -> list[Cell]:
    paying = buyers_by(dim=dim, basis=basis, since=since, until=until)
    ordering = buyers_by(dim=dim, basis=basis, since=since, until=until, paying=False)
    return [
        replace(cell, buyers=paying.get(cell.key, 0), ordered_buyers=ordering.get(cell.key, 0))
        for cell in cells
    ]


def total(*, basis: str, since: date, until: date, with_buyers: bool = True) -> Cell | None:
    """Give the sums of a period; None if no day of it has anything: then look at `coverage.known_days`."""
    rows = sums(basis=basis, dim="total", since=since, until=until, with_buyers=with_buyers)
    return rows[0] if rows else None


def by_day(*, basis: str, dim: str, since: date, until: date) -> dict[date, dict[str, Cell]]:
    """Give each day's cells by key, both ends included; a day or key without orders is missing.

    One query. Whether a missing day is zero or unknown tells `coverage.known_days`.
    """
    return cubes(basis=basis, dims=(dim,), since=since, until=until).get(dim, {})


def cubes(
    *, basis: str, dims: Iterable[str], since: date, until: date
) -> dict[str, dict[date, dict[str, Cell]]]:
    """Give `by_day` of several dimensions by one query."""
    rows = _cells(basis, tuple(dims), since, until).order_by("dim", "date", "key")
    found: dict[str, dict[date, dict[str, Cell]]] = {}
    for dim, day, key, label, *values in rows.values_list("dim", "date", "key", "label", *MEASURES):
        counts: dict[str, Any] = dict(zip(MEASURES, values, strict=True))
        found.setdefault(dim, {}).setdefault(day, {})[key] = Cell(
            key=key, label=label, date=day, **counts
        )
    return found


def series(*, basis: str, dim: str, key: str, since: date, until: date) -> dict[date, Cell]:
    """Give one key's cells by day. One query."""
    rows = _cells(basis, (dim,), since, until).filter(key=key).order_by("date")
    return {
        day: Cell(key=key, label=label, date=day, **dict(zip(MEASURES, values, strict=True)))
        for day, label, *values in rows.values_list("date", "label", *MEASURES)
    }


def _known(basis: str, dims: tuple[str, ...]) -> None:
    known = REFUND_DIMS if basis == REFUNDED else DIMS
    if basis not in ROLLED or not set(dims) <= set(known):
        raise ValueError(f"{basis} is not summed by {', '.join(dims)}")


def _cells(basis: str, dims: tuple[str, ...], since: date, until: date) -> QuerySet[DayRollup]:
    _known(basis, dims)
    return DayRollup.objects.filter(basis=basis, dim__in=dims, date__range=(since, until))
