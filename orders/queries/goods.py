"""What orders want of the stock: lines and gifts of those that are to leave, and of those that left."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from orders.choices import (
    LEFT_STAGES,
    OPEN_STAGES,
    PlatformStatus,
    RefundStatus,
    RefundType,
    Stage,
)
from orders.models import GiftLine, Order, OrderLine
from products.choices import GIFT_PREFIX
from products.models import SkuDay
from products.queries.catalogue_of import meant_by, own_code
from products.rules.stock import Wanted
from shopops.lib.business_time import business_date

# Stages of orders that passed audit and stand in the house.
PASSED_STAGES = (Stage.APPROVED, Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED)
_UNPASSED_STAGES = (Stage.AWAITING_AUDIT, Stage.HELD)
# How far back a look for orders that left elsewhere, and for goods that came back, goes.
LOOK_BACK = timedelta(days=30)


def wanted_of(order_ids: Collection[int], *, has_left: bool = False) -> list[Wanted]:
    """Give the lines and gifts of orders, the order paid first coming first. Four queries.

    A line that the platform closed wants nothing; neither does one of which nobody can tell which SKU is
    meant. `has_left`: say when each order left.
    """
    orders = Order.objects.filter(pk__in=order_ids).order_by("paid_at", "pk")
    columns = ("pk", "tid", "handed_over_at", "consigned_at", "paid_at")
    rows = list(orders.values_list(*columns))
    lines: dict[int, list[tuple[str, str, int]]] = {}
    sold = list(
        OrderLine.objects.filter(order__in=order_ids)
        .exclude(sku_code="")
        .exclude(status=PlatformStatus.TRADE_CLOSED)
        .order_by("order_id", "position", "pk")
        .values_list("order_id", "line_key", "sku_code", "spec", "quantity")
    )
    meant = meant_by({(code, spec) for _order, _key, code, spec, _quantity in sold})
    for order_id, key, code, spec, quantity in sold:
        if own := own_code(meant, (code, spec)):
            lines.setdefault(order_id, []).append((key, own, quantity))
    for order_id, gift_id, code, quantity in (
        GiftLine.objects.filter(order__in=order_ids)
        .order_by("order_id", "pk")
        .values_list("order_id", "pk", "sku_code", "quantity")
    ):
        lines.setdefault(order_id, []).append((f"{GIFT_PREFIX}{gift_id}", code, quantity))
    return [
        Wanted(tid, key, code, quantity, (gone or sent or paid) if has_left else None)
        for order_id, tid, gone, sent, paid in rows
        for key, code, quantity in lines.get(order_id, ())
    ]


_LEFT_LINES = """
SELECT coalesce(l.line_key, %(gift)s || pl.gift_id) FROM orders_order o
JOIN orders_parcelline pl ON pl.order_id = o.id
JOIN orders_parcel p ON p.id = pl.parcel_id AND p.state <> 'dropped'
LEFT JOIN orders_orderline l ON l.id = pl.line_id
WHERE o.tid = ANY(%(tids)s) GROUP BY 1 HAVING bool_and(p.state = 'handed_over') ORDER BY 1
"""


def left_line_keys(tids: Sequence[str]) -> list[str]:
    """Give the lines and gifts of orders all of whose pieces lie in parcels that left. One query."""
    if not tids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_LINES, {"gift": GIFT_PREFIX, "tids": list(tids)})
        return [key for (key,) in cursor.fetchall()]


def open_lines(tids: Sequence[str]) -> list[Wanted]:
    """Give the lines of those of these orders that are paid and have not left. Four queries."""
    ids = Order.objects.filter(tid__in=list(tids), stage__in=OPEN_STAGES)
    return wanted_of(list(ids.values_list("pk", flat=True)))


def gifts_of(tids: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    """Give code and quantity of the gifts that go with orders, by order number. One query."""
    found: dict[str, list[tuple[str, int]]] = {}
    rows = GiftLine.objects.filter(order__tid__in=list(tids)).order_by("pk")
    for tid, code, quantity in rows.values_list("order__tid", "sku_code", "quantity"):
        found.setdefault(tid, []).append((code, quantity))
    return found


_GONE = """
SELECT a.tid, a.line_key, coalesce(o.stage, '') FROM products_allocation a
LEFT JOIN orders_order o ON o.tid = a.tid
LEFT JOIN orders_orderline l ON l.line_key = a.line_key AND l.order_id = o.id
LEFT JOIN orders_giftline g ON g.order_id = o.id AND %(gift)s || g.id = a.line_key
WHERE a.state = 'held' AND (
  o.id IS NULL OR NOT (o.stage = ANY(%(open)s))
  OR (l.id IS NULL AND g.id IS NULL) OR l.status = 'TRADE_CLOSED')
