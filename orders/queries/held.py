"""The problem desk: held orders by what falls due next, and how much waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from orders.choices import TIMED_KINDS, Stage
from orders.models import Hold, Order
from orders.queries.queues import PAGE_SIZE, Filters, QueueRow, listed, with_holds
from shopops.lib.paging import Key, Page, decode_key, page_of

SOON = timedelta(hours=1)
# Above this a figure says "more": nobody works off a hundred holds in an hour.
MOST_COUNTED = 99


def held_by_due(
    *, filters: Filters, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[QueueRow]:
    """Give held orders, each by the first of its open holds to fall due. Four queries, mostly.

    Where holds are filtered, the first of those that fit counts. Walks the index of open holds by
    due time from the key on, however many orders are stored. More queries only where the orders of
    a page have many holds each.

    :raises ValueError: if a key is damaged
    """
    found = _first_ones(filters, after=after, before=before, size=size + 1)
    rows = _rows([one.order_id for one in found])
    page = page_of(
        [one for one in found if one.order_id in rows],
        size=size,
        backwards=bool(before),
        came_from=bool(after or before),
        key=lambda one: (one.due_at, one.id),
    )
    shown = [rows[one.order_id] for one in page.rows]
    return Page(rows=shown, before=page.before, after=page.after)


class _DueHold(NamedTuple):
    due_at: datetime
    id: int
    order_id: int


def _first_ones(filters: Filters, *, after: str, before: str, size: int) -> list[_DueHold]:
    """Give the next holds that are the first of their order.

    Which those are is asked of the holds of a page, not of all: asked in one statement, Postgres
    joins all open holds with themselves and sorts them.
    """
    # Looked up hold by hold: joined, Postgres reads all held orders before it sorts.
    stage = Order.objects.filter(pk=OuterRef("order")).values("stage")
    holds = filters.holds().alias(stage=Subquery(stage)).filter(stage=Stage.HELD)
    holds = holds.filter(filters.of_orders("order__"))
    at = decode_key(after or before) if after or before else None
    found: list[_DueHold] = []
    while True:
        rows = _beyond(holds, at, backwards=bool(before)).values_list(*_DueHold._fields)
        read = [_DueHold._make(row) for row in rows[: 2 * size]]
        firsts = _firsts(filters, [one.order_id for one in read])
        found += [one for one in read if one.id in firsts]
        if len(found) >= size or len(read) < 2 * size:
            return found[:size]
        at = read[-1].due_at, read[-1].id


def _firsts(filters: Filters, order_ids: Sequence[int]) -> set[int]:
    holds = filters.holds().filter(order__in=order_ids).order_by("order", "due_at", "pk")
    return set(holds.distinct("order").values_list("pk", flat=True))


def _beyond(holds: QuerySet[Hold], at: Key | None, *, backwards: bool) -> QuerySet[Hold]:
    if backwards and at is not None:
        tie = Q(due_at__lt=at[0]) | Q(pk__lt=at[1])
        return holds.filter(tie, due_at__lte=at[0]).order_by("-due_at", "-pk")
    if at is not None:
        holds = holds.filter(Q(due_at__gt=at[0]) | Q(pk__gt=at[1]), due_at__gte=at[0])
    return holds.order_by("due_at", "pk")


def _rows(order_ids: Sequence[int]) -> dict[int, QueueRow]:
    rows = with_holds(listed(Order.objects.filter(pk__in=order_ids)))
    return {row.order.id: row for row in rows}


@dataclass(frozen=True, slots=True)
class HeldFigures:
    """What waits for people: past its time, due within the hour, free for my roles, and mine.

    Each at most `MOST_COUNTED` + 1.
    """

    overdue: int
    soon: int
    free: int
    mine: int


# Each figure stops at a hundred. The stage is looked up hold by hold: joined, all held orders are read.
_FIGURES = """
WITH waiting AS NOT MATERIALIZED (
    SELECT h.due_at, h.owner_id, h.owner_role FROM orders_hold h
    WHERE h.closed_at IS NULL AND NOT h.kind = ANY(%(timed)s)
      AND (SELECT o.stage FROM orders_order o WHERE o.id = h.order_id) = 'held'
)
SELECT
 (SELECT count(*) FROM (SELECT 1 FROM waiting WHERE due_at < %(now)s LIMIT %(most)s) a),
 (SELECT count(*) FROM (SELECT 1 FROM waiting
   WHERE due_at >= %(now)s AND due_at < %(soon)s LIMIT %(most)s) b),
 (SELECT count(*) FROM (SELECT 1 FROM waiting
   WHERE owner_id IS NULL AND owner_role = ANY(%(roles)s) LIMIT %(most)s) c),
 (SELECT count(*) FROM (SELECT 1 FROM waiting WHERE owner_id = %(person)s LIMIT %(most)s) d)
"""


def held_figures(*, person_id: int, roles: Sequence[str], now: datetime) -> HeldFigures:
    """Count the holds that people have something to do about. One bounded query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FIGURES,
            {
                "timed": [kind.value for kind in TIMED_KINDS],
                "now": now,
                "soon": now + SOON,
                "roles": list(roles),
                "person": person_id,
                "most": MOST_COUNTED + 1,
            },
        )
        return HeldFigures(*(cursor.fetchone() or (0, 0, 0, 0)))
