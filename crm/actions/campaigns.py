"""What people do with a campaign: write it, have its people drawn, approve, pause, stop, copy it."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from crm.actions import preparing
from crm.actions.backends.gateway import is_configured
from crm.actions.campaign_errors import CampaignRefusedError
from crm.actions.campaign_locks import locked_campaign, locked_member, move
from crm.actions.screening import Refusal, WordsRefusedError, refuse_words, screen
from crm.choices import Backend, CampaignState, Channel, LeftOut, MemberState
from crm.models import Campaign, CampaignArm, CampaignMember, OptOut, Segment, message_key
from crm.queries.messages import Rule, rule_of
from crm.rules import messages
from shopops.lib.business_time import business_date
from shopops.lib.words import listed
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work.actions import request_run

OBJECT = "campaign"
MOST_ARMS = 6


@dataclass(frozen=True, slots=True)
class ArmValues:
    """One text with one benefit, as written on the form."""

    name: str
    text: str
    benefit: str = ""
    benefit_amount: Decimal = Decimal(0)
    weight: int = 1
    overrule_reason: str = ""


@dataclass(frozen=True, slots=True)
class CampaignValues:
    """A campaign as written on the form."""

    name: str
    segment_id: int
    channel: str
    backend: str
    starts_at: datetime
    arms: Sequence[ArmValues]
    holdout_percent: int = 20
    window_days: int = 7
    goal: str = ""


@transaction.atomic
def save_campaign(
    *, campaign_id: int | None, values: CampaignValues, version: int = 0, by: User, now: datetime
) -> Campaign:
    """Make a draft, or change one that is not approved; people drawn for it are thrown away.

    The seed is made with the draft and stays.

    :raises Campaign.DoesNotExist: if there is none of this id
    :raises StaleCampaignError: if it changed since that version
    :raises CampaignRefusedError: if something on the form cannot be, or it is approved already
    """
    _check(values, now=now)
    if campaign_id is None:
        row = Campaign(seed=secrets.randbelow(2**53), created_at=now, created_by=by, version=0)
    else:
        row = locked_campaign(campaign_id=campaign_id, version=version)
        if row.state == CampaignState.PREPARED:
            move(row, CampaignState.DRAFT)
        elif row.state != CampaignState.DRAFT:
            raise CampaignRefusedError(_("人已经抽好并批准了，不能再改；可以复制一份。"))
    row.segment_id, row.channel, row.backend = values.segment_id, values.channel, values.backend
    row.name, row.goal = values.name.strip()[:60], values.goal.strip()[:200]
    row.starts_at, row.window_days = values.starts_at, values.window_days
    row.holdout_percent, row.version = values.holdout_percent, row.version + 1
    row.drawn_at, row.funnel = None, {}
    row.save()
    row.members.all().delete()
    row.arms.all().delete()
    for place, arm in enumerate(values.arms):
        CampaignArm.objects.create(campaign=row, **_arm(row, arm, place, by=by, now=now))
    _log(row, "crm.campaign.saved", by=by, now=now, texts=[arm.text for arm in values.arms])
    return row


def said(text: str, benefit: str) -> str:
    """Give a text with its benefit as it is screened: the two together may say what neither says alone."""
    if "{benefit}" in text:
        return text.replace("{benefit}", benefit)
    return f"{text}\n{benefit}".strip()


def arm_refusals(text: str, benefit: str) -> list[Refusal]:
    """Give what may not be said to buyers in an arm."""
    return screen(said(text, benefit), place=_("文案"))


def _overruled(row: Campaign, arm: ArmValues, place: int, *, by: User, now: datetime) -> str:
    try:
        refusals = refuse_words(
            said(arm.text, arm.benefit),
            overrule_reason=arm.overrule_reason,
            about=(OBJECT, str(row.pk)),
            by=by,
            now=now,
            place=_("文案"),
        )
    except WordsRefusedError as refused:
        raise CampaignRefusedError(refused.message, field=f"text{place}") from refused
    return " ".join(one.word for one in refusals)


def _arm(
    row: Campaign, arm: ArmValues, place: int, *, by: User, now: datetime
) -> dict[str, object]:
    words = _overruled(row, arm, place, by=by, now=now)
    return {
        "position": place,
        "name": arm.name.strip()[:20] or chr(ord("A") + place),
        "text": arm.text.strip(),
        "benefit": arm.benefit.strip()[:60],
        "benefit_amount": arm.benefit_amount,
        "weight": arm.weight,
        "overruled_words": words[:60],
        "overrule_reason": arm.overrule_reason.strip()[:200] if words else "",
    }


def _check(values: CampaignValues, *, now: datetime) -> None:
    if not values.name.strip():
        raise CampaignRefusedError(_("给营销起个名字。"), field="name")
    if not Segment.objects.filter(pk=values.segment_id, is_on=True).exists():
        raise CampaignRefusedError(_("选一个在用的人群。"), field="segment")
    if business_date(values.starts_at) < business_date(now):
        raise CampaignRefusedError(_("这个日子已经过了，写今天或以后的时间。"), field="starts_at")
    if values.backend == Backend.SMS and values.channel != Channel.SMS:
        raise CampaignRefusedError(_("短信服务商只能发短信。"), field="backend")
    if not 1 <= len(values.arms) <= MOST_ARMS:
        words = _("写 1 到 %(most)d 组文案。") % {"most": MOST_ARMS}
        raise CampaignRefusedError(words, field="text0")
    rule = rule_of(business_date(now))
    for place, arm in enumerate(values.arms):
        if words := text_fault(arm, rule=rule):
            raise CampaignRefusedError(words, field=f"text{place}")


def text_fault(arm: ArmValues, *, rule: Rule) -> str:
    """Say what is wrong with a text whoever it is for; empty if nothing is."""
    if not arm.text.strip():
        return _("写上文案。")
    if unknown := messages.unknown_variables(arm.text):
        return _("没有「%(names)s」这个变量，能用的：%(known)s。") % {
            "names": listed(unknown),
            "known": listed(f"{{{name}}}" for name in messages.VARIABLES),
        }
    if "{benefit}" in arm.text and not arm.benefit.strip():
        return _("文案里有 {benefit}，要写上给什么好处。")
    least = messages.units(
        messages.whole(
            messages.filled(arm.text, dict.fromkeys(messages.variables_of(arm.text), "")),
            signature=rule.signature,
            opt_out_words=rule.opt_out_words,
        )
    )
    if least > messages.most_units(rule.most_parts):
        return _("太长：不算变量就有 %(count)d 字，最多 %(most)d 字（%(parts)d 条）。") % {
            "count": least,
            "most": messages.most_units(rule.most_parts),
            "parts": rule.most_parts,
        }
    return ""


@transaction.atomic
def request_draw(*, campaign_id: int, version: int, by: User, now: datetime) -> Campaign:
    """Have the people of a draft drawn by a run; from `prepared` they are drawn again.

    :raises StaleCampaignError: if it changed since that version
    :raises CampaignRefusedError: if it is no draft
    """
    row = locked_campaign(campaign_id=campaign_id, version=version)
    if row.state == CampaignState.PREPARED:
        move(row, CampaignState.DRAFT)
    move(row, CampaignState.PREPARING)
    row.save()
    _log(row, "crm.campaign.draw_asked", by=by, now=now)
    # The version is part of the key: a campaign that was changed is drawn by a run of its own.
    request_run(kind=preparing.KIND, key=f"{row.pk}:{row.version}", by=by, now=now)
    return row


@transaction.atomic
def approve(*, campaign_id: int, version: int, by: User, now: datetime) -> Campaign:
    """Release a prepared campaign: it is sent when its time comes.

    :raises StaleCampaignError: if it changed since that version
    :raises CampaignRefusedError: if it is not prepared, nobody is left to write to, or no gateway is set up
    """
    row = locked_campaign(campaign_id=campaign_id, version=version)
    if (
        row.state == CampaignState.PREPARED
        and not row.members.filter(state=MemberState.READY).exists()
    ):
        raise CampaignRefusedError(_("没有一个人可以发，改人群或文案再抽一次。"))
    if row.backend == Backend.SMS and not is_configured():
        # Each message would end as one of which nobody knows whether it was sent.
        raise CampaignRefusedError(_("短信服务商还没接上，一条也发不出；管理员设好地址再批准。"))
    move(row, CampaignState.APPROVED)
    row.approved_by, row.approved_at = by, now
    row.save()
    _log(row, "crm.campaign.approved", by=by, now=now)
    return row


@transaction.atomic
def pause(*, campaign_id: int, reason: str, by: User | None, now: datetime) -> Campaign:
    """Hold a campaign: no further message is handed over, not even one already claimed.

    :raises CampaignRefusedError: if it is not on its way
    """
    return _change(campaign_id, CampaignState.PAUSED, "crm.campaign.paused", reason, by, now)


@transaction.atomic
def resume(*, campaign_id: int, by: User, now: datetime) -> Campaign:
    """Let a paused campaign go on.

    :raises CampaignRefusedError: if it is not paused
    """
    return _change(campaign_id, CampaignState.APPROVED, "crm.campaign.resumed", "", by, now)


@transaction.atomic
def stop(*, campaign_id: int, reason: str, by: User, now: datetime) -> Campaign:
    """End a campaign for good; whoever was not written to is not any more.

    :raises CampaignRefusedError: if it is over already
    """
    row = _change(campaign_id, CampaignState.STOPPED, "crm.campaign.stopped", reason, by, now)
    row.members.filter(state=MemberState.READY).update(
        state=MemberState.LEFT_OUT, reason=LeftOut.STOPPED, settled_at=now
    )
    Campaign.objects.filter(pk=row.pk).update(ended_at=now)
    return row


def _change(
    campaign_id: int,
    state: CampaignState,
    name: str,
    reason: str,
    by: User | None,
    now: datetime,
) -> Campaign:
    row = locked_campaign(campaign_id=campaign_id)
    move(row, state, reason=reason.strip()[:200])
    row.save(update_fields=["state", "state_reason", "version"])
    _log(row, name, by=by, now=now, reason=reason)
    return row


@transaction.atomic
def settle(*, member_id: int, was_sent: bool, reason: str, by: User, now: datetime) -> None:
    """Decide, as a person, what became of a message of unknown fate; if it was not sent, it will be.

    :raises CampaignRefusedError: without a reason, or if its fate is known
    """
    if not reason.strip():
        raise CampaignRefusedError(_("写一下是怎么知道的。"))
    campaign_id = CampaignMember.objects.values_list("campaign_id", flat=True).get(pk=member_id)
    row = locked_campaign(campaign_id=campaign_id)
    member = locked_member(member_id=member_id)
    if member.state != MemberState.UNKNOWN:
        raise CampaignRefusedError(_("这条消息的去向已经清楚了。"))
    if was_sent:
        member.state, member.settled_at = MemberState.SENT, now
    elif row.state == CampaignState.STOPPED:
        member.state, member.reason = MemberState.LEFT_OUT, LeftOut.STOPPED
    else:
        member.state, member.claim, member.claimed_at = MemberState.READY, None, None
        if row.state == CampaignState.DONE:
            move(row, CampaignState.SENDING)
            row.ended_at = None
            row.save()
    member.save()
    _log(
        row,
        "crm.campaign.settled",
        by=by,
        now=now,
        reason=reason,
        customer=member.customer_id,
        was_sent=was_sent,
    )


@transaction.atomic
def confirm_upload(*, campaign_id: int, was_uploaded: bool, by: User, now: datetime) -> Campaign:
    """Say that the file was handed to the platform's tool, or that it was not and will not be.

    :raises CampaignRefusedError: if no file waits
    """
    row = locked_campaign(campaign_id=campaign_id)
    waiting = row.members.filter(state=MemberState.CLAIMED)
    if row.backend != Backend.UPLOAD or not waiting.exists():
        raise CampaignRefusedError(_("没有等着上传的文件。"))
    is_stopped, is_sending = row.state == CampaignState.STOPPED, row.state == CampaignState.SENDING
    if was_uploaded:
        waiting.update(state=MemberState.SENT, settled_at=now)
    elif is_stopped:
        waiting.update(
            state=MemberState.LEFT_OUT, reason=LeftOut.STOPPED, claim=None, claimed_at=None
        )
    else:
        waiting.update(state=MemberState.READY, claim=None, claimed_at=None)
    if is_sending and was_uploaded and not row.members.filter(state=MemberState.READY).exists():
        move(row, CampaignState.DONE)
        row.ended_at = now
    elif is_sending and not was_uploaded:
        move(row, CampaignState.PAUSED, reason=_("文件没有上传"))
    row.save()
    _log(row, "crm.campaign.uploaded", by=by, now=now, was_uploaded=was_uploaded)
    return row


@transaction.atomic
def make_file(*, campaign_id: int, by: User, now: datetime) -> list[tuple[str, str, str]]:
    """Give the rows of the file for the platform's tool: member name, text, key. Logged.

    Whoever refused since the rows were claimed is taken out first. The same rows each time it is asked for.

    :raises CampaignRefusedError: if no file waits
    """
    row = locked_campaign(campaign_id=campaign_id)
    waiting = row.members.filter(state=MemberState.CLAIMED)
    refusal = OptOut.objects.filter(customer=OuterRef("customer"), channel=row.channel)
    waiting.filter(Exists(refusal)).update(
        state=MemberState.LEFT_OUT, reason=LeftOut.OPTED_OUT, settled_at=now
    )
    if row.backend != Backend.UPLOAD or not waiting.exists():
        raise CampaignRefusedError(_("没有等着上传的文件。"))
    rows = waiting.order_by("pk").values_list("customer__name", "text", "customer_id")
    found = [(name, text, message_key(row.pk, customer)) for name, text, customer in rows]
    _log(row, "crm.campaign.file_made", by=by, now=now, rows=len(found))
    return found


def copied_values(
    campaign: Campaign,
    *,
    starts_at: datetime,
    positions: Collection[int] | None = None,
    holdout_percent: int | None = None,
) -> CampaignValues:
    """Give a campaign's values for a new draft.

    :param positions: the texts to take along, in equal groups; None for all as they were
    :param holdout_percent: how many to hold out; None for as many as before
    """
    arms = [
        arm
        for arm in campaign.arms.order_by("position")
        if positions is None or arm.position in positions
    ]
    return CampaignValues(
        name=_("%(name)s（再发）") % {"name": campaign.name[:50]},
        segment_id=campaign.segment_id,
        channel=campaign.channel,
        backend=campaign.backend,
        starts_at=starts_at,
        holdout_percent=campaign.holdout_percent if holdout_percent is None else holdout_percent,
        window_days=campaign.window_days,
        goal=campaign.goal,
        arms=[
            ArmValues(
                arm.name,
                arm.text,
                arm.benefit,
                arm.benefit_amount,
                arm.weight if positions is None else 1,
            )
            for arm in arms
        ],
    )


def _log(
    row: Campaign,
    name: str,
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
    **new: object,
) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type=OBJECT,
        object_key=str(row.pk),
        new={"name": row.name, **new},
        reason=reason.strip()[:300],
    )
