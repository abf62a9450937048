"""The problem desk: held orders by what falls due next, and how much waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from orders.choices import TIMED_KINDS, Stage
from orders.models import Hold, Order
from orders.queries.queues import PAGE_SIZE, Filters, QueueRow, listed, with_holds
from shopops.lib.paging import Key, Page, decode_key, page_of

SOON = timedelta(hours=1)
# Above this a figure says "at least": nobody works off a thousand holds in an hour.
MOST_COUNTED = 999


def held_by_due(
    *, filters: Filters, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[QueueRow]:
    """Give held orders, each by the first of its open holds to fall due. Three queries.

    Where holds are filtered, the first of those that fit counts. Walks the index of open holds by
    due time from the key on, however many orders are stored.

    :raises ValueError: if a key is damaged
    """
    holds, backwards = _from_key(_first_ones(filters), after=after, before=before)
    found = list(holds.values_list("due_at", "pk", "order_id")[: size + 1])
    rows = _rows([order_id for _due, _pk, order_id in found])
    keyed = [((due, pk), rows[order_id]) for due, pk, order_id in found if order_id in rows]
    page = page_of(keyed, size=size, backwards=backwards, came_from=bool(after or before), key=_key)
    return Page(rows=[row for _at, row in page.rows], before=page.before, after=page.after)


def _key(keyed: tuple[Key, QueueRow]) -> Key:
    return keyed[0]


def _first_ones(filters: Filters) -> QuerySet[Hold]:
    holds = filters.holds()
    earlier = holds.filter(
        Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk")),
        order=OuterRef("order"),
    )
    return holds.filter(
        ~Exists(earlier), filters.of_orders("order__"), order__stage=Stage.HELD
    ).order_by("due_at", "pk")


def _from_key(holds: QuerySet[Hold], *, after: str, before: str) -> tuple[QuerySet[Hold], bool]:
    if not after and not before:
        return holds, False
    at, pk = decode_key(after or before)
    if before:
        tie = Q(due_at__lt=at) | Q(pk__lt=pk)
        return holds.filter(tie, due_at__lte=at).order_by("-due_at", "-pk"), True
    return holds.filter(Q(due_at__gt=at) | Q(pk__gt=pk), due_at__gte=at), False


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


# Each figure reads at most a thousand entries of one index.
_FIGURES = """
WITH waiting AS NOT MATERIALIZED (
    SELECT h.due_at, h.owner_id, h.owner_role FROM orders_hold h
    JOIN orders_order o ON o.id = h.order_id AND o.stage = 'held'
    WHERE h.closed_at IS NULL AND NOT h.kind = ANY(%(timed)s)
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
