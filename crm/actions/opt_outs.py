"""Refusals: what people answered, and what follows at once: no message of that channel any more, for good."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crm.actions.campaign_errors import CampaignRefusedError
from crm.actions.recompute import locked_customers
from crm.choices import LeftOut, MemberState
from crm.importers.replies import Reply
from crm.models import CampaignMember, Consent, Identity, OptOut
from crm.rules.messages import is_opt_out
from orders.models import Buyer, OrderContact
from shopops.lib.sealing import blind_indexes
from shopops.staff import operations
from shopops.staff.models import User

OBJECT = "customer"


@dataclass(slots=True)
class Heard:
    """What came of answers. `unknown`: lines of people whom nobody knows here."""

    refused: int = 0
    already: int = 0
    other: int = 0
    unknown: list[int] = field(default_factory=list)


def hear_replies(
    *, replies: Sequence[Reply], channel: str, source: str, by: User | None, now: datetime
) -> Heard:
    """Take what people answered: who refused is out at once. Each person is one transaction.

    A phone may be that of several customers: all of them are out. Other words change nothing.
    """
    heard = Heard()
    for reply in replies:
        if not is_opt_out(reply.words):
            heard.other += 1
            continue
        customers = _who(reply)
        if not customers:
            heard.unknown.append(reply.line)
        for customer_id in customers:
            new = opt_out(
                customer_id=customer_id,
                channel=channel,
                words=reply.words,
                source=source,
                at=min(reply.at or now, now),
                by=by,
                now=now,
            )
            heard.refused += new
            heard.already += not new
    return heard


def _who(reply: Reply) -> list[int]:
    if reply.phone:
        contacts = OrderContact.objects.filter(phone_index__in=blind_indexes(reply.phone))
        buyers = list(contacts.values_list("order__buyer_id", flat=True))
    else:
        buyers = list(Buyer.objects.filter(nick=reply.nick).values_list("pk", flat=True))
    found = Identity.objects.filter(buyer_id__in=[one for one in buyers if one])
    return sorted(set(found.values_list("customer_id", flat=True)))


@transaction.atomic
def opt_out(  # noqa: PLR0913
    *,
    customer_id: int,
    channel: str,
    words: str,
    source: str,
    at: datetime,
    by: User | None,
    now: datetime,
) -> bool:
    """Write down that a person refused a channel; give whether that is new. Locks the customer.

    Consent in force ends, and every message of the channel that waits for them is taken back.

    :raises CampaignRefusedError: if nobody is this customer, or no words are given
    """
    if not words.strip():
        raise CampaignRefusedError(_("写上对方怎么说的。"), field="words")
    if not locked_customers([customer_id]):
        raise CampaignRefusedError(_("没有这位客户。"))
    if OptOut.objects.filter(customer=customer_id, channel=channel).exists():
        return False
    OptOut.objects.create(
        customer_id=customer_id,
        at=at,
        recorded_at=now,
        campaign_id=_answered(customer_id, channel, at),
        by=by,
        channel=channel,
        words=words.strip()[:100],
        source=source[:100],
    )
    in_force = Consent.objects.filter(
        customer=customer_id, channel=channel, withdrawn_at__isnull=True
    )
    in_force.update(withdrawn_at=now, withdrawn_by_words=words.strip()[:200])
    CampaignMember.objects.filter(
        customer=customer_id, campaign__channel=channel, state=MemberState.READY
    ).update(state=MemberState.LEFT_OUT, reason=LeftOut.OPTED_OUT, settled_at=now)
    operations.record(
        name="crm.customer.opted_out",
        by=by,
        now=now,
        object_type=OBJECT,
        object_key=str(customer_id),
        new={"channel": channel, "source": source[:100]},
    )
    return True


def _answered(customer_id: int, channel: str, at: datetime) -> int | None:
    sent = CampaignMember.objects.filter(
        customer=customer_id, campaign__channel=channel, claimed_at__lte=at, arm__isnull=False
    )
    return sent.order_by("-claimed_at", "-pk").values_list("campaign_id", flat=True).first()
