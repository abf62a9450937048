"""What goods need of orders: sales and faults per SKU, and at which hours buyers pay."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import connection

from orders.choices import RefundStatus
from orders.rules.faults import DAMAGED, QUALITY, WRONG, by_fault
from products.rules.quality import QualityFacts
from shopops.lib.business_time import day_bounds

# Sales by the orders' payment date; its partial index bounds the work.
_SOLD = """
SELECT l.sku_code, sum(l.quantity)::bigint,
       count(DISTINCT coalesce(o.buyer_id, -o.id))
FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
WHERE o.paid_date BETWEEN %(since)s AND %(until)s AND l.sku_code <> ''
GROUP BY l.sku_code
"""
# A refund names its SKU, or its order has one line only. Ended with money back in the days asked for.
_REFUNDED = """
SELECT coalesce(nullif(r.sku_code, ''), one.sku_code) AS code, r.reason,
       coalesce(o.buyer_id, -o.id, -r.id) AS person, r.type
FROM orders_refund r
LEFT JOIN orders_order o ON o.id = r.order_id
LEFT JOIN LATERAL (SELECT min(l.sku_code) AS sku_code FROM orders_orderline l
                   WHERE l.order_id = r.order_id HAVING count(*) = 1) one ON true
WHERE r.status = %(success)s AND r.finished_at >= %(start)s AND r.finished_at < %(end)s
"""
_REASONS = f"SELECT DISTINCT reason FROM ({_REFUNDED}) refunded"
_FAULTS = f"""
SELECT code, count(*),
       count(*) FILTER (WHERE reason = ANY(%(quality)s::text[])),
       count(*) FILTER (WHERE reason = ANY(%(wrong)s::text[])),
       count(*) FILTER (WHERE reason = ANY(%(damaged)s::text[])),
       array_agg(DISTINCT person) FILTER (
           WHERE reason = ANY(%(quality)s::text[] || %(wrong)s::text[] || %(damaged)s::text[]))
FROM ({_REFUNDED}) refunded WHERE code IS NOT NULL AND code <> '' GROUP BY code
"""
_BY_REASON = f"""
SELECT code, reason, count(*) FROM ({_REFUNDED}) refunded
WHERE code IS NOT NULL AND code <> '' GROUP BY code, reason
"""
# Cases that a refund belongs to are counted with the refund; every complaint counts as one.
_CASES = """
SELECT coalesce(nullif(c.sku_code, ''), l.sku_code) AS code,
       count(*) FILTER (WHERE c.is_complaint),
       count(*) FILTER (WHERE c.refund_id IS NULL AND c.responsible IN ('product', 'description')),
       count(*) FILTER (WHERE c.refund_id IS NULL AND c.responsible = 'wrong_piece'),
       count(*) FILTER (WHERE c.refund_id IS NULL AND c.responsible = 'packing'),
       array_agg(DISTINCT coalesce(o.buyer_id, -o.id)) FILTER (
           WHERE c.is_complaint OR (c.refund_id IS NULL AND c.responsible IN
                 ('product', 'description', 'wrong_piece', 'packing')))
FROM orders_aftersalescase c
JOIN orders_order o ON o.id = c.order_id
LEFT JOIN orders_orderline l ON l.id = c.line_id
WHERE c.opened_at >= %(start)s AND c.opened_at < %(end)s
GROUP BY 1
"""
_HOURS = """
SELECT extract(isodow FROM paid_at AT TIME ZONE 'Asia/Shanghai')::int - 1,
       extract(hour FROM paid_at AT TIME ZONE 'Asia/Shanghai')::int, count(*)
FROM orders_order WHERE paid_date BETWEEN %(since)s AND %(until)s AND paid_at IS NOT NULL
GROUP BY 1, 2
"""


def quality_by_sku(since: date, until: date) -> list[QualityFacts]:
    """Give sales and faults per SKU code over two dates, both included.

    Sold: orders paid in that time. Faults: refunds that ended in money back, and cases opened, in that
    time. Five statements, each bounded by a date index.
    """
    given = {
        "since": since,
        "until": until,
        "start": day_bounds(since)[0],
        "end": day_bounds(until)[1],
        "success": RefundStatus.SUCCESS.value,
    }
    parted = by_fault(reason for (reason,) in _rows(_REASONS, given))
    faults = given | {kind: parted[kind] for kind in (QUALITY, WRONG, DAMAGED)}
    found: dict[str, QualityFacts] = {
        code: QualityFacts(code, sold_pieces=int(pieces), sold_people=people)
        for code, pieces, people in _rows(_SOLD, given)
    }
    people: dict[str, set[int]] = defaultdict(set)
    for code, returned, quality, wrong, damaged, persons in _rows(_FAULTS, faults):
        people[code].update(persons or ())
        found[code] = replace(
            found.get(code, QualityFacts(code)),
            returned=returned,
            quality_returned=quality,
            wrong_pieces=wrong,
            damaged=damaged,
        )
    for code, complaints, *more, persons in _rows(_CASES, given):
        if code:
            people[code].update(persons or ())
            found[code] = _with_cases(found.get(code, QualityFacts(code)), complaints, more)
    reasons = _reasons(given)
    return [
        replace(facts, complaining_people=len(people[code]), reasons=reasons.get(code, {}))
        for code, facts in sorted(found.items())
    ]


def _with_cases(facts: QualityFacts, complaints: int, more: Sequence[int]) -> QualityFacts:
    quality, wrong, damaged = more
    return replace(
        facts,
        complaints=complaints,
        quality_returned=facts.quality_returned + quality,
        wrong_pieces=facts.wrong_pieces + wrong,
        damaged=facts.damaged + damaged,
    )


def _reasons(given: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for code, reason, count in _rows(_BY_REASON, given):
        found.setdefault(code, {})[reason or "—"] = count
    return found


def payment_hours(since: date, until: date) -> list[list[int]] | None:
    """Give payments by weekday (0 is Monday) and hour in Shanghai; None without any order."""
    rows = _rows(_HOURS, {"since": since, "until": until})
    if not rows:
        return None
    curve = [[0] * 24 for _day in range(7)]
    for weekday, hour, count in rows:
        curve[weekday][hour] = count
    return curve


def _rows(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(given))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
