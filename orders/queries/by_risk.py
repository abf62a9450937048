"""Queues sorted by what an order costs if nothing is done, the dearest first."""

from datetime import datetime

from django.db.models import F, Q

from orders.models import Order
from orders.queries.queues import PAGE_SIZE, Filters, Queue, QueueRow, listed, with_holds
from shopops.lib.paging import Page, decode_amount_key, page_of

# Queues of open orders; what has left costs nothing more.
SORTED_BY_RISK = frozenset(
    {"past_due", "due_today", "awaiting_audit", "urgent", "held", "mergeable", "approved", "picked"}
)


def queue_by_risk(
    *,
    queue: Queue,
    now: datetime,
    filters: Filters,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[QueueRow]:
    """Give a queue's orders that cost something by their next limit, the dearest first.

    The amounts are those of the last count (`orders.actions.counts.refresh_risks`), the rows those of
    now. Walks the index of stored amounts from the key on; three queries.

    :raises ValueError: if a key is damaged
    """
    backwards = bool(before)
    orders = Order.objects.filter(queue.where(now), filters.q(), risk__isnull=False)
    if after or before:
        amount, pk = decode_amount_key(after or before)
        side = "gt" if backwards else "lt"
        tie = Q(**{f"risk__amount__{side}": amount}) | Q(**{f"risk__order__{side}": pk})
        orders = orders.filter(tie, **{f"risk__amount__{side}e": amount})
    direction = ("risk__amount", "risk__order") if backwards else ("-risk__amount", "-risk__order")
    places = list(
        orders.order_by(*direction).values_list("pk", F("risk__amount"), named=False)[: size + 1]
    )
    page = page_of(
        places,
        size=size,
        backwards=backwards,
        came_from=bool(after or before),
        key=lambda place: (place[1], place[0]),
    )
    found = Order.objects.filter(pk__in=[pk for pk, _amount in page.rows])
    rows = {row.order.id: row for row in with_holds(listed(found))}
    shown = [rows[pk] for pk, _amount in page.rows if pk in rows]
    return Page(rows=shown, before=page.before, after=page.after)
