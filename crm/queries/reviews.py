"""Reviews: the queue by due time, one with its order and buyer, the score with and without it, topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth, TruncWeek

from crm.models import Review, ReviewCase, ReviewTopic
from crm.queries.seeking import Sorting, seek
from crm.review_choices import ReviewState
from crm.rules.reviews import A_MONTH, ESTIMATE, SCORE_DAYS, Effect, Sums, effects
from orders.models import Order
from shopops.lib.business_time import at_local
from shopops.lib.paging import Page

TABS = ("due", "answered", "closed", "loose", "missing", "all")


def reviews(tab: str, filters: Mapping[str, str]) -> QuerySet[Review]:
    """Give the reviews of a tab, the next due first where clocks run, else the newest first.

    :param filters: rating, topic, tone, cause, sku (code), month (`2026-03`), since (a day), owner and agent
        (id), q (words, member name or order number)
    """
    rows = _of_tab(tab, filters)
    if tab == "due":
        return rows.order_by("case__due_at", "pk")
    return rows.order_by("-rated_at", "-pk")


def review_page(
    tab: str, filters: Mapping[str, str], *, after: str = "", before: str = ""
) -> Page[Review]:
    """Give one page of what `reviews` gives. One query.

    :raises ValueError: if a cursor is none of ours
    """
    return seek(
        _of_tab(tab, filters), _DUE if tab == "due" else _NEWEST, after=after, before=before
    )


_DUE: Sorting[Review] = Sorting("case__due_at", lambda row: row.case.due_at, descending=False)
_NEWEST: Sorting[Review] = Sorting("rated_at", lambda row: row.rated_at)


def _of_tab(tab: str, filters: Mapping[str, str]) -> QuerySet[Review]:
    rows = Review.objects.select_related(
        "case__owner", "case__answered_by", "order", "sku", "agent"
    )
    if tab in ("due", "answered", "closed"):
        state = {"due": "open", "answered": "answered", "closed": "closed"}[tab]
        rows = rows.filter(case__state=state)
    elif tab == "loose":
        rows = rows.filter(order__isnull=True)
    elif tab == "missing":
        rows = rows.filter(missing_since__isnull=False)
    return _filtered(rows, filters)


_PLAIN = {"rating": "rating", "sku": "sku__code", "cause": "case__cause"}
_PEOPLE = {"owner": "case__owner", "agent": "agent"}


def _filtered(rows: QuerySet[Review], filters: Mapping[str, str]) -> QuerySet[Review]:
    for name, column in _PLAIN.items():
        if value := filters.get(name):
            rows = rows.filter(**{column: value})
    for name, column in _PEOPLE.items():
        if (value := filters.get(name, "")).isdecimal():
            rows = rows.filter(**{column: int(value)})
    if said := {name: filters[name] for name in ("topic", "tone") if filters.get(name)}:
        # As `topic_table` counts: what the buyer took back is out.
        found = ReviewTopic.objects.filter(**said).values("review")
        rows = rows.filter(pk__in=found, taken_back_at__isnull=True)
    rows = _rated(rows, since=filters.get("since", ""), month=filters.get("month", ""))
    if words := filters.get("q", "").strip():
        hit = Q(content__icontains=words) | Q(append__icontains=words) | Q(nick__icontains=words)
        rows = rows.filter(hit | Q(order__tid=words) | Q(tid=words))
    return rows


def _rated(rows: QuerySet[Review], *, since: str, month: str) -> QuerySet[Review]:
    if since:
        rows = rows.filter(rated_at__gte=at_local(date.fromisoformat(since), time()))
    if month:
        first = date.fromisoformat(f"{month}-01")
        after = (first + timedelta(days=31)).replace(day=1)
        rows = rows.filter(
            rated_at__gte=at_local(first, time()), rated_at__lt=at_local(after, time())
        )
    return rows


def counts(*, now: datetime) -> dict[str, int]:
    """Give the figures of the tabs; two aggregates over partial indexes."""
    cases = ReviewCase.objects.aggregate(
        due=Count("pk", filter=Q(state=ReviewState.OPEN)),
        late=Count("pk", filter=Q(state=ReviewState.OPEN, due_at__lt=now)),
        answered=Count("pk", filter=Q(state=ReviewState.ANSWERED)),
    )
    loose = Review.objects.aggregate(
        loose=Count("pk", filter=Q(order__isnull=True)),
        missing=Count("pk", filter=Q(missing_since__isnull=False)),
    )
    return {**cases, **loose}


def late_cases(*, now: datetime) -> QuerySet[ReviewCase]:
    """Give the cases whose answer is late, the latest first."""
    rows = ReviewCase.objects.filter(state=ReviewState.OPEN, due_at__lt=now)
    return rows.select_related("review__sku", "owner").order_by("due_at", "pk")


def one_review(review_id: int) -> Review:
    """Give a review with all that its page names.

    :raises Review.DoesNotExist: if there is none
    """
    rows = Review.objects.select_related(
        "order",
        "line",
        "buyer",
        "sku",
        "product",
        "agent",
        "case__owner",
        "case__answered_by",
        "malice",
    )
    return rows.prefetch_related("topics").get(pk=review_id)


@dataclass(frozen=True, slots=True)
class BuyerHistory:
    """What else is known of who wrote a review."""

    orders: Sequence[Order]
    reviews: Sequence[Review]


def buyer_history(review: Review) -> BuyerHistory:
    """Give the buyer's last orders and other reviews; nothing where a masked nick is nobody."""
    if review.buyer_id is None:
        return BuyerHistory([], [])
    orders = Order.objects.filter(buyer=review.buyer_id).order_by("-created_at", "-pk")[:10]
    others = Review.objects.filter(buyer=review.buyer_id).exclude(pk=review.pk)
    return BuyerHistory(list(orders), list(others.order_by("-rated_at", "-pk")[:10]))


