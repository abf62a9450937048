"""What a person narrowed a queue to, from the form to the query; the list and its export ask alike."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from orders.queries.queues import Filters
from orders.queries.search import find_orders
from shopops.staff.models import User
from shopops.staff.queries import roles_of

# Where a list was and what was open in it: not what it shows.
_PLACES = frozenset({"after", "before", "open"})


def filters_of(data: Mapping[str, Any], person: User) -> Filters:
    """Give the filters that a valid `QueueFilterForm` asks for, as seen by a person."""
    ids = None
    if data["q"]:
        may = person.has_perm("orders.view_contact")
        ids = tuple(find_orders(text=data["q"], may_see_contact=may))
    return Filters(
        hold_kind=data["kind"],
        hold_owner_id=person.pk if data["whose"] == "mine" else None,
        hold_roles=own_roles(person) if data["whose"] == "role" else (),
        untold=data["untold"],
        province=data["province"],
        stage=data["stage"],
        urgent=data["urgent"],
        order_ids=ids,
    )


def own_roles(person: User) -> tuple[str, ...]:
    """Give the codes of a person's roles, to compare with those that holds wait for."""
    # Somebody without a role is shown nothing rather than everything.
    return tuple(role.code for role in roles_of(person)) or ("",)


def address_without(address: QueryDict, *keys: str) -> str:
    """Give the address of the same list from its beginning, without some of what narrows it."""
    rest = {
        key: value
        for key, value in address.items()
        if key not in keys and key not in _PLACES and value
    }
    return f"?{urlencode(rest)}"


def address_with(address: QueryDict, key: str, value: str) -> str:
    """Give the address of the same list from its beginning, with one thing set; empty: taken away."""
    base = address_without(address, key)
    if not value:
        return base
    return f"{base}{'' if base == '?' else '&'}{urlencode({key: value})}"
