"""The trace clock over stored orders: limits in force, stalled and unpicked parcels, events of a waybill."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from orders.choices import Stage
from orders.models import Order, TraceEvent, TraceLimit
from orders.rules import traces as rules
from shopops.lib.business_time import business_date
from shopops.lib.fixed_queries import fixed
from shopops.lib.reads import once_a_page


@fixed
def _limit_rows() -> QuerySet[TraceLimit]:
    return TraceLimit.objects.filter(is_on=True).order_by("position", "pk")


@once_a_page
def stored_limits() -> list[TraceLimit]:
    """Give all trace limits, ended ones included, in the shop's order."""
    return _limit_rows()


def trace_limits(*, now: datetime) -> tuple[rules.TraceLimit, ...]:
    """Give the trace limits in force, those of provinces before the one of all others."""
    today = business_date(now)
    rows = [
        row
        for row in stored_limits()
        if row.valid_from <= today and (row.valid_to is None or today <= row.valid_to)
    ]
    rows.sort(key=lambda row: not row.provinces)
    return tuple(as_limit(row) for row in rows)


def as_limit(row: TraceLimit) -> rules.TraceLimit:
    """Give a stored limit as the rules understand it."""
    return rules.TraceLimit(
        tuple(row.provinces), row.pickup_hours, row.first_trace_hours, row.silence_hours
    )


def trace_facts(order: Order) -> rules.TraceFacts:
    """Give an order as the trace clock sees it."""
    return rules.TraceFacts(
        order.stage, order.receiver_province, order.handed_over_at, order.last_trace_at
    )


def stalled(now: datetime) -> Q:
    """Give the condition of `trace_stalled`: on the road, and silent for longer than the limit gives.

    Served by `order_trace_idx`: its leading bound is the shortest limit of all.
    """
    limits = trace_limits(now=now) or (rules.TraceLimit(),)
    shortest = min(min(one.first_trace_hours, one.silence_hours) for one in limits)
    return Q(
        _any_limit(limits, now),
        stage__in=[Stage.PICKED_UP, Stage.IN_TRANSIT],
        last_trace_at__isnull=False,
        last_trace_at__lt=now - timedelta(hours=shortest),
    )


def _any_limit(limits: Sequence[rules.TraceLimit], now: datetime) -> Q:
    condition, earlier = Q(pk__in=[]), Q(pk__in=[])
    for limit in limits:
        here = Q()
        if limit.provinces:
            here = Q(pk__in=[])
            for name in limit.provinces:
                here |= Q(receiver_province__startswith=name)
        late = Q(
            stage=Stage.PICKED_UP,
            last_trace_at__lt=now - timedelta(hours=limit.first_trace_hours),
        ) | Q(stage=Stage.IN_TRANSIT, last_trace_at__lt=now - timedelta(hours=limit.silence_hours))
        condition |= here & ~earlier & late
        earlier |= here
    return condition


def unpicked(now: datetime) -> Q:
    """Give the condition of parcels that we handed over and no carrier picked up in its hours.

    Served by `order_unpicked_idx`.
    """
    limits = trace_limits(now=now) or (rules.TraceLimit(),)
    condition, earlier = Q(pk__in=[]), Q(pk__in=[])
    for limit in limits:
        here = Q()
        if limit.provinces:
            here = Q(pk__in=[])
            for name in limit.provinces:
                here |= Q(receiver_province__startswith=name)
        late = Q(handed_over_at__lt=now - timedelta(hours=limit.pickup_hours))
        condition |= here & ~earlier & late
        earlier |= here
    shortest = min(one.pickup_hours for one in limits)
    return Q(
        condition,
        stage=Stage.HANDED_OVER,
        handed_over_at__isnull=False,
        handed_over_at__lt=now - timedelta(hours=shortest),
    )


@dataclass(frozen=True, slots=True)
class Silent:
    """Orders whose trace clock has run out: how many, and the first of them."""

    count: int
    first: tuple[tuple[str, datetime], ...]


_SHOWN, _MOST = 5, 10_000


def silent_orders(condition: Q, *, field: str) -> Silent:
    """Count orders of a trace condition (at most ten thousand), and name the longest silent."""
    orders = Order.objects.filter(condition)
    count = orders.order_by()[:_MOST].count()
    rows = orders.order_by(field, "pk").values_list("tid", field)[:_SHOWN] if count else ()
    return Silent(count, tuple(rows))


def events_of(waybills: Sequence[str]) -> list[TraceEvent]:
    """Give what carriers reported of these waybills, the newest first, at most two hundred."""
    rows = TraceEvent.objects.filter(waybill_no__in=waybills)
    return list(rows.order_by("-at", "-pk")[:200])
