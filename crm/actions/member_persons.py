"""What membership holds about a person, and how it forgets."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.actions.persons import customer_ids, row_of
from crm.actions.points import blank_words
from crm.models import (
    DrawEntry,
    Identity,
    PointBalance,
    PointEntry,
    PointsDue,
    TierChange,
    TierState,
)
from orders.registry import ForgottenPerson, PersonKeeper, keeps_persons

CODE = "membership"


def held(buyer_id: int | None, _order_ids: Sequence[int]) -> dict[str, Any]:
    """Give the tier, the points and the activities of a buyer."""
    customers = customer_ids(buyer_id)
    models: dict[str, type[Any]] = {
        "tiers": TierState,
        "tier_changes": TierChange,
        "balances": PointBalance,
        "points": PointEntry,
        "draws": DrawEntry,
    }
    return {
        name: [row_of(row) for row in model.objects.filter(customer__in=customers).order_by("pk")]
        for name, model in models.items()
    }


def log_keys(_buyer_id: int | None, _order_ids: Sequence[int]) -> Mapping[str, Sequence[str]]:
    """Give under which keys the log speaks of them: those of the customer, which the customer's keeper gives."""
    return {}


def erase(person: ForgottenPerson) -> None:
    """Forget a buyer: tiers go, words are blanked. The ledger's figures stay under the pseudonym.

    A draw keeps number and ticket, so that it still comes out. Who has other member names stays a member.
    """
    customers = customer_ids(person.buyer_id)
    PointsDue.objects.filter(pk=person.buyer_id).delete()
    blank_words(customers)
    others = Identity.objects.filter(customer__in=customers).exclude(buyer=person.buyer_id)
    if others.exists():
        DrawEntry.objects.filter(customer__in=customers).update(text="", struck_for="")
        return
    TierState.objects.filter(customer__in=customers).delete()
    TierChange.objects.filter(customer__in=customers).delete()
    DrawEntry.objects.filter(customer__in=customers).update(text="", struck_for="", customer=None)


def register() -> None:
    """Tell orders; called once, when the apps are ready."""
    keeps_persons(PersonKeeper(CODE, held, log_keys, erase))
