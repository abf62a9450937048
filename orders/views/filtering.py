"""What a person narrowed a queue to, from the form to the query; the list and its export ask alike."""

from collections.abc import Mapping
from typing import Any

from orders.queries.queues import Filters
from orders.queries.search import find_orders
from shopops.staff.models import User
from shopops.staff.queries import roles_of


def filters_of(data: Mapping[str, Any], person: User) -> Filters:
    """Give the filters that a valid `QueueFilterForm` asks for, as seen by a person."""
    ids = None
    if data["q"]:
        may = person.has_perm("orders.view_contact")
        ids = tuple(find_orders(text=data["q"], may_see_contact=may))
    return Filters(
        hold_kind=data["kind"],
        hold_owner_id=person.pk if data["whose"] == "mine" else None,
        hold_roles=_own_roles(person) if data["whose"] == "role" else (),
        untold=data["untold"],
        province=data["province"],
        stage=data["stage"],
        urgent=data["urgent"],
        order_ids=ids,
    )


def _own_roles(person: User) -> tuple[str, ...]:
    # Somebody without a role is shown nothing rather than everything.
    return tuple(role.code for role in roles_of(person)) or ("",)
