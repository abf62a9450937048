"""Taking the next holds of one's roles: each goes to one person, however many ask at once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from orders.choices import TIMED_KINDS, Stage
from orders.models import Hold
from shopops.staff.models import Operation, User
from shopops.staff.origin import current_ip

MOST_CLAIMED = 50


@transaction.atomic
def claim_holds(*, role_codes: Sequence[str], limit: int, by: User, now: datetime) -> list[Hold]:
    """Give a person the next holds that wait for one of these roles and that nobody has, due first.

    What a colleague is taking at this moment is passed over, not waited for. Kinds that only wait for
    a time (`TIMED_KINDS`) are left alone. The orders' versions stay: an owner changes nothing of them.
    At most `MOST_CLAIMED`. Cost: three statements over the index of open holds by due time.
    """
    size = max(0, min(limit, MOST_CLAIMED))
    holds = list(_locked(_free(role_codes))[:size])
    Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(owner=by)
    for hold in holds:
        hold.owner = by
    Operation.objects.bulk_create([_operation(hold, by=by, now=now) for hold in holds])
    return holds


def _free(role_codes: Sequence[str]) -> QuerySet[Hold]:
    holds = Hold.objects.filter(
        closed_at__isnull=True,
        owner__isnull=True,
        owner_role__in=role_codes,
        order__stage=Stage.HELD,
    ).exclude(kind__in=TIMED_KINDS)
    return holds.select_related("order").order_by("due_at", "pk")


def _locked(holds: QuerySet[Hold]) -> QuerySet[Hold]:
    # Postgres looks at a row again after it has locked it: one that got an owner meanwhile drops out.
    return holds.select_for_update(skip_locked=True, of=("self",))


def _operation(hold: Hold, *, by: User, now: datetime) -> Operation:
    return Operation(
        at=now,
        actor=by,
        actor_name=by.name,
        name="orders.hold.claimed",
        object_type="order",
        object_key=hold.order.tid,
        old={"owner": None},
        new={"owner": by.pk, "name": by.name, "kind": hold.kind, "hold": hold.pk},
        ip=current_ip(),
    )
