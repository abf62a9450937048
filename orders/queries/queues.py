"""The work queues: which orders stand where, by due time, paged by key.

Every queue is served by one index (see `Order.Meta.indexes`); a page reads `size` + 1 rows of it,
however many orders are stored. Counts come from `QueueCount`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.choices import OPEN_STAGES, HoldKind, Stage
from orders.models import Hold, Order, QueueCount
from shopops.lib.business_time import business_date, day_bounds
from shopops.lib.fixed_queries import fixed
from shopops.lib.paging import Key, Page, decode_key, page_of
from shopops.lib.reads import once_a_page

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Queue:
    """One saved view of orders.

    `sort` is the field by which something is due: `ship_due_at`, `handed_over_at` (the pickup is due
    24 hours later) or, for `sort_at`, due time else time placed.
    """

    code: str
    name: str | Promise
    where: Callable[[datetime], Q]
    sort: str = "ship_due_at"
    is_descending: bool = False


def _open() -> Q:
    return Q(stage__in=OPEN_STAGES)


def _unpicked() -> Q:
    # Handed over by us. What only the platform's file calls shipped has no hand-over to start a
    # clock, and without carriers' files every such order would stand here for weeks.
    return Q(stage=Stage.HANDED_OVER, handed_over_at__isnull=False)


def _due_today(now: datetime) -> Q:
    _start, end = day_bounds(business_date(now))
    return _open() & Q(ship_due_at__gte=now, ship_due_at__lt=end)


QUEUES: dict[str, Queue] = {
    queue.code: queue
    for queue in (
        Queue("past_due", _("已超时"), lambda now: _open() & Q(ship_due_at__lt=now)),
        Queue("due_today", _("今日截单前"), _due_today),
        Queue("urgent", _("加急"), lambda now: _open() & Q(is_urgent=True)),
        Queue("awaiting_audit", _("待审单"), lambda now: Q(stage=Stage.AWAITING_AUDIT)),
        Queue("held", _("问题单"), lambda now: Q(stage=Stage.HELD)),
        Queue("mergeable", _("可合单"), lambda now: _open() & Q(merge_key__isnull=False)),
        Queue("approved", _("已审待出"), lambda now: Q(stage=Stage.APPROVED)),
        Queue("in_wave", _("波次中待拣"), lambda now: Q(stage=Stage.IN_WAVE)),
        Queue("picked", _("已拣待验"), lambda now: Q(stage=Stage.PICKED)),
        Queue("checked", _("已验待交"), lambda now: Q(stage=Stage.CHECKED)),
        Queue("handed_over", _("未揽收"), lambda now: _unpicked(), sort="handed_over_at"),
        Queue("refund_open", _("退款中"), lambda now: Q(has_open_refund=True), sort="sort_at"),
        Queue("all", _("全部"), lambda now: Q(), sort="sort_at", is_descending=True),
    )
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person narrowed a queue to; each one is a chip that can be removed."""

    hold_kind: str = ""
    # Open holds of one person, or that wait for one of these roles while no person has them.
    hold_owner_id: int | None = None
    hold_roles: tuple[str, ...] = ()
    untold: bool = False  # the buyer must be told of a hold and was not
    province: str = ""
    stage: str = ""
    urgent: bool = False
    order_ids: tuple[int, ...] | None = None  # result of a search

    def q(self) -> Q:
        """Give the filters as one condition."""
        condition = Q()
        if self.hold_kind or self.hold_owner_id or self.hold_roles or self.untold:
            condition &= Q(pk__in=self._holds().values("order_id"))
        if self.province:
            condition &= Q(receiver_province=self.province)
        if self.stage:
            condition &= Q(stage=self.stage)
        if self.urgent:
            condition &= Q(is_urgent=True)
        if self.order_ids is not None:
            condition &= Q(pk__in=self.order_ids)
        return condition

    def _holds(self) -> QuerySet[Hold]:
        """Give the open holds that are meant: one hold must meet all that is asked of holds."""
        holds = Hold.objects.filter(closed_at__isnull=True)
        if self.hold_kind:
            holds = holds.filter(kind=self.hold_kind)
        if self.hold_owner_id:
            holds = holds.filter(owner=self.hold_owner_id)
        if self.hold_roles:
            holds = holds.filter(owner__isnull=True, owner_role__in=self.hold_roles)
        if self.untold:
            holds = holds.filter(must_tell_buyer=True, told_at__isnull=True)
        return holds


class ListedOrder(NamedTuple):
    """What a list shows of an order; the rest stays on disk.

    A tuple, for lists come by fifties and exports by thousands: a model takes ten times longer to make.
    """

    id: int
    tid: str
    version: int
    stage: str
    status: str
    flag: int
    is_urgent: bool
    is_presale: bool
    has_open_refund: bool
    created_at: datetime | None
    paid_at: datetime | None
    ship_due_at: datetime | None
    shop_due_at: datetime | None
    platform_due_at: datetime | None
    promise_hours: int | None
    picked_up_at: datetime | None
    handed_over_at: datetime | None
    total_amount: Decimal
    paid_amount: Decimal
    refund_amount: Decimal
    piece_count: int
    title: str
    buyer_id: int | None
    buyer_nick: str
    receiver_name: str
    receiver_phone: str
    receiver_province: str
    receiver_city: str
    buyer_message: str
    seller_memo: str
    due_reason: str

    @property
    def pk(self) -> int:
        """Give the id under the name that models have for it."""
        return self.id


