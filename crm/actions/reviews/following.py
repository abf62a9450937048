"""What happens to reviews after a file came: joined to orders, words sorted, cases opened. A run, safe to repeat."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from crm import registry
from crm.actions.reviews.locks import locked_reviews
from crm.models import Review, ReviewCase, ReviewTopic
from crm.review_choices import LinkedBy, Rating, ReviewOutcome, ReviewState
from crm.rules import topics
from crm.rules.reviews import CASE_DAYS, answer_due
from shopops.lib.business_time import business_date
from shopops.work.actions import request_run
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "crm.reviews"
MINED_AT_ONCE = 500
# How long after paying people still write.
_LATEST_DAYS = 180

_SKU = """
UPDATE crm_review r SET sku_id = s.id, product_id = coalesce(s.product_id, r.product_id)
FROM products_sku s WHERE r.sku_id IS NULL AND r.sku_no <> '' AND s.sku_no = r.sku_no
"""
_PRODUCT = """
UPDATE crm_review r SET product_id = p.id
FROM products_product p WHERE r.product_id IS NULL AND r.item_no <> '' AND p.item_no = r.item_no
"""
_SKU_BY_SPEC = """
UPDATE crm_review r SET sku_id = one.id FROM (
  SELECT r.id AS review_id, min(s.id) AS id FROM crm_review r
  JOIN products_sku s ON s.product_id = r.product_id AND s.spec = r.spec
  WHERE r.sku_id IS NULL AND r.spec <> '' GROUP BY r.id HAVING count(*) = 1) one
WHERE one.review_id = r.id
"""
# Of an order the line of this SKU, else of this item, else the only line.
_LINE = """
(SELECT l.id FROM orders_orderline l LEFT JOIN products_sku s ON s.id = r.sku_id
 WHERE l.order_id = {order} AND (l.sku_code IN (s.code, nullif(s.merchant_code, ''))
   OR (l.item_no <> '' AND l.item_no = r.item_no)
   OR (SELECT count(*) FROM orders_orderline x WHERE x.order_id = {order}) = 1)
 ORDER BY (l.sku_code = s.code) DESC NULLS LAST, l.id LIMIT 1)
"""
_BY_OID = """
UPDATE crm_review r SET order_id = o.id, line_id = l.id, buyer_id = o.buyer_id, linked_at = %(now)s,
  linked_by = 'number'
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
WHERE r.order_id IS NULL AND r.oid <> '' AND l.line_key = r.oid
"""
_BY_TID = f"""
UPDATE crm_review r SET order_id = o.id, line_id = {_LINE.format(order="o.id")}, buyer_id = o.buyer_id,
  linked_at = %(now)s, linked_by = 'number'
FROM orders_order o WHERE r.order_id IS NULL AND r.tid <> '' AND o.tid = r.tid
"""
_BOUGHT = """
  JOIN orders_orderline l ON l.order_id = o.id
  LEFT JOIN products_sku s ON s.id = r.sku_id
  WHERE o.paid_at < r.rated_at AND o.paid_at > r.rated_at - %(latest)s * interval '1 day'
    AND (l.sku_code IN (s.code, nullif(s.merchant_code, '')) OR (l.item_no <> '' AND l.item_no = r.item_no))
    AND NOT EXISTS (SELECT 1 FROM crm_review other WHERE other.line_id = l.id)
"""
# The newest order of this member with this SKU or item, not reviewed yet.
_BY_NICK = f"""
UPDATE crm_review r SET order_id = f.order_id, line_id = f.line_id, buyer_id = f.buyer_id,
  linked_at = %(now)s, linked_by = 'nick'
FROM (SELECT DISTINCT ON (r.id) r.id, o.id AS order_id, l.id AS line_id, o.buyer_id FROM crm_review r
  JOIN orders_buyer b ON b.key = r.nick JOIN orders_order o ON o.buyer_id = b.id {_BOUGHT}
    AND r.order_id IS NULL AND NOT r.is_masked ORDER BY r.id, o.paid_at DESC, l.id) f
WHERE f.id = r.id
  AND NOT EXISTS (SELECT 1 FROM crm_review other WHERE other.line_id = f.line_id)
