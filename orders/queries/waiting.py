"""Which open holds cannot wait: buyers not told, holds past their due time; and parcels nobody picked up."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from orders.choices import Stage
from orders.models import Hold, Order


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many, and the earliest due time among them."""

    count: int
    earliest_at: datetime | None


def waiting_holds(*, now: datetime) -> tuple[Waiting, Waiting]:
    """Give open holds whose buyer must be told and was not, and the others past due. One query."""
    untold = Q(must_tell_buyer=True, told_at__isnull=True)
    overdue = ~untold & Q(due_at__lt=now)
    row = Hold.objects.filter(closed_at__isnull=True).aggregate(
        untold=Count("pk", filter=untold),
        untold_at=Min("due_at", filter=untold),
        overdue=Count("pk", filter=overdue),
        overdue_at=Min("due_at", filter=overdue),
    )
    return Waiting(row["untold"], row["untold_at"]), Waiting(row["overdue"], row["overdue_at"])


def not_picked_up(*, before: datetime) -> Waiting:
    """Give orders handed over before an instant that no carrier has scanned. One query, live index."""
    rows = Order.objects.filter(stage=Stage.HANDED_OVER, handed_over_at__lt=before)
    row = rows.aggregate(n=Count("pk"), earliest=Min("handed_over_at"))
    return Waiting(row["n"], row["earliest"])