class ListedHold(NamedTuple):
    """What a list shows of an open hold."""

    order_id: int
    kind: str
    is_hand_set: bool
    must_tell_buyer: bool
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One order in a list, with its open holds; ready to show, no further query."""

    order: ListedOrder
    holds: tuple[ListedHold, ...]

    def key(self, sort: str) -> Key:
        """Where the row stands in a list sorted by `sort` (see `Queue`)."""
        order = self.order
        at = order.ship_due_at or order.created_at
        if sort == "handed_over_at":
            at = order.handed_over_at
        assert at is not None  # noqa: S101
        return at, order.id


# What a list row shows of a hold. By hand: one array instead of fifty parameters.
OPEN_HOLDS = """
SELECT order_id, kind, is_hand_set, must_tell_buyer, told_at FROM orders_hold
WHERE order_id = ANY(%s) AND closed_at IS NULL ORDER BY id
"""


def queue_page(
    *,
    queue: Queue,
    now: datetime,
    filters: Filters | None = None,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[QueueRow]:
    """Give one page of a queue. Two queries: the rows, and their open holds.

    `after` / `before`: a key from a page shown earlier; at most one of them.

    :raises ValueError: if a key is damaged
    """
    orders = sorted_queue(queue=queue, now=now, filters=filters)
    orders, backwards = _from_key(orders, queue, after=after, before=before)
    rows = with_holds(_listed(orders[: size + 1]))
    return page_of(
        rows,
        size=size,
        backwards=backwards,
        came_from=bool(after or before),
        key=lambda row: row.key(queue.sort),
    )


def sorted_queue(*, queue: Queue, now: datetime, filters: Filters | None = None) -> QuerySet[Order]:
    """Give a queue's orders in its own order, unsliced. Never count it: read `QueueCount`."""
    orders = Order.objects.filter(queue.where(now))
    if queue.sort == "sort_at":
        orders = orders.alias(sort_at=Coalesce("ship_due_at", "created_at"))
    if filters is not None:
        orders = orders.filter(filters.q())
    field = queue.sort
    return (
        orders.order_by(f"-{field}", "-pk") if queue.is_descending else orders.order_by(field, "pk")
    )


def _from_key(
    orders: QuerySet[Order], queue: Queue, *, after: str, before: str
) -> tuple[QuerySet[Order], bool]:
    if not after and not before:
        return orders, False
    at, pk = decode_key(after or before)
    backwards = bool(before)
    field = queue.sort
    # Towards larger values when going forward in an ascending list, or back in a descending one.
    larger = queue.is_descending == backwards
    comparison = "gt" if larger else "lt"
    bound = {f"{field}__{comparison}e": at}
    tie = Q(**{f"{field}__{comparison}": at}) | Q(**{f"pk__{comparison}": pk})
    orders = orders.filter(Q(**bound) & tie)
    return (orders.reverse() if backwards else orders), backwards


def _listed(orders: QuerySet[Order]) -> list[ListedOrder]:
    try:
        sql, parameters = orders.values_list(*ListedOrder._fields).query.sql_with_params()
    except EmptyResultSet:  # a search that found nothing
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [ListedOrder._make(row) for row in cursor.fetchall()]


def with_holds(orders: Sequence[ListedOrder]) -> list[QueueRow]:
    """Join orders with their open holds in one query."""
    holds: dict[int, list[ListedHold]] = {}
    held = [order.id for order in orders if order.stage == Stage.HELD]
    if held:
        with connection.cursor() as cursor:
            cursor.execute(OPEN_HOLDS, [held])
            for row in cursor.fetchall():
                holds.setdefault(row[0], []).append(ListedHold._make(row))
    return [QueueRow(order=order, holds=tuple(holds.get(order.id, ()))) for order in orders]


@once_a_page
def counts() -> dict[str, QueueCount]:
    """Give the stored counts by queue code. One query a page, though frame and tabs both ask."""
    return {row.code: row for row in _stored_counts()}


@fixed
def _stored_counts() -> QuerySet[QueueCount]:
    return QueueCount.objects.order_by("code")


def steps_before_cutoff(*, handover_at: datetime, now: datetime) -> dict[str, int]:
    """Count what must still leave by a hand-over, by stage; past-due orders included.

    One query over the index of open orders.
    """
    rows = (
        Order.objects.filter(_open(), ship_due_at__lte=handover_at)
        .values("stage")
        .annotate(n=Count("pk"))
        .order_by("stage")
    )
    return {row["stage"]: row["n"] for row in rows}


def hold_kinds_in_use() -> Iterable[tuple[str, str | Promise]]:
    """Give the kinds of open holds, for the filter."""
    used = set(
        Hold.objects.filter(closed_at__isnull=True).values_list("kind", flat=True).distinct()
    )
    return [(kind.value, kind.label) for kind in HoldKind if kind.value in used]
