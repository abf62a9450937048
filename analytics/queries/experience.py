"""The indicators of experience from our own rows: sums of a day, sums of a span as kept, orders behind them.

Each statement is bounded by a date index. Meaning and what is left out: docs/algorithms/dsr.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max, Sum

from analytics.models import ExperienceDay
from analytics.rules.experience import KEPT, ORDERS, Parts
from orders.queries.traces import trace_limits
from orders.rules.faults import by_fault
from orders.rules.traces import TraceLimit
from shopops.lib.business_time import day_bounds

# Paid, and not called off before anything was sent.
_VALID = "o.paid_date = %(day)s AND (o.stage <> 'cancelled' OR o.consigned_at IS NOT NULL)"
_FIRST_REFUND = """LEFT JOIN LATERAL (
  SELECT r.reason FROM orders_refund r WHERE r.order_id = o.id AND r.status <> 'CLOSED'
  ORDER BY r.applied_at NULLS LAST, r.id LIMIT 1) f ON true"""
_REASONS = """
SELECT DISTINCT r.reason FROM orders_order o JOIN orders_refund r ON r.order_id = o.id
WHERE o.paid_date BETWEEN %(first)s AND %(last)s AND r.status <> 'CLOSED' AND r.reason <> ''
"""
# Presale has a date of its own. Known: picked up, or surely not by then; on the road without a
# pickup is unknown and left out.
_PICKUP_KNOWN = """NOT o.is_presale AND (o.picked_up_at IS NOT NULL
  OR o.paid_at + interval '48 hours' < %(now)s AND o.stage IN
    ('awaiting_audit', 'held', 'approved', 'in_wave', 'picked', 'checked', 'handed_over'))"""
_PICKED_IN_TIME = "coalesce(o.picked_up_at <= o.paid_at + interval '48 hours', false)"
_LEFT = """coalesce(h.handed_over_at, h.picked_up_at) >= %(start)s
  AND coalesce(h.handed_over_at, h.picked_up_at) < %(end)s
  AND (h.handed_over_at IS NOT NULL OR h.picked_up_at IS NOT NULL)"""
_ODD = """(EXISTS (SELECT FROM orders_traceevent e WHERE e.waybill_no = h.waybill_no
    AND e.kind IN ('problem', 'returned'))
  OR h.signed_at IS NULL AND h.last_trace_at < %(now)s - make_interval(hours => %(silence)s))"""
_COMPLAINT = """c.opened_at >= %(start)s AND c.opened_at < %(end)s
  AND (c.is_complaint OR c.grade = 'complaint')"""
_PAID_BACK = "r.status = 'SUCCESS' AND r.finished_at >= %(start)s AND r.finished_at < %(end)s"
_ORDER_COUNT = f"(SELECT count(*) FROM orders_order o WHERE {_VALID})"

_PARTS: Mapping[str, str] = {
    ORDERS: f"SELECT count(*), count(*) FROM orders_order o WHERE {_VALID}",
    "first_defect": f"""SELECT count(*) FILTER (WHERE f.reason = ANY(%(defects)s::text[])), count(*)
      FROM orders_order o {_FIRST_REFUND} WHERE {_VALID}""",
    "bad_reviews": """SELECT count(*) FILTER (WHERE r.rating = 'bad'), count(*) FROM crm_review r
      WHERE r.rated_at >= %(start)s AND r.rated_at < %(end)s AND r.taken_back_at IS NULL""",
    "pickup_48h": f"""SELECT count(*) FILTER (WHERE {_PICKED_IN_TIME}), count(*)
      FROM orders_order o WHERE {_VALID} AND {_PICKUP_KNOWN}""",
    "arrival": f"""SELECT coalesce(sum(extract(epoch FROM h.signed_at - h.picked_up_at)), 0)::bigint,
      count(*) FROM orders_shipment h
      WHERE {_LEFT} AND h.signed_at >= h.picked_up_at""",
    "anomaly": f"SELECT count(*) FILTER (WHERE {_ODD}), count(*) FROM orders_shipment h WHERE {_LEFT}",
    "reply_3min": """SELECT coalesce(sum(in_three_minutes), 0), coalesce(sum(asked), 0) FROM crm_agentday
      WHERE is_current AND date = %(day)s AND in_three_minutes IS NOT NULL AND asked IS NOT NULL""",
    "satisfaction": """SELECT coalesce(sum(satisfied), 0), coalesce(sum(rated), 0) FROM crm_agentday
      WHERE is_current AND date = %(day)s AND satisfied IS NOT NULL AND rated IS NOT NULL""",
    "refund_hours": f"""SELECT coalesce(sum(extract(epoch FROM r.finished_at - r.applied_at)), 0)::bigint,
      count(*) FROM orders_refund r WHERE {_PAID_BACK} AND r.applied_at <= r.finished_at""",
    "platform_help": f"""SELECT count(DISTINCT c.order_id), {_ORDER_COUNT}
      FROM orders_aftersalescase c WHERE {_COMPLAINT}""",
    "dispute_rate": f"""SELECT count(DISTINCT c.refund_id), {_ORDER_COUNT}
      FROM orders_aftersalescase c WHERE {_COMPLAINT} AND c.refund_id IS NOT NULL""",
    "refund_rate": f"""SELECT count(DISTINCT r.tid), {_ORDER_COUNT}
      FROM orders_refund r WHERE {_PAID_BACK}""",
}
assert set(_PARTS) == set(KEPT)  # noqa: S101


def values_of(first: date, last: date, *, now: datetime) -> dict[str, Any]:
    """Give what the statements of a span of days need besides the day; two queries."""
    limits = trace_limits(now=now)
    silence = next((one for one in limits if not one.provinces), TraceLimit()).silence_hours
    with connection.cursor() as cursor:
        cursor.execute(_REASONS, {"first": first, "last": last})
        reasons = [row[0] for row in cursor.fetchall()]
    defects = [reason for found in by_fault(reasons).values() for reason in found]
    return {"now": now, "silence": silence, "defects": defects}


def day_parts(day: date, values: Mapping[str, Any]) -> dict[str, Parts]:
    """Work a day out from the rows themselves: one statement an indicator."""
    start, end = day_bounds(day)
    given = {**values, "day": day, "start": start, "end": end}
    found = {}
    with connection.cursor() as cursor:
        for code, statement in _PARTS.items():
            cursor.execute(statement, given)
            part, base = cursor.fetchone()
            found[code] = Parts(int(part), int(base))
    return found


def kept_parts(*, since: date, until: date) -> dict[str, Parts]:
    """Give the sums of a span by indicator as kept; days that nobody worked out are missing. One query."""
    rows = (
        ExperienceDay.objects.filter(date__range=(since, until))
        .values("code")
        .annotate(part=Sum("part"), base=Sum("base"))
        .order_by("code")
    )
    found = {row["code"]: Parts(row["part"], row["base"]) for row in rows}
    if "refund_hours" in found:
        found["finish_hours"] = found["refund_hours"]
    return found


def computed_at() -> datetime | None:
    """Give when the indicators were worked out last."""
    at: datetime | None = ExperienceDay.objects.aggregate(at=Max("computed_at"))["at"]
    return at


# --- the orders behind an indicator -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that pulled an indicator down. `detail`: a reason, words, hours, whatever the code tells."""

    tid: str
    at: datetime | None
    detail: str
    number: float | None = None
    review_id: int | None = None
    case_id: int | None = None