# Of one buyer three ratings in a calendar month count, the first ones. What has no scores is estimated
# by its rating. A review that was taken back counts no more.
_SCORE = """
SELECT count(*), coalesce(sum(goods), 0), coalesce(sum(service), 0), coalesce(sum(logistics), 0),
  count(*) FILTER (WHERE estimated) FROM (
  SELECT coalesce(score_goods, {guess}) AS goods, coalesce(score_service, {guess}) AS service,
    coalesce(score_logistics, {guess}) AS logistics, score_goods IS NULL AS estimated,
    row_number() OVER (PARTITION BY CASE WHEN r.buyer_id IS NOT NULL THEN 'b' || r.buyer_id
        WHEN r.is_masked THEN 'r' || r.id ELSE 'n' || r.nick END,
      date_trunc('month', rated_at AT TIME ZONE 'Asia/Shanghai') ORDER BY rated_at, id) AS place
  FROM crm_review r WHERE rated_at > %(since)s AND rated_at <= %(now)s AND taken_back_at IS NULL
    AND id <> %(without)s) c
WHERE place <= %(month)s
""".format(
    guess="CASE rating " + " ".join(f"WHEN '{k}' THEN {v}" for k, v in ESTIMATE.items()) + " END"
)


@dataclass(frozen=True, slots=True)
class ScoreEffect:
    """The scores with and without a review, over how many ratings, how many of them estimated."""

    effects: Mapping[str, Effect]
    count: int
    estimated: int


def score_effect(review_id: int, *, now: datetime) -> ScoreEffect:
    """Work out the three scores of the last 180 days with and without a review; two statements.

    Without it, a fourth rating of the same buyer in that month counts in its place.
    """
    with_it, count, estimated = _sums(0, now)
    without_it, _count, _estimated = _sums(review_id, now)
    return ScoreEffect(effects(with_it, without_it), count, estimated)


def _sums(without: int, now: datetime) -> tuple[Sums, int, int]:
    values: dict[str, Any] = {
        "since": now - timedelta(days=SCORE_DAYS),
        "now": now,
        "without": without,
        "month": A_MONTH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SCORE, values)
        count, goods, service, logistics, estimated = cursor.fetchone()
    return Sums(count, goods, service, logistics), count, estimated


def topic_table(
    *, since: date, until: date, sku: str = "", product_id: int = 0
) -> list[dict[str, Any]]:
    """Count topics by tone between two days (inclusive), most complained of first."""
    rows = (
        _said(since, until, sku, product_id)
        .values("topic")
        .annotate(
            bad=Count("pk", filter=Q(tone="bad")),
            good=Count("pk", filter=Q(tone="good")),
            total=Count("pk"),
        )
        .order_by("-bad", "-total", "topic")
    )
    return [dict(row) for row in rows]


def topic_times(
    *, since: date, until: date, sku: str = "", by: str = "month"
) -> dict[str, dict[date, int]]:
    """Count complaints by topic and week or month."""
    trunc = TruncWeek("date") if by == "week" else TruncMonth("date")
    rows = _said(since, until, sku, 0).filter(tone="bad").annotate(at=trunc)
    found: dict[str, dict[date, int]] = {}
    for topic, at, count in rows.values_list("topic", "at").annotate(n=Count("pk")).order_by("at"):
        found.setdefault(topic, {})[at] = count
    return found


def topic_skus(*, since: date, until: date, most: int = 30) -> list[dict[str, Any]]:
    """Count complaints by SKU and topic, the most complained of first."""
    rows = _said(since, until, "", 0).filter(tone="bad", review__sku__isnull=False)
    counted = (
        rows.values(
            "review__sku__code", "review__sku__title", "review__sku__product__title", "topic"
        )
        .annotate(bad=Count("pk"))
        .order_by("-bad", "review__sku__code", "topic")
    )
    return [dict(row) for row in counted[:most]]


def _said(since: date, until: date, sku: str, product_id: int) -> QuerySet[ReviewTopic]:
    rows = ReviewTopic.objects.filter(
        date__gte=since, date__lte=until, review__taken_back_at__isnull=True
    )
    if sku:
        rows = rows.filter(review__sku__code=sku)
    return rows.filter(review__product=product_id) if product_id else rows
