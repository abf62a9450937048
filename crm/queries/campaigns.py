"""Campaigns: their list, their people, and what they brought over the people held out.

Window: from the campaign's start, the same for everybody, for its days; an order counts by its instant of
payment, whatever led to it. Whoever was drawn counts, reached or not. Profit of an order: paid, less
refunds, less the cost of its goods (nothing where it was paid back in full: the goods are back); an order
with goods of unknown cost is left out of profit in every group and counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from crm.choices import CampaignState, MemberState
from crm.metrics.campaign import GroupSums, Outcome, outcome
from crm.models import Campaign, CampaignArm, CampaignMember

PAGE = 50

_SUMS = """
WITH people AS MATERIALIZED (
  SELECT m.customer_id, m.arm_id, m.state, CASE WHEN m.state = 'sent' THEN m.parts ELSE 0 END AS parts
  FROM crm_campaignmember m
  WHERE m.campaign_id = %(campaign)s AND (m.arm_id IS NOT NULL OR m.state = 'held_out')
), bought AS (
  SELECT p.customer_id, o.id, (o.paid_amount * 100)::bigint AS paid,
    (o.refund_amount * 100)::bigint AS refund
  FROM people p JOIN crm_identity i ON i.customer_id = p.customer_id
  JOIN orders_order o ON o.buyer_id = i.buyer_id
  WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s
), costs AS (
  SELECT b.id, (sum(l.quantity * k.cost_amount) * 100)::bigint AS cost,
    bool_and(k.cost_amount IS NOT NULL) AS is_known
  FROM (SELECT DISTINCT id FROM bought) b JOIN orders_orderline l ON l.order_id = b.id
  LEFT JOIN products_sku k ON k.code = l.sku_code AND l.sku_code <> ''
  GROUP BY b.id
), each AS (
  SELECT b.customer_id, count(*) AS orders, sum(b.paid) AS paid,
    coalesce(sum(b.paid - b.refund - CASE WHEN b.refund >= b.paid THEN 0 ELSE c.cost END)
      FILTER (WHERE c.is_known), 0) AS profit,
    count(*) FILTER (WHERE c.is_known IS NOT TRUE) AS without_cost
  FROM bought b LEFT JOIN costs c ON c.id = b.id GROUP BY b.customer_id
)
SELECT p.arm_id, count(*), count(*) FILTER (WHERE p.state = 'sent'), count(e.customer_id),
  coalesce(sum(e.orders), 0), coalesce(sum(e.paid), 0), coalesce(sum(e.profit), 0),
  coalesce(sum(e.profit::float8 * e.profit::float8), 0), coalesce(sum(e.without_cost), 0),
  sum(p.parts),
  count(x.customer_id)
FROM people p LEFT JOIN each e ON e.customer_id = p.customer_id
LEFT JOIN (SELECT DISTINCT customer_id FROM crm_optout
  WHERE campaign_id = %(campaign)s AND at < %(until)s) x ON x.customer_id = p.customer_id
GROUP BY p.arm_id
"""


@dataclass(frozen=True, slots=True)
class ArmResult:
    """What one text with one benefit brought; `outcome` None while it cannot be said."""

    arm: CampaignArm
    sums: GroupSums
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a campaign brought. `why_not`: "early", "unstarted", "no_holdout", or "" where it can be said."""

    since: datetime | None
    until: datetime | None
    held_out: GroupSums
    arms: Sequence[ArmResult]
    whole: GroupSums
    outcome: Outcome | None
    why_not: str


def window(campaign: Campaign) -> tuple[datetime, datetime] | None:
    """Give the window of a campaign as a half-open interval; None before it began."""
    if campaign.started_at is None:
        return None
    return campaign.started_at, campaign.started_at + timedelta(days=campaign.window_days)


def result_of(campaign: Campaign, *, now: datetime) -> Result:
    """Work out what a campaign brought, as of now; one statement over its people and their orders."""
    arms = list(campaign.arms.order_by("position"))
    span = window(campaign)
    if span is None:
        none = GroupSums(0)
        rows = [ArmResult(arm, none, None) for arm in arms]
        return Result(None, None, none, rows, none, None, "unstarted")
    sums = group_sums(campaign.pk, since=span[0], until=span[1])
    held_out = sums.get(None, GroupSums(0))
    why = "early" if now < span[1] else ("" if held_out.people else "no_holdout")
    price, results, whole = price_fen(campaign), [], GroupSums(0)
    message = benefit = 0
    for arm in arms:
        own = sums.get(arm.pk, GroupSums(0))
        spent = round(own.parts * price)
        given = round(own.buyers * arm.benefit_amount * 100)
        found = None if why else outcome(own, held_out, message_fen=spent, benefit_fen=given)
        results.append(ArmResult(arm, own, found))
        whole, message, benefit = whole + own, message + spent, benefit + given
    found = None if why else outcome(whole, held_out, message_fen=message, benefit_fen=benefit)
    return Result(span[0], span[1], held_out, results, whole, found, why)


