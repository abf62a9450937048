"""Stored counts of the queues: what tabs show without ever counting millions."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction

from orders.actions.gone_holds import end_gone_holds
from orders.actions.merge_keys import refresh_merge_keys
from orders.models import Order, OrderRisk, QueueCount
from orders.queries.queues import QUEUES, Queue
from orders.queries.risk import (
    KEPT_PAST,
    RiskBook,
    judged,
    kept_code,
    late_money,
    orders_near_limit,
)
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff.queries import shop_platform
from shopops.work import actions as work
from shopops.work.context import RunContext

KIND = "orders.count_queues"
# Above this the risk of a queue is not worked out order by order.
MOST_JUDGED = 20_000


def count_queues(*, platform: str, now: datetime) -> list[QueueCount]:
    """Count each queue with its money at risk, and store nothing.

    Cost: one index-only count per live queue, over open orders only; "all" is Postgres' own estimate
    once it is large.
    """
    book = RiskBook(platform=platform)
    return [
        QueueCount(
            code=queue.code,
            count=_count(queue, now=now),
            money_at_risk=_at_risk(queue, book, now=now),
            counted_at=now,
        )
        for queue in QUEUES.values()
    ]


# What is counted beside the queues, for the navigation: code and how. Small sets only.
_also: dict[str, Callable[[], int]] = {}


def count_also(code: str, count: Callable[[], int]) -> None:
    """Keep one more count beside the queues'; called in `OrdersConfig.ready`."""
    _also[code] = count


def refresh_queue_counts(*, platform: str, now: datetime) -> dict[str, QueueCount]:
    """Count each queue anew and store it for the tabs."""
    rows = count_queues(platform=platform, now=now)
    also = [QueueCount(code=code, count=count(), counted_at=now) for code, count in _also.items()]
    with transaction.atomic():
        QueueCount.objects.bulk_create(
            [*rows, *also, *_late_money(platform=platform, now=now)],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["count", "money_at_risk", "counted_at"],
        )
    return {row.code: row for row in rows}


def _late_money(*, platform: str, now: datetime) -> list[QueueCount]:
    """Keep what lateness costs, for pages that show it and must not read every late order."""
    told = late_money(platform=platform, now=now)
    bands = [
        QueueCount(
            code=kept_code(band.code),
            count=band.count,
            money_at_risk=band.amount,
            counted_at=now,
        )
        for band in told.bands
    ]
    return [*bands, QueueCount(code=KEPT_PAST, count=told.past_shop_count, counted_at=now)]


def _count(queue: Queue, *, now: datetime) -> int:
    if queue.code == "all":
        return estimated_orders()
    return Order.objects.filter(queue.where(now)).count()


def estimated_orders() -> int:
    """Give the number of orders: exact while small, else as the planner's statistics have it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = 'orders_order'::regclass"
        )
        row = cursor.fetchone()
    estimate = int(row[0]) if row else -1
    return estimate if estimate > 1_000_000 else Order.objects.count()


def _at_risk(queue: Queue, book: RiskBook, *, now: datetime) -> Decimal:
    if queue.code in {"all", "refund_open", "handed_over", "trace_stalled"}:
        return Decimal("0.00")
    orders = Order.objects.filter(queue.where(now), platform_due_at__lt=now)
    return book.total(judged(orders, most=MOST_JUDGED), now=now)


def refresh_risks(*, platform: str, now: datetime) -> int:
    """Store what each open order due by tomorrow night costs now, else at its next threshold.

    Gives the number of rows written or removed. The most urgent `MOST_JUDGED` are judged.
    """
    _start, until = day_bounds(business_date(now) + timedelta(days=1))
    book = RiskBook(platform=platform)
    wanted: dict[int, Decimal] = {}
    for order in orders_near_limit(until=until, most=MOST_JUDGED):
        risk = book.risk(order, now=now)
        if amount := risk.now_amount or risk.next_amount:
            wanted[order.pk] = amount
    stored = dict(OrderRisk.objects.values_list("order_id", "amount"))
    gone = stored.keys() - wanted.keys()
    moved = [
        OrderRisk(order_id=pk, amount=amount)
        for pk, amount in wanted.items()
        if stored.get(pk) != amount
    ]
    with transaction.atomic():
        if gone:
            OrderRisk.objects.filter(pk__in=gone).delete()
        OrderRisk.objects.bulk_create(
            moved,
            update_conflicts=True,
            unique_fields=["order"],
            update_fields=["amount"],
            batch_size=5_000,
        )
    return len(gone) + len(moved)


def request_count(now: datetime) -> None:
    """Ask for a new count, after an import, after acts, and every half minute."""
    work.request_run(kind=KIND, key="all", now=now, again=True)


def perform_count(run: RunContext) -> dict[str, int]:
    """Count in a run, without the holds of orders that are gone."""
    with run.step():
        refresh_merge_keys()
    with run.step():
        end_gone_holds(run.now)
        platform = shop_platform()
        rows = refresh_queue_counts(platform=platform, now=run.now)
        refresh_risks(platform=platform, now=run.now)
    return {code: row.count for code, row in rows.items()}
