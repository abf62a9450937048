"""The shop's figures by day, hour, place, product: read from rollups, buyers from the orders.

Sums add up over days, distinct buyers do not: for more than one day they are counted over the
orders themselves.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import CharField, F, Max, Min, QuerySet, Sum
from django.db.models.functions import Cast, ExtractIsoWeekDay, TruncDate

from analytics.choices import GROUPINGS, LINE_DIMS, REFUNDED, TIER_KEYS
from analytics.models import DayRollup, RolledDay
from analytics.queries.facts import LINE_KEYS, ORDER_KEYS, buyers_sql, cells_sql
from analytics.queries.measures import MEASURES
from orders.choices import RefundStatus
from orders.models import Order, Refund
from shopops.lib.business_time import SHANGHAI, day_bounds
from shopops.lib.money import from_fen

TOTAL = "total"
# Groupings whose keys have an order of their own; the others go by net amount, largest first.
_ORDERED = ("total", "day", "hour", "weekday")
AMOUNTS = ("gross_amount", "refund_amount", "net_amount")
_COUNTS = ("orders", "paid_orders", "unpaid_orders", "refunded_orders", "buyers", "pieces")
# Weekdays and days are sums of whole days.
_DIM_OF = {"day": TOTAL, "weekday": TOTAL}
_BUYER_KEYS = {
    **{dim: key for dim, key in ORDER_KEYS.items() if dim != TOTAL},
    **LINE_KEYS,
    TOTAL: f"'{TOTAL}'",
    "weekday": "extract(isodow FROM date)::int::text",
}


@dataclass(frozen=True, slots=True)
class MetricRow:
    """The figures of one key. Amounts in CNY; `net` is gross less refunds.

    `key`: an ISO date, an hour 00 to 23, a weekday 1 (Monday) to 7, a province, a merchant code, an
    item number (else the title), a tier of `analytics.choices`, or "total".
    """

    key: str
    label: str
    orders: int
    paid_orders: int
    unpaid_orders: int
    refunded_orders: int
    buyers: int
    pieces: int
    gross_amount: Decimal
    refund_amount: Decimal
    net_amount: Decimal

    @property
    def document(self) -> dict[str, Any]:
        """Give it as commands and the API write it: amounts as text with two decimals."""
        return asdict(self) | {name: f"{getattr(self, name):.2f}" for name in AMOUNTS}


def metrics(
    *, by: str, basis: str, since: date | None = None, until: date | None = None
) -> list[MetricRow]:
    """Give the figures of a period, both ends included; without ends, of everything known.

    Unpaid orders appear on the basis of creation only. Cost: one query over rollups; for more than
    one day also one over the orders of the period, for their distinct buyers.

    :raises ValueError: if there is no such grouping
    """
    if by not in GROUPINGS:
        raise ValueError(f"unknown grouping: {by}")
    first, last = _period(basis, since, until)
    if first is None or last is None:
        return []
    cells = DayRollup.objects.filter(
        basis=basis, dim=_DIM_OF.get(by, by), date__range=(first, last)
    )
    rows = _summed(cells, by)
    if first != last and by != "day":
        counted = _buyers(by, basis, first, last)
        rows = [replace(row, buyers=counted.get(row.key, 0)) for row in rows]
    return _sorted(rows, by)


def _period(basis: str, since: date | None, until: date | None) -> tuple[date | None, date | None]:
    if since is not None and until is not None:
        return since, until
    ends = RolledDay.objects.filter(basis=basis).aggregate(first=Min("date"), last=Max("date"))
    return since or ends["first"], until or ends["last"]


def _summed(cells: QuerySet[DayRollup], by: str) -> list[MetricRow]:
    named = {"day": Cast("date", CharField()), "weekday": ExtractIsoWeekDay("date")}
    grouped = cells.values(name=named.get(by, F("key"))).annotate(
        **{f"sum_{name}": Sum(name) for name in MEASURES}, latest_label=Max("label")
    )
    return [_row(by, dict(values)) for values in grouped.order_by("name")]


def _row(by: str, values: dict[str, Any]) -> MetricRow:
    name = values["name"]
    gross, refund = values["sum_gross_fen"], values["sum_refund_fen"]
    counts = {name: values[f"sum_{name}"] for name in _COUNTS}
    return MetricRow(
        key=TOTAL if by == TOTAL else str(name),
        label=values["latest_label"] or "",
        gross_amount=from_fen(gross),
        refund_amount=from_fen(refund),
        net_amount=from_fen(gross - refund),
        **counts,
    )


def buyers_by(
    *, dim: str, basis: str, since: date, until: date, paying: bool = True
) -> dict[str, int]:
    """Count the distinct paying (else ordering) buyers of a period by key. Reads its orders.

    A buyer who was new on one day and old on another counts under both kinds.
    """
    statement = buyers_sql(
        basis, key=_BUYER_KEYS[dim], is_by_line=dim in LINE_DIMS, is_paying=paying
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"since": since, "until": until})
        found = dict(cursor.fetchall())
    return {"": found[TOTAL]} if dim == TOTAL and TOTAL in found else found


def _buyers(by: str, basis: str, first: date, last: date) -> dict[str, int]:
    found = buyers_by(dim=by, basis=basis, since=first, until=last)
    return {TOTAL: found.get("", 0)} if by == TOTAL else found


def distinct_buyers(*, basis: str, since: date, until: date) -> int:
    """Count the distinct paying buyers of a period, both ends included. Reads its orders."""
    return _buyers(TOTAL, basis, since, until).get(TOTAL, 0)


def _sorted(rows: list[MetricRow], by: str) -> list[MetricRow]:
    if by in _ORDERED:
        return rows
    if by == "amount_tier":
        return sorted(rows, key=lambda row: TIER_KEYS.index(row.key))
    return sorted(rows, key=lambda row: (-row.net_amount, row.key))


# --- proof --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell whose stored values are not what the orders say; None where a side lacks it."""

    basis: str
    date: date
    dim: str
    key: str
    stored: tuple[Any, ...] | None
    counted: tuple[Any, ...] | None


