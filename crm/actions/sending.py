"""Handing a campaign's messages over, each at most once.

A message is claimed in a transaction fenced by the run's lease, handed over outside of any, and settled
by its claim. A process that dies between leaves claimed rows: after `CLAIM_GOOD_FOR` nobody hands
them over any more, and whoever comes then asks the back-end by the key. What it knows nothing of waits
again; what it cannot say is unknown and shown, never sent again by itself.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.actions.backends import Answer, Asked, Message, Sender, sender_of
from crm.actions.campaign_locks import UNSETTLED, locked_campaign, locked_members, move
from crm.actions.recompute import locked_customers
from crm.actions.staff_call import call_staff
from crm.choices import Backend, CampaignState, LeftOut, MemberState
from crm.models import Campaign, CampaignMember, OptOut, message_key
from crm.queries.messages import rule_of, why_not
from crm.rules import messages
from orders.models import OrderContact
from shopops.lib.business_time import business_date
from shopops.lib.sealing import unseal
from shopops.staff import operations
from shopops.work.actions import request_run
from shopops.work.context import RunContext
from shopops.work.crashpoints import crashpoint

KIND = "crm.campaign_send"
BATCH, FILE_BATCH, ASK_BATCH = 50, 2_000, 200
# A claimer hands over within this time of its own clock; others leave the row alone for twice that.
CLAIM_SECONDS = 30.0
CLAIM_GOOD_FOR = timedelta(seconds=60)
FINISHED = gettext_noop("营销发完了：{name}")


def request_due(now: datetime) -> None:
    """Ask for whatever is due: campaigns whose time came, and messages that nobody settled. A tick."""
    rule = rule_of(business_date(now))
    due = Q(state=CampaignState.SENDING) | Q(state=CampaignState.APPROVED, starts_at__lte=now)
    is_quiet = messages.is_quiet(now, quiet_from=rule.quiet_from, quiet_to=rule.quiet_to)
    wanted = set() if is_quiet else set(Campaign.objects.filter(due).values_list("pk", flat=True))
    unsettled = CampaignMember.objects.filter(
        state__in=UNSETTLED, claimed_at__lt=now - CLAIM_GOOD_FOR
    ).exclude(campaign__backend=Backend.UPLOAD)
    wanted |= set(unsettled.values_list("campaign_id", flat=True).distinct())
    for campaign_id in sorted(wanted):
        request_run(kind=KIND, key=str(campaign_id), now=now, again=True)


def perform_send(run: RunContext) -> dict[str, Any]:
    """Do the work of a `crm.campaign_send` run, keyed by campaign: until nobody is left, or it may not."""
    work = _Work(run, int(run.key))
    work.settle_left_over()
    sent = 0
    while work.may_go_on():
        with run.step(text=str(_("已交出 %(count)s 条") % {"count": sent})) as step:
            batch = work.claim()
            # A moved cursor is progress: a worker that dies over and over is not given up for it.
            claimed = int(run.cursor.get("claimed", 0)) + len(batch or ())
            step.cursor = {"claimed": claimed}
        crashpoint("campaign.claimed")
        if batch is None:
            work.settle_left_over()
            with run.step():
                work.finish()
            break
        sent += work.hand_over(batch)
    return {"sent": sent}


@dataclass(slots=True)
class _Claimed:
    """One claimed person, ready to be handed over."""

    pk: int
    customer_id: int
    to: str
    text: str


class _Work:
    """One attempt at one campaign."""

    def __init__(self, run: RunContext, campaign_id: int) -> None:
        self.run, self.id, self.token = run, campaign_id, uuid4()
        self.backend = Campaign.objects.values_list("backend", flat=True).get(pk=campaign_id)
        self.sender = sender_of(self.backend)
        self.claimed_at = 0.0

    def may_go_on(self) -> bool:
        """Say whether messages may be handed over now; begins a campaign whose time came."""
        now = self.run.clock()
        rule = rule_of(business_date(now))
        if messages.is_quiet(now, quiet_from=rule.quiet_from, quiet_to=rule.quiet_to):
            return False
        state, starts = Campaign.objects.values_list("state", "starts_at").get(pk=self.id)
        if state == CampaignState.APPROVED and starts <= now:
            with self.run.step():
                return self._begin(now)
        return bool(state == CampaignState.SENDING)

    def _begin(self, now: datetime) -> bool:
        row = locked_campaign(campaign_id=self.id)
        if row.state != CampaignState.APPROVED:
            return False
        move(row, CampaignState.SENDING)
        row.started_at = row.started_at or now
        row.save(update_fields=["state", "state_reason", "version", "started_at"])
        return True

    def claim(self) -> list[_Claimed] | None:
        """Claim the next people, after asking everything again; call it in the run's step.

        None: nobody waits any more, or nobody may be written to. Some may all be left out: go on.
        """
        now = self.run.clock()
        limit = BATCH if self.sender else FILE_BATCH
        ready = CampaignMember.objects.filter(campaign=self.id, state=MemberState.READY)
        customers = list(ready.order_by("pk").values_list("customer_id", flat=True)[:limit])
        locked_customers(customers)
        campaign = locked_campaign(campaign_id=self.id)
        if campaign.state != CampaignState.SENDING or not customers:
            return None
        rows = locked_members(campaign_id=self.id, states=[MemberState.READY], limit=limit)
        rows = [row for row in rows if row.customer_id in set(customers)]
        refused = why_not(
            [row.customer_id for row in rows],
            campaign_id=self.id,
            channel=campaign.channel,
            now=now,
        )
        phones = self._phones(rows)
        for row in rows:
            self._claim_one(row, refused.get(row.customer_id, ""), phones, now)
        CampaignMember.objects.bulk_update(
            rows, ["state", "reason", "settled_at", "claimed_at", "claim"]
        )
        self.claimed_at = time.monotonic()
        return [
            _Claimed(
                row.pk, row.customer_id, phones.get(bytes(row.address_index or b""), ""), row.text
            )
            for row in rows
            if row.state == MemberState.CLAIMED
        ]

    def _claim_one(
        self, row: CampaignMember, reason: str, phones: dict[bytes, str], now: datetime
    ) -> None:
        if not reason and self.sender and self.sender.needs_phone:
            reason = "" if phones.get(bytes(row.address_index or b"")) else LeftOut.NO_ADDRESS
        if reason:
            row.state, row.reason, row.settled_at = MemberState.LEFT_OUT, reason, now
        else:
            row.state, row.claimed_at, row.claim = MemberState.CLAIMED, now, self.token

    def _phones(self, rows: Sequence[CampaignMember]) -> dict[bytes, str]:
        """Open the phones of a batch; they stay in this process and are in no log."""
        if not (self.sender and self.sender.needs_phone):
            return {}
        indexes = [bytes(row.address_index) for row in rows if row.address_index]
        found: dict[bytes, str] = {}
        contacts = OrderContact.objects.filter(phone_index__in=indexes).order_by("-pk")
        for contact in contacts.only("phone_index", "sealed"):
            index = bytes(contact.phone_index or b"")
            if index not in found:
                found[index] = json.loads(unseal(bytes(contact.sealed))).get("phone", "")
        return found

    def hand_over(self, batch: Sequence[_Claimed]) -> int:
        """Hand claimed messages over, one by one; give how many were taken."""
        if self.sender is None:  # a person uploads the file that is made of the claimed
            return len(batch)
        taken = 0
        for number, one in enumerate(batch):
            if not self._may_hand_over(one.pk):
                self._give_back([left.pk for left in batch[number:]])
                break
            message = Message(message_key(self.id, one.customer_id), one.to, one.text)
            answer = self.sender.send(message)
            crashpoint("campaign.handed_over")
            _settle(one.pk, self.token, answer, self.run.clock())
            crashpoint("campaign.settled")
            taken += answer.fate is Asked.TAKEN
        return taken

    def _may_hand_over(self, pk: int) -> bool:
        """Ask once more, at the last moment: the claim, the campaign, a refusal that just came."""
        if time.monotonic() - self.claimed_at > CLAIM_SECONDS:
            return False
        refusal = OptOut.objects.filter(
            customer=OuterRef("customer"), channel=OuterRef("campaign__channel")
        )
        mine = CampaignMember.objects.filter(pk=pk, claim=self.token, state=MemberState.CLAIMED)
        mine = mine.filter(campaign__state=CampaignState.SENDING)
        return mine.filter(~Exists(refusal)).exists()

    def _give_back(self, pks: Sequence[int]) -> None:
        """Let messages wait again that this process claimed and, it knows, did not hand over."""
        with transaction.atomic():
            campaign = locked_campaign(campaign_id=self.id)
            mine = CampaignMember.objects.filter(
                pk__in=pks, claim=self.token, state=MemberState.CLAIMED
            )
            if campaign.state == CampaignState.STOPPED:
                mine.update(
                    state=MemberState.LEFT_OUT, reason=LeftOut.STOPPED, claimed_at=None, claim=None
                )
            else:
                mine.update(state=MemberState.READY, claimed_at=None, claim=None)

    def settle_left_over(self) -> None:
        """Find out what became of messages that another attempt claimed, or that nobody answered for."""
        if self.sender is None:
            return
        now = self.run.clock()
        old = CampaignMember.objects.filter(campaign=self.id, claimed_at__lt=now - CLAIM_GOOD_FOR)
        after = 0
        while rows := list(
            old.filter(state__in=UNSETTLED, pk__gt=after)
            .exclude(claim=self.token, state="claimed")
            .order_by("pk")[:ASK_BATCH]
        ):
            after = rows[-1].pk
            for row in rows:
                self.run.checkpoint()
                self._find_out(self.sender, row, now)

    def _find_out(self, sender: Sender, row: CampaignMember, now: datetime) -> None:
        answer = sender.ask(row.key) if sender.can_be_asked else Answer(Asked.UNKNOWN)
        if answer.fate is not Asked.NOT_TAKEN:
            _settle(row.pk, row.claim, answer, now)
            return
        with transaction.atomic():
            stopped = locked_campaign(campaign_id=self.id).state == CampaignState.STOPPED
            mine = CampaignMember.objects.filter(pk=row.pk, claim=row.claim, state__in=UNSETTLED)
            if stopped:
                mine.update(
                    state=MemberState.LEFT_OUT, reason=LeftOut.STOPPED, claimed_at=None, claim=None
                )
            else:
                mine.update(state=MemberState.READY, claimed_at=None, claim=None, answer="")

    def finish(self) -> None:
        """End the campaign if everybody is settled; call it in the run's step."""
        row = locked_campaign(campaign_id=self.id)
        open_states = [MemberState.READY, MemberState.CLAIMED]
        if row.state != CampaignState.SENDING:
            return
        if self.sender and self.sender.can_be_asked:
            open_states.append(MemberState.UNKNOWN)
        if row.members.filter(state__in=open_states).exists():
            return
        now = self.run.clock()
        move(row, CampaignState.DONE)
        row.ended_at = now
        row.save(update_fields=["state", "state_reason", "version", "ended_at"])
        operations.record(
            name="crm.campaign.done",
            by=None,
            now=now,
            object_type="campaign",
            object_key=str(row.pk),
            new={"name": row.name, "sent": row.members.filter(state=MemberState.SENT).count()},
        )
        call_staff(
            campaign=row, key=f"done:{row.version}", text=FINISHED.format(name=row.name), now=now
        )


_FATES = {
    Asked.TAKEN: MemberState.SENT,
    Asked.REFUSED: MemberState.FAILED,
    Asked.UNKNOWN: MemberState.UNKNOWN,
}


def _settle(pk: int, claim: UUID | None, answer: Answer, now: datetime) -> None:
    """Write down what became of a message, unless somebody else has by now."""
    CampaignMember.objects.filter(pk=pk, claim=claim, state__in=UNSETTLED).update(
        state=_FATES[answer.fate], settled_at=now, answer=answer.words[:120]
    )
