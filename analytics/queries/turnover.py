"""How fast the shelf turns: what stood on it by day against what left it, by SKU."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from analytics.metrics import ratio
from analytics.queries.sums import sums
from analytics.rules.spans import Days
from shopops.lib.money import from_fen

# Over longer spans one day a week stands for its week: means stay what they are, pages stay quick.
_EVERY_DAY = 35

# The last day of each SKU is looked up: sorting every day of every SKU for it takes four times as long.
_SHELF = """
WITH sums AS (
  SELECT sku_code, count(*) AS days, sum(greatest(on_hand, 0)) AS pieces,
    sum(greatest(on_hand, 0) * cost_fen) AS fen, count(cost_fen) AS costed, max(date) AS last
  FROM analytics_stockday WHERE date = ANY(%(days)s) GROUP BY sku_code
)
SELECT a.sku_code, a.days, a.pieces, a.fen, a.costed, l.on_hand, l.cost_fen
FROM sums a JOIN analytics_stockday l ON l.sku_code = a.sku_code AND l.date = a.last ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Turned:
    """One SKU over a span: mean pieces on the shelf, pieces sold, and both at cost where it is known.

    `on_hand` and `value` are of the last day that is known.
    """

    code: str
    label: str
    mean_pieces: Decimal
    on_hand: int
    pieces: int
    mean_value: Decimal | None
    value: Decimal | None
    cost_amount: Decimal | None

    @property
    def times(self) -> Decimal | None:
        """Give how many times the shelf turned, by pieces; None if nothing stood on it."""
        return self.pieces / self.mean_pieces if self.mean_pieces else None


@dataclass(frozen=True, slots=True)
class Turnover:
    """All SKUs whose shelf is known, and the days on which it is.

    `looked_at`: the days whose shelf went into the means.
    """

    rows: list[Turned]
    looked_at: list[date]
    length: int

    @property
    def pieces(self) -> int:
        """Count pieces sold."""
        return sum(row.pieces for row in self.rows)

    @property
    def mean_pieces(self) -> Decimal:
        """Give the mean of pieces on the shelf."""
        return sum((row.mean_pieces for row in self.rows), Decimal(0))

    @property
    def costed(self) -> list[Turned]:
        """Give the SKUs whose cost is known."""
        return [row for row in self.rows if row.mean_value is not None]

    @property
    def mean_value(self) -> Decimal | None:
        """Give what stood on the shelf on average, at cost; None if no cost is known."""
        return _sum([row.mean_value for row in self.costed])

    @property
    def value(self) -> Decimal | None:
        """Give what stands there on the last day, at cost."""
        return _sum([row.value for row in self.costed])

    @property
    def cost_amount(self) -> Decimal | None:
        """Give what was sold, at cost, of the SKUs whose cost is known."""
        rows = self.costed
        return _sum([row.cost_amount or Decimal(0) for row in rows]) if rows else None

    @property
    def known_rate(self) -> Decimal | None:
        """Give the share of the pieces on the shelf whose cost is known."""
        known = sum((row.mean_pieces for row in self.costed), Decimal(0))
        return known / self.mean_pieces if self.mean_pieces else None

    @property
    def times(self) -> Decimal | None:
        """Give how many times the shelf turned in the span, by pieces."""
        return self.pieces / self.mean_pieces if self.mean_pieces else None

    def days(self) -> Decimal | None:
        """Give how many days the mean shelf lasts at the sales of the span."""
        return ratio(self.mean_pieces * self.length, self.pieces)


def _sum(values: list[Decimal | None]) -> Decimal | None:
    known = [one for one in values if one is not None]
    return sum(known, Decimal(0)) if known else None


def turnover(days: Days) -> Turnover:
    """Give how the shelf turned over a span. Three queries, over rows of days only."""
    looked_at = _looked_at(days)
    with connection.cursor() as cursor:
        cursor.execute(_SHELF, {"days": looked_at})
        shelf = cursor.fetchall()
    if not shelf:
        return Turnover([], [], days.length)
    sold = {
        cell.key: cell
        for cell in sums(
            basis="paid", dim="sku", since=days.since, until=days.until, with_buyers=False
        )
    }
    rows = []
    for code, known, pieces, fen, costed, on_hand, cost in shelf:
        cell = sold.get(code)
        # A cost that came in the midst of the span is not known of the whole.
        has_cost = costed == known
        rows.append(
            Turned(
                code=code,
                label=cell.label if cell else "",
                mean_pieces=Decimal(pieces) / known,
                on_hand=on_hand,
                pieces=cell.pieces if cell else 0,
                mean_value=from_fen(int(fen / known)) if has_cost else None,
                value=from_fen(max(on_hand, 0) * cost) if cost is not None else None,
                cost_amount=(cell.cost_amount if cell else Decimal(0)) if has_cost else None,
            )
        )
    return Turnover(rows, looked_at, days.length)


def _looked_at(days: Days) -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d::date FROM generate_series(%s::date, %s::date, '1 day') AS d"
            " WHERE EXISTS (SELECT FROM analytics_stockday s WHERE s.date = d::date) ORDER BY 1",
            [days.since, days.until],
        )
        known: list[date] = [row[0] for row in cursor.fetchall()]
    if days.length <= _EVERY_DAY:
        return known
    return [day for day in known if (days.until - day).days % 7 == 0]
