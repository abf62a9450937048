"""RFM over the narrow facts: cut points, scores, segments. Set-based; how: docs/algorithms/rfm.md.

As of a day counts what was paid up to and including it. The window is the last `window_days` of these.
Recency is days since the last payment, frequency the orders and monetary the net amount (paid less
refunds) in the window. Who paid nothing in it has no scores.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.choices import CutMethod
from crm.models import LifeRule, RfmRule
from crm.rules.rfm import (
    FEWEST_INTERVALS,
    HIGH,
    SCORES,
    SEGMENTS,
    START_LIMITS,
    LifeLimits,
    limits_of,
)

type Cuts = Mapping[str, Sequence[int]]

# Intervals between payments are taken from so many days back.
INTERVAL_DAYS = 730
# Amounts are counted by so many fen first: only the counts around a fifth are sorted.
_STEP_FEN = 1_000


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


def read_whole_tables(cursor: CursorWrapper) -> None:
    """Have this transaction read tables from end to end, by several workers where there are some.

    The window is half of all payments: by its index each is fetched alone, at three times the cost.
    """
    cursor.execute(
        "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off;"
        " SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0;"
        " SET LOCAL work_mem = '192MB'"
    )


def read_as_usual(cursor: CursorWrapper) -> None:
    """Leave it to the planner again."""
    cursor.execute("SET LOCAL enable_indexscan = on; SET LOCAL enable_bitmapscan = on")


def window_sql() -> str:
    """Give the SELECT of who paid in the window: customer_id, last_date, orders, net_fen; as_of, since.

    Whole fen are exact as float8 up to 2^53; a sum of bigint goes by numeric, at half as much time again.
    """
    return """
      SELECT customer_id, max(date) AS last_date, sum(orders)::int AS orders,
        sum((paid_fen - refund_fen)::float8)::bigint AS net_fen
      FROM crm_paidday WHERE date <= %(as_of)s AND date > %(since)s GROUP BY customer_id"""


def base_sql(narrowed: str = "") -> str:
    """Give the SELECT of the kept base over the facts: customer_id, last_date, days, orders, net_fen.

    `days` are all days of payment there are, the others are as of the day. Parameters as_of, since.
    """
    window = "FILTER (WHERE date > %(since)s AND date <= %(as_of)s)"
    return f"""
      SELECT customer_id, max(date) FILTER (WHERE date <= %(as_of)s) AS last_date,
        count(*)::int AS days, coalesce(sum(orders) {window}, 0)::int AS orders,
        coalesce(sum(paid_fen - refund_fen) {window}, 0)::bigint AS net_fen
      FROM crm_paidday {narrowed} GROUP BY customer_id"""


def cuts_of(cursor: CursorWrapper, base: str, asked: Recipe) -> dict[str, list[int]]:
    """Give the cut points: fixed ones, or the fifths of those in the window.

    Recency and frequency have few values: their fifths are taken of a count by both, of one pass.
    """
    if asked.method == CutMethod.FIXED:
        return {name: list(values) for name, values in asked.fixed.items()}
    cursor.execute(
        f"SELECT %(as_of)s::date - last_date, orders, count(*) FROM {base} WHERE orders > 0 GROUP BY 1, 2",
        {"as_of": asked.as_of},
    )
    days, orders = Counter[int](), Counter[int]()
    for since, times, count in cursor.fetchall():
        days[since] += count
        orders[times] += count
    return {
        "recency": _fifths(sorted(days.items())),
        "frequency": _fifths(sorted(orders.items())),
        "monetary": _money_fifths(cursor, base),
    }


def _money_fifths(cursor: CursorWrapper, base: str) -> list[int]:
    """Give the fifths of net amounts, exactly, without sorting them all."""
    cursor.execute(
        f"SELECT net_fen / {_STEP_FEN}, count(*) FROM {base} WHERE orders > 0 GROUP BY 1"
    )
    places = _places(sorted(cursor.fetchall()))
    steps = [step for step, _rank in places]
    cursor.execute(
        f"SELECT net_fen / {_STEP_FEN}, net_fen FROM {base}"
        f" WHERE orders > 0 AND net_fen / {_STEP_FEN} = ANY(%s) ORDER BY 2",
        [steps],
    )
    amounts: dict[int, list[int]] = {}
    for step, amount in cursor:
        amounts.setdefault(step, []).append(int(amount))
    return [amounts[step][rank - 1] for step, rank in places] or [0, 0, 0, 0]


def _places(counts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give for each fifth the value of a counted distribution that it falls on, and its place within (from 1)."""
    total, below = sum(count for _value, count in counts), 0
    found: list[tuple[int, int]] = []
    for value, count in counts:
        while len(found) < 4 and (below + count) * 5 >= total * (len(found) + 1):
            found.append((value, -(-total * (len(found) + 1) // 5) - below))
        below += count
    return found


def _fifths(counts: Sequence[tuple[int, int]]) -> list[int]:
    """Give the values at the fifths of a counted distribution, as percentile_disc does."""
    return [int(value) for value, _rank in _places(counts)] or [0, 0, 0, 0]


def over_sql() -> list[str]:
    """Give whether a row of base `b` is over each cut point: four of recency, of frequency, of money."""
    return [
        f"{expression} > %({name}_{n})s"
        for name, expression in (
            ("recency", "%(as_of)s::date - b.last_date"),
            ("frequency", "b.orders"),
            ("monetary", "b.net_fen"),
        )
        for n in range(4)
    ]


def scores_sql() -> str:
    """Give the columns recency, frequency, monetary over a row of base `b` in the window."""
    over = [f"({one})::int" for one in over_sql()]
    recency, frequency, monetary = (" + ".join(over[at : at + 4]) for at in (0, 4, 8))
    return (
        f"{SCORES} - ({recency}) AS recency, 1 + ({frequency}) AS frequency,"
        f" 1 + ({monetary}) AS monetary"
    )


def highs_sql() -> str:
    """Give whether recency, frequency and monetary value of a row of base `b` score high, as three columns.

    The same as scoring and asking for `HIGH`, by one comparison each: a table of its own is read by one
    worker only, and seven comparisons fewer a row are a third of its time.
    """
    return (
        f"%(as_of)s::date - b.last_date <= %(recency_{SCORES - HIGH})s AS r,"
        f" b.orders > %(frequency_{HIGH - 2})s AS f, b.net_fen > %(monetary_{HIGH - 2})s AS m"
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
    with transaction.atomic(), connection.cursor() as cursor:
        read_whole_tables(cursor)
        cursor.execute("DROP TABLE IF EXISTS rfm_scratch")
        cursor.execute(
            f"CREATE TEMP TABLE rfm_scratch AS {window_sql()}",
            {"as_of": asked.as_of, "since": asked.since},
        )
        cuts = cuts_of(cursor, "rfm_scratch", asked)
        cursor.execute(
            f"SELECT {highs_sql()}, count(*), coalesce(sum(b.net_fen), 0)"
            " FROM rfm_scratch b GROUP BY 1, 2, 3",
            values_of(asked, cuts),
        )
        sizes = {
            SEGMENTS[r, f, m].value: (buyers, int(net))
            for r, f, m, buyers, net in cursor.fetchall()
        }
        cursor.execute("DROP TABLE rfm_scratch")
        read_as_usual(cursor)
    return Rfm(asked, cuts, sum(one[0] for one in sizes.values()), in_order(sizes))


def in_order(sizes: Mapping[str, tuple[int, int]]) -> tuple[SegmentSize, ...]:
    """Give all classes in the trade's order, empty ones too."""
    return tuple(
        SegmentSize(code.value, *sizes.get(code.value, (0, 0))) for code in SEGMENTS.values()
    )


def rule_limits(as_of: date) -> LifeLimits | None:
    """Give the days that a rule in force sets, None where it leaves them to the shop's intervals."""
    row = LifeRule.objects.filter(valid_from__lte=as_of).order_by("-valid_from").first()
    if row and row.active_days and row.cooling_days and row.asleep_days:
        return LifeLimits(row.active_days, row.cooling_days, row.asleep_days, "rule")
    return None


def life_limits(*, as_of: date) -> LifeLimits:
    """Give the days that part the stages of life: by rule, else by the shop's own intervals."""
    if ruled := rule_limits(as_of):
        return ruled
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
    return limits_of([int(one) for one in quantiles], intervals=intervals, since=as_of.isoformat())