ORDER BY a.tid, a.line_key LIMIT %(size)s
"""


def gone_allocations(*, size: int) -> list[tuple[str, str, str]]:
    """Give (tid, line, stage) of pieces set aside for orders or lines that are not open any more.

    Reads what is set aside, which is about as much as is open.
    """
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "gift": GIFT_PREFIX,
            "open": [str(stage) for stage in OPEN_STAGES],
            "size": size,
        }
        cursor.execute(_GONE, values)
        return list(cursor.fetchall())


_KEPT = """
EXISTS (
  SELECT 1 FROM orders_orderline l JOIN products_sku s ON s.code = CASE
    WHEN EXISTS (SELECT 1 FROM products_sku m
      WHERE m.merchant_code = l.sku_code AND m.merchant_code <> '')
    THEN CASE cardinality(products_skus_meant(l.sku_code, l.spec))
      WHEN 1 THEN (products_skus_meant(l.sku_code, l.spec))[1] ELSE '' END
    ELSE l.sku_code END
  LEFT JOIN products_bundlepart b ON b.bundle_id = s.id
  JOIN products_stocklevel v ON v.sku_id = coalesce(b.part_id, s.id)
  WHERE l.order_id = o.id AND l.status <> 'TRADE_CLOSED')
AND NOT EXISTS (SELECT 1 FROM products_allocation a WHERE a.tid = o.tid AND a.state <> 'released')
"""
_UNSERVED = f"""
SELECT o.id FROM orders_order o WHERE o.stage = ANY(%(stages)s) AND o.id > %(after)s AND {_KEPT}
ORDER BY o.id LIMIT %(size)s
"""  # noqa: S608 - put together from constants
_LEFT = f"""
SELECT o.id FROM orders_order o
WHERE o.stage = ANY(%(stages)s) AND o.id > %(after)s AND o.paid_date >= %(since)s
  AND coalesce(o.handed_over_at, o.consigned_at, o.paid_at)
    >= (SELECT min(kept_since) FROM products_stocklevel)
  AND {_KEPT} ORDER BY o.id LIMIT %(size)s
"""  # noqa: S608 - put together from constants


def unserved_ids(*, at_payment: bool, after: int, size: int) -> list[int]:
    """Give open orders behind `after` that should have their pieces and have none, by the open index."""
    stages = (*_UNPASSED_STAGES, *PASSED_STAGES) if at_payment else PASSED_STAGES
    return _ids(_UNSERVED, {"stages": _texts(stages), "after": after, "size": size})


def left_ids(*, now: datetime, after: int, size: int) -> list[int]:
    """Give orders that left since the stock is kept, paid within thirty days, without a line in the ledger.

    Those that were shipped elsewhere: a file said so. Reads the days paid through their index.
    """
    since = business_date(now - LOOK_BACK)
    values = {"stages": _texts(LEFT_STAGES), "after": after, "size": size, "since": since}
    return _ids(_LEFT, values)


def _texts(stages: Iterable[Stage]) -> list[str]:
    return [str(stage) for stage in stages]


def _ids(statement: str, values: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [pk for (pk,) in cursor.fetchall()]


_RETURNED = """
SELECT r.refund_no, o.tid, l.line_key, l.sku_code, l.spec, l.quantity
FROM orders_refund r JOIN orders_order o ON o.id = r.order_id
JOIN orders_orderline l ON l.order_id = o.id AND (
  (r.sku_code = '' AND coalesce(r.is_full, false)) OR (l.sku_code = r.sku_code
    -- Of two specs under one code a refund does not say which came back: nothing is booked in.
    AND (coalesce(r.is_full, false) OR NOT EXISTS (SELECT 1 FROM orders_orderline x
      WHERE x.order_id = l.order_id AND x.sku_code = l.sku_code AND x.spec <> l.spec))))
WHERE r.status = %(success)s AND r.type = %(type)s AND r.finished_at >= %(since)s
  AND EXISTS (
    SELECT 1 FROM products_allocation a
    WHERE a.line_key = l.line_key AND a.state = 'consumed' AND a.returned < a.quantity)
  AND NOT EXISTS (
    SELECT 1 FROM products_stockmove m WHERE m.reference = r.refund_no AND m.kind = 'return')
ORDER BY r.refund_no, l.id LIMIT %(size)s
"""


def goods_back(*, now: datetime, size: int) -> list[tuple[str, str, str, str, int]]:
    """Give (refund, tid, line, code, pieces) of finished returns of thirty days that are not booked in."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RETURNED,
            {
                "success": RefundStatus.SUCCESS,
                "type": RefundType.RETURN_AND_REFUND,
                "since": now - LOOK_BACK,
                "size": size,
            },
        )
        rows = cursor.fetchall()
    meant = meant_by({(code, spec) for _no, _tid, _line, code, spec, _quantity in rows})
    return [
        (refund_no, tid, line, own_code(meant, (code, spec)), quantity)
        for refund_no, tid, line, code, spec, quantity in rows
    ]


def daily_sales(codes: Sequence[str], since: date, until: date) -> dict[str, dict[date, int]]:
    """Give pieces sold by code and day of payment. One look into the days of these codes."""
    found: dict[str, dict[date, int]] = {}
    rows = SkuDay.objects.filter(sku_code__in=list(codes), date__gte=since, date__lte=until)
    for code, day, pieces in rows.values_list("sku_code", "date", "pieces"):
        found.setdefault(code, {})[day] = pieces
    return found
