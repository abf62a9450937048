"""Drawing a campaign's people: who of the segment may be written to, who is held out, what each is told.

Whoever is left out is so before the draw, and whoever lacks a variable of any text is too, so that the
people held out and those written to are of one kind.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from crm.actions.backends import sender_of
from crm.actions.campaign_locks import locked_campaign, move
from crm.choices import CampaignState, LeftOut, MemberState
from crm.models import Campaign, CampaignArm, CampaignMember
from crm.queries.messages import WHY_NOT, Rule, rule_of, why_values
from crm.queries.segments import compile_conditions
from crm.rules import messages
from crm.rules.conditions import parse
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.queries import current_shop
from shopops.work.context import RunContext

KIND = "crm.campaign_draw"

_PICK = """
CREATE TEMPORARY TABLE picked_people ON COMMIT DROP AS
SELECT s.customer_id, s.last_paid_date, s.paid_orders, {why} AS why
FROM crm_customerstat s WHERE {where}
"""
_PEOPLE = """
SELECT p.customer_id, c.name, p.last_paid_date, p.paid_orders, {item}, {address}
FROM picked_people p JOIN crm_customer c ON c.id = p.customer_id WHERE p.why = ''
ORDER BY p.customer_id
"""
# The goods of a person's last paid order, and the phone of the last order that told one.
_ITEM = """(SELECT l.title FROM crm_identity i JOIN orders_order o ON o.buyer_id = i.buyer_id
  JOIN orders_orderline l ON l.order_id = o.id
  WHERE i.customer_id = p.customer_id AND o.paid_at IS NOT NULL
  ORDER BY o.paid_at DESC, l.position LIMIT 1)"""
_ADDRESS = """(SELECT t.phone_index FROM crm_identity i JOIN orders_order o ON o.buyer_id = i.buyer_id
  JOIN orders_ordercontact t ON t.order_id = o.id
  WHERE i.customer_id = p.customer_id AND t.phone_index IS NOT NULL
  ORDER BY o.paid_at DESC NULLS LAST LIMIT 1)"""
_COLUMNS = "campaign_id, customer_id, arm_id, parts, state, reason, address_index, answer, text"


@dataclass(slots=True)
class _Told:
    """One person who may be written to, with the text of each arm."""

    customer_id: int
    address: bytes | None
    texts: list[str]


@dataclass(slots=True)
class _Sorted:
    """Who takes part, and who is left out by name."""

    told: list[_Told] = field(default_factory=list)
    # customer, reason, what is missing
    left_out: list[tuple[int, str, str]] = field(default_factory=list)


def perform_draw(run: RunContext) -> dict[str, Any]:
    """Do the work of a `crm.campaign_draw` run, keyed by campaign: one transaction."""
    campaign_id = int(run.key.split(":")[0])
    if not Campaign.objects.filter(pk=campaign_id, state=CampaignState.PREPARING).exists():
        return {"people": 0}
    with run.step(done=1, total=1):
        return {"people": draw_people(campaign_id=campaign_id, now=run.now)}


@transaction.atomic
def draw_people(*, campaign_id: int, now: datetime) -> int:
    """Draw the people of a campaign that is being prepared; an earlier draw of it is thrown away.

    Set-based: a handful of statements, one COPY.
    """
    campaign = locked_campaign(campaign_id=campaign_id)
    if campaign.state != CampaignState.PREPARING:
        return 0
    rule, arms = rule_of(business_date(now)), list(campaign.arms.order_by("position"))
    CampaignMember.objects.filter(campaign=campaign).delete()
    campaign.conditions = campaign.segment.conditions
    campaign.rule = rule.as_json()
    funnel = _pick(campaign, rule, now)
    sorted_ = _sort(campaign, arms, rule, now)
    drawn = messages.draw(
        (one.customer_id for one in sorted_.told),
        seed=campaign.seed,
        holdout_percent=campaign.holdout_percent,
        weights=[arm.weight for arm in arms],
    )
    _write(campaign, arms, sorted_, drawn)
    for _customer, reason, _words in sorted_.left_out:
        funnel[reason] = funnel.get(reason, 0) + 1
    funnel["drawn"] = len(sorted_.told)
    funnel["held_out"] = len(drawn.held_out)
    campaign.funnel, campaign.drawn_at = funnel, now
    move(campaign, CampaignState.PREPARED)
    campaign.save()
    operations.record(
        name="crm.campaign.drawn",
        by=None,
        now=now,
        object_type="campaign",
        object_key=str(campaign.pk),
        new={"people": len(sorted_.told), "held_out": len(drawn.held_out), "seed": campaign.seed},
    )
    return len(sorted_.told)


def _pick(campaign: Campaign, rule: Rule, now: datetime) -> dict[str, int]:
    compiled = compile_conditions(parse(campaign.conditions), today=business_date(now))
    values = why_values(campaign_id=campaign.pk, channel=campaign.channel, rule=rule, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("DROP TABLE IF EXISTS picked_people")
        cursor.execute(
            _PICK.format(why=WHY_NOT, where=compiled.where), {**compiled.values, **values}
        )
        cursor.execute("ANALYZE picked_people")
        cursor.execute("SELECT why, count(*) FROM picked_people GROUP BY why")
        counts = {str(why): int(count) for why, count in cursor.fetchall()}
    return {"segment": sum(counts.values()), **{k: n for k, n in counts.items() if k}}


def _sort(campaign: Campaign, arms: Sequence[CampaignArm], rule: Rule, now: datetime) -> _Sorted:
    sender, today = sender_of(campaign.backend), business_date(now)
    needs_phone = bool(sender and sender.needs_phone)
    wants_item = any("item" in messages.variables_of(arm.text) for arm in arms)
    shop = current_shop()
    names = {"shop": shop.name if shop else ""}
    write, found, seen = _Writer(arms, rule), _Sorted(), set()
    for customer, name, last, orders, item, address in _people(
        wants_item=wants_item, needs_phone=needs_phone
    ):
        values = {
            **names,
            "name": name,
            "days": str(max((today - last).days, 0)) if last else "",
            "orders": str(orders) if orders else "",
            "item": (item or "")[:24],
        }
        index = bytes(address) if address is not None else None
        if needs_phone and index is None:
            found.left_out.append((customer, LeftOut.NO_ADDRESS, ""))
        elif needs_phone and index in seen:
            found.left_out.append((customer, LeftOut.SAME_ADDRESS, ""))
        elif (texts := write.texts(values)) is None:
            found.left_out.append((customer, *write.why))
        else:
            seen.add(index)
            found.told.append(_Told(customer, index, texts))
    return found


def _people(*, wants_item: bool, needs_phone: bool) -> Iterator[tuple[Any, ...]]:
    statement = _PEOPLE.format(
        item=_ITEM if wants_item else "NULL", address=_ADDRESS if needs_phone else "NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(10_000):
            yield from rows


class _Writer:
    """Writes each arm's text for a person, whole as it will be carried."""

    def __init__(self, arms: Sequence[CampaignArm], rule: Rule) -> None:
        self.arms, self.rule = arms, rule
        self.needed = list(
            dict.fromkeys(name for arm in arms for name in messages.variables_of(arm.text))
        )
        self.why: tuple[str, str] = ("", "")

    def texts(self, values: dict[str, str]) -> list[str] | None:
        """Give the texts; None with `why` where a value is missing or a text gets too long."""
        missing = [
            name for name in self.needed if name != "benefit" and not values.get(name, "").strip()
        ]
        if missing:
            self.why = (LeftOut.MISSING, "、".join(missing))
            return None
        texts = [
            messages.whole(
                messages.filled(arm.text, {**values, "benefit": arm.benefit}),
                signature=self.rule.signature,
                opt_out_words=self.rule.opt_out_words,
            )
            for arm in self.arms
        ]
        longest = max(messages.units(text) for text in texts)
        if longest > messages.most_units(self.rule.most_parts):
            self.why = (LeftOut.TOO_LONG, str(longest))
            return None
        return texts


def _write(
    campaign: Campaign, arms: Sequence[CampaignArm], people: _Sorted, drawn: messages.Draw
) -> None:
    held_out = set(drawn.held_out)
    place = {customer: at for at, group in enumerate(drawn.arms) for customer in group}
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY crm_campaignmember ({_COLUMNS}) FROM STDIN") as copy,
    ):
        for one in people.told:
            if one.customer_id in held_out:
                state, arm, text = MemberState.HELD_OUT, None, ""
            else:
                at = place[one.customer_id]
                state, arm, text = MemberState.READY, arms[at].pk, one.texts[at]
            parts = messages.parts(text) if text else 0
            copy.write_row(
                (campaign.pk, one.customer_id, arm, parts, state.value, "", one.address, "", text)
            )
        for customer, reason, words in people.left_out:
            copy.write_row(
                (campaign.pk, customer, None, 0, "left_out", str(reason), None, words[:120], "")
            )
