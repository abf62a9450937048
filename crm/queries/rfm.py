"""RFM over the narrow facts: cut points, scores, segments. Set-based; how: docs/algorithms/rfm.md.

As of a day counts what was paid up to and including it. The window is the last `window_days` of these.
Recency is days since the last payment, frequency the orders and monetary the net amount (paid less
refunds) in the window. Who paid nothing in it has no scores.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from crm.choices import CutMethod
from crm.models import LifeRule, RfmRule
from crm.rules.rfm import (
    FEWEST_INTERVALS,
    HIGH,
    SEGMENTS,
    START_LIMITS,
    LifeLimits,
    limits_of,
)

type Cuts = Mapping[str, Sequence[int]]

# Intervals between payments are taken from so many days back.
INTERVAL_DAYS = 730
_FIFTHS = "ARRAY[0.2, 0.4, 0.6, 0.8]"


@dataclass(frozen=True, slots=True)
class Recipe:
    """By what RFM is worked out."""

    as_of: date
    window_days: int
    method: str
    fixed: Cuts

    @property
    def since(self) -> date:
        """Give the last day that is before the window."""
        return self.as_of - timedelta(days=self.window_days)


def recipe(*, as_of: date, window_days: int | None = None) -> Recipe:
    """Give the recipe in force on a day; a window that is asked for goes before the rule's."""
    row = RfmRule.objects.filter(valid_from__lte=as_of).order_by("-valid_from").first()
    if row is None:
        return Recipe(as_of, window_days or 365, CutMethod.QUINTILE, {})
    return Recipe(as_of, window_days or row.window_days, row.method, row.cuts)


def window_sql(customers: str = "") -> str:
    """Give the SELECT over the facts: customer_id, last_date, orders, net_fen; parameters as_of, since."""
    return f"""
      SELECT customer_id, max(date) AS last_date,
        coalesce(sum(orders) FILTER (WHERE date > %(since)s), 0)::int AS orders,
        coalesce(sum(paid_fen - refund_fen) FILTER (WHERE date > %(since)s), 0)::bigint AS net_fen
      FROM crm_paidday WHERE date <= %(as_of)s {customers} GROUP BY customer_id"""


def cuts_of(cursor: CursorWrapper, base: str, asked: Recipe) -> dict[str, list[int]]:
    """Give the cut points: fixed ones, or the fifths of those in the window.

    Recency and frequency have few values: their fifths are taken of a count by value.
    """
    if asked.method == CutMethod.FIXED:
        return {name: list(values) for name, values in asked.fixed.items()}
    cursor.execute(
        f"SELECT percentile_disc({_FIFTHS}) WITHIN GROUP (ORDER BY net_fen)"
        f" FROM {base} WHERE orders > 0"
    )
    money = cursor.fetchone()[0]
    cursor.execute(
        f"SELECT %(as_of)s::date - last_date, count(*) FROM {base} WHERE orders > 0 GROUP BY 1 ORDER BY 1",
        {"as_of": asked.as_of},
    )
    recency = _fifths(cursor.fetchall())
    cursor.execute(f"SELECT orders, count(*) FROM {base} WHERE orders > 0 GROUP BY 1 ORDER BY 1")
    return {
        "recency": recency,
        "frequency": _fifths(cursor.fetchall()),
        "monetary": [int(one) for one in money or [0, 0, 0, 0]],
    }


def _fifths(counts: Sequence[tuple[int, int]]) -> list[int]:
    """Give the values at the fifths of a counted distribution, as percentile_disc does."""
    total, below, found = sum(count for _value, count in counts), 0, []
    for value, count in counts:
        below += count
        while len(found) < 4 and below * 5 >= total * (len(found) + 1):
            found.append(int(value))
    return found or [0, 0, 0, 0]


