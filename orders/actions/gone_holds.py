"""Holds of orders that left or ended while they were held: a file said so, nobody closed them."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from orders.choices import GONE, LEFT_STAGES, Stage
from orders.models import Hold
from shopops.staff.models import Operation

MOST_ENDED = 2000


@transaction.atomic
def end_gone_holds(now: datetime) -> int:
    """End open holds of orders that shipped or closed on the platform; give how many.

    A hold whose buyer had to be told and was not stays open as what it is: a buyer nobody told. Holds
    that somebody works on are left for the next time. Cost: the open holds, once.
    """
    gone = Hold.objects.filter(
        Q(must_tell_buyer=False) | Q(told_at__isnull=False),
        closed_at__isnull=True,
        order__stage__in=[*LEFT_STAGES, Stage.CANCELLED],
    )
    holds = list(
        gone.select_related("order")
        .order_by("pk")
        .select_for_update(skip_locked=True, of=("self",))[:MOST_ENDED]
    )
    Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(closed_at=now, resolution=GONE)
    Operation.objects.bulk_create(
        Operation(
            at=now,
            name="orders.hold.closed",
            object_type="order",
            object_key=hold.order.tid,
            new={"stage": hold.order.stage, "kind": hold.kind, "hold": hold.pk},
        )
        for hold in holds
    )
    return len(holds)