"""
# Files without an SKU number, and specs written otherwise than in the catalogue: the line knows.
_SKU_OF_LINE = """
UPDATE crm_review r SET sku_id = s.id, product_id = coalesce(r.product_id, s.product_id)
FROM orders_orderline l JOIN products_sku s ON s.code = l.sku_code
WHERE r.sku_id IS NULL AND l.id = r.line_id AND l.sku_code <> ''
"""
_BUYER_ONLY = """
UPDATE crm_review r SET buyer_id = b.id FROM orders_buyer b
WHERE r.buyer_id IS NULL AND r.order_id IS NULL AND NOT r.is_masked AND b.key = r.nick
"""
# A masked nick joins only where one order alone fits: its first and last sign, the SKU, sixty days.
_BY_MASK = """
WITH fits AS (
  SELECT r.id, o.id AS order_id, l.id AS line_id, o.buyer_id, count(*) OVER (PARTITION BY r.id) AS n,
    count(*) OVER (PARTITION BY l.id) AS claims
  FROM crm_review r JOIN products_sku s ON s.id = r.sku_id
  JOIN orders_orderline l ON l.sku_code IN (s.code, nullif(s.merchant_code, ''))
  JOIN orders_order o ON o.id = l.order_id
  WHERE r.order_id IS NULL AND r.is_masked AND r.nick LIKE '_%%*%%_'
    AND o.paid_at < r.rated_at - interval '1 day' AND o.paid_at > r.rated_at - interval '60 days'
    AND left(o.buyer_nick, 1) = left(r.nick, 1) AND right(o.buyer_nick, 1) = right(r.nick, 1)
    AND o.stage <> 'cancelled'
    AND NOT EXISTS (SELECT 1 FROM crm_review other WHERE other.line_id = l.id))
UPDATE crm_review r SET order_id = f.order_id, line_id = f.line_id, buyer_id = f.buyer_id,
  linked_at = %(now)s, linked_by = 'only_one'
FROM fits f WHERE f.id = r.id AND f.n = 1 AND f.claims = 1
"""
_AGENT = """
UPDATE crm_review r SET agent_id = a.agent_id FROM (
  SELECT r.id, coalesce(
    (SELECT t.touched_by_id FROM crm_followtask t WHERE t.order_id = r.order_id),
    (SELECT c.owner_id FROM orders_aftersalescase c WHERE c.order_id = r.order_id
       AND c.owner_id IS NOT NULL ORDER BY c.id DESC LIMIT 1),
    (SELECT c.agent_id FROM crm_identity i JOIN crm_customer c ON c.id = i.customer_id
       WHERE i.buyer_id = r.buyer_id)) AS agent_id
  FROM crm_review r WHERE r.agent_id IS NULL AND (r.order_id IS NOT NULL OR r.buyer_id IS NOT NULL)
    AND r.rated_at > %(since)s) a
