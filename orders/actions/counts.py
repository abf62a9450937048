"""Stored counts of the queues: what tabs show without ever counting millions."""

from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from orders.actions.merge_keys import refresh_merge_keys
from orders.models import Order, QueueCount
from orders.queries.queues import QUEUES, Queue
from orders.queries.risk import RISK_FIELDS, RiskBook
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


def refresh_queue_counts(*, platform: str, now: datetime) -> dict[str, QueueCount]:
    """Count each queue anew and store it for the tabs."""
    rows = count_queues(platform=platform, now=now)
    with transaction.atomic():
        QueueCount.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["count", "money_at_risk", "counted_at"],
        )
    return {row.code: row for row in rows}


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
    if queue.code in {"all", "refund_open", "handed_over"}:
        return Decimal("0.00")
    orders = Order.objects.filter(queue.where(now), platform_due_at__lt=now)
    judged = orders.order_by("ship_due_at", "pk").only(*RISK_FIELDS)[:MOST_JUDGED]
    return book.total(judged, now=now)


def request_count(now: datetime) -> None:
    """Ask for a new count, after an import, after acts, and every half minute."""
    work.request_run(kind=KIND, key="all", now=now, again=True)


def perform_count(run: RunContext) -> dict[str, int]:
    """Count in a run."""
    with run.step():
        refresh_merge_keys()
    with run.step():
        rows = refresh_queue_counts(platform=shop_platform(), now=run.now)
    return {code: row.count for code, row in rows.items()}
