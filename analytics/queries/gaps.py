"""Days that no file tells of between days that some file tells of, and figures that cannot be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from analytics.figures import PRODUCT_DAYS, SHOP_DAY, TRADE
from analytics.models import StatRow
from products.models import ProductDay

FLOW = "flow"
DAILY = (SHOP_DAY, TRADE, FLOW, PRODUCT_DAYS)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row without a word from a source, both ends included."""

    source: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """Give how many days it is long."""
        return (self.last - self.first).days + 1


def gaps(*, since: date, until: date) -> list[Gap]:
    """Give the gaps of every daily source that told of a day before. Two queries.

    A source that tells of no day of the period has none: the shop does not bring it.
    """
    told: dict[str, set[date]] = {source: set() for source in DAILY}
    rows = StatRow.objects.filter(
        is_current=True, source__in=DAILY, date__range=(since, until)
    ).order_by()
    for source, day in rows.values_list("source", "date").distinct():
        told[source].add(day)
    days = ProductDay.objects.filter(date__range=(since, until)).order_by()
    told[PRODUCT_DAYS] = set(days.values_list("date", flat=True).distinct())
    return [gap for source, known in told.items() for gap in _gaps(source, known, until)]


def _gaps(source: str, known: set[date], until: date) -> Iterable[Gap]:
    if not known:
        return []
    missing = [
        day
        for n in range((until - min(known)).days + 1)
        if (day := min(known) + timedelta(days=n)) not in known
    ]
    return [Gap(source, run[0], run[-1]) for run in _runs(missing)]


def _runs(days: Sequence[date]) -> Iterable[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and runs[-1][-1] == day - timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


@dataclass(frozen=True, slots=True)
class Excess:
    """A figure of a day of which the products say more than the shop has."""

    day: date
    code: str
    products: Decimal
    shop: Decimal
    items: int


_EXCESS = """
WITH shop AS (
  SELECT DISTINCT ON (date, e.code) date, e.code, e.value::numeric AS value
  FROM analytics_statrow r CROSS JOIN LATERAL jsonb_each_text(r.figures) e (code, value)
  WHERE r.is_current AND r.scope = 'shop' AND r.source = 'shop_day' AND r.device = 'all'
    AND r.hour IS NULL AND r.date BETWEEN %(since)s AND %(until)s
    AND e.code IN ('paid_amount', 'paid_pieces', 'visitors')
  ORDER BY date, e.code, r.said_at DESC, r.id DESC
), products AS (
  SELECT date, 'paid_amount' AS code, sum(paid_amount) AS value, count(*)::int AS items
  FROM products_productday WHERE date BETWEEN %(since)s AND %(until)s GROUP BY date
  UNION ALL
  SELECT date, 'paid_pieces', sum(paid_pieces), count(*)::int
  FROM products_productday WHERE date BETWEEN %(since)s AND %(until)s GROUP BY date
  UNION ALL
  SELECT date, 'visitors', max(visitors), 1
  FROM products_productday WHERE date BETWEEN %(since)s AND %(until)s GROUP BY date
)
SELECT p.date, p.code, p.value, s.value, p.items FROM products p JOIN shop s USING (date, code)
WHERE p.value > s.value ORDER BY p.date DESC, p.code
"""


def products_over_shop(*, since: date, until: date) -> list[Excess]:
    """Give days where the products together (of visitors: one alone) exceed the whole shop. One query.

    Visitors of several products do add up to more than the shop's: the same people look at several.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EXCESS, {"since": since, "until": until})
        return [Excess(*row) for row in cursor.fetchall()]


_TWICE = """
SELECT r.source, r.date, count(DISTINCT r.batch_id)::int, min(e.code)
FROM analytics_statrow r CROSS JOIN LATERAL jsonb_each_text(r.figures) e (code, value)
WHERE r.batch_id IS NOT NULL AND r.date BETWEEN %(since)s AND %(until)s AND r.scope = 'shop'
  AND r.hour IS NULL
GROUP BY r.source, r.date, r.device, e.code
HAVING count(DISTINCT e.value::numeric) > 1
"""


@dataclass(frozen=True, slots=True)
class Twice:
    """A day that several files of one source tell of with different figures."""

    source: str
    day: date
    files: int
    code: str


def said_twice(*, since: date, until: date) -> list[Twice]:
    """Give the days whose files disagree; the later export counts. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TWICE, {"since": since, "until": until})
        found: dict[tuple[str, date], Twice] = {}
        for source, day, files, code in cursor.fetchall():
            known = found.get((source, day))
            if known is None or (files, code) > (known.files, known.code):
                found[source, day] = Twice(source, day, files, code)
    return sorted(found.values(), key=lambda one: (one.day, one.source), reverse=True)