def scores_sql() -> str:
    """Give the columns recency, frequency, monetary over a row of base `b` in the window."""
    over = {
        name: " + ".join(f"({expression} > %({name}_{n})s)::int" for n in range(4))
        for name, expression in (
            ("recency", "%(as_of)s::date - b.last_date"),
            ("frequency", "b.orders"),
            ("monetary", "b.net_fen"),
        )
    }
    return (
        f"5 - ({over['recency']}) AS recency, 1 + ({over['frequency']}) AS frequency,"
        f" 1 + ({over['monetary']}) AS monetary"
    )


def segment_sql(alias: str = "s") -> str:
    """Give the expression of the segment's code over scores."""
    whens = " ".join(
        f"WHEN {_high(alias, 'recency', high[0])} AND {_high(alias, 'frequency', high[1])}"
        f" AND {_high(alias, 'monetary', high[2])} THEN '{segment.value}'"
        for high, segment in SEGMENTS.items()
    )
    return f"CASE {whens} ELSE '' END"


def _high(alias: str, name: str, high: bool) -> str:  # noqa: FBT001
    return f"{alias}.{name} {'>=' if high else '<'} {HIGH}"


def values_of(asked: Recipe, cuts: Cuts) -> dict[str, Any]:
    """Give the parameters of all statements."""
    values: dict[str, Any] = {"as_of": asked.as_of, "since": asked.since}
    for name, points in cuts.items():
        values |= {f"{name}_{n}": point for n, point in enumerate(points)}
    return values


@dataclass(frozen=True, slots=True)
class SegmentSize:
    """A class, its buyers and what they paid net in the window."""

    code: str
    buyers: int
    net_fen: int


@dataclass(frozen=True, slots=True)
class Rfm:
    """RFM as of a day."""

    recipe: Recipe
    cuts: dict[str, list[int]]
    buyers: int
    segments: tuple[SegmentSize, ...]


def rfm_as_of(asked: Recipe) -> Rfm:
    """Work RFM out from the facts, from scratch; writes nothing but a temporary table."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rfm_scratch")
        cursor.execute(
            f"CREATE TEMP TABLE rfm_scratch AS SELECT * FROM ({window_sql()}) w WHERE orders > 0",
            {"as_of": asked.as_of, "since": asked.since},
        )
        cuts = cuts_of(cursor, "rfm_scratch", asked)
        cursor.execute(
            f"SELECT {segment_sql()}, count(*), coalesce(sum(net_fen), 0)"
            f" FROM (SELECT b.net_fen, {scores_sql()} FROM rfm_scratch b) s GROUP BY 1",
            values_of(asked, cuts),
        )
        sizes = {code: (buyers, int(net)) for code, buyers, net in cursor.fetchall()}
        cursor.execute("DROP TABLE rfm_scratch")
    return Rfm(asked, cuts, sum(one[0] for one in sizes.values()), in_order(sizes))


def in_order(sizes: Mapping[str, tuple[int, int]]) -> tuple[SegmentSize, ...]:
    """Give all classes in the trade's order, empty ones too."""
    return tuple(
        SegmentSize(code.value, *sizes.get(code.value, (0, 0))) for code in SEGMENTS.values()
    )


def life_limits(*, as_of: date) -> LifeLimits:
    """Give the days that part the stages of life: by rule, else by the shop's own intervals."""
    row = LifeRule.objects.filter(valid_from__lte=as_of).order_by("-valid_from").first()
    if row and row.active_days and row.cooling_days and row.asleep_days:
        return LifeLimits(row.active_days, row.cooling_days, row.asleep_days, "rule")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), percentile_disc(ARRAY[0.75, 0.9, 0.97]) WITHIN GROUP (ORDER BY gap) FROM ("
            " SELECT date - lag(date) OVER (PARTITION BY customer_id ORDER BY date) AS gap"
            " FROM crm_paidday WHERE date <= %(as_of)s AND date > %(as_of)s::date - %(days)s) g"
            " WHERE gap IS NOT NULL",
            {"as_of": as_of, "days": INTERVAL_DAYS},
        )
        intervals, quantiles = cursor.fetchone()
    if intervals < FEWEST_INTERVALS:
        return START_LIMITS
    return limits_of([int(one) for one in quantiles], intervals=intervals)
