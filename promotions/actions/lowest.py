"""The run that keeps the lowest price of each SKU for the days ahead."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import connection
from psycopg import sql

from products.models import Sku
from promotions.queries.lowest import Group, SkuPrice, Span, groups, sku_prices, spans_of
from promotions.queries.offers import offers_between
from promotions.queries.price_rules import rule_rows
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND, KEY = "promotions.lowest", "all"
DAYS = 30
# Days over are kept so long: orders paid then are still audited and protected.
KEPT_DAYS = 60
BLOCK = 4000
_STAGE = "promotions_lowest_stage"


def request_lowest(*, now: datetime, by: User | None = None) -> Run:
    """Ask for all lowest prices anew. Whoever changes a price, benefit, activity or rule asks, last.

    Asking many times makes one run; one that is under way is repeated when it ends.
    """
    return work.request_run(kind=KIND, key=KEY, now=now, by=by, again=True)


def recheck(_sku_ids: Sequence[int], now: datetime) -> Mapping[int, Sequence[str]]:
    """Ask anew because prices of goods changed; objects to nothing. For `products.registry`."""
    request_lowest(now=now)
    return {}


def perform(run: RunContext) -> dict[str, int]:
    """Do the work of a `promotions.lowest` run: a block of SKUs a step, then throw old days away."""
    today = business_date(run.now)
    skus = sku_prices()
    after, changed = int(run.cursor.get("after", 0)), int(run.cursor.get("changed", 0))
    rest = [sku for sku in skus if sku.sku_id > after]
    while rest:
        block, rest = rest[:BLOCK], rest[BLOCK:]
        last = block[-1].sku_id if rest else 0
        with run.step(done=len(skus) - len(rest), total=len(skus)) as step:
            changed += keep_lowest(block, after=after, last=last, today=today, now=run.now)
            step.cursor = {"after": block[-1].sku_id, "changed": changed}
        after = block[-1].sku_id
    with run.step(done=len(skus), total=len(skus)):
        _forget(today)
    return {"skus": len(skus), "changed": changed}


def keep_lowest(
    skus: Sequence[SkuPrice], *, after: int, last: int, today: date, now: datetime
) -> int:
    """Work out and keep a block of SKUs for the days ahead; give how many rows were changed.

    What is kept of SKUs between `after` and `last` (0: without end) that are not in the block goes:
    they have no list price any more, or are off.
    """
    days = [today + timedelta(days=ahead) for ahead in range(DAYS)]
    since, until = day_bounds(days[0])[0], day_bounds(days[-1])[1]
    offers = offers_between(since, until, {sku.sku_id: sku.code for sku in skus})
    spans = spans_of(since, until, offers, rule_rows())
    _stage(_rows(spans, skus))
    return _merge(after=after, last=last, days=(days[0], days[-1]), now=now)


def _rows(spans: Sequence[Span], skus: Sequence[SkuPrice]) -> Iterator[tuple[object, ...]]:
    for span in spans:
        first = business_date(span.since)
        last = business_date(span.until - timedelta(microseconds=1))
        for group in groups(span, skus):
            yield from _group_rows(group, first, last)


def _group_rows(group: Group, first: date, last: date) -> Iterator[tuple[object, ...]]:
    for sku, amount, quantity, one in zip(
        group.skus, group.amounts, group.quantities, group.one_piece, strict=True
    ):
        yield (sku.sku_id, first, last, sku.cents, one, amount, quantity)


def _stage(rows: Iterator[tuple[object, ...]]) -> None:
    table = sql.Identifier(_STAGE)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        cursor.execute(
            sql.SQL(
                "CREATE TEMP TABLE {} (sku_id bigint, first date, last date, list bigint,"
                " one bigint, lowest bigint, quantity smallint) ON COMMIT DROP"
            ).format(table)
        )
        with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copying:
            for row in rows:
                copying.write_row(row)
        cursor.execute(sql.SQL("ANALYZE {}").format(table))


# A day's price is the least of its spans. Rows that stay as they are are not written again.
_MERGE = """
INSERT INTO promotions_skulowest AS kept
  (sku_id, date, made_at, quantity, list_amount, one_piece_amount, lowest_amount)
SELECT DISTINCT ON (s.sku_id, d.date) s.sku_id, d.date::date, %(now)s, s.quantity,
  s.list / 100.0, s.one / 100.0, s.lowest / 100.0
FROM promotions_lowest_stage s
CROSS JOIN LATERAL generate_series(s.first, s.last, interval '1 day') AS d(date)
ORDER BY s.sku_id, d.date, s.lowest, s.quantity, s.one
ON CONFLICT (sku_id, date) DO UPDATE SET made_at = excluded.made_at, quantity = excluded.quantity,
  list_amount = excluded.list_amount, one_piece_amount = excluded.one_piece_amount,
  lowest_amount = excluded.lowest_amount
WHERE (kept.quantity, kept.list_amount, kept.one_piece_amount, kept.lowest_amount)
  IS DISTINCT FROM
  (excluded.quantity, excluded.list_amount, excluded.one_piece_amount, excluded.lowest_amount)
"""
_GONE = """
DELETE FROM promotions_skulowest kept
WHERE kept.sku_id > %(after)s AND (%(last)s = 0 OR kept.sku_id <= %(last)s)
  AND kept.date BETWEEN %(first)s AND %(until)s
  AND NOT EXISTS (SELECT 1 FROM promotions_lowest_stage s WHERE s.sku_id = kept.sku_id)
"""


def _merge(*, after: int, last: int, days: tuple[date, date], now: datetime) -> int:
    given: dict[str, datetime | date | int] = {
        "now": now,
        "after": after,
        "last": last,
        "first": days[0],
        "until": days[1],
    }
    with connection.cursor() as cursor:
        cursor.execute(_MERGE, given)
        changed = int(cursor.rowcount)
        cursor.execute(_GONE, given)
        return changed + int(cursor.rowcount)


def _forget(today: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM promotions_skulowest WHERE date < %s", [today - timedelta(days=KEPT_DAYS)]
        )
        if not Sku.objects.filter(is_on=True, list_amount__gt=0).exists():
            cursor.execute("DELETE FROM promotions_skulowest WHERE date >= %s", [today])
