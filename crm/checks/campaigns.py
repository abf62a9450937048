"""The daily checks of campaigns: none is stuck, no message's fate is unknown, every refusal is honoured."""

from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.choices import CampaignState, MemberState
from crm.models import Campaign, CampaignMember, OptOut
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check

STUCK = "crm.campaigns_move"
UNKNOWN = "crm.messages_are_settled"
HONOURED = "crm.refusals_are_honoured"
# A campaign on its way that settles nobody for so long is stuck; a file that nobody uploaded too.
PATIENCE = timedelta(hours=24)
MOST_FINDINGS = 8


def campaigns_move(_day: date, now: datetime) -> CheckOutcome:
    """Fail while a campaign was to go and does not, was paused and forgotten, or waits for approval too late."""
    old = now - PATIENCE
    going = Campaign.objects.filter(
        state__in=[CampaignState.APPROVED, CampaignState.SENDING, CampaignState.PAUSED],
        starts_at__lt=old,
    )
    late = Campaign.objects.filter(state=CampaignState.PREPARED, starts_at__lt=now)
    moving = CampaignMember.objects.filter(campaign=OuterRef("pk"), settled_at__gte=old)
    rows = [*going.exclude(Exists(moving)).order_by("pk"), *late.order_by("pk")]
    return outcome_of(
        [
            Finding(
                title=_("营销卡住了：%(name)s") % {"name": row.name},
                evidence=_("状态「%(state)s」，计划的时间已过，一天没有动静")
                % {"state": row.get_state_display()},
                severity="soon",
                owner_role="manager",
                key=str(row.pk),
                url=reverse("crm:campaign", args=[row.pk]),
            )
            for row in rows
        ]
    )


def messages_are_settled(_day: date, now: datetime) -> CheckOutcome:
    """Fail while nobody knows whether a message went."""
    rows = Campaign.objects.filter(
        Exists(
            CampaignMember.objects.filter(
                campaign=OuterRef("pk"),
                state=MemberState.UNKNOWN,
                claimed_at__lt=now - timedelta(hours=1),
            )
        )
    )
    return outcome_of(
        [
            Finding(
                title=_("有消息不知道发没发：%(name)s") % {"name": row.name},
                evidence=_("%(count)s 条，系统不会自己再发；问清服务商再定")
                % {"count": row.members.filter(state=MemberState.UNKNOWN).count()},
                severity="late",
                owner_role="manager",
                key=str(row.pk),
                url=reverse("crm:campaign_people", args=[row.pk]) + "?state=unknown",
            )
            for row in rows.order_by("pk")
        ]
    )


def refusals_are_honoured(_day: date, _now: datetime) -> CheckOutcome:
    """Fail if anybody was written to after they refused: it must be zero, always."""
    refusals = OptOut.objects.filter(
        customer__campaigns__state__in=[MemberState.SENT, MemberState.UNKNOWN],
        customer__campaigns__campaign__channel=F("channel"),
        customer__campaigns__claimed_at__gt=F("recorded_at"),
    )
    rows = refusals.values("pk", "customer__name", "customer__campaigns__campaign")
    found = rows.order_by("pk", "customer__campaigns__campaign").distinct()
    return outcome_of(
        [
            Finding(
                title=_("退订了还收到消息：%(name)s") % {"name": row["customer__name"]},
                evidence=_("记下退订以后又交出了消息，马上查"),
                severity="late",
                owner_role="manager",
                key=f"{row['pk']}:{row['customer__campaigns__campaign']}",
                url=reverse("crm:campaign", args=[row["customer__campaigns__campaign"]]),
            )
            for row in found
        ],
        most=MOST_FINDINGS,
    )


def register() -> None:
    """Register them; called once by `crm.wiring`."""
    register_check(STUCK, gettext_lazy("营销没有卡住"), "manager", campaigns_move)
    register_check(UNKNOWN, gettext_lazy("消息的去向都清楚"), "manager", messages_are_settled)
    register_check(HONOURED, gettext_lazy("退订都算数"), "manager", refusals_are_honoured)
