"""Reviews: what buyers wrote, our case of each bad or neutral one, what they speak of."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from crm.review_choices import (
    LinkedBy,
    Rating,
    ReviewCause,
    ReviewOutcome,
    ReviewState,
    Tone,
    Topic,
)
from orders.models import Buyer, Order, OrderLine
from products.models import Product, Sku


class Review(models.Model):
    """One review as the platform's file tells it. Files own these columns, people own `ReviewCase`.

    The platform's file has no number of its own: `key` is made of member name, item, SKU and minute.
    A review whose order is not known yet is kept without one, and joined when the order comes.
    """

    order = models.ForeignKey(Order, null=True, on_delete=models.SET_NULL, related_name="reviews")
    line = models.ForeignKey(OrderLine, null=True, on_delete=models.SET_NULL, related_name="+")
    buyer = models.ForeignKey(Buyer, null=True, on_delete=models.SET_NULL, related_name="reviews")
    sku = models.ForeignKey(Sku, null=True, on_delete=models.SET_NULL, related_name="reviews")
    product = models.ForeignKey(
        Product, null=True, on_delete=models.SET_NULL, related_name="reviews"
    )
    # Who looked after the buyer: their after-sales case, their follow-up, or the customer's own agent.
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    first_batch_id = models.BigIntegerField(null=True)
    last_batch_id = models.BigIntegerField(null=True)
    row_hash = models.BigIntegerField(null=True)
    rated_at = models.DateTimeField()
    append_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    exported_at = models.DateTimeField(null=True)
    # A later file over the same days does not have it any more: perhaps deleted. A person confirms.
    missing_since = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    # When its words were last sorted into topics; null: they changed since.
    mined_at = models.DateTimeField(null=True)
    linked_at = models.DateTimeField(null=True)
    is_masked = models.BooleanField(default=False)
    # The additional review complains, whatever the first one said.
    append_is_bad = models.BooleanField(default=False)
    score_goods = models.SmallIntegerField(null=True)
    score_service = models.SmallIntegerField(null=True)
    score_logistics = models.SmallIntegerField(null=True)
    rating = models.CharField(max_length=8, choices=Rating.choices)
    linked_by = models.CharField(
        max_length=8, choices=LinkedBy.choices, blank=True, default="", db_default=""
    )
    key = models.CharField(max_length=44, unique=True, db_collation="C")
    item_no = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    sku_no = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    tid = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    oid = models.CharField(max_length=40, blank=True, default="", db_collation="C")
    nick = models.CharField(max_length=80, blank=True, default="")
    spec = models.CharField(max_length=200, blank=True, default="")
    content = models.TextField(blank=True, default="")
    append = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score_goods__isnull=True) | Q(score_goods__gte=1, score_goods__lte=5),
                name="a_review_score_is_one_to_five",
            ),
        ]
        indexes = [
            # The list, newest first; the score over 180 days.
            models.Index(F("rated_at").desc(), F("id").desc(), name="review_rated_idx"),
            # Joining what has no order yet.
            models.Index(fields=["id"], name="review_loose_idx", condition=Q(order__isnull=True)),
            # Words still to be sorted.
            models.Index(fields=["id"], name="review_unmined_idx", condition=Q(mined_at=None)),
            # Other reviews of a buyer, of a SKU.
            models.Index(fields=["nick", "rated_at"], name="review_nick_idx"),
            models.Index(fields=["item_no", "rated_at"], name="review_item_idx"),
            # Search in the words.
            GinIndex(OpClass(F("content"), name="gin_trgm_ops"), name="review_content_trgm_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.rating} {self.rated_at:%Y-%m-%d}"


class ReviewCase(models.Model):
    """Our work on a bad or neutral review: owner, cause, 24 h clock, answer, outcome."""

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="case")
    opened_at = models.DateTimeField()
    # 24 h after the buyer's word; queues sort by it.
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    state = models.CharField(max_length=8, choices=ReviewState.choices, default=ReviewState.OPEN)
    # Proposed by the words of the review until a person says so.
    cause = models.CharField(max_length=12, choices=ReviewCause.choices, blank=True, default="")
    is_cause_confirmed = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, choices=ReviewOutcome.choices, blank=True, default="")
    answer = models.CharField(max_length=500, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(outcome=""),
                name="a_closed_review_case_has_an_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="review_case_open_idx", condition=Q(state="open")
            ),
            models.Index(fields=["state", "-due_at", "id"], name="review_case_state_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.state}"


class ReviewTopic(models.Model):
    """That a review speaks of a topic, in which words, and how."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="topics")
    date = models.DateField()
    topic = models.CharField(max_length=12, choices=Topic.choices)
    tone = models.CharField(max_length=6, choices=Tone.choices)
    words = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "topic"], name="a_review_speaks_of_a_topic_once"
            ),
        ]
        indexes = [models.Index(fields=["date", "topic"], name="review_topic_date_idx")]

    def __str__(self) -> str:
        return f"{self.topic} {self.tone}"
