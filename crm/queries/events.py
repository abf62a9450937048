"""What reviews, follow-ups and campaigns tell of a customer: for their page, bonus sheets, lists of keepers."""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.choices import MemberState
from crm.models import CampaignMember, FollowTouch, Review
from crm.queries.timeline import Event
from crm.review_choices import Rating
from crm.rules import bonus
from crm.service_registry import BadReviews, Touch
from shopops.lib.business_time import at_local, business_date

MOST_EVENTS = 60
_WORDS = 120
_TONES = {Rating.GOOD: "done", Rating.NEUTRAL: "soon", Rating.BAD: "late"}
# What was handed over, or may have been.
_WRITTEN = (MemberState.SENT, MemberState.UNKNOWN, MemberState.CLAIMED)


def review_events(_customer_id: int, buyer_ids: Sequence[int]) -> Sequence[Event]:
    """Give a customer's newest reviews."""
    rows = Review.objects.filter(buyer__in=buyer_ids).order_by("-rated_at", "-pk")
    return [
        Event(
            at=one.rated_at,
            kind="review",
            text=_("写了%(rating)s") % {"rating": one.get_rating_display()},
            detail=f"{one.content} {one.append}".strip()[:_WORDS],
            tone=_TONES.get(Rating(one.rating), ""),
            url=reverse("crm:review", args=[one.pk]),
        )
        for one in rows[:MOST_EVENTS]
    ]


def touch_events(customer_id: int, _buyer_ids: Sequence[int]) -> Sequence[Event]:
    """Give when a customer was spoken to."""
    rows = FollowTouch.objects.filter(task__customer=customer_id).select_related("task", "by")
    return [
        Event(
            at=one.at,
            kind="touch",
            text=f"{one.task.get_kind_display()} · {one.get_result_display()}",
            detail=one.words[:_WORDS],
            who=one.by.name if one.by else "",
            tone="done",
        )
        for one in rows.order_by("-at", "-pk")[:MOST_EVENTS]
    ]


def message_events(customer_id: int, _buyer_ids: Sequence[int]) -> Sequence[Event]:
    """Give which campaigns wrote to a customer."""
    rows = CampaignMember.objects.filter(
        customer=customer_id, state__in=_WRITTEN, claimed_at__isnull=False
    ).select_related("campaign")
    return [
        Event(
            at=one.claimed_at,
            kind="message",
            text=_("营销「%(name)s」") % {"name": one.campaign.name},
            detail=one.text[:_WORDS],
            who=one.campaign.get_channel_display(),
            tone="us" if one.state == MemberState.SENT else "wait",
            url=reverse("crm:campaign", args=[one.campaign_id]),
        )
        for one in rows.order_by("-claimed_at", "-pk")[:MOST_EVENTS]
        if one.claimed_at is not None
    ]


def bad_reviews_of(agent_id: int, first: date, last: date) -> BadReviews | None:
    """Give an agent's neutral and bad reviews of a span; None where no review of it came at all.

    What the buyer took back counts for nobody.
    """
    rows = Review.objects.filter(
        rated_at__gte=at_local(first, time()),
        rated_at__lt=at_local(last + timedelta(days=1), time()),
    )
    if not rows.exists():
        return None
    found: dict[str, list[bonus.Review]] = {Rating.NEUTRAL: [], Rating.BAD: []}
    mine = rows.filter(agent=agent_id, rating__in=list(found), taken_back_at__isnull=True)
    for pk, rating, rated_at in mine.order_by("rated_at", "pk").values_list(
        "pk", "rating", "rated_at"
    ):
        url = reverse("crm:review", args=[pk])
        found[rating].append(bonus.Review(business_date(rated_at), ref=str(pk), url=url))
    return BadReviews(found[Rating.NEUTRAL], found[Rating.BAD])


def newest_touches(customer_ids: Sequence[int]) -> Mapping[int, Touch]:
    """Give the newest touch of each customer that has one; one statement."""
    rows = (
        FollowTouch.objects.filter(task__customer__in=customer_ids)
        .annotate(customer=F("task__customer"))
        .select_related("by")
        .order_by("task__customer", "-at", "-pk")
        .distinct("task__customer")
    )
    return {
        one.customer: Touch(one.at, one.by.name if one.by else "", one.get_result_display())
        for one in rows
    }
