"""Questions about points: the rule of a day, the ledger, what orders should have earned, the proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from crm.models import Customer, CustomerStat, PointBalance, PointEntry, PointRule
from crm.rules.points import Lot
from crm.rules.points import lots_left as left_of
from crm.tier_choices import PointKind


@dataclass(frozen=True, slots=True)
class Rule:
    """How points are earned on a day."""

    points_per_yuan: Decimal
    expire_days: int | None


def rules() -> list[PointRule]:
    """Give all rules, the newest first."""
    rows = PointRule.objects.select_related("changed_by").order_by("-valid_from")
    return list(rows)


def rule_on(rows: Sequence[PointRule], on: date) -> Rule | None:
    """Give the rule of a day among rows given the newest first; None before the first."""
    for row in rows:
        if row.valid_from <= on:
            return Rule(row.points_per_yuan, row.expire_days)
    return None


# --- what orders should have earned ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """An order and what it stands at: `net_fen` 0 where it did not succeed, or is gone.

    `booked` is what the ledger gave for it so far, `lines` how many lines.
    """

    tid: str
    customer_id: int
    net_fen: int
    on: date | None
    booked: int
    lines: int


_DUE = """
WITH mine AS (
  SELECT buyer_id, customer_id FROM crm_identity WHERE customer_id = ANY(%(customers)s)
), sold AS (
  SELECT o.tid, m.customer_id,
    CASE WHEN o.status = 'TRADE_FINISHED' THEN
      greatest(((o.paid_amount - o.refund_amount - o.postage_amount) * 100)::bigint, 0) ELSE 0 END AS net,
    (coalesce(o.ended_at, o.paid_at) AT TIME ZONE 'Asia/Shanghai')::date AS on_day
  FROM mine m JOIN orders_order o ON o.buyer_id = m.buyer_id
  WHERE o.paid_at IS NOT NULL
), own AS (
  SELECT tid FROM sold WHERE net > 0
  UNION SELECT e.tid FROM crm_pointentry e
  WHERE e.customer_id = ANY(%(customers)s) AND e.tid <> '' AND e.kind IN ('earn', 'refund')
), booked AS (
  SELECT e.tid, sum(e.points - e.owed)::bigint AS points, count(*) AS lines, max(e.customer_id) AS customer_id
  FROM crm_pointentry e JOIN own USING (tid) WHERE e.kind IN ('earn', 'refund') GROUP BY e.tid
)
SELECT own.tid, coalesce(s.customer_id, b.customer_id), coalesce(s.net, 0), s.on_day,
  coalesce(b.points, 0), coalesce(b.lines, 0)
FROM own LEFT JOIN sold s USING (tid) LEFT JOIN booked b USING (tid)
WHERE s.tid IS NOT NULL OR NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.tid = own.tid)
ORDER BY own.tid
"""


def due_of(customer_ids: Sequence[int]) -> list[Due]:
    """Give the orders of customers that succeeded or earned once, with what they earned so far.

    An order that went to another customer's hands (merged, parted) is that customer's.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"customers": list(customer_ids)})
        return [Due(*row) for row in cursor]


_TAKEN_IN = """
WITH RECURSIVE homes AS (
  SELECT c.id, c.id AS home FROM crm_customer c
  WHERE c.id = ANY(%(customers)s) AND c.merged_into_id IS NULL
  UNION ALL
  SELECT c.id, h.home FROM crm_customer c JOIN homes h ON c.merged_into_id = h.id
)
SELECT id, home FROM homes
"""


def taken_in(customer_ids: Sequence[int]) -> dict[int, int]:
    """Give, by key, customers who are themselves and all who were merged into them: to whom they belong now."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_IN, {"customers": list(customer_ids)})
        return dict(cursor.fetchall())


# --- what expires ---------------------------------------------------------------------------------

_EXPIRED = """
WITH over AS (
  SELECT customer_id, sum(points)::bigint AS points FROM crm_pointentry
  WHERE expires_on < %(on)s AND points > 0 {some} GROUP BY customer_id
)
SELECT o.customer_id, o.points + (SELECT coalesce(sum(e.points), 0) FROM crm_pointentry e
  WHERE e.customer_id = o.customer_id AND e.points < 0)::bigint AS left_over