def price_fen(campaign: Campaign) -> Decimal:
    """Give what one part of a message cost in fen, by the rules it was prepared under."""
    return (
        Decimal(str(campaign.rule.get("price", "0"))) * 100
        if campaign.backend != "upload"
        else Decimal(0)
    )


def group_sums(
    campaign_id: int, *, since: datetime, until: datetime
) -> dict[int | None, GroupSums]:
    """Sum a campaign's groups by arm; None is the group held out."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"campaign": campaign_id, "since": since, "until": until})
        return {row[0]: _sums(row[1:]) for row in cursor.fetchall()}


def _sums(row: Sequence[Any]) -> GroupSums:
    people, reached, buyers, orders, paid, profit, squares, without, parts, out = row
    return GroupSums(
        people=int(people),
        reached=int(reached),
        buyers=int(buyers),
        orders=int(orders),
        paid_fen=int(paid),
        profit_fen=int(profit),
        profit_squares=float(squares),
        orders_without_cost=int(without),
        parts=int(parts or 0),
        opt_outs=int(out),
    )


def counts_by_state(campaign_id: int) -> dict[str, int]:
    """Count a campaign's people by state; one statement."""
    rows = CampaignMember.objects.filter(campaign=campaign_id).values_list("state")
    return dict(rows.annotate(count=Count("pk")).order_by("state"))


def parts_to_send(campaign_id: int) -> tuple[int, int]:
    """Give how many messages wait or went, and as how many parts they are paid."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(parts), 0) FROM crm_campaignmember"
            " WHERE campaign_id = %s AND arm_id IS NOT NULL AND state <> 'left_out'",
            [campaign_id],
        )
        people, parts = cursor.fetchone()
        return int(people), int(parts)


@dataclass(frozen=True, slots=True)
class ArmLength:
    """How long an arm's texts became once filled in."""

    arm_id: int
    people: int
    longest: str
    longest_of: int
    shortest_parts: int
    most_parts: int
    parts: int


def lengths(campaign_id: int) -> dict[int, ArmLength]:
    """Give by arm how long the written texts are, with the longest as an example."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT arm_id, count(*), (array_agg(text ORDER BY length(text) DESC, id))[1],"
            " (array_agg(customer_id ORDER BY length(text) DESC, id))[1],"
            " min(parts), max(parts), sum(parts) FROM crm_campaignmember"
            " WHERE campaign_id = %s AND arm_id IS NOT NULL AND text <> '' GROUP BY arm_id",
            [campaign_id],
        )
        return {row[0]: ArmLength(*row) for row in cursor.fetchall()}


def campaigns(*, tab: str) -> QuerySet[Campaign]:
    """Give campaigns of a tab, the newest first."""
    rows = Campaign.objects.select_related("segment", "created_by")
    states = TABS[tab]
    rows = rows.filter(state__in=states) if states else rows
    return rows.order_by("-starts_at", "-pk")


TABS: dict[str, tuple[str, ...]] = {
    "all": (),
    "drafts": (CampaignState.DRAFT, CampaignState.PREPARING, CampaignState.PREPARED),
    "going": (CampaignState.APPROVED, CampaignState.SENDING, CampaignState.PAUSED),
    "over": (CampaignState.DONE, CampaignState.STOPPED),
}


def tab_counts() -> dict[str, int]:
    """Count campaigns by tab; one statement."""
    by_state = dict(
        Campaign.objects.values_list("state").annotate(count=Count("pk")).order_by("state")
    )
    return {
        tab: sum(by_state.get(state, 0) for state in states) if states else sum(by_state.values())
        for tab, states in TABS.items()
    }


def people(
    campaign_id: int, *, state: str = "", reason: str = "", after: int = 0, size: int = PAGE
) -> list[CampaignMember]:
    """Give one page of a campaign's people by key, one more than the page to know of the next."""
    rows = CampaignMember.objects.filter(campaign=campaign_id, pk__gt=after)
    if state in MemberState.values:
        rows = rows.filter(state=state)
    if reason:
        rows = rows.filter(reason=reason)
    rows = rows.select_related("customer", "arm").order_by("pk")
    return list(rows[: size + 1])


def ended_with_result(*, now: datetime, most: int = 40) -> list[tuple[Campaign, Result]]:
    """Give the newest campaigns whose window is over, with what they brought."""
    rows = Campaign.objects.filter(started_at__isnull=False).select_related("segment")
    found = []
    for campaign in rows.order_by("-started_at", "-pk")[:most]:
        span = window(campaign)
        if span and span[1] <= now:
            found.append((campaign, result_of(campaign, now=now)))
    return found


def over_before(campaign: Campaign, *, now: datetime, most: int) -> list[tuple[Campaign, Result]]:
    """Give the newest campaigns to the same segment whose window was over before this one began."""
    if campaign.started_at is None:
        return []
    rows = Campaign.objects.filter(
        segment=campaign.segment_id, started_at__lt=campaign.started_at
    ).order_by("-started_at", "-pk")
    over = [row for row in rows[: most * 2] if (span := window(row)) and span[1] <= now]
    return [(row, result_of(row, now=now)) for row in over[:most]]
