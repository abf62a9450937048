"""Figures that cannot be: products over the shop, files that tell of one day with other numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import connection

from analytics.figures import PRODUCT_DAYS
from analytics.queries.known import PRODUCT, SHOP
from analytics.queries.sources import PRODUCT_COLUMNS
from products.queries import day_words


@dataclass(frozen=True, slots=True)
class Excess:
    """A figure of a day of which the products say more than a file of the whole shop.

    `shops`: what each file of the shop says of it, by source; `over`: which of them the products exceed.
    """

    day: date
    code: str
    products: Decimal
    items: int
    shops: Mapping[str, Decimal]

    @property
    def over(self) -> tuple[str, ...]:
        """Name the files that say less than the products do."""
        return tuple(source for source, value in self.shops.items() if value < self.products)


_EXCESS = """
WITH shop AS (
  SELECT DISTINCT ON (r.source, r.date, e.code) r.source, r.date, e.code, e.value::numeric AS value
  FROM analytics_statrow r CROSS JOIN LATERAL jsonb_each_text(r.figures) e (code, value)
  WHERE r.is_current AND r.scope = 'shop' AND r.source IN ('shop_day', 'trade') AND r.device = 'all'
    AND r.hour IS NULL AND r.date BETWEEN %(since)s AND %(until)s
    AND e.code IN ('paid_amount', 'paid_pieces', 'visitors')
  ORDER BY r.source, r.date, e.code, r.said_at DESC, r.id DESC
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
SELECT p.date, p.code, p.value, p.items, array_agg(s.source ORDER BY s.source),
  array_agg(s.value ORDER BY s.source)
FROM products p JOIN shop s USING (date, code)
GROUP BY p.date, p.code, p.value, p.items HAVING bool_or(p.value > s.value)
ORDER BY p.date DESC, p.code
"""


def products_over_shop(*, since: date, until: date) -> list[Excess]:
    """Give days where the products together (of visitors: one alone) exceed a file of the shop. One query.

    Each file of the shop is held against them by itself: the daily figures and the trade trend. Visitors
    of several products do add up to more than the shop's: the same people look at several.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EXCESS, {"since": since, "until": until})
        return [
            Excess(day, code, products, items, dict(zip(sources, values, strict=True)))
            for day, code, products, items, sources, values in cursor.fetchall()
        ]


_TWICE = """
SELECT r.source, r.scope, r.date, r.key, count(DISTINCT r.batch_id)::int, e.code,
  array_agg(e.value::numeric ORDER BY r.said_at, r.id)
FROM analytics_statrow r CROSS JOIN LATERAL jsonb_each_text(r.figures) e (code, value)
WHERE r.batch_id IS NOT NULL AND r.date BETWEEN %(since)s AND %(until)s AND r.hour IS NULL
GROUP BY r.source, r.scope, r.date, r.key, r.device, e.code
HAVING count(DISTINCT e.value::numeric) > 1
ORDER BY r.source, r.scope, r.date, r.key, r.device, e.code
"""


@dataclass(frozen=True, slots=True)
class Twice:
    """A day that several files of one source tell of with different figures, and one of these.

    `scope`: shop, product, flow, item_flow or coupon; `key`: whose figure the example is (an item number,
    a source of visitors); `rows`: how many of the day's rows differ. `before`: what was said, `now`: what
    counts.
    """

    source: str
    day: date
    files: int
    code: str
    scope: str
    key: str
    rows: int
    before: Decimal
    now: Decimal


def said_twice(*, since: date, until: date) -> list[Twice]:
    """Give the days whose files disagree, the newest first; the later export counts. Two queries.

    Days of the shop, of sources of visitors (of the shop and of items), of coupons, of products.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TWICE, {"since": since, "until": until})
        rows = cursor.fetchall()
    found: dict[tuple[str, date], Twice] = {}
    keys: dict[tuple[str, date], set[str]] = {}
    for source, scope, day, key, files, code, values in rows:
        keys.setdefault((source, day), set()).add(key)
        known = found.get((source, day))
        # Of the shop the figure that most files tell of; else the first row.
        if known is None or (scope == SHOP and (files, code) > (known.files, known.code)):
            before = next(value for value in reversed(values) if value != values[-1])
            found[source, day] = Twice(source, day, files, code, scope, key, 1, before, values[-1])
    of_stats = [replace(one, rows=len(keys[place])) for place, one in found.items()]
    both = [*of_stats, *_products_twice(since=since, until=until)]
    return sorted(both, key=lambda one: (one.day, one.source), reverse=True)


def _products_twice(*, since: date, until: date) -> list[Twice]:
    codes = {column: code for code, column in PRODUCT_COLUMNS.items()}
    rows = day_words.disagreements(since=since, until=until, columns=list(codes))
    return [
        Twice(
            source=PRODUCT_DAYS,
            day=row.day,
            files=row.files,
            code=codes[row.column],
            scope=PRODUCT,
            key=row.item_no,
            rows=row.items,
            before=row.before,
            now=row.now,
        )
        for row in rows
    ]
