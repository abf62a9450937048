"""Where segments, campaigns and their people are locked. Order: customers, campaigns, members."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.actions.campaign_errors import CampaignRefusedError, StaleCampaignError
from crm.choices import CAMPAIGN_TRANSITIONS, CampaignState, MemberState
from crm.models import Campaign, CampaignMember, MessageRule, Segment


def locked_segment(*, segment_id: int, version: int) -> Segment:
    """Lock one segment.

    :raises Segment.DoesNotExist: if there is none
    :raises StaleCampaignError: if it changed since that version
    """
    row = Segment.objects.select_for_update(of=("self",)).get(pk=segment_id)
    if row.version != version:
        raise StaleCampaignError(row.name, version=row.version)
    return row


def locked_campaign(*, campaign_id: int, version: int | None = None) -> Campaign:
    """Lock one campaign.

    :raises Campaign.DoesNotExist: if there is none
    :raises StaleCampaignError: if it changed since that version
    """
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("segment")
    row = rows.get(pk=campaign_id)
    if version is not None and row.version != version:
        raise StaleCampaignError(row.name, version=row.version)
    return row


def locked_message_rule() -> MessageRule | None:
    """Lock the newest row of the rules of writing; None if there is none."""
    return MessageRule.objects.select_for_update(of=("self",)).order_by("-valid_from").first()


def locked_members(
    *, campaign_id: int, states: Sequence[str], limit: int | None = None
) -> list[CampaignMember]:
    """Lock people of a campaign in some states, by key."""
    rows = CampaignMember.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.filter(campaign=campaign_id, state__in=states).order_by("pk")
    return list(rows[:limit] if limit else rows)


def locked_member(*, member_id: int) -> CampaignMember:
    """Lock one person of a campaign.

    :raises CampaignMember.DoesNotExist: if there is none
    """
    return CampaignMember.objects.select_for_update(of=("self",)).get(pk=member_id)


def move(campaign: Campaign, state: CampaignState, *, reason: str = "") -> None:
    """Move a locked campaign to a state and raise its version; the caller saves what else changed.

    :raises CampaignRefusedError: if no road leads there
    """
    now_in = CampaignState(campaign.state)
    if state not in CAMPAIGN_TRANSITIONS[now_in]:
        raise CampaignRefusedError(
            _("「%(name)s」现在是「%(state)s」，不能这样做。")
            % {"name": campaign.name, "state": now_in.label}
        )
    campaign.state, campaign.state_reason = state, reason
    campaign.version += 1


UNSETTLED = (MemberState.CLAIMED, MemberState.UNKNOWN)