_COMPARE = """
WITH counted AS MATERIALIZED ({cells}),
stored AS (
  SELECT date, dim, key, label, {measures} FROM {table}
  WHERE basis = %(basis)s AND date = ANY(%(days)s)
)
SELECT coalesce(s.date, c.date), coalesce(s.dim, c.dim), coalesce(s.key, c.key),
  CASE WHEN s.date IS NOT NULL THEN to_jsonb(s) END, CASE WHEN c.date IS NOT NULL THEN to_jsonb(c) END
FROM stored s FULL JOIN counted c ON s.date = c.date AND s.dim = c.dim AND s.key = c.key
WHERE ({stored}) IS DISTINCT FROM ({given})
ORDER BY 1, 2, 3
"""


def days_with_anything(*, basis: str, since: date | None, until: date | None) -> list[date]:
    """Give the days that have orders or figures, both ends included, ascending.

    An open end reads one column of all orders, from the index of that column.
    """
    with_orders = (
        _days_of_refunds(since, until)
        if basis == REFUNDED
        else _between(Order.objects.all(), f"{basis}_date", since, until)
    )
    rolled = _between(RolledDay.objects.filter(basis=basis), "date", since, until)
    with_cells = _between(DayRollup.objects.filter(basis=basis, dim=TOTAL), "date", since, until)
    return sorted(with_orders | rolled | with_cells)


def _days_of_refunds(since: date | None, until: date | None) -> set[date]:
    ended = Refund.objects.filter(status=RefundStatus.SUCCESS, finished_at__isnull=False)
    if since is not None:
        ended = ended.filter(finished_at__gte=day_bounds(since)[0])
    if until is not None:
        ended = ended.filter(finished_at__lt=day_bounds(until)[1])
    days = ended.annotate(day=TruncDate("finished_at", tzinfo=SHANGHAI)).order_by("day")
    return set(days.values_list("day", flat=True).distinct())


def _between(rows: QuerySet[Any], field: str, since: date | None, until: date | None) -> set[date]:
    rows = rows.filter(**{f"{field}__isnull": False})
    if since is not None:
        rows = rows.filter(**{f"{field}__gte": since})
    if until is not None:
        rows = rows.filter(**{f"{field}__lte": until})
    return set(rows.order_by(field).values_list(field, flat=True).distinct())


def differences(*, basis: str, days: list[date]) -> list[Difference]:
    """Compare every stored cell of these days with what the orders say. Reads their orders."""
    names = ("label", *MEASURES)
    statement = _COMPARE.format(
        cells=cells_sql(basis),
        measures=", ".join(MEASURES),
        table=DayRollup._meta.db_table,
        stored=", ".join(f"s.{name}" for name in names),
        given=", ".join(f"c.{name}" for name in names),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"basis": basis, "days": days})
        return [
            Difference(basis, day, dim, key, _values(stored), _values(counted))
            for day, dim, key, stored, counted in cursor.fetchall()
        ]


def _values(cell: Any) -> tuple[Any, ...] | None:  # noqa: ANN401
    if cell is None:
        return None
    values = json.loads(cell) if isinstance(cell, str) else cell
    return tuple(values[name] for name in ("label", *MEASURES))