FROM over o WHERE EXISTS (
  SELECT 1 FROM crm_pointbalance b WHERE b.customer_id = o.customer_id AND b.balance > 0)
"""


def expiring(on: date, *, size: int = 5000) -> list[tuple[int, int]]:
    """Give customers whose points are over on a day (their last day was before it), and how many."""
    return _over(_EXPIRED.format(some=""), {"on": on, "size": size})


def expiring_of(on: date, customer_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Give which of some customers have points that are over on a day, and how many."""
    some = _EXPIRED.format(some="AND customer_id = ANY(%(customers)s)")
    values = {"on": on, "size": len(customer_ids), "customers": list(customer_ids)}
    return _over(some, values)


def _over(statement: str, values: dict[str, Any]) -> list[tuple[int, int]]:
    whole = f"SELECT * FROM ({statement}) e WHERE left_over > 0 ORDER BY 1 LIMIT %(size)s"
    with connection.cursor() as cursor:
        cursor.execute(whole, values)
        return [(row[0], int(row[1])) for row in cursor]


def expiring_points(on: date) -> int:
    """Sum up what will be over on a day, if nobody spends anything."""
    over = _EXPIRED.format(some="")
    statement = f"SELECT coalesce(sum(left_over), 0) FROM ({over}) e WHERE left_over > 0"
    with connection.cursor() as cursor:
        cursor.execute(statement, {"on": on})
        return int(cursor.fetchone()[0])


# What is left of lots by their last day: those that end first are used first.
_ENDING = """
SELECT c.customer_id, c.expires_on, least(c.points, c.through - u.used)::bigint AS points FROM (
  SELECT customer_id, expires_on, sum(points) AS points,
    sum(sum(points)) OVER (PARTITION BY customer_id ORDER BY expires_on) AS through
  FROM crm_pointentry WHERE points > 0 AND expires_on <= %(until)s
    AND customer_id IN (SELECT customer_id FROM crm_pointentry
      WHERE points > 0 AND expires_on BETWEEN %(since)s AND %(until)s)
  GROUP BY customer_id, expires_on
) c
JOIN crm_pointbalance b ON b.customer_id = c.customer_id AND b.balance > 0
CROSS JOIN LATERAL (SELECT coalesce(-sum(e.points), 0) AS used FROM crm_pointentry e
  WHERE e.customer_id = c.customer_id AND e.points < 0) u
WHERE c.expires_on >= %(since)s AND c.through > u.used
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """Points of a customer that are over after a day, if they are not used before."""

    customer: Customer
    last_day: date
    points: int


def ending(since: date, until: date, *, size: int = 200) -> list[Ending]:
    """Give whose points have their last day in a span (both included), the soonest and most first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({_ENDING}) e ORDER BY expires_on, points DESC, customer_id LIMIT %(size)s",
            {"since": since, "until": until, "size": size},
        )
        rows = cursor.fetchall()
    people = Customer.objects.in_bulk({row[0] for row in rows})
    return [Ending(people[one], day, int(points)) for one, day, points in rows]


def ending_totals(since: date, until: date) -> tuple[int, int]:
    """Sum up the people and points of a span."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(DISTINCT customer_id), coalesce(sum(points), 0) FROM ({_ENDING}) e",
            {"since": since, "until": until},
        )
        people, points = cursor.fetchone()
        return int(people), int(points)


def customers_ending(on: date) -> list[int]:
    """Give the keys of customers who have points whose last day is that day."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT customer_id FROM ({_ENDING}) e ORDER BY 1", {"since": on, "until": on}
        )
        return [row[0] for row in cursor]


def lots_left(customer_id: int) -> list[Lot]:
    """Give what a customer has by its last day, the soonest first. The sum is their balance."""
    rows = PointEntry.objects.filter(customer=customer_id)
    came = rows.filter(points__gt=0).values("expires_on").annotate(sum=Sum("points"))
    used = rows.filter(points__lt=0).aggregate(sum=Sum("points", default=0))["sum"]
    lots = [Lot(int(one["sum"]), one["expires_on"]) for one in came.order_by("expires_on")]
    return left_of(lots, -int(used))


