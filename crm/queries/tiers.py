"""Questions about tiers: the plan in force, what customers paid, who stands where."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from crm.models import Customer, TierChange, TierLevel, TierPlan, TierState
from crm.rules.tiers import Bought, Held, Level, Plan
from shopops.lib.money import from_fen, to_fen

_NET = "((o.paid_amount - o.refund_amount) * 100)::bigint"


def plan_row(on: date) -> TierPlan | None:
    """Give the plan in force on a day with its tiers."""
    rows = TierPlan.objects.filter(valid_from__lte=on).order_by("-valid_from")
    return rows.select_related("changed_by").prefetch_related("levels").first()


def plan_in_force(on: date) -> Plan:
    """Give the plan in force on a day as the rules take it; one without tiers, if there is none."""
    row = plan_row(on)
    return as_plan(row) if row else Plan(())


def as_plan(row: TierPlan) -> Plan:
    """Give a stored plan as the rules take it."""
    levels = sorted(row.levels.all(), key=lambda one: one.level)
    return Plan(tuple(as_level(one) for one in levels), row.window_days, row.keep_days, row.fall)


def as_level(row: TierLevel) -> Level:
    """Give a stored tier as the rules take it."""
    return Level(
        row.level,
        row.name,
        _fen(row.one_order_amount),
        _fen(row.window_amount),
        row.window_orders,
        _fen(row.keep_amount),
        row.keep_orders,
        row.discount_rate,
        row.benefits,
    )


def _fen(amount: Decimal | None) -> int | None:
    return None if amount is None else to_fen(amount)


def amount(fen: int | None) -> Decimal | None:
    """Give fen as an amount, nothing for nothing."""
    return None if fen is None else from_fen(fen)


def customer_ranges(size: int, after: int = 0) -> Iterator[tuple[int, int]]:
    """Give key ranges (excluded, included) of at most `size` customers each."""
    while True:
        page = Customer.objects.filter(pk__gt=after).order_by("pk")
        ids = list(page.values_list("pk", flat=True)[:size])
        if not ids:
            return
        yield after, ids[-1]
        after = ids[-1]


_BOUGHT = f"""
SELECT i.customer_id, o.paid_date, {_NET},
  greatest(((o.paid_amount - o.refund_amount - o.postage_amount) * 100)::bigint, 0)
FROM crm_identity i JOIN orders_order o ON o.buyer_id = i.buyer_id
WHERE i.customer_id > %(after)s AND i.customer_id <= %(upto)s
  AND o.paid_date > %(since)s AND o.paid_date <= %(on)s AND o.paid_amount > o.refund_amount
ORDER BY i.customer_id, o.paid_date, o.paid_at, o.id
"""


def bought_by(after: int, upto: int, *, on: date, days: int) -> dict[int, list[Bought]]:
    """Give what customers of a key range paid in the days up to and including `on`, oldest first."""
    values: dict[str, Any] = {
        "after": after,
        "upto": upto,
        "on": on,
        "since": on - timedelta(days=days),
    }
    found: dict[int, list[Bought]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_BOUGHT, values)
        for customer, day, net, goods in cursor:
            found[customer].append(Bought(day, net, goods))
    return found


def as_held(row: TierState) -> Held:
    """Give where a customer stands as the rules take it."""
    return Held(row.level, row.since, row.until, row.why)


# --- how many meet a plan -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Meeting:
    """How many bought in the window, and how many of them meet each tier."""

    everybody: int
    by_level: Mapping[int, int]


def meeting(plan: Plan, *, on: date) -> Meeting:
    """Count who meets each tier on a day; one statement over the orders of the window."""
    values: dict[str, Any] = {"on": on, "since": on - timedelta(days=plan.window_days)}
    numbers = count()
    columns = [_meets(one, values, numbers) for one in plan.levels]
    statement = f"""
      SELECT count(*){"".join(f", count(*) FILTER (WHERE {one})" for one in columns)} FROM (
        SELECT i.customer_id, max({_NET}) AS best, sum({_NET}) AS net, count(*) AS orders
        FROM orders_order o JOIN crm_identity i ON i.buyer_id = o.buyer_id
        WHERE o.paid_date > %(since)s AND o.paid_date <= %(on)s AND o.paid_amount > o.refund_amount
        GROUP BY i.customer_id) c"""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        everybody, *counts = cursor.fetchone()
    return Meeting(everybody, {one.level: n for one, n in zip(plan.levels, counts, strict=True)})


def _meets(level: Level, values: dict[str, Any], numbers: Iterator[int]) -> str:
    parts = []
    for column, least in (
        ("best", level.one_order_fen),
        ("net", level.window_fen),
        ("orders", level.window_orders),
    ):
        if least:
            name = f"v{next(numbers)}"
            values[name] = least
            parts.append(f"{column} >= %({name})s")
    return " OR ".join(parts) or "false"


# --- for pages ------------------------------------------------------------------------------------


def counts_by_level() -> dict[int, int]:
    """Count the customers in each tier."""
    rows = TierState.objects.values("level").annotate(n=Count("pk")).order_by("level")
    return {row["level"]: row["n"] for row in rows}


def later_plans(on: date) -> QuerySet[TierPlan]:
    """Give plans that have not begun."""
    rows = TierPlan.objects.filter(valid_from__gt=on).order_by("valid_from")
    return rows.select_related("changed_by").prefetch_related("levels")


def earlier_plans(on: date) -> QuerySet[TierPlan]:
    """Give plans that counted once, the newest first, without the one in force."""
    rows = TierPlan.objects.filter(valid_from__lte=on).order_by("-valid_from")
    return rows.select_related("changed_by").prefetch_related("levels")[1:11]


def changes(*, before: int = 0, size: int = 50) -> Sequence[TierChange]:
    """Give who rose and fell, the newest first."""
    rows = TierChange.objects.select_related("customer").order_by("-on", "-pk")
    if before:
        last = TierChange.objects.filter(pk=before).first()
        if last is not None:
            rows = rows.filter(on__lte=last.on).exclude(on=last.on, pk__gte=before)
    return list(rows[:size])


def ending_soon(on: date, *, days: int = 30) -> int:
    """Count the customers whose tier ends within some days."""
    return TierState.objects.filter(until__lte=on + timedelta(days=days), level__gt=0).count()


def names_of(customer_ids: Sequence[int]) -> dict[int, str]:
    """Give the names of customers."""
    rows = Customer.objects.filter(pk__in=customer_ids)
    return dict(rows.values_list("pk", "name"))
