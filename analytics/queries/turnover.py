"""How fast the shelf turns: what stood on it by day against what left it, by SKU."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from analytics.metrics import ratio
from analytics.queries.spans_sql import span_cells
from analytics.rules.spans import Days
from shopops.lib.money import from_fen

# Over longer spans one day a week stands for its week: means stay what they are, pages stay quick.
_EVERY_DAY = 35

# The last day of each SKU is looked up: sorting every day of every SKU for it takes four times as long.
# Only what the page tells is summed, and in whole fen: a span has thousands of SKUs.
_SHELF = """
WITH stood AS (
  SELECT sku_code, count(*) AS days, sum(greatest(on_hand, 0)) AS pieces,
    sum((greatest(on_hand, 0) * cost_fen)::float8) AS fen, count(cost_fen) AS costed, max(date) AS last
  FROM analytics_stockday WHERE date = ANY(%(looked_at)s) GROUP BY sku_code
),
sold AS (
  SELECT key, coalesce(max(label), '') AS label, sum(pieces::float8)::bigint AS pieces,
    sum(costed_pieces::float8)::bigint AS costed, sum(cost_fen::float8)::bigint AS cost
  FROM ({cells}) AS cells GROUP BY key
),
shelf AS (
  SELECT a.sku_code, coalesce(s.label, '') AS label, a.days, a.pieces AS stood, l.on_hand,
    coalesce(s.pieces, 0) AS pieces, a.costed = a.days AS has_cost, floor(a.fen / a.days)::bigint AS mean_fen,
    (greatest(l.on_hand, 0) * l.cost_fen)::bigint AS fen,
    CASE WHEN s.costed > 0 THEN s.cost WHEN s.key IS NULL THEN 0 END AS cost
  FROM stood a JOIN analytics_stockday l ON l.sku_code = a.sku_code AND l.date = a.last
  LEFT JOIN sold s ON s.key = a.sku_code
)
"""
_ROWS = f"{_SHELF} SELECT * FROM shelf ORDER BY sku_code"
_WHOLE = f"""{_SHELF}
SELECT count(*), coalesce(sum(pieces), 0)::bigint, coalesce(sum(stood::numeric / days), 0),
  sum(fen) FILTER (WHERE has_cost) FROM shelf
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


@dataclass(frozen=True, slots=True)
class Whole:
    """The shelf of a span in one row: what another span is set against."""

    pieces: int
    mean_pieces: Decimal
    value: Decimal | None
    length: int

    @property
    def times(self) -> Decimal | None:
        """Give how many times the shelf turned in the span, by pieces."""
        return self.pieces / self.mean_pieces if self.mean_pieces else None

    def days(self) -> Decimal | None:
        """Give how many days the mean shelf lasts at the sales of the span."""
        return ratio(self.mean_pieces * self.length, self.pieces)


def turnover(days: Days) -> Turnover:
    """Give how the shelf turned over a span. Two queries, over rows of days only."""
    looked_at = _looked_at(days)
    return Turnover(
        [_turned(row) for row in _asked(_ROWS, days, looked_at)], looked_at, days.length
    )


def whole_turnover(days: Days) -> Whole | None:
    """Give the same of all SKUs together; None if no shelf of the span is known."""
    ((skus, pieces, mean, fen),) = _asked(_WHOLE, days, _looked_at(days))
    if not skus:
        return None
    return Whole(pieces, mean, from_fen(int(fen)) if fen is not None else None, days.length)


def _asked(sql: str, days: Days, looked_at: list[date]) -> list[tuple[Any, ...]]:
    cells = span_cells(
        basis="paid",
        dim="sku",
        since=days.since,
        until=days.until,
        columns="pieces, costed_pieces, cost_fen",
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.format(cells=cells.sql), cells.values | {"looked_at": looked_at})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _turned(row: tuple[Any, ...]) -> Turned:
    code, label, known, stood, on_hand, pieces, has_cost, mean_fen, fen, cost = row
    # A cost that came in the midst of the span is not known of the whole.
    return Turned(
        code=code,
        label=label,
        mean_pieces=Decimal(stood) / known,
        on_hand=on_hand,
        pieces=pieces,
        mean_value=from_fen(mean_fen) if has_cost else None,
        value=from_fen(fen) if fen is not None else None,
        cost_amount=from_fen(cost) if has_cost and cost is not None else None,
    )


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
