"""What buyers really paid for SKUs, from the shop's own orders: per piece, postage left out.

A deal is a paid line with an amount that was not refunded in full; a line of nothing is a gift.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from promotions.rules.price_check import Deal, Trade
from shopops.lib.business_time import business_date

WEEK = timedelta(days=7)
STRETCH = timedelta(days=14)

_IS_DEAL = """l.sku_code = ANY(%(codes)s) AND o.paid_at >= %(since)s AND o.paid_at < %(until)s
  AND l.paid_amount > 0 AND l.refund_amount < l.paid_amount"""

_LOWEST = f"""
SELECT DISTINCT ON (l.sku_code) l.sku_code, trunc(l.paid_amount / l.quantity, 2) AS amount,
  o.paid_at, o.tid
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
WHERE {_IS_DEAL} ORDER BY l.sku_code, amount, o.paid_at, o.tid
"""  # noqa: S608 - no input in it

_LAST = """
SELECT asked.code, last.amount, last.paid_at, last.tid
FROM unnest(%(codes)s::text[]) AS asked (code) CROSS JOIN LATERAL (
  SELECT trunc(l.paid_amount / l.quantity, 2) AS amount, o.paid_at, o.tid
  FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
  WHERE l.sku_code = asked.code COLLATE "C" AND l.sku_code <> '' AND o.paid_at < %(until)s
    AND l.paid_amount > 0 AND l.refund_amount < l.paid_amount
  ORDER BY o.paid_at DESC, amount, o.tid LIMIT 1) last
"""

_TRADE = f"""
SELECT l.sku_code, o.paid_at >= %(middle)s,
  percentile_disc(0.5) WITHIN GROUP (ORDER BY trunc(l.paid_amount / l.quantity, 2)),
  count(DISTINCT o.buyer_id)
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
WHERE {_IS_DEAL} GROUP BY 1, 2
"""  # noqa: S608 - no input in it


def lowest_deals(codes: Sequence[str], *, since: datetime, until: datetime) -> dict[str, Deal]:
    """Give the lowest deal of each code since a moment (included) until another (not included). One query."""
    rows = _rows(_LOWEST, {"codes": list(codes), "since": since, "until": until})
    return _deals(rows)


def last_deals(codes: Sequence[str], *, until: datetime) -> dict[str, Deal]:
    """Give the last deal of each code before a moment. One query; meant for the few without a newer one."""
    return _deals(_rows(_LAST, {"codes": list(codes), "until": until})) if codes else {}


def trades(codes: Sequence[str], *, until: datetime) -> dict[str, Trade]:
    """Give the middle price and the buyers of two stretches of 14 days before a moment. One query.

    Only codes that were sold in both.
    """
    middle = until - STRETCH
    values = {"codes": list(codes), "since": middle - STRETCH, "middle": middle, "until": until}
    found: dict[str, dict[bool, tuple[Decimal, int]]] = {}
    for code, is_recent, amount, buyers in _rows(_TRADE, values):
        found.setdefault(code, {})[is_recent] = (amount, buyers)
    return {
        code: Trade(*sides[False], *sides[True]) for code, sides in found.items() if len(sides) == 2
    }


def deal_window(starts_at: datetime) -> tuple[date, date]:
    """Give the first and the last Shanghai date of the seven days before a start."""
    return business_date(starts_at - WEEK), business_date(starts_at - timedelta(microseconds=1))


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _deals(rows: Sequence[tuple[Any, ...]]) -> dict[str, Deal]:
    return {code: Deal(amount, business_date(at), tid) for code, amount, at, tid in rows}
