"""What campaigns hold about a person, and how they forget."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.actions.persons import customer_ids, row_of
from crm.choices import LeftOut, MemberState
from crm.models import CampaignMember, OptOut, TestMessage, message_key
from orders.registry import ForgottenPerson, PersonKeeper, keeps_persons

CODE = "campaigns"


def held(buyer_id: int | None, _order_ids: Sequence[int]) -> dict[str, Any]:
    """Give the messages to a person and their refusals."""
    customers = customer_ids(buyer_id)
    members = CampaignMember.objects.filter(customer__in=customers).select_related("campaign")
    return {
        "messages": [
            {
                "campaign": one.campaign.name,
                "state": one.state,
                "at": one.claimed_at.isoformat() if one.claimed_at else "",
                "text": one.text,
            }
            for one in members.order_by("pk")
        ],
        "opt_outs": [
            row_of(one) for one in OptOut.objects.filter(customer__in=customers).order_by("pk")
        ],
    }


def log_keys(_buyer_id: int | None, _order_ids: Sequence[int]) -> Mapping[str, Sequence[str]]:
    """Give none of its own: the log speaks of campaigns, and of the customer under its own key."""
    return {}


def erase(person: ForgottenPerson) -> None:
    """Blank what was written to a person; that somebody was written to stays, for the results.

    Their refusal goes with the person: nobody is that customer any more, so nobody is written to.
    """
    customers = customer_ids(person.buyer_id)
    members = CampaignMember.objects.filter(customer__in=customers)
    keys = [
        message_key(campaign, one)  # Sent under one of the names that are one person now.
        for campaign in members.values_list("campaign_id", flat=True)
        for one in customers
    ]
    TestMessage.objects.filter(key__in=keys).update(text="")
    members.filter(state=MemberState.READY).update(
        state=MemberState.LEFT_OUT, reason=LeftOut.GONE, settled_at=person.now
    )
    members.update(text="", answer="", address_index=None)
    OptOut.objects.filter(customer__in=customers).update(words="", source="")


def register() -> None:
    """Tell orders; called once, when the apps are ready."""
    keeps_persons(PersonKeeper(CODE, held, log_keys, erase))