WHERE a.id = r.id AND a.agent_id IS NOT NULL
"""


def request_follow(*, now: datetime) -> Run:
    """Ask for the run that follows reviews; asked for again while it runs, it runs once more."""
    return request_run(kind=KIND, key="reviews", now=now, again=True)


def after_orders(_batch_id: int, now: datetime) -> None:
    """Ask for it after an import of orders if any review still waits for its order."""
    if Review.objects.filter(order__isnull=True).exists():
        request_follow(now=now)


def perform_follow(run: RunContext) -> dict[str, Any]:
    """Join reviews to orders, sort their words, open and end cases."""
    with run.step(text=gettext_noop("找评价的订单")), connection.cursor() as cursor:
        linked = link_reviews(cursor, now=run.now)
    mined = 0
    while True:
        with run.step(text=gettext_noop("看评价说了什么")):
            done = mine_some(now=run.now)
        mined += done
        if not done:
            break
    with run.step(text=gettext_noop("开评价单")):
        opened = open_cases(now=run.now)
        changed = follow_changed(now=run.now)
        registry.reviews_changed(run.now)
    return {"linked": linked, "mined": mined, "opened": opened, "changed": changed}


def link_reviews(cursor: CursorWrapper, *, now: datetime) -> int:
    """Join reviews without an order to one, surest way first; give how many were joined.

    A line is reviewed once: of two reviews that fit the same line only numbers decide.
    """
    values: dict[str, Any] = {
        "now": now,
        "latest": _LATEST_DAYS,
        "since": now - timedelta(days=_LATEST_DAYS),
    }
    for statement in (_SKU, _PRODUCT, _SKU_BY_SPEC):
        cursor.execute(statement)
    joined = 0
    for statement in (_BY_OID, _BY_TID, _BY_NICK, _BY_MASK):
        cursor.execute(statement, values)
        joined += int(cursor.rowcount)
    cursor.execute(_SKU_OF_LINE)
    cursor.execute(_BUYER_ONLY)
    cursor.execute(_AGENT, values)
    return joined


def mine_some(*, now: datetime) -> int:
    """Sort the words of some reviews into topics; give how many were looked at."""
    ids = list(
        Review.objects.filter(mined_at__isnull=True)
        .order_by("pk")
        .values_list("pk", flat=True)[:MINED_AT_ONCE]
    )
    rows = locked_reviews(ids)
    ReviewTopic.objects.filter(review__in=ids).delete()
    found = []
    for row in rows:
        row.append_is_bad = bool(row.append) and topics.complains(row.append)
        row.mined_at = now
        day = business_date(row.rated_at)
        found += [
            ReviewTopic(review=row, date=day, topic=one.topic, tone=one.tone, words=one.words)
            for one in topics.mentions(f"{row.content}。{row.append}")
        ]
    Review.objects.bulk_update(rows, ["append_is_bad", "mined_at"])
    ReviewTopic.objects.bulk_create(found)
    return len(rows)


def _needs_case() -> Q:
    return ~Q(rating=Rating.GOOD) | Q(append_is_bad=True)


def open_cases(*, now: datetime) -> int:
    """Open a case for each bad or neutral review, and each bad additional one, of the last 30 days.

    Older ones can no longer be answered on the platform; they are in the list all the same.
    """
    fresh = Review.objects.filter(
        _needs_case(),
        Q(rated_at__gt=now - timedelta(days=CASE_DAYS))
        | Q(append_is_bad=True, append_at__gt=now - timedelta(days=CASE_DAYS)),
        case__isnull=True,
        taken_back_at__isnull=True,
    ).prefetch_related("topics")
    made = [
        ReviewCase(
            review=row,
            opened_at=now,
            due_at=answer_due(row.rated_at, row.append_at if row.append_is_bad else None),
            owner_id=row.agent_id,
            cause=_cause(row),
        )
        for row in fresh.order_by("pk")
    ]
    ReviewCase.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _cause(row: Review) -> str:
    complaints = [one for one in row.topics.all() if one.tone == topics.BAD]
    return str(min(complaints, key=lambda one: one.pk).topic) if complaints else ""


def follow_changed(*, now: datetime) -> int:
    """Open a case again whose buyer complained after our answer; end one whose review is gone or good now."""
    again = ReviewCase.objects.filter(
        state__in=(ReviewState.ANSWERED, ReviewState.CLOSED),
        review__append_is_bad=True,
        review__append_at__gt=F("answered_at"),
        review__taken_back_at__isnull=True,
    ).exclude(due_at__gte=F("review__append_at") + timedelta(hours=24))
    count = 0
    for case in again.select_related("review").order_by("pk"):
        case.state, case.closed_at, case.outcome = ReviewState.OPEN, None, ""
        case.due_at = answer_due(case.review.rated_at, case.review.append_at)
        case.version += 1
        case.save(update_fields=["state", "closed_at", "outcome", "due_at", "version"])
        count += 1
    going = ReviewCase.objects.exclude(state=ReviewState.CLOSED)
    gone = going.filter(review__taken_back_at__isnull=False)
    count += gone.update(
        state=ReviewState.CLOSED,
        closed_at=now,
        outcome=ReviewOutcome.GONE,
        version=F("version") + 1,
    )
    better = going.filter(review__rating=Rating.GOOD, review__append_is_bad=False)
    count += better.filter(review__mined_at__isnull=False).update(
        state=ReviewState.CLOSED,
        closed_at=now,
        outcome=ReviewOutcome.IMPROVED,
        version=F("version") + 1,
    )
    return count


def link_words(linked_by: str) -> str:
    """Say by what a review was joined."""
    return str(LinkedBy(linked_by).label) if linked_by else ""