# --- the ledger -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Totals:
    """The points of all customers."""

    balance: int
    owed: int
    holders: int
    debtors: int
    earned: int
    spent: int


def totals(*, now: datetime, days: int = 30) -> Totals:
    """Sum up all balances, and what was earned and spent in the last days."""
    stand = PointBalance.objects.aggregate(
        points=Sum("balance"),
        owing=Sum("owed"),
        holders=Count("pk", filter=Q(balance__gt=0)),
        debtors=Count("pk", filter=Q(owed__gt=0)),
    )
    lately = PointEntry.objects.filter(at__gte=now - timedelta(days=days))
    moved = lately.aggregate(
        earned=Sum("points", filter=Q(kind=PointKind.EARN)),
        spent=Sum("points", filter=Q(kind=PointKind.SPEND)),
    )
    return Totals(
        stand["points"] or 0,
        stand["owing"] or 0,
        stand["holders"],
        stand["debtors"],
        moved["earned"] or 0,
        -(moved["spent"] or 0),
    )


def ledger(
    *, customer_id: int | None = None, kind: str = "", before: int = 0, size: int = 50
) -> list[PointEntry]:
    """Give lines of the ledger, the newest first."""
    rows = PointEntry.objects.select_related("customer", "by").order_by("-pk")
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    if kind:
        rows = rows.filter(kind=kind)
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows[:size])


def last_line() -> int:
    """Give the key of the newest line of the ledger; 0 where there is none."""
    return PointEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def purse(customer_id: int) -> PointBalance:
    """Give what a customer has; nothing where nothing was booked."""
    found = PointBalance.objects.filter(pk=customer_id).first()
    return found or PointBalance(customer_id=customer_id)


def customers_named(words: str) -> QuerySet[Customer]:
    """Give customers who go, or went on an order, by a name: whole, or its beginning."""
    rows = Customer.objects.filter(merged_into__isnull=True, identities__isnull=False)
    named = Q(name__istartswith=words) | Q(identities__buyer__nick__istartswith=words)
    return rows.filter(named).distinct().order_by("pk")


def customer_named(name: str) -> Customer | None:
    """Give the one customer with this member name; None for none or several."""
    rows = Customer.objects.filter(identities__buyer__nick=name).distinct()[:2]
    found = list(rows)
    return found[0] if len(found) == 1 else None


# --- the proof ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A balance that is not the sum of its ledger."""

    customer_id: int
    balance: int
    ledger: int
    owed: int
    ledger_owed: int


@dataclass(frozen=True, slots=True)
class Proof:
    """How much was looked at, and what does not add up."""

    customers: int
    lines: int
    differences: list[Difference]


_PROOF = """
WITH sums AS (
  SELECT customer_id, sum(points)::bigint AS points, sum(owed)::bigint AS owed, count(*) AS lines,
    (array_agg(balance_after ORDER BY id DESC))[1] AS last FROM crm_pointentry GROUP BY customer_id
)
SELECT coalesce(b.customer_id, s.customer_id), coalesce(b.balance, 0), coalesce(s.points, 0),
  coalesce(b.owed, 0), coalesce(s.owed, 0)
FROM crm_pointbalance b FULL JOIN sums s ON s.customer_id = b.customer_id
WHERE coalesce(b.balance, 0) <> coalesce(s.points, 0) OR coalesce(b.owed, 0) <> coalesce(s.owed, 0)
  OR coalesce(s.last, 0) <> coalesce(b.balance, 0)
ORDER BY 1
"""


def prove() -> Proof:
    """Hold balances and ledger against each other; writes nothing, reads the ledger once."""
    with connection.cursor() as cursor:
        cursor.execute(_PROOF)
        found = [Difference(*(int(value) for value in row)) for row in cursor]
        cursor.execute("SELECT count(*) FROM crm_pointentry")
        lines = int(cursor.fetchone()[0])
    return Proof(PointBalance.objects.count(), lines, found)


def anybody_bought() -> bool:
    """Say whether the shop has customers who bought at all."""
    return CustomerStat.objects.filter(paid_orders__gt=0).exists()