_IN_SPAN = "o.paid_date BETWEEN %(first)s AND %(last)s"
_VALID_SPAN = _VALID.replace("o.paid_date = %(day)s", _IN_SPAN)
# tid, instant, words, number, review, case; the newest (or slowest) first.
_CAUSES: Mapping[str, str] = {
    "first_defect": f"""SELECT o.tid, o.paid_at, f.reason, NULL, NULL, NULL FROM orders_order o
      {_FIRST_REFUND} WHERE {_VALID_SPAN} AND f.reason = ANY(%(defects)s::text[])
      ORDER BY o.paid_at DESC, o.id DESC""",
    "bad_reviews": """SELECT coalesce(o.tid, r.tid, ''), r.rated_at, left(r.content, 120), NULL, r.id, NULL
      FROM crm_review r LEFT JOIN orders_order o ON o.id = r.order_id
      WHERE r.rated_at >= %(start)s AND r.rated_at < %(end)s AND r.taken_back_at IS NULL
        AND r.rating = 'bad' ORDER BY r.rated_at DESC, r.id DESC""",
    "pickup_48h": f"""SELECT o.tid, o.paid_at, '',
        extract(epoch FROM coalesce(o.picked_up_at, %(now)s) - o.paid_at) / 3600, NULL, NULL
      FROM orders_order o WHERE {_VALID_SPAN} AND {_PICKUP_KNOWN} AND NOT {_PICKED_IN_TIME}
      ORDER BY o.paid_at DESC, o.id DESC""",
    "arrival": f"""SELECT o.tid, h.signed_at, h.carrier || ' ' || o.receiver_province,
        extract(epoch FROM h.signed_at - h.picked_up_at) / 3600, NULL, NULL
      FROM orders_shipment h JOIN orders_order o ON o.id = h.order_id
      WHERE {_LEFT} AND h.signed_at >= h.picked_up_at ORDER BY 4 DESC, h.id DESC""",
    "anomaly": f"""SELECT o.tid, coalesce(h.handed_over_at, h.picked_up_at), h.carrier || ' ' || coalesce(
        (SELECT e.text FROM orders_traceevent e WHERE e.waybill_no = h.waybill_no
           AND e.kind IN ('problem', 'returned') ORDER BY e.at DESC LIMIT 1), ''), NULL, NULL, NULL
      FROM orders_shipment h JOIN orders_order o ON o.id = h.order_id WHERE {_LEFT} AND {_ODD}
      ORDER BY 2 DESC, h.id DESC""",
    "refund_hours": f"""SELECT r.tid, r.finished_at, r.reason,
        extract(epoch FROM r.finished_at - r.applied_at) / 3600, NULL, NULL FROM orders_refund r
      WHERE {_PAID_BACK} AND r.applied_at <= r.finished_at ORDER BY 4 DESC, r.id DESC""",
    "platform_help": f"""SELECT o.tid, c.opened_at, c.summary, NULL, NULL, c.id
      FROM orders_aftersalescase c JOIN orders_order o ON o.id = c.order_id WHERE {_COMPLAINT}
      ORDER BY c.opened_at DESC, c.id DESC""",
    "dispute_rate": f"""SELECT o.tid, c.opened_at, c.summary, NULL, NULL, c.id
      FROM orders_aftersalescase c JOIN orders_order o ON o.id = c.order_id
      WHERE {_COMPLAINT} AND c.refund_id IS NOT NULL ORDER BY c.opened_at DESC, c.id DESC""",
    "refund_rate": f"""SELECT r.tid, r.finished_at, r.reason, r.refund_amount, NULL, NULL
      FROM orders_refund r WHERE {_PAID_BACK} ORDER BY r.finished_at DESC, r.id DESC""",
}
WITH_CAUSES = frozenset({*_CAUSES, "finish_hours"})


def causes(code: str, *, first: date, last: date, now: datetime, limit: int) -> list[Cause]:
    """Give what pulled an indicator down over days, both included; at most `limit`.

    :raises KeyError: if no rows stand behind this indicator
    """
    statement = _CAUSES["refund_hours" if code == "finish_hours" else code]
    given = values_of(first, last, now=now) | {
        "first": first,
        "last": last,
        "start": day_bounds(first)[0],
        "end": day_bounds(last)[1],
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} LIMIT %(limit)s", given)
        return [
            Cause(
                tid,
                at,
                (detail or "").strip(),
                None if number is None else float(number),
                review,
                case,
            )
            for tid, at, detail, number, review, case in cursor.fetchall()
        ]


def span_until(day: date, days: int) -> tuple[date, date]:
    """Give so many days up to a day, both included."""
    return day - timedelta(days=days - 1), day
